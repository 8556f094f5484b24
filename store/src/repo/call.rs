//! Calls and their events.

use domain::call::record::{LiveState, Outcome};
use domain::call::session::Session;
use domain::call::timeline::Entry;
use domain::id::{BuyerId, CallId, CampaignId, TargetId};
use domain::phone::Caller;
use domain::tag::Tags;
use domain::time::Timestamp;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, SimpleExpr, SubQueryStatement};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
};

use super::{count, from_json, to_json};
use crate::entity::{call, call_event, phone_number};
use crate::error::{Constraint, StoreError};
use crate::scope::Tenant;

/// A call that has just arrived.
#[derive(Debug)]
pub struct NewCall<'a> {
    pub id: CallId,
    pub session: &'a Session,
    pub tags: &'a Tags,
    pub next_check_at: Option<Timestamp>,
}

/// A call to go on with.
#[derive(Debug, Clone)]
pub struct SavedCall {
    pub id: CallId,
    pub session: Session,
    pub version: i64,
    /// How many events there are; the next one's place.
    pub events: i64,
}

/// A whole call, to be shown.
#[derive(Debug, Clone)]
pub struct CallRecord {
    pub line: CallLine,
    pub session: Session,
    pub tags: Tags,
}

/// A call as a line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallLine {
    pub id: CallId,
    pub carrier_sid: String,
    pub campaign: Option<CampaignId>,
    pub target: Option<TargetId>,
    pub buyer: Option<BuyerId>,
    pub caller: Caller,
    pub caller_state: String,
    pub dialed: String,
    pub state: LiveState,
    pub outcome: Option<Outcome>,
    pub attempts: u32,
    pub connected_s: u32,
    pub duration_s: Option<u32>,
    pub has_recording: bool,
    pub arrived_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// One delivery of the carrier and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRecord {
    pub at: Timestamp,
    /// What the carrier asked or told; the same delivery has the same key.
    pub delivery: Option<String>,
    pub entries: Vec<Entry>,
    /// The document we answered.
    pub reply: Option<String>,
}

/// Which calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallFilter {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    pub campaign: Option<CampaignId>,
    pub target: Option<TargetId>,
    pub outcome: Option<Outcome>,
    pub live: bool,
    /// Digits the caller's number contains.
    pub caller_digits: String,
}

/// A place in the log, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub at: Timestamp,
    pub call: CallId,
}

/// Counts of one group of calls: a campaign, an hour and an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallSums {
    pub campaign: Option<CampaignId>,
    /// Hours since the start of the range.
    pub hour: u32,
    pub state: LiveState,
    pub outcome: Option<Outcome>,
    pub calls: u32,
    pub connected_s: u64,
}

#[derive(Debug, FromQueryResult)]
struct SumRow {
    campaign_id: Option<uuid::Uuid>,
    hour: i64,
    live: i64,
    outcome: Option<String>,
    calls: i64,
    connected_s: i64,
}

