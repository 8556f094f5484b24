//! Where a call leads, or would lead: by the number it came to, the bid it came for, or the RTB id that
//! is asked before it comes.

use std::collections::BTreeSet;

use domain::block::{Block, patterns_of};
use domain::call::session::Session;
use domain::duplicate::{EarlierCall, HISTORY_MAX};
use domain::enrichment::Enrichment;
use domain::id::{CallId, CampaignId, PublisherId, RtbId, VisitId};
use domain::phone::{Caller, E164};
use domain::rtb_id::bid::PublisherBid;
use domain::rtb_id::rate::Asked;
use domain::time::Timestamp;
use domain::visit::attribution::SeenNumber;
use sea_orm::sea_query::{
    Alias, Expr, ExprTrait, IntoColumnRef, IntoIden, Order, Query, SelectStatement, SimpleExpr,
    SubQueryStatement, UnionType,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, IdenStatic, Iterable,
    QueryFilter, QuerySelect,
};
use serde::Deserialize;

use super::Platform;
use crate::entity::{
    account, block, call, enrichment, phone_number, route, rtb_bid, rtb_id, rtb_id_usage,
    target_group_member, target_group_usage, target_usage, visit,
};
use crate::error::StoreError;
use crate::repo::call::step::caller_digits;
use crate::repo::from_json;
use crate::repo::rtb_bid::{self as rtb_bid_repo, KeptBid};
use crate::repo::target::{UsageRecord, usage_record};
use crate::repo::target_group::{GroupUsageRecord, group_usage_record};
use crate::scope::TenantScope;

/// Numbers of one question.
const NUMBERS_AT_ONCE: usize = 5_000;
/// Bids of one caller, or on one number, that are looked at.
const BIDS_MAX: u64 = 50;
/// For how long after its end a bid is still found, in seconds: its call may be late.
const BIDS_AGE_S: i64 = 3_600;
/// Whose call it is, under the names that the parts know it by.
const DOOR: &str = "door";

/// By what a call comes to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallDoor<'a> {
    Number(&'a E164),
    /// By SIP: the bid that it came for.
    Bid(CallId),
    /// It may come later, and is asked about.
    RtbId(RtbId),
}

/// What it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberHome {
    pub scope: TenantScope,
    pub campaign: Option<CampaignId>,
    /// Whose callers dial it.
    pub publisher: Option<PublisherId>,
    /// The account's generation: plans cached under another one are out of date.
    pub generation: i64,
    /// What the targets of the campaign's plan have used, members of its groups among them.
    pub usage: Vec<UsageRecord>,
    /// What its groups have used.
    pub groups: Vec<GroupUsageRecord>,
    /// The account's blocks that are about the caller, wherever and until whenever they hold.
    pub blocks: Vec<Block>,
    /// The latest calls of the same caller in the account.
    pub history: Vec<EarlierCall>,
    /// The visit that the number was lent to last.
    pub lent_last: Option<SeenNumber>,
    /// The visit as which the caller called this number last.
    pub called_as: Option<SeenNumber>,
    /// What was sent of the caller for this number.
    pub enrichment: Option<Enrichment>,
    /// Bids that the call may be of, or that were made for the same caller and hold, newest first.
    pub bids: Vec<KeptBid>,
    /// Of an RTB id, how often it was asked lately: in earnest, and for tests.
    pub asked: (Asked, Asked),
}

/// A row of one of the parts: what the others have is null.
#[derive(Debug, FromQueryResult)]
struct HomeRow {
    account_id: Option<i64>,
    generation: Option<i64>,
    campaign_id: Option<uuid::Uuid>,
    publisher_id: Option<i64>,
    group_id: Option<i64>,
    live: Option<i64>,
    peak_live: Option<i64>,
    window_hour: Option<i64>,
    window_day: Option<i64>,
    window_month: Option<i64>,
    hour_count: Option<i64>,
    day_count: Option<i64>,
    month_count: Option<i64>,
    total_count: Option<i64>,
    last_claimed_at: Option<i64>,
    last_freed_at: Option<i64>,
    usages: Option<String>,
    block_id: Option<i64>,
    block_pattern: Option<String>,
    block_campaign_id: Option<uuid::Uuid>,
    block_expires_at: Option<i64>,
    block_note: Option<String>,
    call_id: Option<uuid::Uuid>,
    session: Option<String>,
    visit_id: Option<uuid::Uuid>,
    visitor: Option<String>,
    visit_tags: Option<String>,
    leased_at: Option<i64>,
    held_until: Option<i64>,
    called_before: Option<i64>,
    enriched_tags: Option<String>,
    enriched_at: Option<i64>,
    bid: Option<String>,
    bid_came_at: Option<i64>,
    bid_reserved: Option<String>,
    ping_span: Option<i64>,
    pings: Option<i64>,
    test_span: Option<i64>,
    test_pings: Option<i64>,
}

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

