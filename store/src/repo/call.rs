//! Calls and their events, as one goes on.

pub(crate) mod log;
pub(crate) mod money;
pub(crate) mod step;

use domain::call::record::{LiveState, Outcome};
use domain::call::session::Session;
use domain::call::timeline::Entry;
use domain::id::{BuyerId, CallId, CampaignId, PublisherId, TargetGroupId, TargetId};
use domain::ledger::totals::Totals;
use domain::money::Micros;
use domain::phone::Caller;
use domain::tag::Tags;
use domain::time::Timestamp;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{count, from_json};
use crate::entity::{call, call_event};
use crate::error::StoreError;
use crate::scope::Tenant;

/// A call to go on with.
#[derive(Debug, Clone)]
pub struct SavedCall {
    pub id: CallId,
    pub session: Session,
    pub version: i64,
    /// How many events there are; the next one's place.
    pub events: i64,
    pub tags: Tags,
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
    /// The group it was rung with.
    pub group: Option<TargetGroupId>,
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
    pub publisher: Option<PublisherId>,
    /// Sums of the call's ledger entries.
    pub money: Totals,
    /// A revenue rule was met.
    pub converted: bool,
    /// A payout rule was met.
    pub paid: bool,
    pub is_duplicate: bool,
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

    /// A call to go on with.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn saved_call(&self, id: CallId) -> Result<SavedCall, StoreError> {
        let row = self
            .select::<call::Entity>()
            .filter(call::Column::Id.eq(id.0))
            .one(self.conn)
            .await?
            .ok_or(StoreError::NotFound)?;
        // Read after the call: an event that came in between has raised the call's version too.
        let newest: Option<Option<i64>> = self
            .select::<call_event::Entity>()
            .select_only()
            .column_as(call_event::Column::Seq.max(), "newest")
            .filter(call_event::Column::CallId.eq(id.0))
            .into_tuple()
            .one(self.conn)
            .await?;
        Ok(SavedCall {
            id,
            session: from_json("call", &row.session)?,
            version: row.version,
            events: newest.flatten().map_or(0, |seq| seq + 1),
            tags: from_json("call", &row.tags)?,
        })
    }

    /// Whole calls, those of them that are this account's.
    ///
    /// # Errors
    /// What the database says.
    pub async fn calls_by_id(&self, ids: &[CallId]) -> Result<Vec<CallRecord>, StoreError> {
        let rows = self
            .select::<call::Entity>()
            .filter(call::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .all(self.conn)
            .await?;
        rows.into_iter().map(call_record).collect()
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
        call_record(row)
    }
}

impl Tenant<'_> {
    /// Who made these calls.
    ///
    /// # Errors
    /// What the database says.
    pub async fn callers_of(&self, calls: &[CallId]) -> Result<Vec<(CallId, Caller)>, StoreError> {
        if calls.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<(uuid::Uuid, String)> = self
            .select::<call::Entity>()
            .select_only()
            .column(call::Column::Id)
            .column(call::Column::Caller)
            .filter(call::Column::Id.is_in(calls.iter().map(|c| c.0)))
            .into_tuple()
            .all(self.conn)
            .await?;
        rows.into_iter()
            .map(|(id, caller)| Ok((CallId(id), from_json("call", &caller)?)))
            .collect()
    }
}

fn call_record(row: call::Model) -> Result<CallRecord, StoreError> {
    Ok(CallRecord {
        session: from_json("call", &row.session)?,
        tags: from_json("call", &row.tags)?,
        line: line(row)?,
    })
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
        group: row.group_id.map(TargetGroupId),
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
        publisher: row.publisher_id.map(PublisherId),
        money: Totals {
            revenue: Micros(row.revenue),
            payout: Micros(row.payout),
            cost: Micros(row.cost),
        },
        converted: row.converted,
        paid: row.paid,
        is_duplicate: row.is_duplicate,
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
