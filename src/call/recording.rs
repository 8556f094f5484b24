//! What the carrier recorded of a call.

use serde::{Deserialize, Serialize};

use super::record::Outcome;
use super::session::{Attempt, AttemptResult, ChosenRoute, Session};
use crate::campaign::RecordingMode;

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

impl ChosenRoute {
    /// What is recorded of a call to it, given what its campaign asks for.
    #[must_use]
    pub fn recording(&self, mode: RecordingMode) -> RecordingMode {
        if self.recording_blocked {
            RecordingMode::Off
        } else {
            mode
        }
    }
}

/// Why a conversation has no recording to show, in words; none while there is nothing to explain.
#[must_use]
pub fn absence(session: &Session) -> Option<String> {
    let talked = |a: &&Attempt| a.result == Some(AttemptResult::Connected);
    if let Some(attempt) = session.attempts.iter().rfind(talked)
        && attempt.chosen.recording_blocked
        && session.recording != RecordingMode::Off
    {
        let name = &attempt.chosen.name;
        return Some(if attempt.ring == 0 {
            format!("Not recorded: calls to {name} never are.")
        } else {
            format!("Not recorded: {name}, or one that rang with it, never is.")
        });
    }
    let spoke =
        session.attempts.iter().any(|a| talked(&a)) || session.outcome == Some(Outcome::Forwarded);
    if !session.recordings.is_empty() || session.is_live() {
        None
    } else if session.lacks_recording() {
        Some("The carrier has not sent the recording yet.".to_owned())
    } else if !spoke {
        None
    } else if session.recording == RecordingMode::Off {
        Some("Not recorded: recording is off in the campaign.".to_owned())
    } else {
        Some("The carrier has no recording of this call.".to_owned())
    }
}