impl Tenant<'_> {
    /// Stores a call that has just arrived.
    ///
    /// # Errors
    /// [`Constraint::CallCarrierSid`](crate::Constraint::CallCarrierSid) if it is known already.
    pub async fn add_call(&self, new: &NewCall<'_>) -> Result<(), StoreError> {
        let session = new.session;
        let mut row = call::ActiveModel {
            account_id: NotSet,
            id: Set(new.id.0),
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
            tags: Set(to_json("call", new.tags)?),
            ..Default::default()
        };
        let view = SessionColumns::of(session)?;
        row.target_id = Set(view.target);
        row.buyer_id = Set(view.buyer);
        row.state = Set(view.state.to_owned());
        row.outcome = Set(view.outcome.map(str::to_owned));
        row.attempts = Set(view.attempts);
        row.connected_s = Set(view.connected_s);
        row.duration_s = Set(view.duration_s);
        row.has_recording = Set(view.has_recording);
        row.ended_at = Set(view.ended_at);
        row.next_check_at = Set(new.next_check_at.map(|t| t.0));
        row.session = Set(view.session);
        self.insert_quietly::<call::Entity>(row).await
    }

    /// A call to go on with.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn call_to_resume(&self, id: CallId) -> Result<SavedCall, StoreError> {
        let newest = self
            .select::<call_event::Entity>()
            .select_only()
            .expr(Expr::col((call_event::Entity, call_event::Column::Seq)).max())
            .filter(call_event::Column::CallId.eq(id.0))
            .into_query();
        let row: Option<(String, i64, Option<i64>)> = self
            .select::<call::Entity>()
            .select_only()
            .column(call::Column::Session)
            .column(call::Column::Version)
            .expr_as(SimpleExpr::from(SubQueryStatement::from(newest)), "newest")
            .filter(call::Column::Id.eq(id.0))
            .into_tuple()
            .one(self.conn)
            .await?;
        let (session, version, newest) = row.ok_or(StoreError::NotFound)?;
        Ok(SavedCall {
            id,
            session: from_json("call", &session)?,
            version,
            events: newest.map_or(0, |seq| seq + 1),
        })
    }

    /// Stores a call's new state over the version it was read at.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if it went on meanwhile; [`StoreError::NotFound`] if this account has
    /// none with that id.
    pub async fn save_call(
        &self,
        saved: &SavedCall,
        session: &Session,
        next_check_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        use call::Column as C;
        let view = SessionColumns::of(session)?;
        let update = self
            .update::<call::Entity>()
            .col_expr(C::TargetId, Expr::value(view.target))
            .col_expr(C::BuyerId, Expr::value(view.buyer))
            .col_expr(C::State, Expr::value(view.state))
            .col_expr(C::Outcome, Expr::value(view.outcome))
            .col_expr(C::Attempts, Expr::value(view.attempts))
            .col_expr(C::ConnectedS, Expr::value(view.connected_s))
            .col_expr(C::DurationS, Expr::value(view.duration_s))
            .col_expr(C::HasRecording, Expr::value(view.has_recording))
            .col_expr(C::EndedAt, Expr::value(view.ended_at))
            .col_expr(C::NextCheckAt, Expr::value(next_check_at.map(|t| t.0)))
            .col_expr(C::Session, Expr::value(view.session))
            .col_expr(C::Version, Expr::value(saved.version + 1))
            .filter(C::Id.eq(saved.id.0))
            .filter(C::Version.eq(saved.version));
        if update.exec(self.conn).await?.rows_affected == 1 {
            return Ok(());
        }
        let there = self
            .select::<call::Entity>()
            .filter(C::Id.eq(saved.id.0))
            .count(self.conn)
            .await?;
        Err(if there == 0 {
            StoreError::NotFound
        } else {
            StoreError::Stale
        })
    }

    /// Stores what a delivery brought about.
    ///
    /// # Errors
    /// [`Constraint::CallDelivery`](crate::Constraint::CallDelivery) if the delivery is known;
    /// [`StoreError::Stale`] if another event took the place.
    pub async fn add_event(
        &self,
        call: CallId,
        seq: i64,
        event: &EventRecord,
    ) -> Result<(), StoreError> {
        let row = call_event::ActiveModel {
            account_id: NotSet,
            call_id: Set(call.0),
            seq: Set(seq),
            at: Set(event.at.0),
            delivery: Set(event.delivery.clone()),
            entries: Set(to_json("call_event", &event.entries)?),
            reply: Set(event.reply.clone()),
        };
        match self.insert_quietly::<call_event::Entity>(row).await {
            Err(StoreError::Conflict(Constraint::CallEventPlace)) => Err(StoreError::Stale),
            result => result,
        }
    }

    /// The event of a delivery that was dealt with before.
    ///
    /// # Errors
    /// What the database says.
    pub async fn event_of(
        &self,
        call: CallId,
        delivery: &str,
    ) -> Result<Option<EventRecord>, StoreError> {
        let row = self
            .select::<call_event::Entity>()
            .filter(call_event::Column::CallId.eq(call.0))
            .filter(call_event::Column::Delivery.eq(delivery))
            .one(self.conn)
            .await?;
        row.map(event_record).transpose()
    }

    /// The events of a call in order.
    ///
    /// # Errors
    /// What the database says.
    pub async fn events_of(&self, call: CallId) -> Result<Vec<EventRecord>, StoreError> {
        let rows = self
            .select::<call_event::Entity>()
            .filter(call_event::Column::CallId.eq(call.0))
            .order_by_asc(call_event::Column::Seq)
            .all(self.conn)
            .await?;
        rows.into_iter().map(event_record).collect()
    }

    /// A whole call.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn call(&self, id: CallId) -> Result<CallRecord, StoreError> {
        let row = self
            .select::<call::Entity>()
            .filter(call::Column::Id.eq(id.0))
            .one(self.conn)
            .await?
            .ok_or(StoreError::NotFound)?;
        Ok(CallRecord {
            session: from_json("call", &row.session)?,
            tags: from_json("call", &row.tags)?,
            line: line(row)?,
        })
    }

    /// A page of the log, newest first: calls older than `after`, or newer than `before`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn calls(
        &self,
        filter: &CallFilter,
        after: Option<Cursor>,
        before: Option<Cursor>,
        limit: u64,
    ) -> Result<Vec<CallLine>, StoreError> {
        use call::Column as C;
        let mut select = self.filtered(filter).limit(limit);
        if let Some(cursor) = after {
            select = select.filter(
                Condition::any().add(C::ArrivedAt.lt(cursor.at.0)).add(
                    Condition::all()
                        .add(C::ArrivedAt.eq(cursor.at.0))
                        .add(C::Id.lt(cursor.call.0)),
                ),
            );
        }
        if let Some(cursor) = before {
            select = select
                .filter(
                    Condition::any().add(C::ArrivedAt.gt(cursor.at.0)).add(
                        Condition::all()
                            .add(C::ArrivedAt.eq(cursor.at.0))
                            .add(C::Id.gt(cursor.call.0)),
                    ),
                )
                .order_by_asc(C::ArrivedAt)
                .order_by_asc(C::Id);
            let mut lines: Vec<CallLine> = select
                .all(self.conn)
                .await?
                .into_iter()
                .map(line)
                .collect::<Result<_, _>>()?;
            lines.reverse();
            return Ok(lines);
        }
        select = select.order_by_desc(C::ArrivedAt).order_by_desc(C::Id);
        select.all(self.conn).await?.into_iter().map(line).collect()
    }

    /// How many calls there are.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_calls(&self, filter: &CallFilter) -> Result<u64, StoreError> {
        Ok(self.filtered(filter).count(self.conn).await?)
    }

    /// Counts by campaign, hour and outcome of calls that arrived in a range.
    ///
    /// # Errors
    /// What the database says.
    pub async fn call_sums(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<CallSums>, StoreError> {
        use call::Column as C;
        const HOUR: i64 = 3_600_000_000;
        let hour: SimpleExpr = Expr::col(C::ArrivedAt).sub(from.0).div(HOUR);
        let live: SimpleExpr = Expr::case(Expr::col(C::EndedAt).is_null(), 1_i64)
            .finally(0_i64)
            .into();
        let rows = self
            .filtered(&CallFilter {
                from: Some(from),
                to: Some(to),
                ..CallFilter::default()
            })
            .select_only()
            .column(C::CampaignId)
            .column_as(hour, "hour")
            .column_as(live, "live")
            .column(C::Outcome)
            .column_as(C::Id.count(), "calls")
            .column_as(
                Expr::col(C::ConnectedS).sum().cast_as("BIGINT"),
                "connected_s",
            )
            .group_by(C::CampaignId)
            .group_by(Expr::cust("2"))
            .group_by(Expr::cust("3"))
            .group_by(C::Outcome)
            .into_model::<SumRow>()
            .all(self.conn)
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(CallSums {
                    campaign: row.campaign_id.map(CampaignId),
                    hour: count(row.hour),
                    state: if row.live == 1 {
                        LiveState::Ringing
                    } else {
                        LiveState::Ended
                    },
                    outcome: row.outcome.as_deref().map(outcome).transpose()?,
                    calls: count(row.calls),
                    connected_s: u64::try_from(row.connected_s).unwrap_or(0),
                })
            })
            .collect()
    }

    /// For each number of the account: how many calls came since a moment, and when the last one did.
    ///
    /// # Errors
    /// What the database says.
    pub async fn calls_by_number(
        &self,
        since: Timestamp,
    ) -> Result<Vec<(String, u32, Option<Timestamp>)>, StoreError> {
        use call::Column as C;
        // A look into the index for each number, not a pass over all calls there ever were.
        let of_number = || {
            self.select::<call::Entity>().select_only().filter(
                Expr::col((call::Entity, C::Dialed))
                    .equals((phone_number::Entity, phone_number::Column::E164)),
            )
        };
        let recent = of_number()
            .expr(Expr::col((call::Entity, C::Id)).count())
            .filter(C::ArrivedAt.gte(since.0))
            .into_query();
        let last = of_number()
            .expr(Expr::col((call::Entity, C::ArrivedAt)).max())
            .into_query();
        let rows: Vec<(String, i64, Option<i64>)> = self
            .select::<phone_number::Entity>()
            .select_only()
            .column(phone_number::Column::E164)
            .expr_as(SimpleExpr::from(SubQueryStatement::from(recent)), "recent")
            .expr_as(SimpleExpr::from(SubQueryStatement::from(last)), "last")
            .into_tuple()
            .all(self.conn)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(dialed, recent, last)| (dialed, count(recent), last.map(Timestamp)))
            .collect())
    }

    /// For each buyer: calls connected since a moment.
    ///
    /// # Errors
    /// What the database says.
    pub async fn connected_by_buyer(
        &self,
        since: Timestamp,
    ) -> Result<Vec<(BuyerId, u32)>, StoreError> {
        use call::Column as C;
        let rows: Vec<(Option<i64>, i64)> = self
            .filtered(&CallFilter {
                from: Some(since),
                outcome: Some(Outcome::Connected),
                ..CallFilter::default()
            })
            .select_only()
            .column(C::BuyerId)
            .column_as(C::Id.count(), "calls")
            .group_by(C::BuyerId)
            .into_tuple()
            .all(self.conn)
            .await?;
        Ok(rows
            .into_iter()
            .filter_map(|(buyer, calls)| buyer.map(|b| (BuyerId(b), count(calls))))
            .collect())
    }

    /// A figure that changes with every event of any recent call, for views that follow along.
    ///
    /// # Errors
    /// What the database says.
    pub async fn call_activity(&self) -> Result<i64, StoreError> {
        use call::Column as C;
        // Versions of the newest calls and of all live ones: an event raises one of them.
        let newest: Vec<i64> = self
            .select::<call::Entity>()
            .select_only()
            .column(C::Version)
            .order_by_desc(C::ArrivedAt)
            .limit(100)
            .into_tuple()
            .all(self.conn)
            .await?;
        let live: Option<(i64, Option<i64>)> = self
            .filtered(&CallFilter {
                live: true,
                ..CallFilter::default()
            })
            .select_only()
            .column_as(C::Id.count(), "calls")
            .column_as(Expr::col(C::Version).sum().cast_as("BIGINT"), "versions")
            .into_tuple()
            .one(self.conn)
            .await?;
        let (calls, versions) = live.unwrap_or_default();
        let last: Option<Option<i64>> = self
            .select::<call::Entity>()
            .select_only()
            .column_as(C::ArrivedAt.max(), "last")
            .into_tuple()
            .one(self.conn)
            .await?;
        let sum: i64 = newest.iter().sum();
        Ok(last
            .flatten()
            .unwrap_or(0)
            .wrapping_add(sum)
            .wrapping_mul(31)
            .wrapping_add(calls)
            .wrapping_mul(31)
            .wrapping_add(versions.unwrap_or(0)))
    }

    /// Live calls, and calls that ended since a moment of the last day or so.
    ///
    /// # Errors
    /// What the database says.
    pub async fn counters(&self, today: Timestamp) -> Result<(u32, u32), StoreError> {
        let live = self
            .filtered(&CallFilter {
                live: true,
                ..CallFilter::default()
            })
            .count(self.conn)
            .await?;
        // By time of arrival, which is indexed: no call lasts longer than a day (carriers end it
        // after 4 to 24 hours).
        let done = self
            .filtered(&CallFilter {
                from: Some(today.plus_secs(-86_400)),
                ..CallFilter::default()
            })
            .filter(call::Column::EndedAt.gte(today.0))
            .count(self.conn)
            .await?;
        let small = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok((small(live), small(done)))
    }

    fn filtered(&self, filter: &CallFilter) -> Select<call::Entity> {
        use call::Column as C;
        let mut select = self.select::<call::Entity>();
        if let Some(from) = filter.from {
            select = select.filter(C::ArrivedAt.gte(from.0));
        }
        if let Some(to) = filter.to {
            select = select.filter(C::ArrivedAt.lt(to.0));
        }
        if let Some(campaign) = filter.campaign {
            select = select.filter(C::CampaignId.eq(campaign.0));
        }
        if let Some(target) = filter.target {
            select = select.filter(C::TargetId.eq(target.0));
        }
        if let Some(outcome) = filter.outcome {
            select = select.filter(C::Outcome.eq(outcome.code()));
        }
        if filter.live {
            // By state, which is indexed: the few live calls among many ended ones.
            select = select.filter(
                C::State.is_in(
                    [
                        LiveState::Ringing,
                        LiveState::Connected,
                        LiveState::Fallback,
                    ]
                    .map(LiveState::code),
                ),
            );
        }
        if !filter.caller_digits.is_empty() {
            // Digits only: anything else is a wildcard of LIKE, or an error (PostgreSQL and a
            // backslash at the end). No digits at all match no caller.
            let digits: String = filter
                .caller_digits
                .chars()
                .filter(char::is_ascii_digit)
                .collect();
            select = select.filter(if digits.is_empty() {
                Expr::value(false)
            } else {
                C::CallerText.contains(digits)
            });
        }
        select
    }
}