#[expect(
    clippy::disallowed_methods,
    reason = "the number proves whose account it is"
)]
impl Platform<'_> {
    /// Which of these numbers are in use, in whatever account: a number leads to one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn numbers_in_use(&self, numbers: &[String]) -> Result<BTreeSet<String>, StoreError> {
        let mut found = BTreeSet::new();
        for part in numbers.chunks(NUMBERS_AT_ONCE) {
            let rows: Vec<String> = phone_number::Entity::find()
                .select_only()
                .column(phone_number::Column::E164)
                .filter(phone_number::Column::E164.is_in(part.iter().map(String::as_str)))
                .into_tuple()
                .all(self.conn)
                .await?;
            found.extend(rows);
        }
        Ok(found)
    }

    /// Where a call leads, what the targets of its campaign's plan have used, whether the caller is
    /// blocked, when they called before and what was bid for them: all that a new call needs, in one
    /// round trip.
    ///
    /// # Errors
    /// What the database says.
    pub async fn home_of_call(
        &self,
        door: CallDoor<'_>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Option<NumberHome>, StoreError> {
        let backend = self.conn.get_database_backend();
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
        let statement = backend.build(&parts);
        let rows: Vec<HomeRow> = HomeRow::find_by_statement(statement).all(self.conn).await?;
        let home = rows
            .iter()
            .find_map(|row| Some((row, row.account_id?, row.generation?)));
        let Some((first, account, generation)) = home else {
            return Ok(None);
        };
        Ok(Some(NumberHome {
            scope: TenantScope::mint(account),
            campaign: first.campaign_id.map(CampaignId),
            publisher: first.publisher_id.map(PublisherId),
            generation,
            usage: usages(&rows, account)?,
            groups: rows
                .iter()
                .filter_map(|row| row.group_usage(account))
                .collect(),
            blocks: rows
                .iter()
                .filter_map(|row| row.block(account))
                .collect::<Result<_, _>>()?,
            history: rows
                .iter()
                .filter_map(|row| row.earlier(caller).transpose())
                .collect::<Result<_, _>>()?,
            lent_last: seen(&rows, false)?,
            called_as: seen(&rows, true)?,
            enrichment: enriched(&rows)?,
            bids: bids(&rows)?,
            asked: rows.iter().find_map(HomeRow::asked).unwrap_or_default(),
        }))
    }
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

/// A row of it, column by column, in the order of the table.
#[derive(Debug, Deserialize)]
struct UsedRow(
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    Option<i64>,
    i64,
    i64,
    i64,
    i64,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<i64>,
);

impl UsedRow {
    fn model(self, account: i64) -> target_usage::Model {
        target_usage::Model {
            account_id: account,
            target_id: self.0,
            live: self.1,
            peak_live: self.2,
            window_hour: self.3,
            window_day: self.4,
            window_month: self.5,
            hour_count: self.6,
            day_count: self.7,
            month_count: self.8,
            total_count: self.9,
            last_claimed_at: self.10,
            hour_spent: self.11,
            day_spent: self.12,
            month_spent: self.13,
            total_spent: self.14,
            last_freed_at: self.15,
            pause: self.16,
            status: self.17,
            status_since: self.18,
            wrap_until: self.19,
        }
    }
}

