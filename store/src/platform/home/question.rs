//! The question where a call leads, in one statement, and the text of it.
//!
//! The text is some thousand words long and always the same for calls of one kind, so it is written once
//! and the values of each call are put into their places.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use domain::block::patterns_of;
use domain::duplicate::HISTORY_MAX;
use domain::id::{CallId, RtbId};
use domain::phone::{Caller, E164};
use domain::time::Timestamp;
use sea_orm::sea_query::{
    Alias, Expr, ExprTrait, IntoColumnRef, IntoIden, Order, Query, SelectStatement, SimpleExpr,
    SubQueryStatement, UnionType, Values,
};
use sea_orm::{DbBackend, IdenStatic, Iterable, Statement, Value};

use super::CallDoor;
use crate::entity::{
    account, block, call, enrichment, phone_number, route, rtb_bid, rtb_id, rtb_id_usage,
    target_group_member, target_group_usage, target_usage, visit,
};
use crate::repo::call::step::caller_digits;

/// Bids of one caller, or on one number, that are looked at.
const BIDS_MAX: u64 = 50;
/// For how long after its end a bid is still found, in seconds: its call may be late.
const BIDS_AGE_S: i64 = 3_600;
/// Whose call it is, under the names that the parts know it by.
const DOOR: &str = "door";

/// The columns of a row in order, with what stands for a value that a part does not have: both
/// databases want to know its type.
const COLUMNS: [(&str, &str); 39] = [
    ("account_id", BIG),
    ("generation", BIG),
    ("campaign_id", UUID),
    ("publisher_id", BIG),
    ("group_id", BIG),
    ("live", BIG),
    ("peak_live", BIG),
    ("window_hour", BIG),
    ("window_day", BIG),
    ("window_month", BIG),
    ("hour_count", BIG),
    ("day_count", BIG),
    ("month_count", BIG),
    ("total_count", BIG),
    ("last_claimed_at", BIG),
    ("last_freed_at", BIG),
    ("usages", TEXT),
    ("block_id", BIG),
    ("block_pattern", TEXT),
    ("block_campaign_id", UUID),
    ("block_expires_at", BIG),
    ("block_note", TEXT),
    ("call_id", UUID),
    ("session", TEXT),
    ("visit_id", UUID),
    ("visitor", TEXT),
    ("visit_tags", TEXT),
    ("leased_at", BIG),
    ("held_until", BIG),
    ("called_before", BIG),
    ("enriched_tags", TEXT),
    ("enriched_at", BIG),
    ("bid", TEXT),
    ("bid_came_at", BIG),
    ("bid_reserved", TEXT),
    ("ping_span", BIG),
    ("pings", BIG),
    ("test_span", BIG),
    ("test_pings", BIG),
];

const BIG: &str = "CAST(NULL AS BIGINT)";
const UUID: &str = "CAST(NULL AS UUID)";
const TEXT: &str = "CAST(NULL AS TEXT)";

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    pub door: CallDoor<'a>,
    pub caller: &'a Caller,
    pub now: Timestamp,
}

/// What the text of a question depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    is_postgres: bool,
    door: Door,
    caller: Known,
    /// Patterns of blocks that may be about the caller.
    patterns: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Door {
    Number,
    Bid,
    RtbId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    Number,
    Anonymous,
    Other,
}

/// The text of a shape, and where each of its values is from.
#[derive(Debug)]
struct Written {
    sql: String,
    values: Vec<Origin>,
}

#[derive(Debug)]
enum Origin {
    /// Always this.
    Text(Value),
    /// That one of [`Question::values`].
    Question(usize),
}

static WRITTEN: RwLock<BTreeMap<Shape, Arc<Written>>> = RwLock::new(BTreeMap::new());

fn written(shape: &Shape) -> Option<Arc<Written>> {
    let all = WRITTEN.read().unwrap_or_else(PoisonError::into_inner);
    all.get(shape).cloned()
}

