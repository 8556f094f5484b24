//! What the carrier tells, in callbacks and in its records.

use super::{CallMachine, Rejected, THANKS};
use crate::call::effect::Effect;
use crate::call::event::{CarrierRecord, DialResult, LegNews, LegStatus};
use crate::call::record::Outcome;
use crate::call::recording::{Recording, RecordingKind};
use crate::call::session::{AttemptResult, Stage};
use crate::call::timeline::{EndedBy, What};
use crate::time::Timestamp;
use crate::voice::verb::Verb;

impl CallMachine {
    pub(super) fn dial_ended(
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

    pub(super) fn leg_changed(&mut self, news: LegNews, now: Timestamp) -> Result<(), Rejected> {
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

    pub(super) fn fallback_dial_ended(
        &mut self,
        result: &DialResult,
        now: Timestamp,
    ) -> Result<(), Rejected> {
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

    pub(super) fn voicemail_left(
        &mut self,
        duration_s: u32,
        caller_gone: bool,
        now: Timestamp,
    ) -> Result<(), Rejected> {
        if !(self.session.stage == Stage::Recording || self.settling_fallback()) {
            return Err(Rejected::WrongState);
        }
        self.heard(now);
        self.message_left(duration_s, now);
        let outcome = self.nobody();
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

    pub(super) fn call_ended(
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

    /// A message tells of itself twice, by the end of its taking and as a recording.
    fn message_left(&mut self, duration_s: u32, now: Timestamp) {
        let told = self.session.message_s.unwrap_or(0) > 0;
        self.session.message_s = self.session.message_s.max(Some(duration_s));
        if duration_s > 0 && !told {
            self.note(now, What::VoicemailLeft { duration_s });
        }
    }

    pub(super) fn recording_ready(
        &mut self,
        recording: Recording,
        now: Timestamp,
    ) -> Result<(), Rejected> {
        if self
            .session
            .recordings
            .iter()
            .any(|r| r.sid == recording.sid)
        {
            return Err(Rejected::Stale);
        }
        let (kind, duration_s) = (recording.kind, recording.duration_s);
        self.note(now, What::RecordingReady { duration_s });
        self.session.recordings.push(recording.clone());
        self.effects.push_back(Effect::KeepRecording(recording));
        if kind == RecordingKind::Message {
            self.message_left(duration_s, now);
            self.mend_outcome();
        }
        Ok(())
    }

    /// A call that was closed before its message was known.
    fn mend_outcome(&mut self) {
        let missed = matches!(
            self.session.outcome,
            Some(Outcome::NoAnswer | Outcome::NoTarget)
        );
        if missed && self.session.message_s > Some(0) {
            self.session.outcome = Some(Outcome::Voicemail);
        }
    }

    pub(super) fn carrier_said(
        &mut self,
        record: &CarrierRecord,
        now: Timestamp,
    ) -> Result<(), Rejected> {
        let Some(call) = &record.call else {
            return self.carrier_silent(now);
        };
        let was_over = self.session.stage == Stage::Ended;
        if was_over && !self.session.lacks_recording() {
            return Err(Rejected::Stale);
        }
        for recording in &record.recordings {
            // One that is known already changes nothing.
            let _known: Result<(), Rejected> = self.recording_ready(recording.clone(), now);
        }
        if was_over {
            self.session.recordings_settled =
                !record.recordings_pending || self.asked_long_enough(now);
            return Ok(());
        }
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

    fn asked_long_enough(&self, now: Timestamp) -> bool {
        self.session
            .ended_at
            .is_none_or(|ended| now.millis_since(ended) >= self.patience.recording_give_up_ms)
    }

    pub(super) fn carrier_silent(&mut self, now: Timestamp) -> Result<(), Rejected> {
        if self.session.stage == Stage::Ended {
            if !self.session.lacks_recording() || !self.asked_long_enough(now) {
                return Err(Rejected::Stale);
            }
            self.session.recordings_settled = true;
            return Ok(());
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
}
