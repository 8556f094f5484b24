//! What the outside tells about a call, in the past tense.

use serde::{Deserialize, Serialize};

use super::recording::Recording;
use super::session::Choice;
use crate::id::TargetId;
use crate::ledger::facts::Conversion;
use crate::phone::{Caller, E164};
use crate::routing::Decision;
use crate::rtb::held::Held;
use crate::tag::Tags;

/// A caller has dialed one of our numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// The carrier's own id of the call.
    pub carrier_sid: String,
    pub from: Caller,
    /// The number dialed as the carrier wrote it; may be none of ours.
    pub to: String,
    /// What else the carrier told: geography, attestation, forwarding.
    pub tags: Tags,
}

/// How a leg stands, as the carrier says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegStatus {
    Initiated,
    Ringing,
    InProgress,
    Completed,
    Busy,
    NoAnswer,
    Failed,
    Canceled,
}

impl LegStatus {
    /// Reads the carrier's word; none for a word we do not know.
    #[must_use]
    pub fn from_carrier(word: &str) -> Option<Self> {
        Some(match word {
            "queued" | "initiated" => Self::Initiated,
            "ringing" => Self::Ringing,
            "in-progress" | "answered" => Self::InProgress,
            "completed" => Self::Completed,
            "busy" => Self::Busy,
            "no-answer" => Self::NoAnswer,
            "failed" => Self::Failed,
            "canceled" => Self::Canceled,
            _ => return None,
        })
    }

    /// Whether nothing follows it.
    #[must_use]
    pub fn is_final(self) -> bool {
        match self {
            Self::Initiated | Self::Ringing | Self::InProgress => false,
            Self::Completed | Self::Busy | Self::NoAnswer | Self::Failed | Self::Canceled => true,
        }
    }
}

/// The end of a dial, from the carrier's action request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialResult {
    /// The carrier's word for the dialed leg.
    pub status: LegStatus,
    /// Whether caller and target were ever connected; the carrier does not always say.
    pub bridged: Option<bool>,
    /// Length of the dialed leg in seconds, if told.
    pub duration_s: Option<u32>,
    pub leg_sid: Option<String>,
    /// Whether the caller's own leg is over.
    pub caller_gone: bool,
}

impl DialResult {
    /// Whether a conversation took place. "completed" alone does not prove one: a target that
    /// hangs up during the whisper ends as completed as well (twilio-reference 1.3).
    #[must_use]
    pub fn connected(&self) -> bool {
        self.bridged
            .unwrap_or(self.status == LegStatus::Completed && self.duration_s.unwrap_or(0) > 0)
    }
}

/// News of a dialed leg. Requests overtake one another: the sequence number is the only order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegNews {
    /// The attempt (from 1) this leg belongs to.
    pub attempt: u32,
    pub status: LegStatus,
    pub sequence: u32,
    pub leg_sid: Option<String>,
    pub duration_s: Option<u32>,
}

/// What the carrier's own records say about a call, asked by the sweeper.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarrierRecord {
    /// The caller's leg; none if the carrier does not know the call (any more).
    pub call: Option<CarrierLeg>,
    /// Dialed legs, oldest first.
    pub legs: Vec<CarrierLeg>,
    /// Finished recordings; asked for once the call is over.
    pub recordings: Vec<Recording>,
    /// More recordings are being made ready.
    pub recordings_pending: bool,
}

/// One leg in the carrier's records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarrierLeg {
    pub sid: String,
    pub status: LegStatus,
    pub duration_s: u32,
}

/// Everything that can happen to a call after it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The answer to [`Choose`](super::effect::Effect::Choose).
    Decided {
        decision: Decision,
        chosen: Option<Choice>,
        /// All that were held for the call so far.
        #[serde(default)]
        auctions: Vec<Held>,
    },
    /// The lines of all that were decided for are ours.
    Claimed,
    /// Other calls took the lines of these; none was claimed. Nobody's was if the group itself had
    /// no room any more.
    ClaimLost {
        lost: Vec<TargetId>,
    },
    DialEnded {
        attempt: u32,
        result: DialResult,
    },
    LegChanged(LegNews),
    FallbackDialEnded(DialResult),
    VoicemailLeft {
        duration_s: u32,
        caller_gone: bool,
    },
    /// The caller's own leg ended.
    CallEnded {
        status: LegStatus,
        duration_s: Option<u32>,
    },
    RecordingReady(Recording),
    /// The buyer told that the call was worth something.
    Converted(Conversion),
    /// The answer to [`AskCarrier`](super::effect::Effect::AskCarrier).
    CarrierSaid(CarrierRecord),
    /// The carrier could not be asked, or there is none to ask.
    CarrierSilent,
}

/// The dialed number, if it can be one of ours.
#[must_use]
pub fn dialed_number(to: &str) -> Option<E164> {
    to.parse().ok()
}
