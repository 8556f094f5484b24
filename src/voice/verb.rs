//! Verbs: what to do with the caller's leg, one after another.

use serde::{Deserialize, Serialize};

use crate::call::session::LEGS_MAX;
use crate::campaign::RecordingMode;
use crate::target::Destination;
use crate::target::group::AT_ONCE_MAX;
use crate::target::settings::SipAccess;

/// One instruction for the carrier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    Say {
        text: String,
    },
    Play {
        url: String,
    },
    Pause {
        secs: u32,
    },
    Dial(Dial),
    /// Records until silence, a key or the limit, then asks `action`.
    Record {
        action: Step,
        max_secs: u32,
        silence_secs: u32,
    },
    /// Collects keys while speaking `prompt`, then asks `action`.
    Gather {
        action: Step,
        prompt: Vec<Verb>,
        digits_max: u32,
        timeout_secs: u32,
    },
    Redirect {
        to: Step,
    },
    /// Refuses without answering; only sensible as the first verb.
    Reject {
        busy: bool,
    },
    Hangup,
}

/// Rings destinations and connects the first that answers with the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dial {
    /// Rung at once; at least one.
    pub nouns: Vec<Noun>,
    pub ring_timeout_s: u32,
    /// Which number the targets see; none passes the caller's own through.
    pub caller_id: Option<String>,
    pub recording: RecordingMode,
    /// Asked when the dial is over.
    pub action: Step,
}

/// One destination of a dial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noun {
    pub to: Destination,
    /// Asked when the target answers, before the two are connected.
    pub whisper: Option<Step>,
    /// Told how the target's leg goes.
    pub leg_status: Step,
    /// Keys that are pressed once a number answers; may be empty.
    #[serde(default)]
    pub digits: String,
    /// How to sign in to a SIP address, and what to send along.
    #[serde(default)]
    pub sip: Option<SipAccess>,
}

/// The highest number of an attempt: whoever is the last may be rung with others.
const STEP_MAX: u32 = LEGS_MAX + AT_ONCE_MAX as u32;

/// A place in a call that the carrier comes back to: one of our own action URLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The dial of this attempt (from 1) is over.
    Dialed(u32),
    /// The target of this attempt answered and hears the whisper.
    Whisper(u32),
    /// The target of this attempt pressed a key to take the call, or another.
    Accept(u32),
    /// The leg of this attempt changed its state.
    Leg(u32),
    /// The dial of the fallback number is over.
    FallbackDialed,
    /// The leg of the fallback number changed its state.
    FallbackLeg,
    /// The caller finished leaving a message.
    Voicemail,
}

impl Step {
    /// The last segment of the action URL.
    #[must_use]
    pub fn path(self) -> String {
        match self {
            Self::Dialed(n) => format!("dialed-{n}"),
            Self::Whisper(n) => format!("whisper-{n}"),
            Self::Accept(n) => format!("accept-{n}"),
            Self::Leg(n) => format!("leg-{n}"),
            Self::FallbackDialed => "fallback".to_owned(),
            Self::FallbackLeg => "fallback-leg".to_owned(),
            Self::Voicemail => "voicemail".to_owned(),
        }
    }

    /// The step of a path segment; none for anything we never wrote.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Self> {
        match path {
            "fallback" => return Some(Self::FallbackDialed),
            "fallback-leg" => return Some(Self::FallbackLeg),
            "voicemail" => return Some(Self::Voicemail),
            _ => {}
        }
        let (kind, n) = path.split_once('-')?;
        let n: u32 = n.parse().ok().filter(|n| (1..=STEP_MAX).contains(n))?;
        match kind {
            "dialed" => Some(Self::Dialed(n)),
            "whisper" => Some(Self::Whisper(n)),
            "accept" => Some(Self::Accept(n)),
            "leg" => Some(Self::Leg(n)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_round_trip_through_their_path() {
        for step in [
            Step::Dialed(1),
            Step::Whisper(3),
            Step::Accept(2),
            Step::Leg(10),
            Step::FallbackDialed,
            Step::FallbackLeg,
            Step::Voicemail,
        ] {
            assert_eq!(Step::from_path(&step.path()), Some(step));
        }
        for bad in [
            "",
            "dialed",
            "dialed-0",
            "dialed-111",
            "dialed--1",
            "nope-1",
            "voicemail-1",
        ] {
            assert_eq!(Step::from_path(bad), None, "{bad}");
        }
    }
}
