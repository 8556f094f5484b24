//! Choosing targets and dialing them.

use super::{CallMachine, Rejected};
use crate::call::effect::{Effect, Place};
use crate::call::record::Outcome;
use crate::call::reservation::Reservation;
use crate::call::session::{
    Attempt, AttemptResult, Choice, ChosenRoute, GroupHold, LEGS_MAX, Session, Stage,
};
use crate::call::timeline::{EndedBy, What};
use crate::id::{RouteId, TargetId};
use crate::money::Micros;
use crate::routing::{Decision, Exclusions};
use crate::rtb::held::{Confirmation, Held, Said};
use crate::time::Timestamp;
use crate::voice::verb::{Dial, Noun, Step, Verb};

impl CallMachine {
    pub(super) fn choose(&mut self) {
        self.session.stage = Stage::Deciding;
        self.session.decisions += 1;
        self.effects.push_back(Effect::Choose {
            exclusions: self.session.exclusions(),
            salt: self.session.decisions,
        });
    }

    pub(super) fn decided(
        &mut self,
        decision: Decision,
        chosen: Option<Choice>,
        auctions: Vec<Held>,
        now: Timestamp,
    ) -> Result<(), Rejected> {
        if self.session.stage != Stage::Deciding {
            return Err(Rejected::WrongState);
        }
        // Of several that rang at once it is what the one came to who had the caller, if any.
        let ring = self.session.last_ring();
        let results = || {
            ring.iter()
                .filter_map(|at| self.session.attempts[*at].result)
        };
        let after = results()
            .find(|result| *result == AttemptResult::Connected)
            .or_else(|| results().next_back());
        self.hold(auctions, now);
        self.note(now, What::Decided { after, decision });
        let goes_on = (chosen.as_ref())
            .and_then(|choice| choice.group)
            .is_some_and(|group| group.goes_on);
        if !goes_on {
            self.leave_group();
        }
        match chosen {
            Some(mut choice) => {
                self.take_reserved(&mut choice);
                let held = |c: &&ChosenRoute| self.reserved.at(c.target).is_some();
                let places: Vec<Place> = (choice.ring.iter().filter(|c| !held(c)))
                    .map(place)
                    .collect();
                let group = (choice.group.filter(|_| !goes_on))
                    .filter(|group| self.reserved.in_group(group.group).is_none())
                    .map(|group| (group.group, group.windows));
                self.session.stage = Stage::Claiming { choice };
                if places.is_empty() && group.is_none() {
                    return self.claimed(now);
                }
                self.effects.push_back(Effect::Claim { places, group });
            }
            // The caller was served; nobody is left to send them on to.
            None if self.session.is_rerouted() => {
                self.effects.push_back(Effect::Reply(vec![Verb::Hangup]));
                self.finish(Outcome::Connected, EndedBy::Target, now);
            }
            None => self.begin_fallback(now),
        }
        Ok(())
    }

    /// Remembers the auctions that the decision was made by, and tells of those that are new.
    fn hold(&mut self, auctions: Vec<Held>, now: Timestamp) {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        for (at, held) in auctions.iter().enumerate() {
            let before = self.session.auctions.get(at).cloned();
            if before.is_none() {
                let what = What::Auctioned {
                    name: held.name.clone(),
                    asked: count(held.lines.len()),
                    bids: count(held.bids()),
                    took_ms: held.took_ms,
                };
                self.note(held.at.plus_millis(i64::from(held.took_ms)).min(now), what);
            }
            let told: Vec<(TargetId, Option<String>)> = (held.lines.iter())
                .filter(|line| {
                    let earlier = before.as_ref().and_then(|b| b.said(line.target));
                    earlier != Some(&line.said)
                })
                .filter_map(|line| match &line.said {
                    Said::Offer(offer) => match &offer.confirmation {
                        Some(Confirmation::Given) => Some((line.target, None)),
                        Some(Confirmation::Missing { reason, .. }) => {
                            Some((line.target, Some(reason.clone())))
                        }
                        Some(Confirmation::Wanted { .. }) | None => None,
                    },
                    Said::Nothing { .. } => None,
                })
                .collect();
            for (target, missing) in told {
                self.note(now, What::Confirmed { target, missing });
            }
        }
        self.session.auctions = auctions;
    }

