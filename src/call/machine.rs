//! The call machine: every rule about what happens next in a call.
//!
//! Drive it like this: hand in an event, then take effects until there are none, answering
//! `Choose`, `Claim` and `AskCarrier` with the event each names. Commit the session, the entries and
//! the capacity effects together. An event that comes too late is a value, not an error: it is
//! counted and changes nothing.

use std::collections::VecDeque;

use super::effect::{Effect, Patience, Timer, TimerKind};
use super::event::{Arrival, CarrierLeg, CarrierRecord, DialResult, Event, LegNews, LegStatus};
use super::record::Outcome;
use super::session::{Attempt, AttemptResult, ChosenRoute, Session, Stage};
use super::timeline::{EndedBy, Entry, What};
use crate::campaign::{ATTEMPTS_DEFAULT, DEFAULT_MESSAGE, Fallback, RecordingMode};
use crate::plan::RoutingPlan;
use crate::routing::{Decision, Exclusions};
use crate::target::Destination;
use crate::time::Timestamp;
use crate::voice::verb::{Dial, Step, Verb};

/// What a caller hears on a number that no campaign uses.
pub const APOLOGY: &str = "Sorry, this number is not in service. Goodbye.";
/// What a caller hears after leaving a message.
pub const THANKS: &str = "Thank you. Goodbye.";
/// How long the fallback number rings, in seconds.
const FALLBACK_RING_S: u32 = 30;
/// The longest message a caller can leave, in seconds.
const VOICEMAIL_MAX_S: u32 = 180;

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
    /// A call that has just arrived, with the plan of its number's campaign.
    #[must_use]
    pub fn arrive(
        arrival: &Arrival,
        plan: Option<&RoutingPlan>,
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
            recorded: false,
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
        match plan {
            None => {
                machine.note(now, What::NumberUnknown);
                machine.begin_fallback(now);
            }
            Some(plan) if !plan.active => {
                machine.note(now, What::CampaignPaused);
                machine.begin_fallback(now);
            }
            Some(_) => machine.choose(),
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
            Event::RecordingReady { duration_s, .. } => {
                self.session.recorded = true;
                self.note(now, What::RecordingReady { duration_s });
                Ok(())
            }
            Event::CarrierSaid(record) => self.carrier_said(&record, now),
            Event::CarrierSilent => self.carrier_silent(now),
        }
    }

    /// When the call wants to be woken; none once it is over.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timer> {
        let s = &self.session;
        let asked = s.asked_at.unwrap_or(s.arrived_at);
        let (base, kind, wait_ms) = match s.stage {
            Stage::Ended => return None,
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

    /// Wakes the call: it asks the carrier what became of it.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        if self.poll_timeout().is_some_and(|timer| timer.at <= now) {
            self.session.asked_at = Some(now);
            self.effects.push_back(Effect::AskCarrier);
        }
    }

    // Choosing and dialing.

    fn choose(&mut self) {
        self.session.stage = Stage::Deciding;
        self.session.decisions += 1;
        let exclusions = Exclusions {
            tried: self
                .session
                .attempts
                .iter()
                .map(|a| a.chosen.target)
                .collect(),
            lost: self.session.lost.clone(),
        };
        self.effects.push_back(Effect::Choose {
            exclusions,
            salt: self.session.decisions,
        });
    }

    fn decided(
        &mut self,
        decision: Decision,
        chosen: Option<ChosenRoute>,
        now: Timestamp,
    ) -> Result<(), Rejected> {
        if self.session.stage != Stage::Deciding {
            return Err(Rejected::WrongState);
        }
        let after = self.session.attempts.last().and_then(|a| a.result);
        self.note(now, What::Decided { after, decision });
        match chosen {
            Some(chosen) => {
                self.effects.push_back(Effect::Claim {
                    target: chosen.target,
                    windows: chosen.windows,
                });
                self.session.stage = Stage::Claiming { chosen };
            }
            None => self.begin_fallback(now),
        }
        Ok(())
    }

    fn claimed(&mut self, now: Timestamp) -> Result<(), Rejected> {
        let Stage::Claiming { chosen } = &self.session.stage else {
            return Err(Rejected::WrongState);
        };
        let chosen = chosen.clone();
        let number = u32::try_from(self.session.attempts.len()).unwrap_or(u32::MAX) + 1;
        self.note(
            now,
            What::Dialing {
                attempt: number,
                target: chosen.target,
                name: chosen.name.clone(),
                destination: chosen.destination.display(),
                ring_timeout_s: chosen.ring_timeout_s,
            },
        );
        let dial = Dial {
            to: chosen.destination.clone(),
            ring_timeout_s: chosen.ring_timeout_s,
            caller_id: chosen.caller_id.clone(),
            recording: self.session.recording,
            action: Step::Dialed(number),
            whisper: chosen.whisper.is_some().then_some(Step::Whisper(number)),
            leg_status: Step::Leg(number),
        };
        self.session.lost.clear();
        self.session.attempts.push(Attempt {
            number,
            chosen,
            started_at: now,
            leg_sid: None,
            news: None,
            rang: false,
            answered_at: None,
            ended_at: None,
            talked_s: 0,
            result: None,
            line_held: true,
            counted: true,
        });
        self.session.stage = Stage::Dialing;
        self.effects
            .push_back(Effect::Reply(vec![Verb::Dial(dial)]));
        Ok(())
    }

    fn claim_lost(&mut self, now: Timestamp) -> Result<(), Rejected> {
        let Stage::Claiming { chosen } = &self.session.stage else {
            return Err(Rejected::WrongState);
        };
        let (target, name) = (chosen.target, chosen.name.clone());
        self.session.lost.push(target);
        self.note(now, What::ClaimLost { target: name });
        self.choose();
        Ok(())
    }

    // What the carrier tells.

    fn dial_ended(
        &mut self,
        attempt: u32,
        result: &DialResult,
        now: Timestamp,
    ) -> Result<(), Rejected> {
        let open = self
            .session
            .attempts
            .last()
            .is_some_and(|a| a.number == attempt && a.result.is_none());
        if !open {
            return Err(Rejected::Stale);
        }
        if !matches!(
            self.session.stage,
            Stage::Dialing | Stage::Talking | Stage::Settling
        ) {
            return Err(Rejected::WrongState);
        }
        self.heard(now);
        let caller_gone = result.caller_gone || self.session.stage == Stage::Settling;
        let ended = if result.connected() {
            AttemptResult::Connected
        } else if caller_gone {
            AttemptResult::CallerHungUp
        } else {
            match result.status {
                LegStatus::Busy => AttemptResult::Busy,
                LegStatus::Failed => AttemptResult::Failed,
                LegStatus::Completed => AttemptResult::Refused,
                LegStatus::Initiated
                | LegStatus::Ringing
                | LegStatus::InProgress
                | LegStatus::NoAnswer
                | LegStatus::Canceled => AttemptResult::NoAnswer,
            }
        };
        if let Some(attempt) = self.session.attempts.last_mut() {
            attempt.leg_sid = result.leg_sid.clone().or(attempt.leg_sid.take());
        }
        self.close_attempt(ended, result.duration_s, now);
        if ended == AttemptResult::Connected {
            let by = if caller_gone {
                EndedBy::Caller
            } else {
                EndedBy::Target
            };
            self.effects.push_back(Effect::Reply(vec![Verb::Hangup]));
            self.finish(Outcome::Connected, by, now);
        } else if caller_gone {
            self.effects.push_back(Effect::Reply(Vec::new()));
            self.finish(Outcome::Abandoned, EndedBy::Caller, now);
        } else if self.session.attempts.len() < self.session.attempts_max as usize {
            self.choose();
        } else {
            self.begin_fallback(now);
        }
        Ok(())
    }

    fn leg_changed(&mut self, news: LegNews, now: Timestamp) -> Result<(), Rejected> {
        let is_last = self
            .session
            .attempts
            .last()
            .is_some_and(|a| a.number == news.attempt);
        let Some(attempt) = self
            .session
            .attempts
            .iter_mut()
            .find(|a| a.number == news.attempt)
        else {
            return Err(Rejected::WrongState);
        };
        let known_final = attempt.news.is_some_and(|(_, status)| status.is_final());
        let overtaken = attempt
            .news
            .is_some_and(|(sequence, _)| sequence >= news.sequence);
        if known_final || (overtaken && !news.status.is_final()) {
            return Err(Rejected::Stale);
        }
        attempt.news = Some((news.sequence, news.status));
        attempt.leg_sid = news.leg_sid.or(attempt.leg_sid.take());
        let open = attempt.result.is_none();
        match news.status {
            LegStatus::Ringing if open && !attempt.rang => {
                attempt.rang = true;
                self.note(
                    now,
                    What::Rang {
                        attempt: news.attempt,
                    },
                );
            }
            LegStatus::InProgress if open && attempt.answered_at.is_none() => {
                attempt.answered_at = Some(now);
                let after_ms = now.millis_since(attempt.started_at);
                self.note(
                    now,
                    What::Answered {
                        attempt: news.attempt,
                        after_ms,
                    },
                );
                if is_last && self.session.stage == Stage::Dialing {
                    self.session.stage = Stage::Talking;
                }
            }
            LegStatus::Initiated | LegStatus::Ringing | LegStatus::InProgress => {}
            LegStatus::Completed
            | LegStatus::Busy
            | LegStatus::NoAnswer
            | LegStatus::Failed
            | LegStatus::Canceled => {
                attempt.ended_at.get_or_insert(now);
            }
        }
        self.heard(now);
        Ok(())
    }

    fn fallback_dial_ended(&mut self, result: &DialResult, now: Timestamp) -> Result<(), Rejected> {
        if !(self.session.stage == Stage::FallbackDialing || self.settling_fallback()) {
            return Err(Rejected::WrongState);
        }
        self.heard(now);
        let connected = result.connected();
        self.note(now, What::FallbackDialEnded { connected });
        let outcome = if connected {
            Outcome::Forwarded
        } else {
            self.nobody()
        };
        self.effects.push_back(Effect::Reply(vec![Verb::Hangup]));
        let by = if result.caller_gone {
            EndedBy::Caller
        } else {
            EndedBy::System
        };
        self.finish(outcome, by, now);
        Ok(())
    }

    fn voicemail_left(
        &mut self,
        duration_s: u32,
        caller_gone: bool,
        now: Timestamp,
    ) -> Result<(), Rejected> {
        if !(self.session.stage == Stage::Recording || self.settling_fallback()) {
            return Err(Rejected::WrongState);
        }
        self.heard(now);
        let outcome = if duration_s > 0 {
            Outcome::Voicemail
        } else {
            self.nobody()
        };
        if duration_s > 0 {
            self.note(now, What::VoicemailLeft { duration_s });
        }
        self.effects.push_back(Effect::Reply(vec![
            Verb::Say {
                text: THANKS.to_owned(),
            },
            Verb::Hangup,
        ]));
        if caller_gone || self.session.stage == Stage::Settling {
            self.finish(outcome, EndedBy::Caller, now);
        } else {
            self.session.outcome = Some(outcome);
            self.session.stage = Stage::Closing;
        }
        Ok(())
    }

    fn call_ended(
        &mut self,
        status: LegStatus,
        duration_s: Option<u32>,
        now: Timestamp,
    ) -> Result<(), Rejected> {
        if !status.is_final() {
            return Err(Rejected::WrongState);
        }
        let news = self.session.duration_s.is_none() && duration_s.is_some();
        if !news && matches!(self.session.stage, Stage::Ended | Stage::Settling) {
            return Err(Rejected::Stale);
        }
        self.heard(now);
        self.session.duration_s = duration_s.or(self.session.duration_s);
        self.note(now, What::CallerLegEnded { status, duration_s });
        match self.session.stage {
            Stage::Ended | Stage::Settling => {}
            Stage::Closing => {
                let outcome = self.session.outcome.unwrap_or_else(|| self.nobody());
                self.finish(outcome, EndedBy::System, now);
            }
            Stage::Deciding | Stage::Claiming { .. } => {
                self.finish(Outcome::Abandoned, EndedBy::Caller, now)
            }
            Stage::Dialing | Stage::Talking | Stage::FallbackDialing | Stage::Recording => {
                // The result of the last leg may be on its way; the line is free already.
                self.release_line();
                self.session.ended_at = Some(now);
                self.session.stage = Stage::Settling;
            }
        }
        Ok(())
    }

    fn carrier_said(&mut self, record: &CarrierRecord, now: Timestamp) -> Result<(), Rejected> {
        if self.session.stage == Stage::Ended {
            return Err(Rejected::Stale);
        }
        let Some(call) = &record.call else {
            return self.carrier_silent(now);
        };
        let leg = self.own_leg(&record.legs).cloned();
        if !call.status.is_final() {
            let answered = leg.is_some_and(|leg| leg.status == LegStatus::InProgress);
            if answered && self.session.stage == Stage::Dialing {
                if let Some(attempt) = self.session.attempts.last_mut() {
                    attempt.answered_at.get_or_insert(now);
                }
                self.session.stage = Stage::Talking;
                self.note(now, What::Reconciled);
            }
            return Ok(());
        }
        self.session.duration_s = Some(call.duration_s);
        self.note(now, What::Reconciled);
        self.close_from(leg.as_ref(), now);
        Ok(())
    }

    fn carrier_silent(&mut self, now: Timestamp) -> Result<(), Rejected> {
        if self.session.stage == Stage::Ended {
            return Err(Rejected::Stale);
        }
        let age_ms = now.millis_since(self.session.arrived_at);
        let settling_ms = match (&self.session.stage, self.session.ended_at) {
            (Stage::Settling, Some(ended)) => now.millis_since(ended),
            _ => 0,
        };
        if age_ms >= self.patience.give_up_ms || settling_ms >= 3 * self.patience.result_ms {
            self.note(now, What::GivenUp);
            self.close_from(None, now);
        }
        Ok(())
    }

    // The end.

    fn begin_fallback(&mut self, now: Timestamp) {
        let fallback = self.session.fallback.clone();
        self.note(
            now,
            What::FallbackBegan {
                fallback: fallback.clone(),
            },
        );
        let (stage, verbs) = match fallback {
            Fallback::Number(number) => {
                let dial = Dial {
                    to: Destination::Number(number),
                    ring_timeout_s: FALLBACK_RING_S,
                    caller_id: None,
                    recording: self.session.recording,
                    action: Step::FallbackDialed,
                    whisper: None,
                    leg_status: Step::FallbackLeg,
                };
                (Stage::FallbackDialing, vec![Verb::Dial(dial)])
            }
            Fallback::Voicemail { greeting } => {
                let record = Verb::Record {
                    action: Step::Voicemail,
                    max_secs: VOICEMAIL_MAX_S,
                    silence_secs: 5,
                };
                (
                    Stage::Recording,
                    vec![Verb::Say { text: greeting }, record, Verb::Hangup],
                )
            }
            Fallback::Message { text } => {
                let text = if text.trim().is_empty() {
                    DEFAULT_MESSAGE.to_owned()
                } else {
                    text
                };
                (Stage::Closing, vec![Verb::Say { text }, Verb::Hangup])
            }
            Fallback::HangUp => (Stage::Closing, vec![Verb::Hangup]),
        };
        if stage == Stage::Closing {
            self.session.outcome = Some(self.nobody());
        }
        self.session.stage = stage;
        self.effects.push_back(Effect::Reply(verbs));
    }

    /// Closes a call whose last news are missing, from what is known of its last leg.
    fn close_from(&mut self, leg: Option<&CarrierLeg>, now: Timestamp) {
        let open_attempt = self
            .session
            .attempts
            .last()
            .is_some_and(|a| a.result.is_none());
        let talked = leg.map_or_else(
            || {
                open_attempt
                    && self
                        .session
                        .attempts
                        .last()
                        .is_some_and(|a| a.answered_at.is_some())
            },
            |leg| leg.status == LegStatus::Completed && leg.duration_s > 0,
        );
        if open_attempt {
            let result = match (talked, leg.map(|l| l.status)) {
                (true, _) => AttemptResult::Connected,
                (false, Some(LegStatus::Busy)) => AttemptResult::Busy,
                (false, Some(LegStatus::Failed)) => AttemptResult::Failed,
                _ => AttemptResult::CallerHungUp,
            };
            self.close_attempt(result, leg.map(|l| l.duration_s), now);
            let outcome = if talked {
                Outcome::Connected
            } else {
                Outcome::Abandoned
            };
            self.finish(outcome, EndedBy::Unknown, now);
            return;
        }
        let outcome = match self.session.stage {
            Stage::FallbackDialing | Stage::Settling if talked => Outcome::Forwarded,
            // What was recorded may have been an earlier ringing: only a fallback that takes
            // messages leaves one.
            Stage::Recording | Stage::Settling
                if self.session.recorded
                    && matches!(self.session.fallback, Fallback::Voicemail { .. }) =>
            {
                Outcome::Voicemail
            }
            _ => self.session.outcome.unwrap_or_else(|| self.nobody()),
        };
        self.finish(outcome, EndedBy::Unknown, now);
    }

    fn close_attempt(&mut self, result: AttemptResult, duration_s: Option<u32>, now: Timestamp) {
        self.release_line();
        // A caller who left earlier took the leg along: it did not last until we heard of it.
        let ended_at = self.session.ended_at.unwrap_or(now);
        let Some(attempt) = self.session.attempts.last_mut() else {
            return;
        };
        attempt.result = Some(result);
        let ended_at = *attempt.ended_at.get_or_insert(ended_at);
        let uncount = result != AttemptResult::Connected && attempt.counted;
        if result == AttemptResult::Connected {
            attempt.talked_s = duration_s
                .or(attempt.answered_at.map(|at| ended_at.secs_since(at)))
                .unwrap_or(0);
        }
        if uncount {
            attempt.counted = false;
            self.effects.push_back(Effect::Uncount {
                target: attempt.chosen.target,
                windows: attempt.chosen.windows,
            });
        }
        let (number, talked_s) = (attempt.number, attempt.talked_s);
        self.note(
            now,
            What::DialEnded {
                attempt: number,
                result,
                talked_s,
            },
        );
    }

    fn release_line(&mut self) {
        if let Some(attempt) = self.session.attempts.last_mut().filter(|a| a.line_held) {
            attempt.line_held = false;
            self.effects.push_back(Effect::ReleaseLine {
                target: attempt.chosen.target,
            });
        }
    }

    fn finish(&mut self, outcome: Outcome, by: EndedBy, now: Timestamp) {
        self.session.outcome = Some(outcome);
        self.session.ended_at.get_or_insert(now);
        self.session.stage = Stage::Ended;
        self.note(now, What::Ended { by });
    }

    fn nobody(&self) -> Outcome {
        if self.session.unrouted {
            Outcome::Unrouted
        } else if self.session.attempts.is_empty() {
            Outcome::NoTarget
        } else {
            Outcome::NoAnswer
        }
    }

    fn settling_fallback(&self) -> bool {
        self.session.stage == Stage::Settling
            && self
                .session
                .attempts
                .last()
                .is_none_or(|a| a.result.is_some())
    }

    /// The carrier's record of the leg that is open: by its id, else by its place in the order of
    /// dialing; the fallback number is dialed after all attempts.
    fn own_leg<'a>(&self, legs: &'a [CarrierLeg]) -> Option<&'a CarrierLeg> {
        let dialed = self.session.attempts.len();
        match self.session.attempts.last().filter(|a| a.result.is_none()) {
            Some(attempt) => {
                let sid = attempt.leg_sid.as_deref();
                legs.iter()
                    .find(|leg| Some(leg.sid.as_str()) == sid)
                    .or(legs.get(dialed - 1))
            }
            None => legs.get(dialed),
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