impl Question<'_> {
    /// The statement that asks.
    #[expect(
        clippy::disallowed_methods,
        reason = "the text is one that was built, and the number proves whose account it is"
    )]
    pub(super) fn statement(&self, backend: DbBackend) -> Statement {
        let shape = self.shape(backend);
        let written = written(&shape).or_else(|| {
            let written = Arc::new(shape.write()?);
            let mut all = WRITTEN.write().unwrap_or_else(PoisonError::into_inner);
            Some(Arc::clone(all.entry(shape).or_insert(written)))
        });
        match written {
            Some(written) => {
                let values = self.values();
                let value = |from: &Origin| match from {
                    Origin::Text(value) => value.clone(),
                    Origin::Question(at) => values[*at].clone(),
                };
                let values = written.values.iter().map(value).collect();
                Statement::from_sql_and_values(backend, written.sql.clone(), Values(values))
            }
            None => self.build(backend),
        }
    }

    fn shape(&self, backend: DbBackend) -> Shape {
        Shape {
            is_postgres: backend == DbBackend::Postgres,
            door: match self.door {
                CallDoor::Number(_) => Door::Number,
                CallDoor::Bid(_) => Door::Bid,
                CallDoor::RtbId(_) => Door::RtbId,
            },
            caller: match self.caller {
                Caller::Number(_) => Known::Number,
                Caller::Anonymous => Known::Anonymous,
                Caller::Other(_) => Known::Other,
            },
            patterns: patterns_of(self.caller).count(),
        }
    }

    /// All that may stand in the statement and is not the same for each of its shape.
    fn values(&self) -> Vec<Value> {
        let door = match self.door {
            CallDoor::Number(number) => number.as_str().into(),
            CallDoor::Bid(bid) => bid.0.into(),
            CallDoor::RtbId(id) => id.0.into(),
        };
        let mut values = vec![door, self.now.0.into(), since(self.now).0.into()];
        if let Some(number) = self.caller.number() {
            values.push(number.as_str().into());
            values.push(caller_digits(self.caller).into());
            values.extend(patterns_of(self.caller).map(Value::from));
        }
        values
    }

    fn build(&self, backend: DbBackend) -> Statement {
        backend.build(&self.select(backend))
    }

    fn select(&self, backend: DbBackend) -> SelectStatement {
        let Self { door, caller, now } = *self;
        let mut parts = home_part(door);
        parts
            .union(UnionType::All, usage_part(door, backend))
            .union(UnionType::All, member_part(door, backend))
            .union(UnionType::All, group_part(door))
            .union(UnionType::All, block_part(door, caller));
        // Of a caller whom nobody named, nothing is known.
        let asks = matches!(door, CallDoor::RtbId(_));
        if !asks || caller.number().is_some() {
            parts.union(UnionType::All, history_part(door, caller));
        }
        match door {
            CallDoor::Number(number) => {
                parts
                    .union(UnionType::All, lent_part(number))
                    .union(UnionType::All, bids_on(number, now));
            }
            CallDoor::Bid(bid) => {
                parts.union(UnionType::All, bid_part(bid, now));
            }
            CallDoor::RtbId(id) => {
                parts.union(UnionType::All, asked_part(id));
            }
        }
        if let Some(bids) = bids_for(door, caller, now) {
            parts.union(UnionType::All, bids);
        }
        if let (CallDoor::Number(number), Some(known)) = (door, caller.number()) {
            parts
                .union(UnionType::All, called_part(number, caller))
                .union(UnionType::All, enriched_part(number, known));
        }
        parts
    }
}

impl Shape {
    /// Writes the text for a question whose values nobody else has, to find them in it. None if there
    /// is no such question.
    fn write(self) -> Option<Written> {
        let backend = match self.is_postgres {
            true => DbBackend::Postgres,
            false => DbBackend::Sqlite,
        };
        let number: E164 = "+88888888".parse().ok()?;
        let id = uuid::Uuid::from_u128(0x8888_8888);
        let door = match self.door {
            Door::Number => CallDoor::Number(&number),
            Door::Bid => CallDoor::Bid(CallId(id)),
            Door::RtbId => CallDoor::RtbId(RtbId(id)),
        };
        let caller = match self.caller {
            // A number has a pattern for each of its characters.
            Known::Number => {
                let digits = "9".repeat(self.patterns.checked_sub(1)?);
                Caller::Number(format!("+{digits}").parse().ok()?)
            }
            Known::Anonymous => Caller::Anonymous,
            Known::Other => Caller::Other("other".to_owned()),
        };
        let now = Timestamp(8_888_888_888_888_888);
        let asked = Question {
            door,
            caller: &caller,
            now,
        };
        if asked.shape(backend) != self {
            return None;
        }
        let statement = asked.build(backend);
        let own = asked.values();
        let values = statement.values.unwrap_or(Values(Vec::new())).0;
        let from = |value: Value| match own.iter().position(|one| *one == value) {
            Some(at) => Origin::Question(at),
            None => Origin::Text(value),
        };
        Some(Written {
            sql: statement.sql,
            values: values.into_iter().map(from).collect(),
        })
    }
}