fn usages(rows: &[HomeRow], account: i64) -> Result<Vec<UsageRecord>, StoreError> {
    let mut all = Vec::new();
    for text in rows.iter().filter_map(|row| row.usages.as_deref()) {
        let part: Vec<UsedRow> = from_json("target_usage", text)?;
        for used in part {
            all.push(usage_record(&used.model(account))?);
        }
    }
    Ok(all)
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

fn enriched(rows: &[HomeRow]) -> Result<Option<Enrichment>, StoreError> {
    let told = rows
        .iter()
        .find_map(|row| Some((row.enriched_tags.as_deref()?, row.enriched_at?)));
    told.map(|(tags, at)| crate::repo::enrichment::read(tags, at))
        .transpose()
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

fn seen(rows: &[HomeRow], called_before: bool) -> Result<Option<SeenNumber>, StoreError> {
    let row = rows
        .iter()
        .find(|row| row.called_before == Some(i64::from(called_before)));
    let Some(row) = row else { return Ok(None) };
    let (Some(visit), Some(visitor), Some(tags), Some(leased_at), Some(held_until)) = (
        row.visit_id,
        &row.visitor,
        &row.visit_tags,
        row.leased_at,
        row.held_until,
    ) else {
        return Ok(None);
    };
    Ok(Some(SeenNumber {
        visit: VisitId(visit),
        visitor: visitor.clone(),
        publisher: row.publisher_id.map(PublisherId),
        leased_at: Timestamp(leased_at),
        held_until: Timestamp(held_until),
        tags: from_json("visit", tags)?,
    }))
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
        .and_where(col(rtb_bid::Entity, B::ExpiresAt).gt(now.plus_secs(-BIDS_AGE_S).0))
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
        .and(col(rtb_bid::Entity, B::ExpiresAt).gt(now.plus_secs(-BIDS_AGE_S).0));
    latest_bids(which, account_of(CallDoor::Number(number)))
}

/// Bids for a caller: by SIP the one who was bid for, whoever calls. Before a call it is asked for those
/// that hold; a call may be late.
fn bids_for(door: CallDoor<'_>, caller: &Caller, now: Timestamp) -> Option<SelectStatement> {
    use rtb_bid::Column as B;
    let (known, since): (SimpleExpr, Timestamp) = match door {
        CallDoor::RtbId(_) => (Expr::value(caller.number()?.as_str()), now),
        CallDoor::Number(_) => (
            Expr::value(caller.number()?.as_str()),
            now.plus_secs(-BIDS_AGE_S),
        ),
        CallDoor::Bid(bid) => {
            let of_bid = Query::select()
                .column((rtb_bid::Entity, B::Caller))
                .from(rtb_bid::Entity)
                .and_where(col(rtb_bid::Entity, B::Id).eq(bid.0))
                .to_owned();
            (
                SimpleExpr::from(SubQueryStatement::from(of_bid)),
                now.plus_secs(-BIDS_AGE_S),
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

/// Each bid once, newest first.
fn bids(rows: &[HomeRow]) -> Result<Vec<KeptBid>, StoreError> {
    let mut all: Vec<KeptBid> = Vec::new();
    for row in rows {
        let Some(detail) = &row.bid else { continue };
        let bid: PublisherBid = from_json("rtb_bid", detail)?;
        if all.iter().any(|known| known.bid.call == bid.call) {
            continue;
        }
        let reserved = row.bid_reserved.as_deref();
        all.push(KeptBid {
            bid,
            came_at: row.bid_came_at.map(Timestamp),
            reserved: reserved
                .map(|text| from_json("rtb_bid", text))
                .transpose()?,
        });
    }
    all.sort_by_key(|kept| std::cmp::Reverse(kept.bid.asked_at));
    Ok(all)
}

fn account_of(door: CallDoor<'_>) -> SimpleExpr {
    let mut account = whose(door);
    account
        .clear_selects()
        .column(phone_number::Column::AccountId);
    SimpleExpr::from(SubQueryStatement::from(account))
}

impl HomeRow {
    fn asked(&self) -> Option<(Asked, Asked)> {
        let (real, test) = (
            rtb_bid_repo::asked(self.ping_span?, self.pings?),
            rtb_bid_repo::asked(self.test_span?, self.test_pings?),
        );
        Some((real, test))
    }

    fn block(&self, account: i64) -> Option<Result<Block, StoreError>> {
        Some(crate::repo::block::block(block::Model {
            account_id: account,
            id: self.block_id?,
            pattern: self.block_pattern.clone()?,
            campaign_id: self.block_campaign_id,
            expires_at: self.block_expires_at,
            note: self.block_note.clone()?,
            created_at: 0,
            source: String::new(),
        }))
    }

    fn group_usage(&self, account: i64) -> Option<GroupUsageRecord> {
        Some(group_usage_record(&target_group_usage::Model {
            account_id: account,
            group_id: self.group_id?,
            live: self.live?,
            peak_live: self.peak_live?,
            window_hour: self.window_hour?,
            window_day: self.window_day?,
            window_month: self.window_month?,
            hour_count: self.hour_count?,
            day_count: self.day_count?,
            month_count: self.month_count?,
            total_count: self.total_count?,
            last_claimed_at: self.last_claimed_at,
            last_freed_at: self.last_freed_at,
        }))
    }

    /// Callers without a number share what calls are found by; they are told apart here.
    fn earlier(&self, caller: &Caller) -> Result<Option<EarlierCall>, StoreError> {
        let (Some(call), Some(session)) = (self.call_id, &self.session) else {
            return Ok(None);
        };
        let session: Session = from_json("call", session)?;
        if session.from != *caller {
            return Ok(None);
        }
        Ok(EarlierCall::of(CallId(call), &session))
    }
}
