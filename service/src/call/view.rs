//! Calls as people see them.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::call::{AnswerView, CallRow, DecisionView, LegRow, TimelineRow};
use domain::api::money::Sums;
use domain::api::page::Choice;
use domain::call::event::dialed_number;
use domain::call::session::{Attempt, AttemptResult, Session};
use domain::call::timeline::{What, after_text};
use domain::id::{ApiKeyId, BuyerId, CampaignId, PublisherId, TargetGroupId, TargetId, UserId};
use domain::ledger::entry::Author;
use domain::phone::Caller;
use domain::time::{Timestamp, length_text};
use domain::voice::twiml::{indent, without_passwords};
use store::{CallLine, Conn, EventRecord, RecordingRecord, StoreError};

use crate::op::OpCtx;
use crate::recording::gone;
use crate::zone::stamp;

/// Names of what calls refer to.
#[derive(Debug, Default)]
pub(crate) struct Names {
    campaigns: BTreeMap<CampaignId, String>,
    targets: BTreeMap<TargetId, String>,
    groups: BTreeMap<TargetGroupId, String>,
    buyers: BTreeMap<BuyerId, String>,
    publishers: BTreeMap<PublisherId, String>,
    users: BTreeMap<UserId, String>,
    keys: BTreeMap<ApiKeyId, String>,
}

impl Names {
    /// All names of an account, those of archived things included.
    pub(crate) async fn load(conn: &Conn, op: &OpCtx) -> Result<Self, StoreError> {
        let tenant = conn.tenant(&op.scope);
        Ok(Self {
            campaigns: tenant.campaign_names().await?.into_iter().collect(),
            targets: tenant.target_names().await?.into_iter().collect(),
            groups: tenant.target_group_names().await?.into_iter().collect(),
            buyers: tenant.buyer_names().await?.into_iter().collect(),
            publishers: tenant.publisher_names().await?.into_iter().collect(),
            users: BTreeMap::new(),
            keys: BTreeMap::new(),
        })
    }

    /// The same with the names of people and keys.
    pub(crate) async fn with_people(conn: &Conn, op: &OpCtx) -> Result<Self, StoreError> {
        let tenant = conn.tenant(&op.scope);
        let users = tenant.member_names().await?;
        let keys = tenant.api_keys().await?;
        Ok(Self {
            users: users.into_iter().collect(),
            keys: keys.into_iter().map(|key| (key.id, key.name)).collect(),
            ..Self::load(conn, op).await?
        })
    }

    /// Who somebody is; they may have left the account.
    pub(crate) fn user(&self, id: UserId) -> String {
        let name = self.users.get(&id).cloned();
        name.unwrap_or_else(|| match id {
            // Nobody signs in on the command line.
            UserId(0) => "The operator".to_owned(),
            _ => "A former member".to_owned(),
        })
    }

    /// Who made an entry or a step; empty for a rule.
    pub(crate) fn author(&self, author: Author) -> String {
        match author {
            Author::Rule => String::new(),
            Author::User(user) => self.user(user),
            Author::Key(key) => {
                let name = self.keys.get(&key).map_or("", String::as_str);
                format!("API key {name}").trim_end().to_owned()
            }
        }
    }

    pub(crate) fn campaign(&self, id: CampaignId) -> String {
        self.campaigns.get(&id).cloned().unwrap_or_default()
    }

    pub(crate) fn buyer(&self, id: BuyerId) -> String {
        self.buyers.get(&id).cloned().unwrap_or_default()
    }

    pub(crate) fn publisher(&self, id: PublisherId) -> String {
        self.publishers.get(&id).cloned().unwrap_or_default()
    }

    /// Those that ever took part, by name.
    pub(crate) fn buyer_choices(&self) -> Vec<Choice> {
        choices(&self.buyers)
    }

    /// As above.
    pub(crate) fn publisher_choices(&self) -> Vec<Choice> {
        choices(&self.publishers)
    }

    pub(crate) fn group(&self, id: TargetGroupId) -> String {
        self.groups.get(&id).cloned().unwrap_or_default()
    }

    pub(crate) fn target(&self, id: TargetId) -> String {
        self.targets.get(&id).cloned().unwrap_or_default()
    }
}

fn choices<T: ToString>(names: &BTreeMap<T, String>) -> Vec<Choice> {
    let mut all: Vec<Choice> = names
        .iter()
        .map(|(id, name)| Choice {
            value: id.to_string(),
            label: name.clone(),
            hint: String::new(),
        })
        .collect();
    all.sort_by(|a, b| a.label.cmp(&b.label));
    all
}

/// A caller as this role may see it.
pub(crate) fn caller_text(op: &OpCtx, caller: &Caller) -> String {
    if op.actor.allows(Permission::ViewCallerNumbers) {
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
        group: (line.group)
            .and_then(|g| names.groups.get(&g).cloned())
            .unwrap_or_default(),
        buyer: line.buyer.map(|b| names.buyer(b)).unwrap_or_default(),
        length_s: line.duration_s.unwrap_or(live_s),
        connected_s: line.connected_s,
        attempts: line.attempts,
        has_recording: line.has_recording,
        publisher: line
            .publisher
            .map(|p| names.publisher(p))
            .unwrap_or_default(),
        money: match line.ended_at {
            Some(_) => Sums::of(&line.money),
            None => Sums::default(),
        },
        converted: line.converted,
        is_duplicate: line.is_duplicate,
    }
}

/// What happened, and after it what became of the recordings.
pub(crate) fn timeline(
    op: &OpCtx,
    arrived: Timestamp,
    events: &[EventRecord],
    recordings: &[RecordingRecord],
) -> Vec<TimelineRow> {
    let deleted = recordings.iter().filter_map(|r| {
        let (doom, at) = r.doom.as_ref()?;
        Some(TimelineRow {
            after: age_text(at.secs_since(arrived)),
            at: stamp(&op.zone, *at),
            icon: "trash".to_owned(),
            title: if r.deleted_at.is_some() {
                "Recording deleted".to_owned()
            } else {
                "Recording withdrawn, the carrier is asked to delete it".to_owned()
            },
            detail: gone::cause(doom),
        })
    });
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
        .chain(deleted)
        .collect()
}

/// "41 s", "12:30" or, for what happens long after a call, "30 d".
fn age_text(secs: u32) -> String {
    match secs / 86_400 {
        0 => after_text(i64::from(secs) * 1_000),
        days => format!("{days} d"),
    }
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
        None if attempt.is_talking() => ("Connected", "live"),
        None if attempt.is_off() => ("Not answered", "neutral"),
        None => ("Ringing", "progress"),
    };
    let rang_until = attempt.answered_at.or(attempt.ended_at);
    LegRow {
        number: attempt.number,
        target: attempt.chosen.name.clone(),
        group: (attempt.chosen.group.as_ref())
            .map(|g| g.name.clone())
            .unwrap_or_default(),
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

pub(crate) fn answers(op: &OpCtx, events: &[EventRecord]) -> Vec<AnswerView> {
    events
        .iter()
        .filter_map(|event| {
            let twiml = without_passwords(&indent(event.reply.as_deref()?));
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
