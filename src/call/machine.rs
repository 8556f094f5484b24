//! The call machine: every rule about what happens next in a call.
//!
//! Drive it like this: hand in an event, then take effects until there are none, answering
//! `Choose`, `Claim` and `AskCarrier` with the event each names. Commit the session, the entries and
//! the capacity effects together. An event that comes too late is a value, not an error: it is
//! counted and changes nothing.

mod choosing;
pub(in crate::call) mod converting;
mod ending;
mod told;

use std::collections::VecDeque;

use super::effect::{Effect, Patience, Timer, TimerKind};
use super::event::{Arrival, Event};
use super::reservation::Reservation;
use super::session::{Session, Stage};
use super::timeline::{Entry, What};
use crate::block::attestation::Attestation;
use crate::campaign::{ATTEMPTS_DEFAULT, Fallback, RecordingMode};
use crate::duplicate::EarlierCall;
use crate::duplicate::routing::Preference;
use crate::enrichment::Enrichment;
use crate::id::PublisherId;
use crate::ledger::Ledger;
use crate::plan::RoutingPlan;
use crate::rtb_id::arrival::CallForBid;
use crate::time::Timestamp;
use crate::visit::attribution::Attribution;

/// What a caller hears on a number that no campaign uses.
pub const APOLOGY: &str = "Sorry, this number is not in service. Goodbye.";
/// What a caller hears after leaving a message.
pub const THANKS: &str = "Thank you. Goodbye.";

/// Who a caller is to us.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acquaintance {
    /// Whose number was dialed.
    pub publisher: Option<PublisherId>,
    /// The caller's earlier calls, the latest ones.
    pub history: Vec<EarlierCall>,
    /// Which visitor of an advertiser's page called.
    pub attribution: Option<Attribution>,
    /// What was sent of the caller before the call.
    pub enrichment: Option<Enrichment>,
    /// The bid that the call was made for.
    pub bid: Option<CallForBid>,
}

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
    pub(super) session: Session,
    pub(super) effects: VecDeque<Effect>,
    entries: Vec<Entry>,
    patience: Patience,
    /// What is held for the call's first dial. It is made use of or given back in the call's first step,
    /// so it is never stored.
    pub(super) reserved: Reservation,
}

