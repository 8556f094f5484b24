//! What publishers' pings were answered, and what is held for the calls that may come.
//!
//! A bid is kept with all that it claims, or not at all: on PostgreSQL in one statement, on SQLite in a
//! turn of the keeper, as a step of a call is.

mod release;

use std::collections::BTreeMap;

use domain::call::reservation::Reservation;
use domain::caps::{Claim, Freed, GroupClaim, GroupFreed};
use domain::id::{CallId, CampaignId, PublisherId, RtbId};
use domain::money::Micros;
use domain::phone::{Caller, E164};
use domain::rtb::ping::Ping;
use domain::rtb_id::bid::PublisherBid;
use domain::rtb_id::rate::{Asked, RateLimit};
use domain::rtb_id::settings::Environment;
use domain::time::Timestamp;
use sea_orm::sea_query::{
    Alias, Condition, Expr, ExprTrait, Func, InsertStatement, LockBehavior, LockType,
    PostgresQueryBuilder, Query, SelectStatement, SimpleExpr, SqliteQueryBuilder, UpdateStatement,
    WithClause,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbBackend, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select, Statement, UpdateMany,
};

use super::call::step::lock::{Capacity, behind_together};
use super::call::step::{Batch, Check, Held, exists, part};
use super::{count, from_json, to_json};
use crate::entity::{call, phone_number, rtb_bid, rtb_id_usage};
use crate::error::StoreError;
use crate::scope::Tenant;

/// The longest that a ping is answered for, auctions and all, in seconds.
const MEANWHILE_S: i64 = 60;

/// A bid to keep, with what was asked for it.
#[derive(Debug, Clone, Copy)]
pub struct BidStep<'a> {
    pub bid: &'a PublisherBid,
    /// What is held for its call.
    pub reserved: &'a Reservation,
    /// How many pings may be let in, more than these come to.
    pub limit: RateLimit,
    /// The earlier bid of the same caller whose reservation goes over to this one.
    pub taken: Option<CallId>,
    /// Until when what it holds is held: a bid that took over what another held, holds it for both.
    pub held_until: Timestamp,
    /// For a bid that claims: the caller's open bids that were looked at. One that is not among them was
    /// made meanwhile, and the caller has one place.
    pub seen: &'a [CallId],
    /// The ping was counted before bidders were asked.
    pub counted: bool,
    pub claims: &'a [Claim],
    pub group_claim: Option<&'a GroupClaim>,
    pub freed: &'a [Freed],
    pub freed_groups: &'a [GroupFreed],
    pub pings: &'a [Ping],
    pub now: Timestamp,
}

/// What became of a bid that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum BidKept {
    Done,
    /// Others asked meanwhile: the limit is reached, or the same caller was bid for.
    Overtaken,
    /// The earlier bid's call came, or its reservation was given back.
    ReservationGone,
    /// Another call or bid took a line.
    ClaimLost,
}

/// How a new call uses bids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BidUse {
    /// The bid it came for.
    pub came: CallId,
    /// The bid whose reservation it takes over.
    pub taken: Option<CallId>,
}

/// A bid as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptBid {
    pub bid: PublisherBid,
    pub came_at: Option<Timestamp>,
    /// What is still held for it.
    pub reserved: Option<Reservation>,
}

/// A bid as people look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BidRecord {
    pub bid: PublisherBid,
    pub came_at: Option<Timestamp>,
}

/// A place in the list of bids, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BidCursor {
    pub at: Timestamp,
    pub call: CallId,
}

/// Which bids are asked for; what is none does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BidFilter {
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub publisher: Option<PublisherId>,
    pub campaign: Option<CampaignId>,
    pub rtb_id: Option<RtbId>,
    pub environment: Option<Environment>,
    /// Refused for this reason.
    pub code: Option<u16>,
    /// Whether something was offered.
    pub offered: Option<bool>,
    /// Whether a call came.
    pub came: Option<bool>,
    pub caller: Option<E164>,
    pub call: Option<CallId>,
    /// Bids before this one.
    pub before: Option<BidCursor>,
}