/// What of a session has columns of its own.
struct SessionColumns {
    target: Option<i64>,
    buyer: Option<i64>,
    state: &'static str,
    outcome: Option<&'static str>,
    attempts: i64,
    connected_s: i64,
    duration_s: Option<i64>,
    has_recording: bool,
    ended_at: Option<i64>,
    session: String,
}

impl SessionColumns {
    fn of(session: &Session) -> Result<Self, StoreError> {
        let shown = session.shown_attempt();
        Ok(Self {
            target: shown.map(|a| a.chosen.target.0),
            buyer: shown.map(|a| a.chosen.buyer.0),
            state: session.live_state().code(),
            outcome: session
                .outcome
                .filter(|_| !session.is_live())
                .map(Outcome::code),
            attempts: i64::try_from(session.attempts.len()).unwrap_or(i64::MAX),
            connected_s: i64::from(session.connected_s()),
            duration_s: session.duration_s.map(i64::from),
            has_recording: session.recorded,
            ended_at: session.ended_at.map(|t| t.0),
            session: to_json("call", session)?,
        })
    }
}

fn caller_digits(caller: &Caller) -> String {
    caller
        .number()
        .map(|n| n.as_str().trim_start_matches('+').to_owned())
        .unwrap_or_default()
}

fn outcome(code: &str) -> Result<Outcome, StoreError> {
    Outcome::from_code(code).ok_or_else(|| StoreError::corrupt("call", code))
}

fn line(row: call::Model) -> Result<CallLine, StoreError> {
    Ok(CallLine {
        id: CallId(row.id),
        carrier_sid: row.carrier_sid,
        campaign: row.campaign_id.map(CampaignId),
        target: row.target_id.map(TargetId),
        buyer: row.buyer_id.map(BuyerId),
        caller: from_json("call", &row.caller)?,
        caller_state: row.caller_state,
        dialed: row.dialed,
        state: LiveState::from_code(&row.state)
            .ok_or_else(|| StoreError::corrupt("call", &row.state))?,
        outcome: row.outcome.as_deref().map(outcome).transpose()?,
        attempts: count(row.attempts),
        connected_s: count(row.connected_s),
        duration_s: row.duration_s.map(count),
        has_recording: row.has_recording,
        arrived_at: Timestamp(row.arrived_at),
        ended_at: row.ended_at.map(Timestamp),
    })
}

fn event_record(row: call_event::Model) -> Result<EventRecord, StoreError> {
    Ok(EventRecord {
        at: Timestamp(row.at),
        delivery: row.delivery,
        entries: from_json("call_event", &row.entries)?,
        reply: row.reply,
    })
}