/// Bids that ended after this are still found.
fn since(now: Timestamp) -> Timestamp {
    now.plus_secs(-BIDS_AGE_S)
}

/// A part of the question that has these columns, and null for all others.
fn part(mut has: Vec<(&str, SimpleExpr)>) -> SelectStatement {
    let mut select = Query::select();
    for (name, null) in COLUMNS {
        let at = has.iter().position(|(column, _)| *column == name);
        let expr = match at {
            Some(at) => has.swap_remove(at).1,
            None => Expr::cust(null),
        };
        select.expr_as(expr, Alias::new(name));
    }
    select
}

fn col<T: IntoIden, C: IntoIden>(table: T, column: C) -> SimpleExpr
where
    (T, C): IntoColumnRef,
{
    Expr::col((table, column))
}

fn is_number(number: &E164) -> SimpleExpr {
    col(phone_number::Entity, phone_number::Column::E164).eq(number.as_str())
}

/// Whose call it is: account, campaign and publisher, under the same names whatever it came by.
fn whose(door: CallDoor<'_>) -> SelectStatement {
    use phone_number::Column as N;
    use rtb_bid::Column as B;
    use rtb_id::Column as I;
    let mut select = Query::select();
    match door {
        CallDoor::Number(number) => select
            .columns([N::AccountId, N::CampaignId, N::PublisherId])
            .from(phone_number::Entity)
            .and_where(is_number(number)),
        CallDoor::Bid(bid) => select
            .columns([B::AccountId, B::CampaignId, B::PublisherId])
            .from(rtb_bid::Entity)
            .and_where(col(rtb_bid::Entity, B::Id).eq(bid.0)),
        CallDoor::RtbId(id) => select
            .columns([I::AccountId, I::CampaignId, I::PublisherId])
            .from(rtb_id::Entity)
            .and_where(col(rtb_id::Entity, I::Id).eq(id.0)),
    }
    .to_owned()
}

/// A column of whose call it is. The names are those of a number's row.
fn of_door(column: phone_number::Column) -> SimpleExpr {
    Expr::col((Alias::new(DOOR), column))
}

fn home_part(door: CallDoor<'_>) -> SelectStatement {
    use phone_number::Column as N;
    part(vec![
        ("account_id", of_door(N::AccountId)),
        (
            "generation",
            col(account::Entity, account::Column::Generation),
        ),
        ("campaign_id", of_door(N::CampaignId)),
        ("publisher_id", of_door(N::PublisherId)),
    ])
    .from_subquery(whose(door), Alias::new(DOOR))
    .inner_join(
        account::Entity,
        col(account::Entity, account::Column::Id).equals((Alias::new(DOOR), N::AccountId)),
    )
    .to_owned()
}

/// The routes of the call's campaign.
fn with_routes<'a>(select: &'a mut SelectStatement, door: CallDoor<'_>) -> &'a mut SelectStatement {
    use phone_number::Column as N;
    use route::Column as R;
    let door_of = || Alias::new(DOOR);
    select.from_subquery(whose(door), door_of()).inner_join(
        route::Entity,
        col(route::Entity, R::AccountId)
            .equals((door_of(), N::AccountId))
            .and(col(route::Entity, R::CampaignId).equals((door_of(), N::CampaignId))),
    )
}

fn usage_part(door: CallDoor<'_>, backend: DbBackend) -> SelectStatement {
    use route::Column as R;
    use target_usage::Column as U;
    with_routes(&mut usage_columns(backend), door)
        .inner_join(
            target_usage::Entity,
            col(target_usage::Entity, U::AccountId)
                .equals((route::Entity, R::AccountId))
                .and(col(target_usage::Entity, U::TargetId).equals((route::Entity, R::TargetId))),
        )
        .to_owned()
}

