//! Calls for programs: what is stored, without texts made for a screen.

use domain::access::Permission;
use domain::api::agent::WrapUpView;
use domain::api::call::CallQuery;
use domain::api_key::Scope;
use domain::call::record::{LiveState, Outcome};
use domain::call::session::Attempt;
use domain::call::timeline::Entry;
use domain::id::{BuyerId, CallId, CampaignId, TargetId};
use domain::phone::Caller;
use domain::time::Timestamp;
use store::{CallLine, RecordingRecord};

use super::log::Calls;
use super::query::{askable, cursor, cursor_text, filter};
use super::view::{Names, caller_text};
use crate::agent;
use crate::error::{Error, OrMissing};
use crate::guard::require;
use crate::op::OpCtx;
use crate::range::Range;

/// A call as it is stored, with the caller as this role may see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallFacts {
    pub id: CallId,
    pub state: LiveState,
    pub outcome: Option<Outcome>,
    /// "+12145550187", "Anonymous", or "+1214***0187" for who may not see it.
    pub caller: String,
    pub caller_state: String,
    pub dialed: String,
    pub campaign: Option<(CampaignId, String)>,
    pub target: Option<(TargetId, String)>,
    pub buyer: Option<(BuyerId, String)>,
    pub attempts: u32,
    pub connected_s: u32,
    /// So far, while it lives.
    pub duration_s: u32,
    pub has_recording: bool,
    pub arrived_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// A call with all that is known of it.
#[derive(Debug, Clone)]
pub struct CallStory {
    pub facts: CallFacts,
    pub carrier_sid: String,
    pub attempts: Vec<Attempt>,
    pub recordings: Vec<RecordingRecord>,
    pub tags: Vec<(String, String)>,
    /// In the order they happened.
    pub entries: Vec<Entry>,
    /// What agents wrote of it.
    pub wrap_ups: Vec<WrapUpView>,
}

impl Calls {
    /// Calls that fit, newest first, older than `after`: for programs. `span` narrows the query's own
    /// range to moments.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a filter that makes no sense.
    pub async fn facts(
        &self,
        op: &OpCtx,
        query: &CallQuery,
        span: (Option<Timestamp>, Option<Timestamp>),
        limit: usize,
    ) -> Result<(Vec<CallFacts>, Option<String>), Error> {
        require(op, Permission::ViewCalls)?;
        let mut range = Range::of(op, &query.range, &query.from, &query.to)?;
        range.from = range.from.max(span.0);
        range.to = match (range.to, span.1) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let filter = filter(&askable(op, query), &range)?;
        let after = cursor("after", &query.after)?;
        let conn = self.db.read().await?;
        let many = u64::try_from(limit + 1).unwrap_or(u64::MAX);
        let tenant = conn.tenant(&op.scope);
        let mut lines = tenant.calls(&filter, after, None, many).await?;
        let more = lines.len() > limit;
        lines.truncate(limit);
        let next = lines.last().filter(|_| more).map(cursor_text);
        let names = Names::load(&conn, op).await?;
        let facts = lines.into_iter().map(|line| facts(op, &names, line));
        Ok((facts.collect(), next))
    }

    /// One call with all that is known of it: for programs.
    ///
    /// # Errors
    /// [`Error::NotFound`] if this account has none with that id.
    pub async fn story(&self, op: &OpCtx, id: CallId) -> Result<CallStory, Error> {
        require(op, Permission::ViewCalls)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let call = tenant.call(id).await.or_missing("call")?;
        let events = tenant.events_of(id).await?;
        let names = Names::with_people(&conn, op).await?;
        let money = op.actor.covers(Scope::MoneyRead);
        Ok(CallStory {
            wrap_ups: agent::mine::of_call(&conn, op, id, &names).await?,
            carrier_sid: call.line.carrier_sid.clone(),
            facts: facts(op, &names, call.line),
            attempts: call.session.attempts,
            recordings: tenant.recordings_of(id).await?,
            tags: call
                .tags
                .iter()
                .map(|(k, v)| (k.into(), v.into()))
                .collect(),
            entries: events
                .into_iter()
                .flat_map(|e| e.entries)
                .filter(|entry| money || !entry.what.is_money())
                .collect(),
        })
    }
}

fn facts(op: &OpCtx, names: &Names, line: CallLine) -> CallFacts {
    let seen = op.actor.allows(Permission::ViewCallerNumbers);
    let live_s = line.ended_at.unwrap_or(op.now).secs_since(line.arrived_at);
    CallFacts {
        id: line.id,
        state: line.state,
        outcome: line.outcome,
        caller: match &line.caller {
            Caller::Number(number) if seen => number.as_str().to_owned(),
            caller => caller_text(op, caller),
        },
        caller_state: line.caller_state,
        dialed: line.dialed,
        campaign: line.campaign.map(|id| (id, names.campaign(id))),
        target: line.target.map(|id| (id, names.target(id))),
        buyer: line.buyer.map(|id| (id, names.buyer(id))),
        attempts: line.attempts,
        connected_s: line.connected_s,
        duration_s: line.duration_s.unwrap_or(live_s),
        has_recording: line.has_recording,
        arrived_at: line.arrived_at,
        ended_at: line.ended_at,
    }
}
