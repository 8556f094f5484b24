//! What the carrier tells, in callbacks and in its records.

use super::{CallMachine, Rejected, THANKS};
use crate::call::effect::Effect;
use crate::call::event::{CarrierLeg, CarrierRecord, DialResult, LegNews, LegStatus};
use crate::call::record::Outcome;
use crate::call::recording::{Recording, RecordingKind};
use crate::call::session::{AttemptResult, Stage};
use crate::call::timeline::{EndedBy, What};
use crate::recovery::EndedTalk;
use crate::time::Timestamp;
use crate::voice::verb::Verb;

/// How many times as long a carrier that does not answer is asked for a recording, as one that does.
const SILENCES: i64 = 4;

impl CallMachine {
    /// The dial that began with an attempt is over. Of several that rang at once the carrier names
    /// the leg that was connected; how the others ended is what was told of their legs.
    pub(super) fn dial_ended(
        &mut self,
        attempt: u32,
        result: &DialResult,
        now: Timestamp,
    ) -> Result<(), Rejected> {
        let ring = self.session.ring(attempt);
        let is_open = |at: &usize| self.session.attempts[*at].result.is_none();
        if ring.is_empty() || !ring.iter().all(is_open) {
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
        let named = self.named(&ring, result);
        let connected = result.connected();
        for at in ring {
            let own = at == named;
            let ended = if own && connected {
                AttemptResult::Connected
            } else {
                self.missed(at, own, connected, caller_gone, result.status)
            };
            if own && let Some(attempt) = self.session.attempts.get_mut(at) {
                attempt.leg_sid = result.leg_sid.clone().or(attempt.leg_sid.take());
            }
            let duration_s = result.duration_s.filter(|_| own);
            self.close_attempt(at, ended, duration_s, now);
        }
        if connected {
            self.group_answered();
            let by = if caller_gone {
                EndedBy::Caller
            } else {
                EndedBy::Target
            };
            if self.send_on(named, by, now) {
                return Ok(());
            }
            self.effects.push_back(Effect::Reply(vec![Verb::Hangup]));
            self.finish(Outcome::Connected, by, now);
        } else if caller_gone && self.session.is_rerouted() {
            self.effects.push_back(Effect::Reply(Vec::new()));
            self.finish(Outcome::Connected, EndedBy::Caller, now);
        } else if caller_gone {
            self.effects.push_back(Effect::Reply(Vec::new()));
            self.finish(Outcome::Abandoned, EndedBy::Caller, now);
        } else if self.session.may_ring_on() {
            self.choose();
        } else if self.session.is_rerouted() {
            self.effects.push_back(Effect::Reply(vec![Verb::Hangup]));
            self.finish(Outcome::Connected, EndedBy::System, now);
        } else {
            self.leave_group();
            self.begin_fallback(now);
        }
        Ok(())
    }

    /// Whose leg the carrier means with the end of a dial: the one it names, else the one who was
    /// heard to answer, else the first.
    fn named(&self, ring: &[usize], result: &DialResult) -> usize {
        let of = |at: &&usize| &self.session.attempts[**at];
        let by_sid = |at: &&usize| result.leg_sid.is_some() && of(at).leg_sid == result.leg_sid;
        let answered = |at: &&usize| of(at).answered_at.is_some();
        (ring.iter().find(by_sid))
            .or_else(|| {
                // A leg that has an id of its own is not the one that is named.
                let unknown = |at: &&usize| result.leg_sid.is_none() || of(at).leg_sid.is_none();
                // Nor is one that was never answered.
                let missed = |status| status != LegStatus::Completed;
                let never = |at: &&usize| {
                    of(at).is_off() && of(at).news.is_some_and(|(_, status)| missed(status))
                };
                let may = || ring.iter().filter(unknown).filter(|at| !never(at));
                may()
                    .filter(answered)
                    .min_by_key(|at| of(at).answered_at)
                    .or_else(|| may().next())
            })
            .or_else(|| ring.iter().find(answered))
            .or(ring.first())
            .copied()
            .unwrap_or_default()
    }

    /// How an attempt ended that was not connected: as its own leg says, where several rang.
    fn missed(
        &self,
        at: usize,
        own: bool,
        connected: bool,
        caller_gone: bool,
        of_dial: LegStatus,
    ) -> AttemptResult {
        let attempt = &self.session.attempts[at];
        let told = attempt.news.filter(|(_, status)| status.is_final());
        if attempt.ring != 0 {
            match told.map(|(_, status)| status) {
                Some(LegStatus::Busy) => return AttemptResult::Busy,
                Some(LegStatus::Failed) => return AttemptResult::Failed,
                Some(LegStatus::NoAnswer) if !caller_gone => return AttemptResult::NoAnswer,
                Some(LegStatus::Completed) if !connected => return AttemptResult::Refused,
                _ if connected => return AttemptResult::AnsweredElsewhere,
                _ => {}
            }
        }
        if caller_gone {
            return AttemptResult::CallerHungUp;
        }
        match of_dial {
            LegStatus::Busy if own => AttemptResult::Busy,
            LegStatus::Failed if own => AttemptResult::Failed,
            LegStatus::Completed if own => AttemptResult::Refused,
            _ => AttemptResult::NoAnswer,
        }
    }

    /// Sends the caller on to another target if this one hung up too soon. Whether it does.
    fn send_on(&mut self, at: usize, by: EndedBy, now: Timestamp) -> bool {
        let Some(attempt) = self.session.attempts.get(at) else {
            return false;
        };
        let talk = EndedTalk {
            target: attempt.chosen.target,
            connected_s: Some(attempt.talked_s),
            by,
            caller_waits: by != EndedBy::Caller,
            reroutes: self.session.reroutes,
            connects: self.session.connects(),
        };
        let verdict = attempt
            .chosen
            .recovery
            .map(|recovery| recovery.verdict(&talk));
        let Some(Ok(verdict)) = verdict else {
            return false;
        };
        let reason = verdict.sentence();
        self.session.reroutes += 1;
        self.note(now, What::SentOn { reason });
        self.choose();
        true
    }

    pub(super) fn leg_changed(&mut self, news: LegNews, now: Timestamp) -> Result<(), Rejected> {
        let last = self.session.last_ring();
        let at = (self.session.attempts.iter()).position(|a| a.number == news.attempt);
        let Some((at, attempt)) = at.and_then(|at| Some((at, self.session.attempts.get_mut(at)?)))
        else {
            return Err(Rejected::WrongState);
        };
        let is_last = last.contains(&at);
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
                if open {
                    self.hung_up(at, news.status);
                }
            }
        }
        self.heard(now);
        Ok(())
    }

    /// A leg is over while others of its dial ring or talk. Its line is free. That it was not the
    /// one that has the caller is certain unless it had answered; only then its place in the counts
    /// waits for the end of the dial.
    ///
    /// That somebody answered is not enough to give back the lines of the others: two may answer in
    /// one moment, and after a whisper it is not the first to answer who has the caller.
    fn hung_up(&mut self, at: usize, status: LegStatus) {
        if self.session.attempts[at].ring == 0 {
            return;
        }
        self.free_line(at);
        if status != LegStatus::Completed {
            self.uncount(at);
        }
        let ring = self.session.last_ring();
        let attempts = &self.session.attempts;
        let talks = ring.iter().any(|at| attempts[*at].is_talking());
        let rings = ring.iter().any(|at| !attempts[*at].is_off());
        if self.session.stage == Stage::Talking && !talks && rings {
            self.session.stage = Stage::Dialing;
        }
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
        self.session.fallback_s = Some(if connected {
            result.duration_s.unwrap_or(0)
        } else {
            0
        });
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
                self.release_lines(now);
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
            Some(Outcome::NoAnswer | Outcome::NoTarget | Outcome::Unrouted)
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
        if was_over && !(self.session.lacks_recording() || self.session.lacks_length()) {
            return Err(Rejected::Stale);
        }
        let lacked = self.session.lacks_recording();
        for recording in &record.recordings {
            // One that is known already changes nothing.
            let _known: Result<(), Rejected> = self.recording_ready(recording.clone(), now);
        }
        if was_over {
            if call.status.is_final() {
                self.session.duration_s.get_or_insert(call.duration_s);
            }
            // Who was only asked for the length has not been asked whether there is a recording.
            let told = lacked && !record.recordings_pending;
            self.session.recordings_settled = told || self.asked_long_enough(now);
            return Ok(());
        }
        if !call.status.is_final() {
            self.legs_seen(&record.legs, now);
            return Ok(());
        }
        self.session.duration_s = Some(call.duration_s);
        self.note(now, What::Reconciled);
        self.close_from(&record.legs, now);
        Ok(())
    }

    /// The carrier's records of legs whose dial is not over.
    fn legs_seen(&mut self, legs: &[CarrierLeg], now: Timestamp) {
        if !matches!(self.session.stage, Stage::Dialing | Stage::Talking) {
            return;
        }
        for at in self.session.open_attempts() {
            let Some(leg) = self.leg_of(at, legs).cloned() else {
                continue;
            };
            let Some(attempt) = self.session.attempts.get_mut(at) else {
                continue;
            };
            let certain = attempt.leg_sid.as_deref() == Some(leg.sid.as_str());
            if leg.status == LegStatus::InProgress && self.session.stage == Stage::Dialing {
                attempt.answered_at.get_or_insert(now);
                self.session.stage = Stage::Talking;
                self.note(now, What::Reconciled);
            } else if leg.status.is_final() && certain && attempt.ring != 0 && !attempt.is_off() {
                let sequence = attempt.news.map_or(0, |(sequence, _)| sequence);
                attempt.news = Some((sequence, leg.status));
                attempt.ended_at.get_or_insert(now);
                self.hung_up(at, leg.status);
                self.note(now, What::Reconciled);
            }
        }
    }

    fn asked_long_enough(&self, now: Timestamp) -> bool {
        self.asked_for(self.patience.recording_give_up_ms, now)
    }

    fn asked_for(&self, millis: i64, now: Timestamp) -> bool {
        self.session
            .ended_at
            .is_none_or(|ended| now.millis_since(ended) >= millis)
    }

    pub(super) fn carrier_silent(&mut self, now: Timestamp) -> Result<(), Rejected> {
        if self.session.stage == Stage::Ended {
            let lacks = self.session.lacks_recording() || self.session.lacks_length();
            // Who was away for all that time has asked only once: silence is no answer yet.
            if !lacks || !self.asked_for(SILENCES * self.patience.recording_give_up_ms, now) {
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
            self.close_from(&[], now);
        }
        Ok(())
    }
}
