//! What a step of a call stores: the call, the event, the claim and what is given back, all or
//! nothing.
//!
//! PostgreSQL does it in one statement of linked parts, so that the row of a busy target is locked
//! only for that statement. SQLite, which has one writer anyway, gets the parts as one batch.

pub(in crate::repo) mod lock;

use domain::call::money::{Dial, PayoutClaim};
use domain::call::record::Outcome;
use domain::call::recording::{Recording, RecordingKind};
use domain::call::session::Session;
use domain::caps::{Claim, Freed, GroupClaim, GroupFreed};
use domain::id::CallId;
use domain::ledger;
use domain::ledger::totals::Totals;
use domain::phone::Caller;
use domain::rtb::ping::Ping;
use domain::tag::Tags;
use domain::time::Timestamp;
use sea_orm::sea_query::{
    Alias, CommonTableExpression, Expr, InsertStatement, OnConflict, PostgresQueryBuilder, Query,
    SimpleExpr, SqliteQueryBuilder, SubQueryStatement, UpdateStatement, Values, WithClause,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue,
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbBackend, Iterable, PaginatorTrait, QueryFilter, QueryTrait,
    Statement,
};

use self::lock::Capacity;
use super::{EventRecord, SavedCall};
use crate::entity::{call, call_event, payout_usage, recording, target_usage};
use crate::error::{Constraint, StoreError};
use crate::repo::rtb_bid::BidUse;
use crate::repo::to_json;
use crate::scope::{Tenant, TenantOwned};

/// A step to keep.
#[derive(Debug, Clone, Copy)]
pub struct StepRecord<'a> {
    pub call: CallId,
    /// What the step was worked out from.
    pub over: Over<'a>,
    pub session: &'a Session,
    pub next_check_at: Option<Timestamp>,
    /// Kept only if all of these can be had, in the order of targets.
    pub claims: &'a [Claim],
    /// Kept only if this can be had.
    pub group_claim: Option<&'a GroupClaim>,
    pub freed: &'a [Freed],
    pub freed_groups: &'a [GroupFreed],
    /// Recordings that the call did not know.
    pub recordings: &'a [Recording],
    /// Entries that the call's ledger did not have.
    pub ledger: &'a [ledger::entry::Entry],
    /// Kept only if this can be had.
    pub payout: Option<&'a PayoutClaim>,
    pub dials: &'a [Dial],
    /// What bidders were asked for this step.
    pub pings: &'a [Ping],
    /// Of a new call, the bid it came for: kept only if nobody else came for it.
    pub bid: Option<BidUse>,
    pub event: Option<&'a EventRecord>,
    pub now: Timestamp,
}

impl StepRecord<'_> {
    fn capacity(&self) -> Capacity<'_> {
        Capacity {
            claims: self.claims,
            group_claim: self.group_claim,
            freed: self.freed,
            freed_groups: self.freed_groups,
        }
    }
}