impl CallMachine {
    /// A call that has just arrived, with the plan of its number's campaign, who the caller is to
    /// us, and why the caller is turned away whatever the plan says, if that is so.
    #[must_use]
    pub fn arrive(
        arrival: &Arrival,
        plan: Option<&RoutingPlan>,
        acquaintance: Acquaintance,
        turned_away: Option<String>,
        now: Timestamp,
        patience: Patience,
    ) -> Self {
        let routed = plan.filter(|p| p.active);
        let Acquaintance {
            publisher,
            history,
            attribution,
            enrichment,
            bid,
        } = acquaintance;
        let refused = match (turned_away, plan) {
            (Some(reason), _) => Some(reason),
            (None, Some(plan)) => plan.screen.refusal(
                &arrival.from,
                Attestation::from_carrier(
                    arrival
                        .tags
                        .get("carrier", "attestation")
                        .unwrap_or_default(),
                ),
                history.iter().map(|earlier| earlier.arrived_at).max(),
                now,
            ),
            (None, None) => None,
        };
        let duplicate = plan.and_then(|p| p.mark.mark(&arrival.from, p.campaign, &history, now));
        let preference = match (plan, &duplicate) {
            (Some(plan), Some(_)) => plan.duplicates.preference(plan.campaign, &history),
            _ => Preference::Any,
        };
        let line = bid.as_ref().and_then(|bid| bid.line.clone());
        let (told, promise, auctions, reserved) = match bid {
            Some(bid) => {
                let told = What::BidMatched {
                    bid_id: bid.promise.bid_id.clone(),
                    by_sip: bid.by_sip,
                    after_s: bid.after_s,
                    late: bid.promise.amount.is_none(),
                };
                (Some(told), Some(bid.promise), bid.auctions, bid.reserved)
            }
            None => (None, None, Vec::new(), Reservation::default()),
        };
        let session = Session {
            arrived_at: now,
            carrier_sid: arrival.carrier_sid.clone(),
            from: arrival.from.clone(),
            to: arrival.to.clone(),
            line,
            campaign: plan.map(|p| p.campaign),
            publisher,
            history,
            attribution: attribution.clone(),
            duplicate,
            preference,
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
            group: None,
            promise,
            auctions,
            lost: Vec::new(),
            heard_at: now,
            asked_at: None,
            outcome: None,
            ended_at: None,
            ended_by: None,
            reroutes: 0,
            fallback_s: None,
            conversion: None,
            conversion_said_at: None,
            ledger: Ledger::default(),
            paid: false,
            money_closed: false,
            money_due_at: None,
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
            reserved,
        };
        let tags = u32::try_from(arrival.tags.len()).unwrap_or(u32::MAX);
        let dialed = super::event::dialed_number(&arrival.to)
            .map_or_else(|| arrival.to.clone(), |n| n.display());
        machine.note(now, What::Arrived { dialed, tags });
        if let Some(told) = told {
            machine.note(now, told);
        }
        if let Some(Attribution { by, source, .. }) = attribution {
            machine.note(now, What::Attributed { by, source });
        }
        if let Some(sent) = enrichment {
            let values = u32::try_from(sent.tags.len()).unwrap_or(u32::MAX);
            let before_s = now.secs_since(sent.sent_at);
            machine.note(now, What::Enriched { values, before_s });
        }
        if let Some(marked) = &machine.session.duplicate {
            let reason = marked.reason.clone();
            machine.note(now, What::MarkedDuplicate { reason });
        }
        match (plan, refused) {
            (None, _) => {
                machine.note(now, What::NumberUnknown);
                machine.begin_fallback(now);
            }
            (Some(_), Some(reason)) => machine.turn_away(reason, now),
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
            reserved: Reservation::default(),
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
            Event::Decided {
                decision,
                chosen,
                auctions,
            } => self.decided(decision, chosen, auctions, now),
            Event::Claimed => self.claimed(now),
            Event::ClaimLost { lost } => self.claim_lost(&lost, now),
            Event::DialEnded { attempt, result } => self.dial_ended(attempt, &result, now),
            Event::LegChanged(news) => self.leg_changed(news, now),
            Event::FallbackDialEnded(result) => self.fallback_dial_ended(&result, now),
            Event::VoicemailLeft {
                duration_s,
                caller_gone,
            } => self.voicemail_left(duration_s, caller_gone, now),
            Event::CallEnded { status, duration_s } => self.call_ended(status, duration_s, now),
            Event::RecordingReady(recording) => self.recording_ready(recording, now),
            Event::Converted(conversion) => self.converted(conversion, now),
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
            Stage::Ended => return self.afterwards(),
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
            // Lines of those who rang along are held until it is told that they do not any more.
            Stage::Talking if s.attempts.iter().filter(|a| a.line_held).count() > 1 => {
                (s.heard_at, TimerKind::StillTalking, self.patience.dial_ms)
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

    /// A call that is over still waits for its length, a recording, or a conversion.
    fn afterwards(&self) -> Option<Timer> {
        let s = &self.session;
        let missing = s
            .ended_at
            .filter(|_| s.lacks_recording() || s.lacks_length());
        let asked = missing.map(|ended| {
            let waited_ms = s.asked_at.map_or(0, |asked| asked.millis_since(ended));
            Timer {
                at: ended.plus_millis((2 * waited_ms).max(self.patience.recording_ms)),
                kind: TimerKind::RecordingMissing,
            }
        });
        let due = s.money_due_at.map(|at| Timer {
            at,
            kind: TimerKind::MoneyDue,
        });
        [asked, due].into_iter().flatten().min_by_key(|t| t.at)
    }

    /// Wakes the call: it asks the carrier what became of it, unless it is only about money.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        let due = self.poll_timeout().filter(|timer| timer.at <= now);
        if due.is_some_and(|timer| timer.kind != TimerKind::MoneyDue) {
            self.session.asked_at = Some(now);
            self.effects.push_back(Effect::AskCarrier);
        }
    }

    fn heard(&mut self, now: Timestamp) {
        self.session.heard_at = now;
    }

    pub(super) fn note(&mut self, at: Timestamp, what: What) {
        self.entries.push(Entry { at, what });
    }
}

#[cfg(test)]
mod tests;
