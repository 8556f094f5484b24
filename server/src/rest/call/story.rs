//! One call with all that is known of it.

use super::super::wire::mirror;
use super::{Call, Ref};
use domain::api::agent::WrapUpView;
use domain::call::session::{Attempt as DomainAttempt, AttemptResult};
use domain::call::timeline::{Entry as DomainEntry, What};
use domain::id::{BuyerId, RecordingId, RouteId, TargetGroupId, TargetId};
use domain::routing::{
    Candidate as DomainCandidate, CandidateMember as DomainMember, Decision as DomainDecision,
};
use domain::target::group::Part;
use domain::time::Timestamp;
use serde::Serialize;
use service::call::story::CallStory as Story;
use std::collections::BTreeMap;
use store::RecordingRecord;
use utoipa::ToSchema;

/// A call, explained.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallStory {
    call: Call,
    /// The carrier's own id of it.
    carrier_id: String,
    /// What happened, in order.
    timeline: Vec<Entry>,
    /// Why each target was or was not chosen.
    decisions: Vec<Decision>,
    /// Every target that was dialed.
    dials: Vec<Dial>,
    recordings: Vec<Recording>,
    tags: BTreeMap<String, String>,
    /// What agents wrote of it, in the order they did.
    wrap_ups: Vec<WrapUp>,
}

/// What an agent wrote of a call.
#[derive(Debug, Serialize, ToSchema)]
pub struct WrapUp {
    /// The name of who wrote it.
    #[schema(example = "Priya Nair")]
    agent: String,
    /// What came of the call, of the account's dispositions.
    #[schema(example = json!(["Sale"]))]
    dispositions: Vec<String>,
    /// May be empty.
    note: String,
    #[schema(format = DateTime)]
    saved_at: String,
}

impl From<WrapUpView> for WrapUp {
    fn from(view: WrapUpView) -> Self {
        Self {
            agent: view.agent,
            dispositions: view.wrap_up.dispositions,
            note: view.wrap_up.note,
            saved_at: view.at.at.rfc3339(),
        }
    }
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entry {
    #[schema(format = DateTime)]
    at: String,
    /// A stable word for programs.
    #[schema(example = "dialing")]
    kind: String,
    #[schema(example = "Dialing (972) 555-0199")]
    title: String,
    /// May be empty.
    detail: String,
}

/// A routing decision with its trace.
#[derive(Debug, Serialize, ToSchema)]
pub struct Decision {
    #[schema(format = DateTime)]
    at: String,
    plan_version: i64,
    /// How the dial before ended; null for the first decision.
    after: Option<DialResult>,
    /// Every route of the plan, in plan order.
    candidates: Vec<Candidate>,
}

/// A route and what was decided about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Candidate {
    #[schema(value_type = i64)]
    route_id: RouteId,
    #[schema(value_type = i64)]
    target_id: TargetId,
    #[schema(value_type = i64)]
    buyer_id: BuyerId,
    /// Of the target, or of the group.
    target_name: String,
    /// The group that the route leads to; `target_id` is its first member.
    #[schema(value_type = Option<i64>)]
    group_id: Option<TargetGroupId>,
    /// Every member of the group, in the order they are rung in.
    members: Vec<CandidateMember>,
    priority: u32,
    weight: u32,
    /// A stable word for programs.
    #[schema(example = "won")]
    verdict: String,
    /// A sentence with the actual figures.
    reason: String,
}

/// A member of a group and what was decided about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CandidateMember {
    #[schema(value_type = i64)]
    target_id: TargetId,
    target_name: String,
    /// Whether it is rung now.
    rings: bool,
    /// A sentence with the actual figures.
    reason: String,
}

/// One dialed target.
#[derive(Debug, Serialize, ToSchema)]
pub struct Dial {
    /// From 1.
    number: u32,
    target: Ref,
    /// The group it was rung with; null for a target by itself.
    group: Option<Ref>,
    buyer: Ref,
    #[schema(format = DateTime)]
    started_at: String,
    #[schema(format = DateTime)]
    answered_at: Option<String>,
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    talked_s: u32,
    /// Null while it rings or talks.
    result: Option<DialResult>,
    /// The carrier's own id of the leg.
    carrier_id: Option<String>,
}

mirror! {
    /// How a dial ended.
    DialResult of AttemptResult {
        Connected,
        Busy,
        NoAnswer,
        Failed,
        /// Answered, but hung up before being connected.
        Refused,
        CallerHungUp,
        /// Rang together with others of its group, one of whom has the caller.
        AnsweredElsewhere,
    }
}