/// What a step was worked out from.
#[derive(Debug, Clone, Copy)]
pub enum Over<'a> {
    /// The call has just arrived.
    Nothing { tags: &'a Tags },
    /// The call as it was read; it must not have gone on since.
    Saved(&'a SavedCall),
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Kept {
    Done,
    /// Another call was faster: nothing was kept. Drop the connection, do not commit it.
    ClaimLost,
    /// A cap of the payout rule has no room any more: nothing was kept, as above.
    PayoutLost,
}

impl Tenant<'_> {
    /// Keeps a step of a call, all or nothing. After an error or a lost claim the connection must
    /// be dropped, not committed.
    ///
    /// # Errors
    /// [`Constraint::CallCarrierSid`] for a new call that is known already; [`StoreError::Stale`]
    /// if the call, or the bid of a new one, went on meanwhile; [`Constraint::CallDelivery`] if the event's delivery is known;
    /// [`StoreError::NotFound`] if this account has no such call.
    pub async fn keep_step(&self, step: &StepRecord<'_>) -> Result<Kept, StoreError> {
        let kept = match self.conn.get_database_backend() {
            DbBackend::Postgres => self.keep_linked(step).await,
            _ => self.keep_batch(step).await,
        };
        match kept {
            // Another event took the place of ours.
            Err(StoreError::Conflict(Constraint::CallEventPlace)) => Err(StoreError::Stale),
            // Another call came for the bid. A batch finds this before its questions are answered.
            Err(StoreError::Conflict(Constraint::CallId)) if step.bid.is_some() => {
                Err(StoreError::Stale)
            }
            Ok(Held { bid: false, .. }) => Err(StoreError::Stale),
            Ok(Held { call: false, .. }) => Err(self.stale_or_missing(step.call).await?),
            Ok(Held { claim: false, .. }) => Ok(Kept::ClaimLost),
            Ok(Held { payout: false, .. }) => Ok(Kept::PayoutLost),
            Ok(_) => Ok(Kept::Done),
            Err(e) => Err(e),
        }
    }

    /// One statement: each part reads from the one it depends on.
    #[expect(
        clippy::disallowed_methods,
        reason = "every part is built from a scoped one"
    )]
    async fn keep_linked(&self, step: &StepRecord<'_>) -> Result<Held, StoreError> {
        let mut with = WithClause::new();
        // Who all the rest depends on: the claim, else the call as it was read.
        let mut gate: Option<&'static str> = None;
        if let Over::Saved(saved) = step.over {
            // Locked first: nobody else goes on with this call while we wait for the target's row.
            let at = self
                .select::<call::Entity>()
                .filter(call::Column::Id.eq(step.call.0))
                .filter(call::Column::Version.eq(saved.version))
                .into_query()
                .clear_selects()
                .column(call::Column::Id)
                .lock_exclusive()
                .to_owned();
            with.cte(part("at", at));
            gate = Some("at");
        }
        if let Some(used) = step.bid {
            // Bids are locked before targets everywhere.
            self.lock_bids(&mut with, used);
            gate = Some("bid");
        }
        let wants = !step.claims.is_empty() || step.group_claim.is_some();
        let capacity = step.capacity();
        let ordered = capacity.needs_order();
        if ordered {
            self.lock_together(&mut with, &capacity, gate.as_slice());
            gate = Some("together");
            for (at, claim) in step.claims.iter().enumerate() {
                let mut claiming = self.claiming(claim, step.now).into_query();
                claiming.and_where(exists("together"));
                with.cte(part(&format!("claimed{at}"), claiming));
            }
            if let Some(claim) = step.group_claim {
                let mut claiming = self.claiming_group(claim, step.now).into_query();
                claiming.and_where(exists("together"));
                with.cte(part("claimed_group", claiming));
            }
        } else if let Some(claim) = step.claims.first() {
            if !step.freed.is_empty() {
                with.cte(part("ordered", self.lock_in_order(claim, step.freed)));
            }
            let mut claiming = self.claiming(claim, step.now).into_query();
            if let Some(gate) = gate {
                claiming.and_where(exists(gate));
            }
            if !step.freed.is_empty() {
                claiming.and_where(exists("ordered"));
            }
            claiming.returning_col(target_usage::Column::TargetId);
            with.cte(part("claimed", claiming));
            gate = Some("claimed");
        }
        let claimed = wants.then_some(if ordered { "together" } else { "claimed" });
        if let Some(payout) = step.payout {
            // Targets are locked before rules, as a claim does, or two calls would wait for each other.
            let targets_first = (!wants && !ordered && !step.freed.is_empty()).then_some("freeing");
            if let Some(name) = targets_first {
                with.cte(part(name, self.lock_targets(step.freed)));
            }
            let mut paying = self.paying(payout, gate, targets_first)?;
            paying.returning_col(payout_usage::Column::RuleId);
            with.cte(part("paid", paying));
            gate = Some("paid");
        }
        match step.over {
            Over::Nothing { tags } => {
                let row = self.new_row(step, tags)?;
                with.cte(part(
                    "written",
                    self.insert_gated::<call::Entity>(row, gate)?,
                ));
            }
            Over::Saved(saved) => {
                let mut update = self.update_of(step, saved)?;
                if let Some(gate) = gate {
                    update.and_where(exists(gate));
                }
                with.cte(part("written", update));
            }
        }
        for (at, mut using) in self.using_bids(step.bid, step.now).into_iter().enumerate() {
            if let Some(gate) = gate {
                using.and_where(exists(gate));
            }
            with.cte(part(&format!("used{at}"), using));
        }
        for (at, freed) in step.freed.iter().enumerate() {
            let mut freeing = self.freeing(freed, step.now).into_query();
            if let Some(gate) = gate {
                freeing.and_where(exists(gate));
            }
            with.cte(part(&format!("freed{at}"), freeing));
        }
        for (at, freed) in step.freed_groups.iter().enumerate() {
            let mut freeing = self.freeing_group(freed, step.now).into_query();
            if let Some(gate) = gate {
                freeing.and_where(exists(gate));
            }
            with.cte(part(&format!("freed_group{at}"), freeing));
        }
        if let Some(event) = step.event {
            let row = self.event_row(step, event)?;
            with.cte(part(
                "noted",
                self.insert_gated::<call_event::Entity>(row, gate)?,
            ));
        }
        for (at, recording) in step.recordings.iter().enumerate() {
            with.cte(part(
                &format!("recorded{at}"),
                self.recording_row(step, recording, gate)?,
            ));
        }
        for (at, entry) in step.ledger.iter().enumerate() {
            with.cte(part(
                &format!("entered{at}"),
                self.entry_row(step.call, entry, gate)?,
            ));
        }
        for (at, dial) in step.dials.iter().enumerate() {
            with.cte(part(
                &format!("dialed{at}"),
                self.dial_row(step.call, dial, gate)?,
            ));
        }
        for (at, ping) in step.pings.iter().enumerate() {
            with.cte(part(
                &format!("pinged{at}"),
                self.ping_row(step.call, at, ping, gate)?,
            ));
        }
        let held = |name: Option<&str>| match name {
            Some(name) => exists(name),
            None => Expr::value(true),
        };
        let saved = matches!(step.over, Over::Saved(_)).then_some("at");
        let main = Query::select()
            .expr_as(held(saved), "call_held")
            .expr_as(held(claimed), "claim_held")
            .expr_as(held(step.payout.map(|_| "paid")), "payout_held")
            .expr_as(held(step.bid.map(|_| "bid")), "bid_held")
            .to_owned();
        let (sql, values) = main.with(with).build(PostgresQueryBuilder);
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        let row = self
            .conn
            .query_one_raw(statement)
            .await?
            .ok_or_else(|| StoreError::corrupt("call", "a step answered nothing"))?;
        Ok(Held {
            call: row.try_get("", "call_held")?,
            claim: row.try_get("", "claim_held")?,
            payout: row.try_get("", "payout_held")?,
            bid: row.try_get("", "bid_held")?,
        })
    }

    /// One batch, either inside the transaction of the caller, who drops it unless all of it was
    /// done, or handed to the one who keeps steps of many calls in one transaction.
    async fn keep_batch(&self, step: &StepRecord<'_>) -> Result<Held, StoreError> {
        self.run_batch(self.batch(step)?).await
    }

    pub(in crate::repo) async fn run_batch(&self, batch: Batch) -> Result<Held, StoreError> {
        match self.conn.keeper() {
            Some(keeper) => keeper.keep(batch).await,
            None => batch.run(self.conn).await,
        }
    }

    fn batch(&self, step: &StepRecord<'_>) -> Result<Batch, StoreError> {
        let mut batch = Batch::default();
        for using in self.using_bids(step.bid, step.now) {
            batch.add(using.build(SqliteQueryBuilder));
            batch.check(Check::Bid);
        }
        match step.over {
            Over::Nothing { tags } => {
                let row = self.new_row(step, tags)?;
                batch.add(
                    self.insert_gated::<call::Entity>(row, None)?
                        .build(SqliteQueryBuilder),
                );
            }
            Over::Saved(saved) => {
                batch.add(self.update_of(step, saved)?.build(SqliteQueryBuilder));
                batch.check(Check::Call);
            }
        }
        self.add_claims(&mut batch, &step.capacity(), step.now);
        if let Some(payout) = step.payout {
            batch.add(self.paying(payout, None, None)?.build(SqliteQueryBuilder));
            batch.check(Check::Payout);
        }
        self.add_frees(&mut batch, &step.capacity(), step.now);
        if let Some(event) = step.event {
            let row = self.event_row(step, event)?;
            batch.add(
                self.insert_gated::<call_event::Entity>(row, None)?
                    .build(SqliteQueryBuilder),
            );
        }
        for entry in step.ledger {
            let row = self.entry_row(step.call, entry, None)?;
            batch.add(row.build(SqliteQueryBuilder));
        }
        for dial in step.dials {
            let row = self.dial_row(step.call, dial, None)?;
            batch.add(row.build(SqliteQueryBuilder));
        }
        for (at, ping) in step.pings.iter().enumerate() {
            let row = self.ping_row(step.call, at, ping, None)?;
            batch.add(row.build(SqliteQueryBuilder));
        }
        for recording in step.recordings {
            batch.add(
                self.recording_row(step, recording, None)?
                    .build(SqliteQueryBuilder),
            );
        }
        Ok(batch)
    }

    /// The claims of a batch, each of which must find room.
    pub(in crate::repo) fn add_claims(
        &self,
        batch: &mut Batch,
        all: &Capacity<'_>,
        now: Timestamp,
    ) {
        for claim in all.claims {
            let claiming = self.claiming(claim, now).into_query();
            batch.add(claiming.build(SqliteQueryBuilder));
            batch.check(Check::Claim);
        }
        if let Some(claim) = all.group_claim {
            let claiming = self.claiming_group(claim, now).into_query();
            batch.add(claiming.build(SqliteQueryBuilder));
            batch.check(Check::Claim);
        }
    }

    /// What a batch gives back.
    pub(in crate::repo) fn add_frees(&self, batch: &mut Batch, all: &Capacity<'_>, now: Timestamp) {
        for freed in all.freed {
            let freeing = self.freeing(freed, now).into_query();
            batch.add(freeing.build(SqliteQueryBuilder));
        }
        for freed in all.freed_groups {
            let freeing = self.freeing_group(freed, now).into_query();
            batch.add(freeing.build(SqliteQueryBuilder));
        }
    }

    async fn stale_or_missing(&self, id: CallId) -> Result<StoreError, StoreError> {
        let there = self
            .select::<call::Entity>()
            .filter(call::Column::Id.eq(id.0))
            .count(self.conn)
            .await?;
        Ok(if there == 0 {
            StoreError::NotFound
        } else {
            StoreError::Stale
        })
    }

    fn new_row(&self, step: &StepRecord<'_>, tags: &Tags) -> Result<call::ActiveModel, StoreError> {
        let session = step.session;
        let view = SessionColumns::of(session)?;
        Ok(call::ActiveModel {
            account_id: NotSet,
            id: Set(step.call.0),
            carrier_sid: Set(session.carrier_sid.clone()),
            campaign_id: Set(session.campaign.map(|c| c.0)),
            caller: Set(to_json("call", &session.from)?),
            caller_text: Set(caller_digits(&session.from)),
            caller_state: Set(session
                .from
                .number()
                .and_then(|n| n.state())
                .unwrap_or_default()
                .to_owned()),
            dialed: Set(session
                .to
                .chars()
                .filter(|c| !c.is_control())
                .take(64)
                .collect()),
            arrived_at: Set(session.arrived_at.0),
            version: Set(1),
            tags: Set(to_json("call", tags)?),
            target_id: Set(view.target),
            buyer_id: Set(view.buyer),
            state: Set(view.state.to_owned()),
            outcome: Set(view.outcome.map(str::to_owned)),
            attempts: Set(view.attempts),
            connected_s: Set(view.connected_s),
            duration_s: Set(view.duration_s),
            has_recording: Set(view.has_recording),
            ended_at: Set(view.ended_at),
            next_check_at: Set(step.next_check_at.map(|t| t.0)),
            is_open: Set(step.next_check_at.is_some()),
            session: Set(view.session),
            publisher_id: Set(session.publisher.map(|p| p.0)),
            revenue: Set(view.money.revenue.0),
            payout: Set(view.money.payout.0),
            cost: Set(view.money.cost.0),
            converted: Set(session.converted()),
            paid: Set(session.paid),
            is_duplicate: Set(session.duplicate.is_some()),
            group_id: Set(view.group),
            visit_id: Set(session.attribution.as_ref().map(|a| a.visit.0)),
        })
    }

    fn update_of(
        &self,
        step: &StepRecord<'_>,
        saved: &SavedCall,
    ) -> Result<UpdateStatement, StoreError> {
        use call::Column as C;
        let view = SessionColumns::of(step.session)?;
        Ok(self
            .update::<call::Entity>()
            .col_expr(C::TargetId, Expr::value(view.target))
            .col_expr(C::GroupId, Expr::value(view.group))
            .col_expr(C::BuyerId, Expr::value(view.buyer))
            .col_expr(C::State, Expr::value(view.state))
            .col_expr(C::Outcome, Expr::value(view.outcome))
            .col_expr(C::Attempts, Expr::value(view.attempts))
            .col_expr(C::ConnectedS, Expr::value(view.connected_s))
            .col_expr(C::DurationS, Expr::value(view.duration_s))
            .col_expr(C::HasRecording, Expr::value(view.has_recording))
            .col_expr(C::EndedAt, Expr::value(view.ended_at))
            .col_expr(C::NextCheckAt, Expr::value(step.next_check_at.map(|t| t.0)))
            .col_expr(C::IsOpen, Expr::value(step.next_check_at.is_some()))
            .col_expr(C::Revenue, Expr::value(view.money.revenue.0))
            .col_expr(C::Payout, Expr::value(view.money.payout.0))
            .col_expr(C::Cost, Expr::value(view.money.cost.0))
            .col_expr(C::Converted, Expr::value(step.session.converted()))
            .col_expr(C::Paid, Expr::value(step.session.paid))
            .col_expr(C::Session, Expr::value(view.session))
            .col_expr(C::Version, Expr::value(saved.version + 1))
            .filter(C::Id.eq(step.call.0))
            .filter(C::Version.eq(saved.version))
            .into_query())
    }

    fn event_row(
        &self,
        step: &StepRecord<'_>,
        event: &EventRecord,
    ) -> Result<call_event::ActiveModel, StoreError> {
        let seq = match step.over {
            Over::Nothing { .. } => 0,
            Over::Saved(saved) => saved.events,
        };
        Ok(call_event::ActiveModel {
            account_id: NotSet,
            call_id: Set(step.call.0),
            seq: Set(seq),
            at: Set(event.at.0),
            delivery: Set(event.delivery.clone()),
            entries: Set(to_json("call_event", &event.entries)?),
            reply: Set(event.reply.clone()),
        })
    }

    /// One that another call has already stays there.
    fn recording_row(
        &self,
        step: &StepRecord<'_>,
        recording: &Recording,
        gate: Option<&str>,
    ) -> Result<InsertStatement, StoreError> {
        let row = recording::ActiveModel {
            account_id: NotSet,
            id: NotSet,
            call_id: Set(step.call.0),
            carrier_sid: Set(recording.sid.clone()),
            duration_s: Set(i64::from(recording.duration_s)),
            channels: Set(i64::from(recording.channels)),
            voicemail: Set(recording.kind == RecordingKind::Message),
            created_at: Set(step.now.0),
            ..Default::default()
        };
        let known = [recording::Column::AccountId, recording::Column::CarrierSid];
        let mut insert = self.insert_gated::<recording::Entity>(row, gate)?;
        insert.on_conflict(OnConflict::columns(known).do_nothing().to_owned());
        Ok(insert)
    }

    /// Inserts a row of this account if another part of the statement found something.
    pub(in crate::repo) fn insert_gated<E>(
        &self,
        row: E::ActiveModel,
        gate: Option<&str>,
    ) -> Result<InsertStatement, StoreError>
    where
        E: TenantOwned,
        E::ActiveModel: ActiveModelTrait<Entity = E>,
    {
        self.insert_behind::<E>(row, gate, None)
    }

    /// The same, if yet another part found something.
    pub(in crate::repo) fn insert_behind<E>(
        &self,
        row: E::ActiveModel,
        gate: Option<&str>,
        also: Option<&str>,
    ) -> Result<InsertStatement, StoreError>
    where
        E: TenantOwned,
        E::ActiveModel: ActiveModelTrait<Entity = E>,
    {
        let mut row = self.stamp::<E>(row);
        let mut insert = Query::insert();
        let (mut columns, mut values) = (Vec::new(), Vec::new());
        for column in E::Column::iter() {
            if let Set(value) | ActiveValue::Unchanged(value) = row.take(column) {
                columns.push(column);
                values.push(Expr::val(value));
            }
        }
        insert.into_table(E::default().table_ref()).columns(columns);
        let filled = match gate {
            Some(gate) => {
                let mut select = Query::select();
                select.exprs(values).from(Alias::new(gate));
                if let Some(also) = also {
                    select.and_where(exists(also));
                }
                insert.select_from(select)
            }
            None => insert.values(values),
        };
        filled.map_err(|e| StoreError::corrupt("call", e))?;
        Ok(insert)
    }
}

