//! A call as it really was.

use domain::call::event::{CarrierLeg, LegStatus};
use domain::call::record::Outcome;
use domain::call::recording::Recording;
use domain::call::session::Session;
use domain::time::Timestamp;

/// A caller's call, with what came of it.
#[derive(Debug)]
pub struct Line {
    pub sid: String,
    pub from: String,
    pub to: String,
    pub began: Timestamp,
    pub hangs_up_at: Timestamp,
    pub over_at: Option<Timestamp>,
    /// The request whose answer decides how the call goes on, and when it was sent.
    pub awaiting: Option<(u64, Timestamp)>,
    pub legs: Vec<Leg>,
    /// Caller and a target were connected.
    pub talked: bool,
    /// Caller and the fallback number were connected.
    pub forwarded: bool,
    pub message_s: u32,
    /// The call was not taken.
    pub rejected: bool,
    /// What was recorded, with the moment it was over.
    pub recordings: Vec<(Timestamp, Recording)>,
    /// A decisive request was lost or far too late.
    pub troubled: bool,
    /// The carrier has no record of it.
    pub forgotten: bool,
}

impl Line {
    /// Whether a call's session says of it what is true.
    ///
    /// # Errors
    /// What it says instead.
    pub fn agrees_with(&self, session: &Session) -> Result<(), String> {
        if self.troubled || self.forgotten {
            return Ok(());
        }
        let outcome = session.outcome;
        let said = (
            outcome == Some(Outcome::Connected),
            outcome == Some(Outcome::Forwarded),
            outcome == Some(Outcome::Voicemail),
            outcome == Some(Outcome::Blocked),
        );
        let was = (
            self.talked,
            self.forwarded,
            self.message_s > 0,
            self.rejected,
        );
        if said != was {
            return Err(format!(
                "ended as {outcome:?}; really (talked, forwarded, left a message, rejected) {was:?}"
            ));
        }
        match self
            .recordings
            .iter()
            .find(|(_, made)| !session.recordings.contains(made))
        {
            Some((_, made)) => Err(format!("ended without {made:?}")),
            None => Ok(()),
        }
    }
}

/// A dialed leg: what it becomes is decided when it is dialed.
#[derive(Debug)]
pub struct Leg {
    pub sid: String,
    pub began: Timestamp,
    pub answered_at: Option<Timestamp>,
    pub over_at: Timestamp,
    pub last: LegStatus,
}

impl Leg {
    /// Seconds from answer to end.
    pub fn length_s(&self) -> u32 {
        self.answered_at.map_or(0, |at| self.over_at.secs_since(at))
    }

    pub(super) fn record(&self, now: Timestamp) -> CarrierLeg {
        let (status, duration_s) = if self.over_at <= now {
            (self.last, self.length_s())
        } else if self.answered_at.is_some_and(|at| at <= now) {
            (LegStatus::InProgress, 0)
        } else {
            (LegStatus::Ringing, 0)
        };
        CarrierLeg {
            sid: self.sid.clone(),
            status,
            duration_s,
        }
    }
}