/// How often pings were answered in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BidSums {
    pub publisher: PublisherId,
    pub rtb_id: RtbId,
    /// None for offers.
    pub code: Option<u16>,
    pub came: bool,
    pub pings: u32,
    /// What was offered in sum.
    pub offered: Micros,
}

/// What the calls of bids came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BidMoney {
    pub publisher: PublisherId,
    pub calls: u32,
    pub paid: u32,
    pub revenue: Micros,
    pub payout: Micros,
}

impl Tenant<'_> {
    /// Keeps a bid with all that it claims, or nothing. After anything but [`BidKept::Done`] the
    /// connection must be dropped, not committed.
    ///
    /// # Errors
    /// What the database says.
    pub async fn keep_bid(&self, step: &BidStep<'_>) -> Result<BidKept, StoreError> {
        let held = match self.conn.get_database_backend() {
            DbBackend::Postgres => self.keep_bid_linked(step).await?,
            _ => self.run_batch(self.bid_batch(step)?).await?,
        };
        Ok(match held {
            Held { call: false, .. } => BidKept::Overtaken,
            Held { bid: false, .. } => BidKept::ReservationGone,
            Held { claim: false, .. } => BidKept::ClaimLost,
            _ => BidKept::Done,
        })
    }

    fn bid_batch(&self, step: &BidStep<'_>) -> Result<Batch, StoreError> {
        let mut batch = Batch::default();
        let mut counting = self.counting(step);
        counting.cond_where(self.may_keep(step));
        batch.add(counting.build(SqliteQueryBuilder));
        batch.check(Check::Call);
        if let Some(taken) = step.taken {
            batch.add(self.untaking(taken).build(SqliteQueryBuilder));
            batch.check(Check::Bid);
        }
        let capacity = step.capacity();
        self.add_claims(&mut batch, &capacity, step.now);
        self.add_frees(&mut batch, &capacity, step.now);
        batch.add(self.bid_row(step, None)?.build(SqliteQueryBuilder));
        for (at, ping) in step.pings.iter().enumerate() {
            let row = self.ping_row(step.bid.call, at, ping, None)?;
            batch.add(row.build(SqliteQueryBuilder));
        }
        Ok(batch)
    }

    /// One statement: all that must be so is locked and looked at before anything is changed.
    #[expect(
        clippy::disallowed_methods,
        reason = "every part is built from a scoped one"
    )]
    async fn keep_bid_linked(&self, step: &BidStep<'_>) -> Result<Held, StoreError> {
        let mut with = WithClause::new();
        let asked = self
            .select::<rtb_id_usage::Entity>()
            .filter(rtb_id_usage::Column::RtbId.eq(step.bid.rtb_id.0))
            .filter(self.may_keep(step))
            .into_query()
            .clear_selects()
            .column(rtb_id_usage::Column::RtbId)
            .lock_exclusive()
            .to_owned();
        with.cte(part("asked", asked));
        let mut gates = vec!["asked"];
        if let Some(taken) = step.taken {
            with.cte(part("bid", self.lock_held(taken)));
            gates.push("bid");
        }
        let capacity = step.capacity();
        self.lock_capacity(&mut with, &capacity, &gates);
        with.cte(part("counted", behind_together(self.counting(step))));
        if let Some(taken) = step.taken {
            with.cte(part("untaken", behind_together(self.untaking(taken))));
        }
        self.change_capacity(&mut with, &capacity, step.now);
        with.cte(part("written", self.bid_row(step, Some("together"))?));
        for (at, ping) in step.pings.iter().enumerate() {
            let row = self.ping_row(step.bid.call, at, ping, Some("together"))?;
            with.cte(part(&format!("pinged{at}"), row));
        }
        let taken = match step.taken {
            Some(_) => exists("bid"),
            None => Expr::value(true),
        };
        let main = Query::select()
            .expr_as(exists("asked"), "asked_held")
            .expr_as(taken, "bid_held")
            .expr_as(exists("together"), "claim_held")
            .to_owned();
        let (sql, values) = main.with(with).build(PostgresQueryBuilder);
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        let row = self
            .conn
            .query_one_raw(statement)
            .await?
            .ok_or_else(|| StoreError::corrupt("rtb_bid", "a bid answered nothing"))?;
        Ok(Held {
            call: row.try_get("", "asked_held")?,
            bid: row.try_get("", "bid_held")?,
            claim: row.try_get("", "claim_held")?,
            payout: true,
        })
    }

    /// Counts a ping before bidders are asked for it, if there is room for it: whether there was.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_ping(
        &self,
        id: RtbId,
        environment: Environment,
        limit: RateLimit,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let update =
            self.counting_of(id, environment, limit, now)
                .filter(room(environment, limit, now));
        Ok(update.exec(self.conn).await?.rows_affected == 1)
    }

    /// Counts a ping in its span, once: of one that was counted before its auction the row is only
    /// touched, for by now its span may be over and others counted in the next.
    fn counting(&self, step: &BidStep<'_>) -> UpdateStatement {
        let (id, environment) = (step.bid.rtb_id, step.bid.environment);
        if !step.counted {
            return self
                .counting_of(id, environment, step.limit, step.now)
                .into_query();
        }
        let (_, pings_of) = counters(environment);
        self.update::<rtb_id_usage::Entity>()
            .col_expr(pings_of, Expr::col(pings_of))
            .filter(rtb_id_usage::Column::RtbId.eq(id.0))
            .into_query()
    }

    fn counting_of(
        &self,
        id: RtbId,
        environment: Environment,
        limit: RateLimit,
        now: Timestamp,
    ) -> UpdateMany<rtb_id_usage::Entity> {
        let (span_of, pings_of) = counters(environment);
        let span = limit.per.at(now);
        let is_now = Expr::col(span_of).eq(span);
        let pings: SimpleExpr = Expr::case(is_now, Expr::col(pings_of).add(1))
            .finally(1)
            .into();
        self.update::<rtb_id_usage::Entity>()
            .col_expr(pings_of, pings)
            .col_expr(span_of, Expr::value(span))
            .filter(rtb_id_usage::Column::RtbId.eq(id.0))
    }

    /// What must be so for a bid to be kept, beside its claims: there is room for its ping, and nobody
    /// bid for its caller since it was looked at. On PostgreSQL two that are kept at the very same moment
    /// do not see each other, and both hold a place until they expire.
    fn may_keep(&self, step: &BidStep<'_>) -> Condition {
        use rtb_bid::Column as B;
        let mut all = Condition::all();
        if !step.counted {
            all = all.add(room(step.bid.environment, step.limit, step.now));
        }
        let is_real = step.bid.environment == Environment::Production;
        let known = step
            .bid
            .caller
            .as_ref()
            .filter(|_| is_real && step.bid.offered().is_some());
        let Some(caller) = known else { return all };
        let others = self
            .select::<rtb_bid::Entity>()
            .filter(B::Caller.eq(caller.as_str()))
            .filter(B::ExpiresAt.gt(step.now.0))
            .filter(B::AskedAt.gt(step.now.plus_secs(-MEANWHILE_S).0))
            .filter(B::Environment.eq(step.bid.environment.code()))
            .filter(B::Amount.is_not_null())
            .filter(B::CameAt.is_null())
            .filter(B::Id.is_not_in(step.seen.iter().map(|id| id.0)))
            .into_query()
            .clear_selects()
            .expr(Expr::val(1))
            .to_owned();
        all.add(Expr::exists(others).not())
    }

    /// Takes away what a bid holds.
    /// Locks a bid that holds something for a call which did not come.
    fn lock_held(&self, bid: CallId) -> SelectStatement {
        self.select::<rtb_bid::Entity>()
            .filter(rtb_bid::Column::Id.eq(bid.0))
            .filter(is_held())
            .into_query()
            .clear_selects()
            .column(rtb_bid::Column::Id)
            .lock_exclusive()
            .to_owned()
    }

    fn untaking(&self, bid: CallId) -> UpdateStatement {
        self.update::<rtb_bid::Entity>()
            .col_expr(rtb_bid::Column::Reserved, Expr::value(None::<String>))
            .filter(rtb_bid::Column::Id.eq(bid.0))
            .filter(is_held())
            .into_query()
    }

    fn bid_row(
        &self,
        step: &BidStep<'_>,
        gate: Option<&str>,
    ) -> Result<InsertStatement, StoreError> {
        let bid = step.bid;
        let offered = bid.offered();
        let row = rtb_bid::ActiveModel {
            account_id: NotSet,
            id: Set(bid.call.0),
            rtb_id: Set(bid.rtb_id.0),
            campaign_id: Set(bid.campaign.0),
            publisher_id: Set(bid.publisher.0),
            environment: Set(bid.environment.code().to_owned()),
            asked_at: Set(bid.asked_at.0),
            caller: Set((bid.caller.as_ref())
                .map(|caller| caller.as_str().to_owned())
                .unwrap_or_default()),
            number: Set(offered
                .filter(|_| bid.environment == Environment::Production)
                .and_then(|offered| Some(offered.number.as_ref()?.as_str().to_owned()))),
            amount: Set(offered.map(|offered| offered.amount.0)),
            code: Set(bid.reject().map(|reject| i64::from(reject.code()))),
            expires_at: Set(step.held_until.0),
            came_at: Set(None),
            reserved: Set(match step.reserved.is_empty() {
                true => None,
                false => Some(to_json("rtb_bid", step.reserved)?),
            }),
            detail: Set(to_json("rtb_bid", bid)?),
        };
        self.insert_gated::<rtb_bid::Entity>(row, gate)
    }

    /// Locks the bids that a new call uses, as they must be for it.
    pub(super) fn lock_bids(&self, with: &mut WithClause, used: BidUse) {
        let mut wanted = Condition::any();
        let rows = used.rows();
        for (id, held) in &rows {
            let mut one = Condition::all()
                .add(rtb_bid::Column::Id.eq(id.0))
                .add(rtb_bid::Column::CameAt.is_null());
            one = one.add(reserved_is(*held));
            wanted = wanted.add(one);
        }
        let lock = self
            .select::<rtb_bid::Entity>()
            .filter(wanted)
            .into_query()
            .clear_selects()
            .column(rtb_bid::Column::Id)
            .order_by(rtb_bid::Column::Id, sea_orm::Order::Asc)
            .lock_exclusive()
            .to_owned();
        with.cte(part("bids", lock));
        let found = Query::select()
            .expr(Expr::col(Alias::new("id")).count())
            .from(Alias::new("bids"))
            .to_owned();
        let all = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let mut ready = Query::select().expr(Expr::val(1)).to_owned();
        ready.and_where(
            SimpleExpr::from(sea_orm::sea_query::SubQueryStatement::from(found)).eq(all),
        );
        with.cte(part("bid", ready));
    }

    /// The changes to bids that a new call makes, each to one row.
    pub(super) fn using_bids(&self, used: Option<BidUse>, now: Timestamp) -> Vec<UpdateStatement> {
        let Some(used) = used else { return Vec::new() };
        let rows = used.rows().into_iter();
        let using = rows.map(|(id, held)| {
            let mut update = self
                .update::<rtb_bid::Entity>()
                .filter(rtb_bid::Column::Id.eq(id.0))
                .filter(rtb_bid::Column::CameAt.is_null());
            update = update.filter(reserved_is(held));
            if held {
                update = update.col_expr(rtb_bid::Column::Reserved, Expr::value(None::<String>));
            }
            if id == used.came {
                update = update.col_expr(rtb_bid::Column::CameAt, Expr::value(now.0));
            }
            update.into_query()
        });
        using.collect()
    }

    /// Takes back a number that was lent for a bid that was not made.
    ///
    /// # Errors
    /// What the database says.
    pub async fn take_back_number(&self, number: &E164) -> Result<(), StoreError> {
        use phone_number::Column as N;
        let update = self
            .update::<phone_number::Entity>()
            .col_expr(N::BidUntil, Expr::value(0_i64))
            .filter(N::E164.eq(number.as_str()));
        update.exec(self.conn).await?;
        Ok(())
    }

    /// Finds a number that no open bid of an unknown caller has, and keeps it for one until a moment;
    /// none if all are taken. Needs a transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn lend_number(
        &self,
        numbers: &[E164],
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<E164>, StoreError> {
        use phone_number::Column as N;
        let mut free = self
            .select::<phone_number::Entity>()
            .filter(N::E164.is_in(numbers.iter().map(E164::as_str)))
            .filter(N::BidUntil.lte(now.0))
            .order_by_asc(N::BidUntil)
            .order_by_asc(N::Id)
            .limit(1);
        if self.conn.get_database_backend() == DbBackend::Postgres {
            free = free.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        }
        let Some(row) = free.one(self.conn).await? else {
            return Ok(None);
        };
        self.update::<phone_number::Entity>()
            .col_expr(N::BidUntil, Expr::value(until.0))
            .filter(N::Id.eq(row.id))
            .exec(self.conn)
            .await?;
        let number = row.e164.parse();
        number
            .map(Some)
            .map_err(|e| StoreError::corrupt("phone_number", e))
    }

    /// Bids that fit, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn bids(&self, filter: &BidFilter, limit: u64) -> Result<Vec<BidRecord>, StoreError> {
        use rtb_bid::Column as C;
        let rows = self
            .bids_where(filter)
            .order_by_desc(C::AskedAt)
            .order_by_desc(C::Id)
            .limit(limit)
            .all(self.conn)
            .await?;
        rows.iter().map(record).collect()
    }

    /// A bid.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account made none with that id.
    pub async fn bid(&self, id: CallId) -> Result<BidRecord, StoreError> {
        let select = self.select::<rtb_bid::Entity>();
        let row = select
            .filter(rtb_bid::Column::Id.eq(id.0))
            .one(self.conn)
            .await?;
        record(&row.ok_or(StoreError::NotFound)?)
    }

    /// Whom publishers asked about with these bids; of a bid for whoever calls, nobody.
    ///
    /// # Errors
    /// What the database says.
    pub async fn callers_of_bids(
        &self,
        bids: &[CallId],
    ) -> Result<Vec<(CallId, Caller)>, StoreError> {
        if bids.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<(uuid::Uuid, String)> = self
            .select::<rtb_bid::Entity>()
            .select_only()
            .columns([rtb_bid::Column::Id, rtb_bid::Column::Caller])
            .filter(rtb_bid::Column::Id.is_in(bids.iter().map(|bid| bid.0)))
            .into_tuple()
            .all(self.conn)
            .await?;
        let read = |(id, caller): (uuid::Uuid, String)| {
            let caller = match caller.as_str() {
                "" => Caller::Anonymous,
                number => {
                    let number = number.parse();
                    Caller::Number(number.map_err(|e| StoreError::corrupt("rtb_bid", e))?)
                }
            };
            Ok((CallId(id), caller))
        };
        rows.into_iter().map(read).collect()
    }

    /// How pings were answered, by RTB id and reason.
    ///
    /// # Errors
    /// What the database says.
    pub async fn bid_sums(&self, filter: &BidFilter) -> Result<Vec<BidSums>, StoreError> {
        use rtb_bid::Column as C;
        let offered: SimpleExpr = Func::cast_as(
            Func::coalesce([Func::sum(Expr::col(C::Amount)).into(), Expr::value(0_i64)]),
            Alias::new("BIGINT"),
        )
        .into();
        let came: SimpleExpr = Expr::case(Expr::col(C::CameAt).is_null(), Expr::cust("0"))
            .finally(Expr::cust("1"))
            .into();
        let came: SimpleExpr = Func::cast_as(came, Alias::new("BIGINT")).into();
        let rows: Vec<(i64, uuid::Uuid, Option<i64>, i64, i64, i64)> = self
            .bids_where(filter)
            .select_only()
            .column(C::PublisherId)
            .column(C::RtbId)
            .column(C::Code)
            .column_as(came, "came")
            .column_as(C::Id.count(), "pings")
            .column_as(offered, "offered")
            .group_by(C::PublisherId)
            .group_by(C::RtbId)
            .group_by(C::Code)
            .group_by(Expr::cust("4"))
            .into_tuple()
            .all(self.conn)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(publisher, rtb_id, code, came, pings, offered)| BidSums {
                publisher: PublisherId(publisher),
                rtb_id: RtbId(rtb_id),
                code: code.and_then(|code| u16::try_from(code).ok()),
                came: came == 1,
                pings: count(pings),
                offered: Micros(offered),
            })
            .collect())
    }

    /// What the calls that came for bids made and were paid, by publisher.
    ///
    /// # Errors
    /// What the database says.
    pub async fn bid_money(&self, filter: &BidFilter) -> Result<Vec<BidMoney>, StoreError> {
        use call::Column as C;
        use rtb_bid::Column as B;
        let mut ids: SelectStatement = self
            .bids_where(filter)
            .filter(B::CameAt.is_not_null())
            .into_query();
        ids.clear_selects().column(B::Id).clear_order_by();
        let sum = |column: C| -> SimpleExpr {
            Func::cast_as(
                Func::coalesce([Func::sum(Expr::col(column)).into(), Expr::value(0_i64)]),
                Alias::new("BIGINT"),
            )
            .into()
        };
        let paid: SimpleExpr =
            Func::sum(Expr::case(Expr::col(C::Paid), Expr::cust("1")).finally(Expr::cust("0")))
                .into();
        let paid: SimpleExpr = Func::cast_as(paid, Alias::new("BIGINT")).into();
        let rows: Vec<(Option<i64>, i64, i64, i64, i64)> = self
            .select::<call::Entity>()
            .select_only()
            .column(C::PublisherId)
            .column_as(C::Id.count(), "calls")
            .column_as(paid, "paid_calls")
            .column_as(sum(C::Revenue), "revenue_sum")
            .column_as(sum(C::Payout), "payout_sum")
            .filter(C::Id.in_subquery(ids))
            .group_by(C::PublisherId)
            .into_tuple()
            .all(self.conn)
            .await?;
        let line =
            |(publisher, calls, paid, revenue, payout): (Option<i64>, i64, i64, i64, i64)| {
                Some(BidMoney {
                    publisher: PublisherId(publisher?),
                    calls: count(calls),
                    paid: count(paid),
                    revenue: Micros(revenue),
                    payout: Micros(payout),
                })
            };
        Ok(rows.into_iter().filter_map(line).collect())
    }

    /// When ids were asked last; those that never were are missing.
    ///
    /// # Errors
    /// What the database says.
    pub async fn last_pings(
        &self,
        since: Timestamp,
    ) -> Result<BTreeMap<RtbId, Timestamp>, StoreError> {
        use rtb_bid::Column as C;
        let rows: Vec<(uuid::Uuid, i64)> = self
            .select::<rtb_bid::Entity>()
            .select_only()
            .column(C::RtbId)
            .column_as(C::AskedAt.max(), "last")
            .filter(C::AskedAt.gte(since.0))
            .group_by(C::RtbId)
            .into_tuple()
            .all(self.conn)
            .await?;
        let line = |(id, at)| (RtbId(id), Timestamp(at));
        Ok(rows.into_iter().map(line).collect())
    }

    fn bids_where(&self, filter: &BidFilter) -> Select<rtb_bid::Entity> {
        use rtb_bid::Column as C;
        let mut select = self.select::<rtb_bid::Entity>();
        if let Some(since) = filter.since {
            select = select.filter(C::AskedAt.gte(since.0));
        }
        if let Some(until) = filter.until {
            select = select.filter(C::AskedAt.lt(until.0));
        }
        if let Some(publisher) = filter.publisher {
            select = select.filter(C::PublisherId.eq(publisher.0));
        }
        if let Some(campaign) = filter.campaign {
            select = select.filter(C::CampaignId.eq(campaign.0));
        }
        if let Some(id) = filter.rtb_id {
            select = select.filter(C::RtbId.eq(id.0));
        }
        if let Some(environment) = filter.environment {
            select = select.filter(C::Environment.eq(environment.code()));
        }
        if let Some(code) = filter.code {
            select = select.filter(C::Code.eq(i64::from(code)));
        }
        if let Some(offered) = filter.offered {
            select = select.filter(match offered {
                true => C::Code.is_null(),
                false => C::Code.is_not_null(),
            });
        }
        if let Some(came) = filter.came {
            select = select.filter(match came {
                true => C::CameAt.is_not_null(),
                false => C::CameAt.is_null(),
            });
        }
        if let Some(caller) = &filter.caller {
            select = select.filter(C::Caller.eq(caller.as_str()));
        }
        if let Some(call) = filter.call {
            select = select.filter(C::Id.eq(call.0));
        }
        if let Some(before) = filter.before {
            select = select.filter(
                Condition::any().add(C::AskedAt.lt(before.at.0)).add(
                    Condition::all()
                        .add(C::AskedAt.eq(before.at.0))
                        .add(C::Id.lt(before.call.0)),
                ),
            );
        }
        select
    }
}

