//! The state of a call between two events, as stored.

use serde::{Deserialize, Serialize};

use super::record::{LiveState, Outcome};
use super::recording::{Recording, RecordingKind};
use crate::campaign::{Fallback, RecordingMode};
use crate::id::{BuyerId, CampaignId, RouteId, TargetId};
use crate::phone::Caller;
use crate::plan::RoutingPlan;
use crate::routing::Decision;
use crate::target::{CallerIdPolicy, Destination};
use crate::time::{Timestamp, Windows};
use crate::voice::verb::Verb;

/// What a call keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub arrived_at: Timestamp,
    pub carrier_sid: String,
    pub from: Caller,
    pub to: String,
    /// None for a number that no campaign uses.
    pub campaign: Option<CampaignId>,
    /// Nobody was looked for: the number is unknown or its campaign paused.
    pub unrouted: bool,
    pub stage: Stage,
    /// How many decisions were asked for; the salt of the next one.
    pub decisions: u64,
    pub attempts_max: u32,
    pub recording: RecordingMode,
    pub fallback: Fallback,
    pub attempts: Vec<Attempt>,
    /// Targets whose line was lost to another call since the last dial.
    pub lost: Vec<TargetId>,
    /// When the carrier last told anything.
    pub heard_at: Timestamp,
    /// When the carrier was last asked.
    pub asked_at: Option<Timestamp>,
    pub outcome: Option<Outcome>,
    pub ended_at: Option<Timestamp>,
    /// The carrier's own length of the caller's leg in seconds.
    pub duration_s: Option<u32>,
    /// The recordings we know of.
    #[serde(default)]
    pub recordings: Vec<Recording>,
    /// Length in seconds of the message the caller left; none if nothing was told about one.
    #[serde(default)]
    pub message_s: Option<u32>,
    /// The carrier has no recording that we do not know, or it was asked long enough.
    #[serde(default)]
    pub recordings_settled: bool,
}

/// Where a call is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Waiting for a decision.
    Deciding,
    /// Waiting for the claim of a decided target.
    Claiming {
        chosen: ChosenRoute,
    },
    /// The target of the last attempt rings.
    Dialing,
    /// The target of the last attempt answered.
    Talking,
    /// The fallback number rings or talks.
    FallbackDialing,
    /// The caller speaks onto the voicemail.
    Recording,
    /// The caller hears the last words.
    Closing,
    /// The caller is gone; the last leg's result is missing.
    Settling,
    Ended,
}

/// What a claim is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenRoute {
    pub route: RouteId,
    pub target: TargetId,
    pub buyer: BuyerId,
    pub name: String,
    pub buyer_name: String,
    pub destination: Destination,
    pub ring_timeout_s: u32,
    /// The number to show to the target; none passes the caller's own through.
    pub caller_id: Option<String>,
    pub whisper: Option<String>,
    pub windows: Windows,
}

/// One dialed target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    pub chosen: ChosenRoute,
    pub started_at: Timestamp,
    pub leg_sid: Option<String>,
    /// The highest sequence number heard, and what it said.
    pub news: Option<(u32, super::event::LegStatus)>,
    pub rang: bool,
    pub answered_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub talked_s: u32,
    pub result: Option<AttemptResult>,
    /// The line is held.
    pub line_held: bool,
    /// The claim is in the counts of its windows.
    pub counted: bool,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptResult {
    Connected,
    Busy,
    NoAnswer,
    Failed,
    /// Answered, but hung up before being connected.
    Refused,
    /// The caller hung up while it rang.
    CallerHungUp,
}

impl AttemptResult {
    /// What people read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Connected => "Connected",
            Self::Busy => "Busy",
            Self::NoAnswer => "No answer",
            Self::Failed => "Failed",
            Self::Refused => "Refused",
            Self::CallerHungUp => "Caller hung up",
        }
    }
}

