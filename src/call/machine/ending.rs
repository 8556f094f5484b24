//! The fallback, and how attempts and calls end.

use super::CallMachine;
use crate::call::effect::Effect;
use crate::call::event::{CarrierLeg, LegStatus};
use crate::call::record::Outcome;
use crate::call::session::{AttemptResult, Stage};
use crate::call::timeline::{EndedBy, What};
use crate::campaign::{DEFAULT_MESSAGE, Fallback};
use crate::target::{CallerIdPolicy, Destination};
use crate::time::Timestamp;
use crate::voice::verb::{Dial, Noun, Step, Verb};

/// How long the fallback number rings, in seconds.
const FALLBACK_RING_S: u32 = 30;
/// The longest message a caller can leave, in seconds.
const VOICEMAIL_MAX_S: u32 = 180;

impl CallMachine {
    pub(super) fn begin_fallback(&mut self, now: Timestamp) {
        let unused = std::mem::take(&mut self.reserved);
        self.give_back(unused);
        let fallback = self.session.fallback.clone();
        self.note(
            now,
            What::FallbackBegan {
                fallback: fallback.clone(),
            },
        );
        let (stage, verbs) = match fallback {
            Fallback::Number(number) => {
                let noun = Noun {
                    to: Destination::Number(number),
                    whisper: None,
                    leg_status: Step::FallbackLeg,
                    digits: String::new(),
                    sip: None,
                };
                let dial = Dial {
                    nouns: vec![noun],
                    ring_timeout_s: FALLBACK_RING_S,
                    caller_id: self.session.presents().to(&CallerIdPolicy::PassThrough),
                    recording: self.session.recording,
                    action: Step::FallbackDialed,
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

    /// The call is not taken: the caller hears that the line is not in service and nobody is
    /// charged for it (twilio-reference 3, `Reject`).
    pub(super) fn turn_away(&mut self, reason: String, now: Timestamp) {
        let unused = std::mem::take(&mut self.reserved);
        self.give_back(unused);
        self.note(now, What::CallerBlocked { reason });
        self.effects
            .push_back(Effect::Reply(vec![Verb::Reject { busy: false }]));
        self.finish(Outcome::Blocked, EndedBy::Refusal, now);
    }

    /// Closes a call whose last news are missing, from what is known of its last legs.
    pub(super) fn close_from(&mut self, legs: &[CarrierLeg], now: Timestamp) {
        let open = self.session.open_attempts();
        if open.is_empty() {
            let talked = (self.fallback_leg(legs))
                .is_some_and(|leg| leg.status == LegStatus::Completed && leg.duration_s > 0);
            let outcome = match self.session.stage {
                Stage::FallbackDialing | Stage::Settling if talked => Outcome::Forwarded,
                _ => self.session.outcome.unwrap_or_else(|| self.nobody()),
            };
            self.finish(outcome, EndedBy::Unknown, now);
            return;
        }
        let told: Vec<Option<CarrierLeg>> = open
            .iter()
            .map(|at| self.leg_of(*at, legs).cloned())
            .collect();
        let talked_s = |(at, leg): (&usize, &Option<CarrierLeg>)| match leg {
            Some(leg) => (leg.status == LegStatus::Completed).then_some(leg.duration_s),
            None => self.session.attempts[*at].is_talking().then_some(1),
        };
        // Of several who answered at the same moment the caller had the one who stayed.
        let winner = (open.iter().zip(&told))
            .filter_map(|one| Some((talked_s(one).filter(|s| *s > 0)?, *one.0)))
            .max_by_key(|(s, at)| (*s, std::cmp::Reverse(*at)))
            .map(|(_, at)| at);
        for (at, leg) in open.into_iter().zip(told) {
            let result = match leg.as_ref().map(|l| l.status) {
                _ if Some(at) == winner => AttemptResult::Connected,
                Some(LegStatus::Busy) => AttemptResult::Busy,
                Some(LegStatus::Failed) => AttemptResult::Failed,
                _ if winner.is_some() => AttemptResult::AnsweredElsewhere,
                _ => AttemptResult::CallerHungUp,
            };
            self.close_attempt(at, result, leg.map(|l| l.duration_s), now);
        }
        let outcome = if winner.is_some() {
            self.group_answered();
            Outcome::Connected
        } else {
            Outcome::Abandoned
        };
        self.finish(outcome, EndedBy::Unknown, now);
    }

    pub(super) fn close_attempt(
        &mut self,
        at: usize,
        result: AttemptResult,
        duration_s: Option<u32>,
        now: Timestamp,
    ) {
        // Where the caller's leg told its end first, the agent is left alone from then on.
        let is_told = self.session.stage == Stage::Settling;
        self.free_line(at);
        // A caller who left earlier took the leg along: it did not last until we heard of it.
        let ended_at = self.session.ended_at.unwrap_or(now);
        let Some(attempt) = self.session.attempts.get_mut(at) else {
            return;
        };
        attempt.result = Some(result);
        let ended_at = *attempt.ended_at.get_or_insert(ended_at);
        let answered_s = attempt.answered_at.map(|at| ended_at.secs_since(at));
        // Whoever answered is charged for, connected or not.
        attempt.leg_s = match result {
            AttemptResult::Connected | AttemptResult::Refused => {
                duration_s.or(answered_s).unwrap_or(0)
            }
            AttemptResult::AnsweredElsewhere => {
                answered_s.and(duration_s).or(answered_s).unwrap_or(0)
            }
            _ => 0,
        };
        if result == AttemptResult::Connected {
            attempt.talked_s = attempt.leg_s;
            if !is_told {
                self.leave_alone(at, ended_at);
            }
        }
        let Some(attempt) = self.session.attempts.get(at) else {
            return;
        };
        let (number, talked_s) = (attempt.number, attempt.talked_s);
        if result != AttemptResult::Connected {
            self.uncount(at);
        }
        self.note(
            now,
            What::DialEnded {
                attempt: number,
                result,
                talked_s,
            },
        );
    }

    /// Takes an attempt out of the counts.
    pub(super) fn uncount(&mut self, at: usize) {
        let Some(attempt) = self.session.attempts.get_mut(at).filter(|a| a.counted) else {
            return;
        };
        attempt.counted = false;
        self.effects.push_back(Effect::Uncount {
            target: attempt.chosen.target,
            windows: attempt.chosen.windows,
        });
    }

    /// Leaves the agent of a conversation that is over alone for the time they have to write it up.
    fn leave_alone(&mut self, at: usize, ended_at: Timestamp) {
        let chosen = self.session.attempts.get(at).map(|a| &a.chosen);
        if let Some(chosen) = chosen.filter(|chosen| chosen.wrap_up_s > 0) {
            self.effects.push_back(Effect::WrapUp {
                target: chosen.target,
                until: ended_at.plus_secs(i64::from(chosen.wrap_up_s)),
            });
        }
    }

    /// Frees the lines of all that ring or talk, at the end of the caller's leg. An agent who talked
    /// gets no other call before the result of the leg is told.
    pub(super) fn release_lines(&mut self, now: Timestamp) {
        for at in 0..self.session.attempts.len() {
            if self.session.attempts[at].is_talking() {
                self.leave_alone(at, now);
            }
            self.free_line(at);
        }
        self.release_group_line();
    }

    pub(super) fn free_line(&mut self, at: usize) {
        if let Some(attempt) = self.session.attempts.get_mut(at).filter(|a| a.line_held) {
            attempt.line_held = false;
            self.effects.push_back(Effect::ReleaseLine {
                target: attempt.chosen.target,
            });
        }
    }

    pub(super) fn finish(&mut self, outcome: Outcome, by: EndedBy, now: Timestamp) {
        self.leave_group();
        self.session.outcome = Some(outcome);
        self.session.ended_at.get_or_insert(now);
        self.session.ended_by = Some(by);
        self.session.stage = Stage::Ended;
        self.note(now, What::Ended { by });
    }

    /// How a call ends in which nobody talked.
    pub(super) fn nobody(&self) -> Outcome {
        if self.session.message_s > Some(0) {
            Outcome::Voicemail
        } else if self.session.unrouted {
            Outcome::Unrouted
        } else if self.session.attempts.is_empty() {
            Outcome::NoTarget
        } else {
            Outcome::NoAnswer
        }
    }

    pub(super) fn settling_fallback(&self) -> bool {
        self.session.stage == Stage::Settling
            && self
                .session
                .attempts
                .last()
                .is_none_or(|a| a.result.is_some())
    }

    /// The carrier's record of an attempt's leg: by its id, else by its place in the order of
    /// dialing, unless the leg there is known to be another's.
    pub(super) fn leg_of<'a>(&self, at: usize, legs: &'a [CarrierLeg]) -> Option<&'a CarrierLeg> {
        let attempts = &self.session.attempts;
        let sid = attempts.get(at).and_then(|a| a.leg_sid.as_deref());
        let is_others = |leg: &&CarrierLeg| {
            (attempts.iter().enumerate())
                .any(|(i, a)| i != at && a.leg_sid.as_deref() == Some(leg.sid.as_str()))
        };
        legs.iter()
            .find(|leg| Some(leg.sid.as_str()) == sid)
            .or_else(|| legs.get(at).filter(|leg| !is_others(leg)))
    }

    /// The record of the fallback number's leg: it is dialed after all attempts.
    fn fallback_leg<'a>(&self, legs: &'a [CarrierLeg]) -> Option<&'a CarrierLeg> {
        legs.get(self.session.attempts.len())
    }
}
