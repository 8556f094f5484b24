//! The fallback, and how attempts and calls end.

use super::CallMachine;
use crate::block::Blocked;
use crate::call::effect::Effect;
use crate::call::event::{CarrierLeg, LegStatus};
use crate::call::record::Outcome;
use crate::call::session::{AttemptResult, Stage};
use crate::call::timeline::{EndedBy, What};
use crate::campaign::{DEFAULT_MESSAGE, Fallback};
use crate::target::Destination;
use crate::time::Timestamp;
use crate::voice::verb::{Dial, Step, Verb};

/// How long the fallback number rings, in seconds.
const FALLBACK_RING_S: u32 = 30;
/// The longest message a caller can leave, in seconds.
const VOICEMAIL_MAX_S: u32 = 180;

impl CallMachine {
    pub(super) fn begin_fallback(&mut self, now: Timestamp) {
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

    /// The call is not taken: the caller hears that the line is not in service and nobody is
    /// charged for it (twilio-reference 3, `Reject`).
    pub(super) fn turn_away(&mut self, blocked: Blocked, now: Timestamp) {
        let reason = blocked.reason;
        self.note(now, What::CallerBlocked { reason });
        self.effects
            .push_back(Effect::Reply(vec![Verb::Reject { busy: false }]));
        self.finish(Outcome::Blocked, EndedBy::Refusal, now);
    }

    /// Closes a call whose last news are missing, from what is known of its last leg.
    pub(super) fn close_from(&mut self, leg: Option<&CarrierLeg>, now: Timestamp) {
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
            _ => self.session.outcome.unwrap_or_else(|| self.nobody()),
        };
        self.finish(outcome, EndedBy::Unknown, now);
    }

    pub(super) fn close_attempt(
        &mut self,
        result: AttemptResult,
        duration_s: Option<u32>,
        now: Timestamp,
    ) {
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

    pub(super) fn release_line(&mut self) {
        if let Some(attempt) = self.session.attempts.last_mut().filter(|a| a.line_held) {
            attempt.line_held = false;
            self.effects.push_back(Effect::ReleaseLine {
                target: attempt.chosen.target,
            });
        }
    }

    pub(super) fn finish(&mut self, outcome: Outcome, by: EndedBy, now: Timestamp) {
        self.session.outcome = Some(outcome);
        self.session.ended_at.get_or_insert(now);
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

    /// The carrier's record of the leg that is open: by its id, else by its place in the order of
    /// dialing; the fallback number is dialed after all attempts.
    pub(super) fn own_leg<'a>(&self, legs: &'a [CarrierLeg]) -> Option<&'a CarrierLeg> {
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
}
