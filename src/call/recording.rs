//! What the carrier recorded of a call.

use serde::{Deserialize, Serialize};

/// A finished recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// The carrier's own id of it.
    pub sid: String,
    pub kind: RecordingKind,
    /// Length in seconds.
    pub duration_s: u32,
    /// Two if each side has its own.
    pub channels: u32,
}

/// What is to be heard on a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingKind {
    /// Caller and target, or the ringing before.
    Conversation,
    /// The caller alone, after the greeting of the voicemail.
    Message,
}

impl RecordingKind {
    /// Reads what the carrier says a recording was made by (twilio-reference 1.3).
    #[must_use]
    pub fn from_carrier(source: &str) -> Self {
        match source {
            "RecordVerb" => Self::Message,
            _ => Self::Conversation,
        }
    }
}