    pub(super) fn claimed(&mut self, now: Timestamp) -> Result<(), Rejected> {
        let Stage::Claiming { choice } = &self.session.stage else {
            return Err(Rejected::WrongState);
        };
        let Choice { ring, group } = choice.clone();
        let targets: Vec<TargetId> = ring.iter().map(|c| c.target).collect();
        let unused = std::mem::take(&mut self.reserved);
        self.give_back(unused.except(&targets, group.as_ref().map(|g| g.group)));
        let first = u32::try_from(self.session.attempts.len()).unwrap_or(u32::MAX) + 1;
        let entry = self.enter_group(&ring, group.as_ref(), first);
        // An auction told of its ring tree already.
        let told = ring.first().filter(|c| c.bid.is_none());
        if let Some(of) = told.and_then(|c| c.group.as_ref()) {
            let name = of.name.clone();
            let phones = u32::try_from(ring.len()).unwrap_or(u32::MAX);
            self.note(now, What::GroupRung { name, phones });
        }
        let dial = Dial {
            nouns: ring.iter().zip(first..).map(noun).collect(),
            ring_timeout_s: ring.first().map_or(0, |c| c.ring_timeout_s),
            // One dial shows one number: that of the first who rings.
            caller_id: ring.first().and_then(|c| c.caller_id.clone()),
            recording: ring.first().map_or(self.session.recording, |c| {
                c.recording(self.session.recording)
            }),
            action: Step::Dialed(first),
        };
        let shared = if ring.len() > 1 { first } else { 0 };
        self.session.lost.clear();
        for (chosen, number) in ring.into_iter().zip(first..) {
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
            self.session.attempts.push(Attempt {
                number,
                ring: shared,
                entry,
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
                leg_s: 0,
                spend_settled: false,
                kept: None,
            });
        }
        self.session.stage = Stage::Dialing;
        self.effects
            .push_back(Effect::Reply(vec![Verb::Dial(dial)]));
        Ok(())
    }

    /// What was reserved at a target was claimed with the price and in the windows of that moment.
    fn take_reserved(&self, choice: &mut Choice) {
        for chosen in &mut choice.ring {
            if let Some(place) = self.reserved.at(chosen.target) {
                (chosen.windows, chosen.price) = (place.windows, place.price);
            }
        }
        if let Some(group) = &mut choice.group
            && let Some(windows) = self.reserved.in_group(group.group)
        {
            group.windows = windows;
        }
    }

    /// Gives back what was reserved and is not needed.
    pub(super) fn give_back(&mut self, unused: Reservation) {
        for place in unused.places {
            let (target, windows) = (place.target, place.windows);
            self.effects.push_back(Effect::ReleaseLine { target });
            self.effects.push_back(Effect::Uncount { target, windows });
            if place.price != Micros::ZERO {
                let more = Micros(place.price.0.saturating_neg());
                self.effects.push_back(Effect::Spend {
                    target,
                    windows,
                    more,
                });
            }
        }
        if let Some((group, windows)) = unused.group {
            self.effects.push_back(Effect::FreeGroup {
                group,
                line: true,
                uncount: Some(windows),
            });
        }
    }

    /// The call has its place in the group of a dial from its first ring on. Says with which
    /// attempt the entry began; 0 for a target by itself.
    fn enter_group(
        &mut self,
        ring: &[ChosenRoute],
        group: Option<&crate::routing::ChosenGroup>,
        first: u32,
    ) -> u32 {
        let (Some(group), Some(route)) = (group, ring.first().map(|c| c.route)) else {
            return 0;
        };
        if let Some(held) = self.session.group.as_ref().filter(|_| group.goes_on) {
            return held.entry;
        }
        self.session.group = Some(GroupHold {
            group: group.group,
            route,
            windows: group.windows,
            line_held: true,
            entry: first,
        });
        first
    }