/// A recording of a call.
#[derive(Debug, Serialize, ToSchema)]
pub struct Recording {
    #[schema(value_type = i64)]
    id: RecordingId,
    /// Where the sound is, with the same key and the scope recordings:read.
    #[schema(example = "/api/v1/recordings/7")]
    url: String,
    /// Zero while the carrier prepares the file.
    duration_s: u32,
    channels: u32,
    /// A message the caller left.
    voicemail: bool,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<Story> for CallStory {
    fn from(story: Story) -> Self {
        let decisions = story.entries.iter().filter_map(|entry| match &entry.what {
            What::Decided { after, decision } => Some((entry.at, *after, decision.clone())),
            _ => None,
        });
        Self {
            decisions: decisions.map(Decision::from).collect(),
            timeline: story.entries.iter().map(Entry::from).collect(),
            call: story.facts.into(),
            carrier_id: story.carrier_sid,
            dials: story.attempts.into_iter().map(Dial::from).collect(),
            recordings: story.recordings.into_iter().map(Recording::from).collect(),
            tags: story.tags.into_iter().collect(),
            wrap_ups: story.wrap_ups.into_iter().map(WrapUp::from).collect(),
        }
    }
}

impl From<&DomainEntry> for Entry {
    fn from(entry: &DomainEntry) -> Self {
        let (_, title, detail) = entry.what.words();
        Self {
            at: entry.at.rfc3339(),
            kind: word(&entry.what),
            title,
            detail,
        }
    }
}

impl From<(Timestamp, Option<AttemptResult>, DomainDecision)> for Decision {
    fn from((at, after, decision): (Timestamp, Option<AttemptResult>, DomainDecision)) -> Self {
        Self {
            at: at.rfc3339(),
            plan_version: decision.plan_version,
            after: after.map(DialResult::from),
            candidates: decision
                .candidates
                .into_iter()
                .map(Candidate::from)
                .collect(),
        }
    }
}

impl From<DomainCandidate> for Candidate {
    fn from(c: DomainCandidate) -> Self {
        Self {
            route_id: c.route,
            target_id: c.target,
            buyer_id: c.buyer,
            target_name: c.name,
            group_id: c.group,
            members: c.members.into_iter().map(CandidateMember::from).collect(),
            priority: c.priority,
            weight: c.weight,
            verdict: word(&c.verdict),
            reason: c.verdict.sentence(),
        }
    }
}

impl From<DomainMember> for CandidateMember {
    fn from(member: DomainMember) -> Self {
        Self {
            target_id: member.target,
            target_name: member.name,
            rings: matches!(member.part, Part::Rung { .. }),
            reason: member.part.sentence(),
        }
    }
}

impl From<DomainAttempt> for Dial {
    fn from(a: DomainAttempt) -> Self {
        Self {
            number: a.number,
            target: Ref {
                id: a.chosen.target.0,
                name: a.chosen.name,
            },
            group: a.chosen.group.map(|g| Ref {
                id: g.id.0,
                name: g.name,
            }),
            buyer: Ref {
                id: a.chosen.buyer.0,
                name: a.chosen.buyer_name,
            },
            started_at: a.started_at.rfc3339(),
            answered_at: a.answered_at.map(|at| at.rfc3339()),
            ended_at: a.ended_at.map(|at| at.rfc3339()),
            talked_s: a.talked_s,
            result: a.result.map(DialResult::from),
            carrier_id: a.leg_sid,
        }
    }
}

impl From<RecordingRecord> for Recording {
    fn from(r: RecordingRecord) -> Self {
        Self {
            id: r.id,
            url: format!("{}/recordings/{}", super::super::ROOT, r.id),
            duration_s: r.duration_s,
            channels: r.channels,
            voicemail: r.voicemail,
            created_at: r.created_at.rfc3339(),
        }
    }
}

/// The word under which something is stored: it cannot change without a migration, so programs can
/// rely on it as well.
fn word(what: &impl Serialize) -> String {
    match serde_json::to_value(what) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(serde_json::Value::Object(tagged)) => tagged.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::routing::Verdict;

    #[test]
    fn words_are_those_that_are_stored() {
        assert_eq!(word(&Verdict::NotNeeded), "not_needed");
        let until = "until 9:00 am CT".to_owned();
        assert_eq!(word(&Verdict::Closed { until }), "closed");
        assert_eq!(word(&What::Rang { attempt: 1 }), "rang");
    }
}
