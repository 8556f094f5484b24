//! The call machine: every rule about what happens next in a call.
//!
//! Drive it like this: hand in an event, then take effects until there are none, answering
//! `Choose`, `Claim` and `AskCarrier` with the event each names. Commit the session, the entries and
//! the capacity effects together. An event that comes too late is a value, not an error: it is
//! counted and changes nothing.

mod choosing;
mod ending;
mod told;

use std::collections::VecDeque;

use super::effect::{Effect, Patience, Timer, TimerKind};
use super::event::{Arrival, Event};
use super::session::{Session, Stage};
use super::timeline::{Entry, What};
use crate::block::Blocked;
use crate::campaign::{ATTEMPTS_DEFAULT, Fallback, RecordingMode};
use crate::plan::RoutingPlan;
use crate::time::Timestamp;

/// What a caller hears on a number that no campaign uses.
pub const APOLOGY: &str = "Sorry, this number is not in service. Goodbye.";
/// What a caller hears after leaving a message.
pub const THANKS: &str = "Thank you. Goodbye.";

/// Why an event changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// It repeats or precedes what is known already.
    #[error("the event repeats or precedes what is known")]
    Stale,
    /// It cannot happen at this stage of the call.
    #[error("the event does not fit this stage of the call")]
    WrongState,
}

/// A call in progress.
#[derive(Debug, Clone)]
pub struct CallMachine {
    session: Session,
    effects: VecDeque<Effect>,
    entries: Vec<Entry>,
    patience: Patience,
}

impl CallMachine {
    /// A call that has just arrived, with the plan of its number's campaign and why that campaign
    /// turns the caller away, if it does.
    #[must_use]
    pub fn arrive(
        arrival: &Arrival,
        plan: Option<&RoutingPlan>,
        blocked: Option<Blocked>,
        now: Timestamp,
        patience: Patience,
    ) -> Self {
        let routed = plan.filter(|p| p.active);
        let session = Session {
            arrived_at: now,
            carrier_sid: arrival.carrier_sid.clone(),
            from: arrival.from.clone(),
            to: arrival.to.clone(),
            campaign: plan.map(|p| p.campaign),
            unrouted: routed.is_none(),
            stage: Stage::Deciding,
            decisions: 0,
            attempts_max: plan.map_or(ATTEMPTS_DEFAULT, |p| p.attempts_max),
            recording: plan.map_or(RecordingMode::Off, |p| p.recording),
            fallback: plan.map_or_else(
                || Fallback::Message {
                    text: APOLOGY.to_owned(),
                },
                |p| p.fallback.clone(),
            ),
            attempts: Vec::new(),
            lost: Vec::new(),
            heard_at: now,
            asked_at: None,
            outcome: None,
            ended_at: None,
            duration_s: None,
            recordings: Vec::new(),
            message_s: None,
            recordings_settled: false,
        };
        let mut machine = Self {
            session,
            effects: VecDeque::new(),
            entries: Vec::new(),
            patience,
        };
        let tags = u32::try_from(arrival.tags.len()).unwrap_or(u32::MAX);
        let dialed = super::event::dialed_number(&arrival.to)
            .map_or_else(|| arrival.to.clone(), |n| n.display());
        machine.note(now, What::Arrived { dialed, tags });
        match (plan, blocked) {
            (None, _) => {
                machine.note(now, What::NumberUnknown);
                machine.begin_fallback(now);
            }
            (Some(_), Some(blocked)) => machine.turn_away(blocked, now),
            (Some(plan), None) if !plan.active => {
                machine.note(now, What::CampaignPaused);
                machine.begin_fallback(now);
            }
            (Some(_), None) => machine.choose(),
        }
        machine
    }

    /// A stored call.
    #[must_use]
    pub fn resume(session: Session, patience: Patience) -> Self {
        Self {
            session,
            effects: VecDeque::new(),
            entries: Vec::new(),
            patience,
        }
    }

    /// The state to store.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// What to do next; none when the event is dealt with.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// What happened since the last time this was asked.
    pub fn take_entries(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.entries)
    }

    /// Takes in something that happened.
    ///
    /// # Errors
    /// [`Rejected`] if it changes nothing.
    pub fn handle_event(&mut self, event: Event, now: Timestamp) -> Result<(), Rejected> {
        match event {
            Event::Decided { decision, chosen } => self.decided(decision, chosen, now),
            Event::Claimed => self.claimed(now),
            Event::ClaimLost => self.claim_lost(now),
            Event::DialEnded { attempt, result } => self.dial_ended(attempt, &result, now),
            Event::LegChanged(news) => self.leg_changed(news, now),
            Event::FallbackDialEnded(result) => self.fallback_dial_ended(&result, now),
            Event::VoicemailLeft {
                duration_s,
                caller_gone,
            } => self.voicemail_left(duration_s, caller_gone, now),
            Event::CallEnded { status, duration_s } => self.call_ended(status, duration_s, now),
            Event::RecordingReady(recording) => self.recording_ready(recording, now),
            Event::CarrierSaid(record) => self.carrier_said(&record, now),
            Event::CarrierSilent => self.carrier_silent(now),
        }
    }

    /// When the call wants to be woken; none once it is over and all its recordings are known.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timer> {
        let s = &self.session;
        let asked = s.asked_at.unwrap_or(s.arrived_at);
        let (base, kind, wait_ms) = match s.stage {
            Stage::Ended => return self.recording_timer(),
            Stage::Deciding | Stage::Claiming { .. } => {
                (s.heard_at, TimerKind::DialOverdue, self.patience.dial_ms)
            }
            Stage::Dialing => {
                let ring_ms = s
                    .attempts
                    .last()
                    .map_or(0, |a| i64::from(a.chosen.ring_timeout_s) * 1_000);
                let began = s.attempts.last().map_or(s.heard_at, |a| a.started_at);
                (
                    began.plus_millis(ring_ms),
                    TimerKind::DialOverdue,
                    self.patience.dial_ms,
                )
            }
            Stage::Talking => (s.heard_at, TimerKind::StillTalking, self.patience.talk_ms),
            Stage::FallbackDialing | Stage::Recording => (
                s.heard_at,
                TimerKind::FallbackOverdue,
                self.patience.talk_ms,
            ),
            Stage::Closing => (
                s.heard_at,
                TimerKind::FallbackOverdue,
                self.patience.dial_ms,
            ),
            Stage::Settling => (
                s.ended_at.unwrap_or(s.heard_at),
                TimerKind::ResultMissing,
                self.patience.result_ms,
            ),
        };
        Some(Timer {
            at: base.max(asked).plus_millis(wait_ms),
            kind,
        })
    }

    fn recording_timer(&self) -> Option<Timer> {
        let s = &self.session;
        let ended = s.ended_at.filter(|_| s.lacks_recording())?;
        let waited_ms = s.asked_at.map_or(0, |asked| asked.millis_since(ended));
        Some(Timer {
            at: ended.plus_millis((2 * waited_ms).max(self.patience.recording_ms)),
            kind: TimerKind::RecordingMissing,
        })
    }

    /// Wakes the call: it asks the carrier what became of it.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        if self.poll_timeout().is_some_and(|timer| timer.at <= now) {
            self.session.asked_at = Some(now);
            self.effects.push_back(Effect::AskCarrier);
        }
    }

    fn heard(&mut self, now: Timestamp) {
        self.session.heard_at = now;
    }

    fn note(&mut self, at: Timestamp, what: What) {
        self.entries.push(Entry { at, what });
    }
}

#[cfg(test)]
mod tests;
