//! Calls and their events, as one goes on.

pub(crate) mod log;

use domain::call::record::{LiveState, Outcome};
use domain::call::session::Session;
use domain::call::timeline::Entry;
use domain::id::{BuyerId, CallId, CampaignId, TargetId};
use domain::phone::Caller;
use domain::tag::Tags;
use domain::time::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr, SubQueryStatement};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::{count, from_json, to_json};
use crate::entity::{call, call_event};
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