/// The members of groups.
fn member_part(door: CallDoor<'_>, backend: DbBackend) -> SelectStatement {
    use route::Column as R;
    use target_group_member::Column as M;
    use target_usage::Column as U;
    with_routes(&mut usage_columns(backend), door)
        .inner_join(
            target_group_member::Entity,
            col(target_group_member::Entity, M::AccountId)
                .equals((route::Entity, R::AccountId))
                .and(
                    col(target_group_member::Entity, M::GroupId)
                        .equals((route::Entity, R::GroupId)),
                ),
        )
        .inner_join(
            target_usage::Entity,
            col(target_usage::Entity, U::AccountId)
                .equals((target_group_member::Entity, M::AccountId))
                .and(
                    col(target_usage::Entity, U::TargetId)
                        .equals((target_group_member::Entity, M::TargetId)),
                ),
        )
        .to_owned()
}

fn group_part(door: CallDoor<'_>) -> SelectStatement {
    use route::Column as R;
    use target_group_usage::Column as U;
    let own = |name: &'static str, column: U| (name, col(target_group_usage::Entity, column));
    let mut columns = part(vec![
        own("group_id", U::GroupId),
        own("live", U::Live),
        own("peak_live", U::PeakLive),
        own("window_hour", U::WindowHour),
        own("window_day", U::WindowDay),
        own("window_month", U::WindowMonth),
        own("hour_count", U::HourCount),
        own("day_count", U::DayCount),
        own("month_count", U::MonthCount),
        own("total_count", U::TotalCount),
        own("last_claimed_at", U::LastClaimedAt),
        own("last_freed_at", U::LastFreedAt),
    ]);
    with_routes(&mut columns, door)
        .inner_join(
            target_group_usage::Entity,
            col(target_group_usage::Entity, U::AccountId)
                .equals((route::Entity, R::AccountId))
                .and(
                    col(target_group_usage::Entity, U::GroupId).equals((route::Entity, R::GroupId)),
                ),
        )
        .to_owned()
}

/// What all of them have used, as one text: two hundred rows of columns by name take longer to read than
/// all the rest of a call.
fn usage_columns(backend: DbBackend) -> SelectStatement {
    let columns: Vec<String> = (target_usage::Column::iter())
        .filter(|column| !matches!(column, target_usage::Column::AccountId))
        .map(|column| format!("\"target_usage\".\"{}\"", column.as_str()))
        .collect();
    let columns = columns.join(", ");
    let all = match backend {
        DbBackend::Postgres => {
            format!("CAST(json_agg(json_build_array({columns})) AS TEXT)")
        }
        _ => format!("json_group_array(json_array({columns}))"),
    };
    part(vec![("usages", Expr::cust(all))])
}

fn block_part(door: CallDoor<'_>, caller: &Caller) -> SelectStatement {
    use block::Column as B;
    let patterns: Vec<String> = patterns_of(caller).collect();
    part(vec![
        ("block_id", col(block::Entity, B::Id)),
        ("block_pattern", col(block::Entity, B::Pattern)),
        ("block_campaign_id", col(block::Entity, B::CampaignId)),
        ("block_expires_at", col(block::Entity, B::ExpiresAt)),
        ("block_note", col(block::Entity, B::Note)),
    ])
    .from(block::Entity)
    .and_where(col(block::Entity, B::AccountId).eq(account_of(door)))
    .and_where(col(block::Entity, B::Pattern).is_in(patterns))
    .to_owned()
}

/// The latest calls of the caller: a part of a union has no order of its own, so they are chosen
/// one level further in.
fn history_part(door: CallDoor<'_>, caller: &Caller) -> SelectStatement {
    use call::Column as C;
    let latest = Query::select()
        .column((call::Entity, C::Id))
        .column((call::Entity, C::Session))
        .from(call::Entity)
        .and_where(col(call::Entity, C::AccountId).eq(account_of(door)))
        .and_where(col(call::Entity, C::CallerText).eq(caller_digits(caller)))
        .order_by((call::Entity, C::ArrivedAt), Order::Desc)
        .limit(u64::try_from(HISTORY_MAX).unwrap_or(u64::MAX))
        .to_owned();
    let earlier = || Alias::new("earlier");
    part(vec![
        ("call_id", col(earlier(), C::Id)),
        ("session", col(earlier(), C::Session)),
    ])
    .from_subquery(latest, earlier())
    .to_owned()
}

