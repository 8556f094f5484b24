//! How a call stands and how it ended, as stored, counted and shown.

use serde::{Deserialize, Serialize};

/// Where a call is while it lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveState {
    /// A target's phone rings, or is about to.
    Ringing,
    /// Caller and target talk.
    Connected,
    /// The caller gets the campaign's fallback.
    Fallback,
    /// Over.
    Ended,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A target talked with the caller.
    Connected,
    /// Targets were dialed, none took the call.
    NoAnswer,
    /// No target could be dialed: all closed, full, paused or absent.
    NoTarget,
    /// The caller left a message.
    Voicemail,
    /// The fallback number took the call.
    Forwarded,
    /// The caller hung up before anybody took the call.
    Abandoned,
    /// No campaign uses the number, or its campaign is paused.
    Unrouted,
    /// The caller is on the list of blocked ones and was turned away.
    Blocked,
}

impl LiveState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Ringing, Self::Connected, Self::Fallback, Self::Ended];

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Ringing => "ringing",
            Self::Connected => "connected",
            Self::Fallback => "fallback",
            Self::Ended => "ended",
        }
    }

    /// The state of a stored word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ringing => "Ringing",
            Self::Connected => "Connected",
            Self::Fallback => "In fallback",
            Self::Ended => "Ended",
        }
    }
}

impl Outcome {
    /// All outcomes, best first.
    pub const ALL: [Self; 8] = [
        Self::Connected,
        Self::Forwarded,
        Self::Voicemail,
        Self::NoAnswer,
        Self::NoTarget,
        Self::Abandoned,
        Self::Unrouted,
        Self::Blocked,
    ];

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::NoAnswer => "no_answer",
            Self::NoTarget => "no_target",
            Self::Voicemail => "voicemail",
            Self::Forwarded => "forwarded",
            Self::Abandoned => "abandoned",
            Self::Unrouted => "unrouted",
            Self::Blocked => "blocked",
        }
    }

    /// The outcome of a stored or typed word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Connected => "Connected",
            Self::NoAnswer => "No answer",
            Self::NoTarget => "No target",
            Self::Voicemail => "Voicemail",
            Self::Forwarded => "Forwarded",
            Self::Abandoned => "Abandoned",
            Self::Unrouted => "Unrouted",
            Self::Blocked => "Blocked",
        }
    }
}