/// Which of its conditions a step found fulfilled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    /// The call was new, or as it was read.
    pub call: bool,
    /// The line was had, or none was wanted.
    pub claim: bool,
    /// The payout had room under its rule's caps, or there is none.
    pub payout: bool,
    /// Nobody else came for the bid, and what it held is still held; or there is none.
    pub bid: bool,
}

impl Held {
    /// Whether all conditions were fulfilled.
    pub(crate) fn all(self) -> bool {
        self.call && self.claim && self.payout && self.bid
    }
}

/// Statements sent to SQLite together, with questions in between whether the last one did
/// something.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    sql: String,
    values: Vec<sea_orm::Value>,
    checks: Vec<Check>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::repo) enum Check {
    Bid,
    Call,
    Claim,
    Payout,
}

impl Batch {
    pub(in crate::repo) fn add(&mut self, (sql, values): (String, Values)) {
        self.sql.push_str(&sql);
        self.sql.push_str("; ");
        self.values.extend(values.0);
    }

    /// Whether the statement before changed a row is a condition of the whole.
    pub(in crate::repo) fn check(&mut self, check: Check) {
        self.sql.push_str("SELECT changes() AS held; ");
        self.checks.push(check);
    }

    /// The same, undone by a rollback to the savepoint alone.
    pub(crate) fn behind(mut self, savepoint: &str) -> Self {
        self.sql.insert_str(0, &format!("SAVEPOINT {savepoint}; "));
        self
    }