/// The visit that the number was lent to last.
fn lent_part(number: &E164) -> SelectStatement {
    use visit::Column as V;
    let latest = Query::select()
        .column((visit::Entity, V::Id))
        .from(visit::Entity)
        .and_where(col(visit::Entity, V::AccountId).eq(account_of(CallDoor::Number(number))))
        .and_where(col(visit::Entity, V::Number).eq(number.as_str()))
        .and_where(col(visit::Entity, V::LeasedAt).is_not_null())
        .order_by((visit::Entity, V::LeasedAt), Order::Desc)
        .limit(1)
        .to_owned();
    visit_part(number, latest, 0)
}

/// The visit as which the caller called the number last.
fn called_part(number: &E164, caller: &Caller) -> SelectStatement {
    use call::Column as C;
    let latest = Query::select()
        .column((call::Entity, C::VisitId))
        .from(call::Entity)
        .and_where(col(call::Entity, C::AccountId).eq(account_of(CallDoor::Number(number))))
        .and_where(col(call::Entity, C::CallerText).eq(caller_digits(caller)))
        .and_where(col(call::Entity, C::Dialed).eq(number.as_str()))
        .order_by((call::Entity, C::ArrivedAt), Order::Desc)
        .limit(1)
        .to_owned();
    visit_part(number, latest, 1)
}

/// What was sent of the caller for this number.
fn enriched_part(number: &E164, caller: &E164) -> SelectStatement {
    use enrichment::Column as E;
    use phone_number::Column as N;
    part(vec![
        ("enriched_tags", col(enrichment::Entity, E::Tags)),
        ("enriched_at", col(enrichment::Entity, E::SentAt)),
    ])
    .from(phone_number::Entity)
    .inner_join(
        enrichment::Entity,
        col(enrichment::Entity, E::AccountId)
            .equals((phone_number::Entity, N::AccountId))
            .and(col(enrichment::Entity, E::NumberId).equals((phone_number::Entity, N::Id))),
    )
    .and_where(is_number(number))
    .and_where(col(enrichment::Entity, E::Caller).eq(caller.as_str()))
    .to_owned()
}

fn visit_part(number: &E164, which: SelectStatement, called_before: i64) -> SelectStatement {
    use visit::Column as V;
    let own = |name: &'static str, column: V| (name, col(visit::Entity, column));
    part(vec![
        own("visit_id", V::Id),
        own("visitor", V::Visitor),
        own("visit_tags", V::Tags),
        own("leased_at", V::LeasedAt),
        own("held_until", V::HeldUntil),
        own("publisher_id", V::PublisherId),
        ("called_before", Expr::value(called_before)),
    ])
    .from(visit::Entity)
    .and_where(col(visit::Entity, V::AccountId).eq(account_of(CallDoor::Number(number))))
    .and_where(col(visit::Entity, V::Id).eq(SimpleExpr::from(SubQueryStatement::from(which))))
    .to_owned()
}

/// What of a bid a new call looks at.
fn bid_columns() -> SelectStatement {
    use rtb_bid::Column as B;
    part(vec![
        ("bid", col(rtb_bid::Entity, B::Detail)),
        ("bid_came_at", col(rtb_bid::Entity, B::CameAt)),
        ("bid_reserved", col(rtb_bid::Entity, B::Reserved)),
    ])
}

/// A bid, unless it ended so long ago that no call of it is late but wrong.
fn bid_part(bid: CallId, now: Timestamp) -> SelectStatement {
    use rtb_bid::Column as B;
    bid_columns()
        .from(rtb_bid::Entity)
        .and_where(col(rtb_bid::Entity, B::Id).eq(bid.0))
        .and_where(col(rtb_bid::Entity, B::ExpiresAt).gt(since(now).0))
        .to_owned()
}

/// The latest bids that fit: chosen one level further in, as a part of a union has no order.
fn latest_bids(which: SimpleExpr, account: SimpleExpr) -> SelectStatement {
    use rtb_bid::Column as B;
    let ids = Query::select()
        .column((rtb_bid::Entity, B::Id))
        .from(rtb_bid::Entity)
        .and_where(col(rtb_bid::Entity, B::AccountId).eq(account))
        .and_where(which)
        .order_by((rtb_bid::Entity, B::ExpiresAt), Order::Desc)
        .limit(BIDS_MAX)
        .to_owned();
    let latest = || Alias::new("latest");
    bid_columns()
        .from_subquery(ids, latest())
        .inner_join(
            rtb_bid::Entity,
            col(rtb_bid::Entity, B::Id).equals((latest(), B::Id)),
        )
        .to_owned()
}