    pub(super) fn claim_lost(&mut self, lost: &[TargetId], now: Timestamp) -> Result<(), Rejected> {
        let Stage::Claiming { choice } = &self.session.stage else {
            return Err(Rejected::WrongState);
        };
        let of = |id: &TargetId| choice.ring.iter().find(|c| c.target == *id);
        let mut names: Vec<String> = (lost.iter().filter_map(of))
            .map(|c| c.name.clone())
            .collect();
        if names.is_empty() {
            let group = choice.ring.first().and_then(|c| c.group.as_ref());
            names.extend(group.map(|group| group.name.clone()));
        }
        self.session.lost.extend(lost);
        for target in names {
            self.note(now, What::ClaimLost { target });
        }
        self.choose();
        Ok(())
    }

    /// The call is through with its group and nobody of it took it: its place is given back.
    pub(super) fn leave_group(&mut self) {
        if let Some(held) = self.session.group.take() {
            self.effects.push_back(Effect::FreeGroup {
                group: held.group,
                line: held.line_held,
                uncount: Some(held.windows),
            });
        }
    }

    /// A member of the group took the call: its place stays in the counts.
    pub(super) fn group_answered(&mut self) {
        if let Some(held) = self.session.group.take().filter(|held| held.line_held) {
            self.effects.push_back(Effect::FreeGroup {
                group: held.group,
                line: true,
                uncount: None,
            });
        }
    }

    /// The group's line is free, and whether the call counts there is not known yet.
    pub(super) fn release_group_line(&mut self) {
        if let Some(held) = self.session.group.as_mut().filter(|held| held.line_held) {
            held.line_held = false;
            let group = held.group;
            self.effects.push_back(Effect::FreeGroup {
                group,
                line: true,
                uncount: None,
            });
        }
    }
}

impl Session {
    /// What the next decision must leave out.
    fn exclusions(&self) -> Exclusions {
        let within = self.group.as_ref().filter(|held| held.line_held);
        let within = within.map(|held| held.route);
        let of_group = |a: &Attempt| a.chosen.group.as_ref().map(|_| a.chosen.route);
        let mut left: Vec<RouteId> = (self.attempts.iter().filter_map(of_group))
            .filter(|route| Some(*route) != within)
            .collect();
        left.dedup();
        let entries = self.entries();
        Exclusions {
            tried: self.attempts.iter().map(|a| a.chosen.target).collect(),
            lost: self.lost.clone(),
            rerouted: self.is_rerouted().then(|| self.connects()),
            left,
            within: within.filter(|_| !self.legs_used_up()),
            spent: self.legs_used_up() || (entries > 0 && entries >= self.attempts_allowed()),
        }
    }

    /// Whether another decision may find somebody to ring.
    pub(super) fn may_ring_on(&self) -> bool {
        let in_group = self.group.as_ref().is_some_and(|held| held.line_held);
        !self.legs_used_up() && (in_group || self.entries() < self.attempts_allowed())
    }

    fn legs_used_up(&self) -> bool {
        self.attempts.len() >= LEGS_MAX as usize
    }
}

fn place(chosen: &ChosenRoute) -> Place {
    Place {
        target: chosen.target,
        windows: chosen.windows,
        price: chosen.price,
    }
}

fn noun((chosen, number): (&ChosenRoute, u32)) -> Noun {
    Noun {
        to: chosen.destination.clone(),
        whisper: chosen.speaks_first().then_some(Step::Whisper(number)),
        leg_status: Step::Leg(number),
        digits: chosen.digits.clone(),
        sip: chosen.sip.clone(),
    }
}