    /// Runs all of it in one round trip to the connection's thread.
    #[expect(
        clippy::disallowed_methods,
        reason = "every part is built from a scoped one"
    )]
    pub(crate) async fn run(self, conn: &impl ConnectionTrait) -> Result<Held, StoreError> {
        let statement = Statement::from_sql_and_values(DbBackend::Sqlite, self.sql, self.values);
        let rows = conn.query_all_raw(statement).await?;
        let mut held = Held {
            call: true,
            claim: true,
            payout: true,
            bid: true,
        };
        for (check, row) in self.checks.into_iter().zip(rows) {
            let done = row.try_get::<i64>("", "held")? == 1;
            match check {
                Check::Bid => held.bid &= done,
                Check::Call => held.call = done,
                Check::Claim => held.claim &= done,
                Check::Payout => held.payout = done,
            }
        }
        Ok(held)
    }
}

pub(in crate::repo) fn part(
    name: &str,
    query: impl Into<SubQueryStatement>,
) -> CommonTableExpression {
    CommonTableExpression::new()
        .table_name(Alias::new(name))
        .query(query)
        .to_owned()
}

pub(in crate::repo) fn exists(part: &str) -> SimpleExpr {
    Expr::exists(
        Query::select()
            .expr(Expr::val(1))
            .from(Alias::new(part))
            .to_owned(),
    )
}