/// Bids on a number for whoever calls, also those that ended a while ago: their calls may be late.
fn bids_on(number: &E164, now: Timestamp) -> SelectStatement {
    use rtb_bid::Column as B;
    let which = col(rtb_bid::Entity, B::Number)
        .eq(number.as_str())
        .and(col(rtb_bid::Entity, B::Caller).eq(""))
        .and(col(rtb_bid::Entity, B::ExpiresAt).gt(since(now).0));
    latest_bids(which, account_of(CallDoor::Number(number)))
}

/// Bids for a caller: by SIP the one who was bid for, whoever calls. Before a call it is asked for those
/// that hold; a call may be late.
fn bids_for(door: CallDoor<'_>, caller: &Caller, now: Timestamp) -> Option<SelectStatement> {
    use rtb_bid::Column as B;
    let (known, since): (SimpleExpr, Timestamp) = match door {
        CallDoor::RtbId(_) => (Expr::value(caller.number()?.as_str()), now),
        CallDoor::Number(_) => (Expr::value(caller.number()?.as_str()), since(now)),
        CallDoor::Bid(bid) => {
            let of_bid = Query::select()
                .column((rtb_bid::Entity, B::Caller))
                .from(rtb_bid::Entity)
                .and_where(col(rtb_bid::Entity, B::Id).eq(bid.0))
                .to_owned();
            (
                SimpleExpr::from(SubQueryStatement::from(of_bid)),
                since(now),
            )
        }
    };
    let which = col(rtb_bid::Entity, B::Caller)
        .eq(known)
        .and(col(rtb_bid::Entity, B::Caller).ne(""))
        .and(col(rtb_bid::Entity, B::ExpiresAt).gt(since.0))
        .and(col(rtb_bid::Entity, B::Amount).is_not_null());
    Some(latest_bids(which, account_of(door)))
}

fn asked_part(id: RtbId) -> SelectStatement {
    use rtb_id_usage::Column as U;
    let own = |name: &'static str, column: U| (name, col(rtb_id_usage::Entity, column));
    part(vec![
        own("ping_span", U::Span),
        own("pings", U::Pings),
        own("test_span", U::TestSpan),
        own("test_pings", U::TestPings),
    ])
    .from(rtb_id_usage::Entity)
    .and_where(col(rtb_id_usage::Entity, U::AccountId).eq(account_of(CallDoor::RtbId(id))))
    .and_where(col(rtb_id_usage::Entity, U::RtbId).eq(id.0))
    .to_owned()
}

fn account_of(door: CallDoor<'_>) -> SimpleExpr {
    let mut account = whose(door);
    account
        .clear_selects()
        .column(phone_number::Column::AccountId);
    SimpleExpr::from(SubQueryStatement::from(account))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_into_the_text_is_what_would_have_been_written() {
        let numbers = ["+12145550187", "+18005550126", "+4930123456", "+88888888"];
        let numbers: Vec<E164> = numbers
            .iter()
            .map(|n| n.parse().expect("a number"))
            .collect();
        let mut callers = vec![Caller::Anonymous, Caller::Other("client:x".to_owned())];
        callers.extend(numbers.iter().cloned().map(Caller::Number));
        let id = uuid::Uuid::from_u128(7);
        let mut doors = vec![CallDoor::Bid(CallId(id)), CallDoor::RtbId(RtbId(id))];
        doors.extend(numbers.iter().map(CallDoor::Number));
        for door in doors {
            for caller in &callers {
                // Twice: the second is of the text that the first has written.
                for now in [0, 1_800_000_000_000_000] {
                    let now = Timestamp(now);
                    let asked = Question { door, caller, now };
                    for backend in [DbBackend::Sqlite, DbBackend::Postgres] {
                        assert_eq!(asked.statement(backend), asked.build(backend));
                        assert!(
                            WRITTEN
                                .read()
                                .expect("texts")
                                .contains_key(&asked.shape(backend))
                        );
                    }
                }
            }
        }
    }
}
