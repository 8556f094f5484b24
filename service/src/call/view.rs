//! Calls as people see them.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::call::{AnswerView, CallRow, DecisionView, LegRow, RecordingView, TimelineRow};
use domain::call::event::dialed_number;
use domain::call::session::{Attempt, AttemptResult, Session};
use domain::call::timeline::{What, after_text};
use domain::id::{BuyerId, CampaignId, TargetId};
use domain::phone::Caller;
use domain::time::{Timestamp, length_text};
use domain::voice::twiml::indent;
use store::{CallLine, Conn, EventRecord, RecordingRecord, StoreError};

use crate::op::OpCtx;
use crate::zone::stamp;

/// Names of what calls refer to.
#[derive(Debug, Default)]
pub(crate) struct Names {
    campaigns: BTreeMap<CampaignId, String>,
    targets: BTreeMap<TargetId, String>,
    buyers: BTreeMap<BuyerId, String>,
}

impl Names {
    /// All names of an account, those of archived things included.
    pub(crate) async fn load(conn: &Conn, op: &OpCtx) -> Result<Self, StoreError> {
        let tenant = conn.tenant(&op.scope);
        Ok(Self {
            campaigns: tenant.campaign_names().await?.into_iter().collect(),
            targets: tenant.target_names().await?.into_iter().collect(),
            buyers: tenant.buyer_names().await?.into_iter().collect(),
        })
    }

    pub(crate) fn campaign(&self, id: CampaignId) -> String {
        self.campaigns.get(&id).cloned().unwrap_or_default()
    }

    pub(crate) fn target(&self, id: TargetId) -> String {
        self.targets.get(&id).cloned().unwrap_or_default()
    }
}

/// A caller as this role may see it.
pub(crate) fn caller_text(op: &OpCtx, caller: &Caller) -> String {
    if op.actor.role.allows(Permission::ViewCallerNumbers) {
        caller.display()
    } else {
        caller.masked()
    }
}

pub(crate) fn row(op: &OpCtx, names: &Names, line: &CallLine) -> CallRow {
    let live_s = line.ended_at.unwrap_or(op.now).secs_since(line.arrived_at);
    CallRow {
        id: line.id,
        arrived: stamp(&op.zone, line.arrived_at),
        state: line.state,
        outcome: line.outcome,
        caller: caller_text(op, &line.caller),
        caller_state: line.caller_state.clone(),
        dialed: dialed_number(&line.dialed).map_or_else(|| line.dialed.clone(), |n| n.display()),
        campaign: line.campaign.map(|c| names.campaign(c)).unwrap_or_default(),
        target: line.target.map(|t| names.target(t)).unwrap_or_default(),
        buyer: line
            .buyer
            .and_then(|b| names.buyers.get(&b).cloned())
            .unwrap_or_default(),
        length_s: line.duration_s.unwrap_or(live_s),
        connected_s: line.connected_s,
        attempts: line.attempts,
        has_recording: line.has_recording,
    }
}

pub(crate) fn timeline(op: &OpCtx, arrived: Timestamp, events: &[EventRecord]) -> Vec<TimelineRow> {
    events
        .iter()
        .flat_map(|e| &e.entries)
        .map(|entry| {
            let (icon, title, detail) = entry.what.words();
            TimelineRow {
                after: after_text(entry.at.millis_since(arrived)),
                at: stamp(&op.zone, entry.at),
                icon: icon.to_owned(),
                title,
                detail,
            }
        })
        .collect()
}

pub(crate) fn decisions(op: &OpCtx, events: &[EventRecord]) -> Vec<DecisionView> {
    let entries = events.iter().flat_map(|e| &e.entries);
    let mut lost = false;
    let mut views = Vec::new();
    for entry in entries {
        match &entry.what {
            What::ClaimLost { .. } => lost = true,
            What::Decided { after, decision } => {
                let title = match (lost, after) {
                    (true, _) => "Decided anew: the line was taken".to_owned(),
                    (false, None) => "First choice".to_owned(),
                    (false, Some(result)) => format!("After “{}”", result.word().to_lowercase()),
                };
                lost = false;
                let count = decision.candidates.len();
                let noun = if count == 1 {
                    "candidate"
                } else {
                    "candidates"
                };
                views.push(DecisionView {
                    title,
                    subtitle: format!("Plan version {}, {count} {noun}", decision.plan_version),
                    at: stamp(&op.zone, entry.at),
                    candidates: decision.candidates.clone(),
                });
            }
            _ => {}
        }
    }
    views
}

pub(crate) fn legs(op: &OpCtx, session: &Session) -> Vec<LegRow> {
    session
        .attempts
        .iter()
        .map(|a| leg(op, session, a))
        .collect()
}

fn leg(op: &OpCtx, session: &Session, attempt: &Attempt) -> LegRow {
    let (result, shape) = match attempt.result {
        Some(AttemptResult::Connected) => ("Connected", "open"),
        Some(AttemptResult::CallerHungUp) => ("Caller hung up", "neutral"),
        Some(result) => (result.word(), "failed"),
        None if !session.is_live() => ("Ended, result pending", "neutral"),
        None if attempt.answered_at.is_some() => ("Connected", "live"),
        None => ("Ringing", "progress"),
    };
    let rang_until = attempt.answered_at.or(attempt.ended_at);
    LegRow {
        number: attempt.number,
        target: attempt.chosen.name.clone(),
        buyer: attempt.chosen.buyer_name.clone(),
        destination: attempt.chosen.destination.display(),
        started: stamp(&op.zone, attempt.started_at),
        result: result.to_owned(),
        shape: shape.to_owned(),
        rang: rang_until
            .map(|t| after_text(t.millis_since(attempt.started_at)))
            .unwrap_or_default(),
        talked: if attempt.talked_s > 0 {
            length_text(attempt.talked_s)
        } else {
            String::new()
        },
        carrier_sid: attempt.leg_sid.clone().unwrap_or_default(),
    }
}

pub(crate) fn recording(record: &RecordingRecord) -> RecordingView {
    let sides = match (record.voicemail, record.channels) {
        (true, _) => "message of the caller",
        (false, 2..) => "both sides, one channel each",
        (false, _) => "both sides",
    };
    RecordingView {
        id: record.id,
        src: format!("/recordings/{}", record.id),
        length_s: record.duration_s,
        channels: record.channels,
        words: format!("{}, {sides}", length_text(record.duration_s)),
        ready: record.duration_s > 0,
        voicemail: record.voicemail,
    }
}

pub(crate) fn answers(op: &OpCtx, events: &[EventRecord]) -> Vec<AnswerView> {
    events
        .iter()
        .filter_map(|event| {
            let twiml = indent(event.reply.as_deref()?);
            let to = match event.delivery.as_deref().unwrap_or_default() {
                "inbound" => "Call arrived".to_owned(),
                "fallback" => "Fallback dial ended".to_owned(),
                "voicemail" => "Message left".to_owned(),
                key => match key.strip_prefix("dialed-") {
                    Some(n) => format!("Dial {n} ended"),
                    None => key.to_owned(),
                },
            };
            Some(AnswerView {
                at: stamp(&op.zone, event.at),
                to,
                twiml,
            })
        })
        .collect()
}