/// What of a session has columns of its own.
struct SessionColumns {
    target: Option<i64>,
    group: Option<i64>,
    buyer: Option<i64>,
    state: &'static str,
    outcome: Option<&'static str>,
    attempts: i64,
    connected_s: i64,
    duration_s: Option<i64>,
    has_recording: bool,
    ended_at: Option<i64>,
    money: Totals,
    session: String,
}

impl SessionColumns {
    fn of(session: &Session) -> Result<Self, StoreError> {
        let shown = session.shown_attempt();
        Ok(Self {
            target: shown.map(|a| a.chosen.target.0),
            group: shown.and_then(|a| a.chosen.group.as_ref()).map(|g| g.id.0),
            buyer: shown.map(|a| a.chosen.buyer.0),
            state: session.live_state().code(),
            outcome: session
                .outcome
                .filter(|_| !session.is_live())
                .map(Outcome::code),
            attempts: i64::try_from(session.attempts.len()).unwrap_or(i64::MAX),
            connected_s: i64::from(session.connected_s()),
            duration_s: session.duration_s.map(i64::from),
            has_recording: !session.recordings.is_empty(),
            ended_at: session.ended_at.map(|t| t.0),
            money: session.ledger.totals(),
            session: to_json("call", session)?,
        })
    }
}

/// How a caller is found: the digits of their number, nothing for one without.
pub(crate) fn caller_digits(caller: &Caller) -> String {
    caller
        .number()
        .map(|n| n.as_str().trim_start_matches('+').to_owned())
        .unwrap_or_default()
}
