//! A campaign: what its callers want, how its calls are routed, and what happens if nobody answers.

use serde::{Deserialize, Serialize};

use crate::block::attestation::Minimum;
use crate::duplicate::mark::MarkRule;
use crate::duplicate::payment::PaymentRule;
use crate::duplicate::routing::DuplicateRouting;
use crate::invalid::FieldErrors;
use crate::ledger::revenue::RevenueRule;
use crate::phone::E164;
use crate::recovery::RecoverySetting;
use crate::routing::predict::Predictive;

/// The trades a campaign can be in; the list only groups and filters.
pub const VERTICALS: &[&str] = &[
    "Home services",
    "Insurance",
    "Legal",
    "Healthcare",
    "Financial services",
    "Automotive",
    "Travel",
    "Education",
    "Other",
];

/// How routes of the same priority share calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// In proportion to weight, over the routes open at that moment.
    #[default]
    Weight,
    /// In turn: the route that waited longest for a call.
    RoundRobin,
    /// The route whose last call ended longest ago.
    LongestIdle,
    /// The route that is likely to earn most.
    Predictive,
}

impl Distribution {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Weight,
        Self::RoundRobin,
        Self::LongestIdle,
        Self::Predictive,
    ];

    /// The stored and typed word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Weight => "weight",
            Self::RoundRobin => "round_robin",
            Self::LongestIdle => "longest_idle",
            Self::Predictive => "predictive",
        }
    }

    /// "In turn", for the form.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Weight => "By weight",
            Self::RoundRobin => "In turn",
            Self::LongestIdle => "Longest idle",
            Self::Predictive => "Predictive",
        }
    }
}

/// A campaign's further settings. What is not stored is as here by default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CampaignSettings {
    /// What a call is worth on a route that says nothing of its own.
    pub revenue: Option<RevenueRule>,
    /// What makes a call a duplicate.
    pub mark: MarkRule,
    /// Where a duplicate goes.
    pub duplicates: DuplicateRouting,
    /// Whether a duplicate is paid.
    pub payment: PaymentRule,
    /// The least that carriers must vouch for; none for what the account says.
    pub attestation: Option<Minimum>,
    pub predictive: Predictive,
    pub recovery: RecoverySetting,
}

impl CampaignSettings {
    /// Everything wrong with the settings.
    ///
    /// # Errors
    /// Those of the parts, at `revenue.…`, `predictive.…` and `recovery.…`.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        if let Some(revenue) = &self.revenue {
            errors.take(revenue.check().map_err(|e| e.below("revenue")));
        }
        errors.take(self.predictive.check().map_err(|e| e.below("predictive")));
        if let RecoverySetting::On(recovery) = &self.recovery {
            errors.take(recovery.check().map_err(|e| e.below("recovery")));
        }
        errors.check()
    }
}

/// What is recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingMode {
    Off,
    /// From the moment the target answers, both sides mixed.
    FromAnswer,
    /// From the moment the target answers, one channel a side.
    #[default]
    FromAnswerDual,
    /// From the first ring, one channel a side.
    FromRingingDual,
}

/// What the caller gets when no target took the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// Rings another number.
    Number(E164),
    /// Asks for a message and records it.
    Voicemail {
        greeting: String,
    },
    /// Speaks and hangs up.
    Message {
        text: String,
    },
    HangUp,
}

impl Default for Fallback {
    fn default() -> Self {
        Self::Message {
            text: DEFAULT_MESSAGE.to_owned(),
        }
    }
}

/// What a caller hears if a campaign says nothing else.
pub const DEFAULT_MESSAGE: &str =
    "Sorry, nobody can take your call right now. Please try again later.";
/// What a caller hears before leaving a voicemail if a campaign says nothing else.
pub const DEFAULT_GREETING: &str = "Please leave a message after the tone.";

/// Bounds of the number of targets dialed for one call; the carrier allows ten hops on trial accounts.
pub const ATTEMPTS: (u32, u32) = (1, 10);
/// How many targets are dialed for one call unless the campaign says otherwise.
pub const ATTEMPTS_DEFAULT: u32 = 3;

impl Fallback {
    /// "Voicemail", as the routing plan names it.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Number(number) => format!("Forward to {}", number.display()),
            Self::Voicemail { .. } => "Voicemail".to_owned(),
            Self::Message { .. } => "Speak a message and hang up".to_owned(),
            Self::HangUp => "Hang up".to_owned(),
        }
    }
}

impl RecordingMode {
    /// All modes with what people read.
    pub const ALL: [(Self, &str, &str); 4] = [
        (Self::Off, "off", "Off"),
        (
            Self::FromAnswer,
            "from_answer",
            "From answer, both sides mixed",
        ),
        (
            Self::FromAnswerDual,
            "from_answer_dual",
            "From answer, one channel a side",
        ),
        (
            Self::FromRingingDual,
            "from_ringing_dual",
            "From first ring, one channel a side",
        ),
    ];

    /// The mode of a stored or typed word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(_, c, _)| *c == code)
            .map(|(mode, _, _)| mode)
    }

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        Self::ALL
            .into_iter()
            .find(|(mode, _, _)| *mode == self)
            .map_or("off", |(_, c, _)| c)
    }
}