impl Session {
    /// Whether the caller is still on the line, as far as we know.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.ended_at.is_none()
    }

    /// Where the call is, for lists and counters.
    #[must_use]
    pub fn live_state(&self) -> LiveState {
        if !self.is_live() {
            return LiveState::Ended;
        }
        match self.stage {
            Stage::Deciding | Stage::Claiming { .. } | Stage::Dialing => LiveState::Ringing,
            Stage::Talking => LiveState::Connected,
            Stage::FallbackDialing | Stage::Recording | Stage::Closing => LiveState::Fallback,
            Stage::Settling | Stage::Ended => LiveState::Ended,
        }
    }

    /// The attempt that talked, else the last one.
    #[must_use]
    pub fn shown_attempt(&self) -> Option<&Attempt> {
        self.attempts
            .iter()
            .find(|a| a.result == Some(AttemptResult::Connected))
            .or(self.attempts.last())
    }

    /// Seconds the caller talked with targets.
    ///
    /// A target's line is open during its whisper as well; the caller's is answered when the two are
    /// connected (`answerOnBridge`, twilio-reference 1.3), so it bounds the conversation.
    #[must_use]
    pub fn connected_s(&self) -> u32 {
        let lines: u32 = self
            .attempts
            .iter()
            .filter(|a| a.result == Some(AttemptResult::Connected))
            .map(|a| a.talked_s)
            .sum();
        self.duration_s
            .filter(|s| *s > 0)
            .map_or(lines, |caller| lines.min(caller))
    }

    /// How many recordings of a kind we know of.
    #[must_use]
    pub fn recorded(&self, kind: RecordingKind) -> usize {
        self.recordings.iter().filter(|r| r.kind == kind).count()
    }

    /// Whether the carrier should have made a recording that we were not told of. A call that is
    /// over asks for it.
    #[must_use]
    pub fn lacks_recording(&self) -> bool {
        if self.recordings_settled || self.stage != Stage::Ended {
            return false;
        }
        let talked = |a: &&Attempt| a.result == Some(AttemptResult::Connected);
        let conversations = match self.recording {
            RecordingMode::Off => 0,
            RecordingMode::FromAnswer | RecordingMode::FromAnswerDual => {
                self.attempts.iter().filter(talked).count()
            }
            RecordingMode::FromRingingDual => {
                self.attempts.iter().filter(|a| a.rang || talked(a)).count()
            }
        };
        let forwarded =
            self.recording != RecordingMode::Off && self.outcome == Some(Outcome::Forwarded);
        let message = match (self.message_s, self.outcome) {
            (Some(length_s), _) => length_s > 0,
            (None, Some(Outcome::Voicemail)) => true,
            // A caller who hung up after the greeting may have left one.
            (None, Some(Outcome::NoAnswer | Outcome::NoTarget)) => {
                matches!(self.fallback, Fallback::Voicemail { .. })
            }
            (None, _) => false,
        };
        self.recorded(RecordingKind::Conversation) < conversations + usize::from(forwarded)
            || self.recorded(RecordingKind::Message) < usize::from(message)
    }

    /// What the target of an attempt hears before it is connected; empty connects at once.
    #[must_use]
    pub fn whisper(&self, attempt: u32) -> Vec<Verb> {
        self.attempts
            .iter()
            .find(|a| a.number == attempt)
            .and_then(|a| a.chosen.whisper.clone())
            .map(|text| vec![Verb::Say { text }])
            .unwrap_or_default()
    }
}

impl ChosenRoute {
    /// What a claim of the decision's winner needs, taken from the plan it was made on.
    #[must_use]
    pub fn of(plan: &RoutingPlan, decision: &Decision, dialed: &str) -> Option<Self> {
        let chosen = decision.chosen?;
        let target = &plan.routes.iter().find(|r| r.id == chosen.route)?.target;
        Some(Self {
            route: chosen.route,
            target: target.id,
            buyer: target.buyer,
            name: target.name.clone(),
            buyer_name: target.buyer_name.clone(),
            destination: target.destination.clone(),
            ring_timeout_s: target.ring_timeout_s,
            caller_id: match &target.caller_id {
                CallerIdPolicy::PassThrough => None,
                CallerIdPolicy::Tracking => Some(dialed.to_owned()),
                CallerIdPolicy::Fixed(number) => Some(number.as_str().to_owned()),
            },
            whisper: target.whisper.clone(),
            windows: chosen.windows,
        })
    }
}