impl BidStep<'_> {
    fn capacity(&self) -> Capacity<'_> {
        Capacity {
            claims: self.claims,
            group_claim: self.group_claim,
            freed: self.freed,
            freed_groups: self.freed_groups,
        }
    }
}

impl BidUse {
    /// The rows it changes, and whether each must still hold something.
    fn rows(self) -> Vec<(CallId, bool)> {
        let mut rows = vec![(self.came, self.taken == Some(self.came))];
        rows.extend(
            self.taken
                .filter(|taken| *taken != self.came)
                .map(|id| (id, true)),
        );
        rows
    }
}

/// Whether a bid holds something: what it does must be known, or it would be held for ever.
fn reserved_is(held: bool) -> SimpleExpr {
    match held {
        true => rtb_bid::Column::Reserved.is_not_null(),
        false => rtb_bid::Column::Reserved.is_null(),
    }
}

/// Whether a bid holds something for a call that may still come.
fn is_held() -> Condition {
    Condition::all()
        .add(rtb_bid::Column::CameAt.is_null())
        .add(rtb_bid::Column::Reserved.is_not_null())
}

/// Tests do not use up what production may ask.
fn counters(environment: Environment) -> (rtb_id_usage::Column, rtb_id_usage::Column) {
    use rtb_id_usage::Column as U;
    match environment {
        Environment::Production => (U::Span, U::Pings),
        Environment::Test | Environment::Sandbox => (U::TestSpan, U::TestPings),
    }
}

fn room(environment: Environment, limit: RateLimit, now: Timestamp) -> Condition {
    let (span_of, pings_of) = counters(environment);
    Condition::any()
        .add(Expr::col(span_of).ne(limit.per.at(now)))
        .add(Expr::col(pings_of).lt(i64::from(limit.pings)))
}

fn record(row: &rtb_bid::Model) -> Result<BidRecord, StoreError> {
    Ok(BidRecord {
        bid: from_json("rtb_bid", &row.detail)?,
        came_at: row.came_at.map(Timestamp),
    })
}

/// The figures of a row of usage, of an environment.
pub(crate) fn asked(span: i64, pings: i64) -> Asked {
    Asked {
        span,
        pings: count(pings),
    }
}
