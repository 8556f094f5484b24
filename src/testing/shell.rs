//! The smallest shell that can carry out a call's effects: usage in a map, no store, no waiting.

use crate::call::effect::{Effect, Place};
use crate::call::event::Event;
use crate::call::machine::CallMachine;
use crate::call::money::{Dial, MoneyFacts, PayoutClaim};
use crate::call::recording::Recording;
use crate::call::session::Choice;
use crate::call::step::lost;
use crate::call::timeline::Entry;
use crate::caps::{Claim, GroupClaim};
use crate::draw::Draw;
use crate::id::{CallId, TargetGroupId, TargetId};
use crate::ledger;
use crate::money::Micros;
use crate::plan::RoutingPlan;
use crate::routing::{Clocks, Decision, Exclusions, UsageMap, decide};
use crate::tag::Tags;
use crate::time::{Timestamp, Windows};
use crate::voice::verb::Verb;

/// What carrying out the effects of one event came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deeds {
    /// What the carrier is answered; none if the event has no answer of its own.
    pub reply: Option<Vec<Verb>>,
    /// The call wants the carrier to be asked.
    pub asked: bool,
    pub decisions: Vec<Made>,
    pub claims: Vec<(TargetId, Windows)>,
    /// One for each claim that was lost: whose lines other calls took.
    pub claims_lost: Vec<Vec<TargetId>>,
    pub group_claims: Vec<(TargetGroupId, Windows)>,
    /// What was given back of groups: the line, the place in the counts.
    pub groups_freed: Vec<(TargetGroupId, bool, Option<Windows>)>,
    pub released: Vec<TargetId>,
    /// Until when agents are left alone.
    pub wrapping: Vec<(TargetId, Timestamp)>,
    pub uncounted: Vec<(TargetId, Windows)>,
    pub recordings: Vec<Recording>,
    pub ledger: Vec<ledger::entry::Entry>,
    pub payouts: Vec<PayoutClaim>,
    pub dials: Vec<Dial>,
    pub entries: Vec<Entry>,
}

/// A decision with what it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub exclusions: Exclusions,
    pub salt: u64,
    /// As it was when the decision was made.
    pub usage: UsageMap,
    pub decision: Decision,
}

/// What a call's effects work on.
#[derive(Debug)]
pub struct Shell<'a> {
    pub call: CallId,
    pub plan: Option<&'a RoutingPlan>,
    pub tags: &'a Tags,
    /// Settles the money of the call after each event; none leaves it alone.
    pub money: Option<MoneyFacts<'a>>,
    pub usage: &'a mut UsageMap,
    pub clocks: &'a Clocks,
    pub now: Timestamp,
}

impl Shell<'_> {
    /// Carries out effects until there are none, as a server does. `between` runs between a
    /// decision and its claim: whatever other calls do in that moment.
    pub fn drain(
        &mut self,
        machine: &mut CallMachine,
        mut between: impl FnMut(TargetId, &mut UsageMap),
    ) -> Deeds {
        let mut deeds = Deeds::default();
        let mut unsettled = self.money;
        loop {
            let Some(effect) = machine.poll_effect() else {
                let Some(money) = unsettled.take() else {
                    break;
                };
                let settled = machine.settle(&money);
                debug_assert_eq!(settled, Ok(()), "payouts without caps need no reading");
                continue;
            };
            let answer = match effect {
                Effect::Choose { exclusions, salt } => {
                    Some(self.choose(machine, exclusions, salt, &mut deeds))
                }
                Effect::Claim { places, group } => {
                    for place in &places {
                        between(place.target, self.usage);
                    }
                    Some(self.claim(&places, group, &mut deeds))
                }
                Effect::FreeGroup {
                    group,
                    line,
                    uncount,
                } => {
                    let used = self.usage.groups.entry(group).or_default();
                    if line {
                        *used = used.line_released(self.now);
                    }
                    if let Some(windows) = &uncount {
                        *used = used.uncounted(windows);
                    }
                    deeds.groups_freed.push((group, line, uncount));
                    None
                }
                Effect::ReleaseLine { target } => {
                    let used = self.usage.entry(target).or_default();
                    *used = used.line_released(self.now);
                    deeds.released.push(target);
                    None
                }
                Effect::WrapUp { target, until } => {
                    let used = self.usage.entry(target).or_default();
                    if let Some(presence) = &mut used.presence {
                        presence.wrap_until = Some(until);
                    }
                    deeds.wrapping.push((target, until));
                    None
                }
                Effect::Uncount { target, windows } => {
                    let used = self.usage.entry(target).or_default();
                    *used = used.uncounted(&windows);
                    deeds.uncounted.push((target, windows));
                    None
                }
                Effect::Spend {
                    target,
                    windows,
                    more,
                } => {
                    let used = self.usage.entry(target).or_default();
                    *used = used.spent_more(&windows, more);
                    None
                }
                Effect::Enter(entries) => {
                    deeds.ledger.extend(entries);
                    None
                }
                Effect::Pay(claim) => {
                    deeds.payouts.push(claim);
                    None
                }
                Effect::KeepDial(dial) => {
                    deeds.dials.push(dial);
                    None
                }
                Effect::Reply(verbs) => {
                    deeds.reply = Some(verbs);
                    None
                }
                Effect::KeepRecording(recording) => {
                    deeds.recordings.push(recording);
                    None
                }
                Effect::AskCarrier => {
                    deeds.asked = true;
                    None
                }
            };
            if let Some(event) = answer {
                let taken = machine.handle_event(event, self.now);
                debug_assert_eq!(
                    taken,
                    Ok(()),
                    "a machine takes the answer to its own question"
                );
            }
        }
        deeds.entries = machine.take_entries();
        deeds
    }

    fn choose(
        &self,
        machine: &CallMachine,
        exclusions: Exclusions,
        salt: u64,
        deeds: &mut Deeds,
    ) -> Event {
        let Some(plan) = self.plan else {
            let decision = Decision {
                plan_version: 0,
                chosen: None,
                candidates: Vec::new(),
                asks: None,
            };
            return Event::Decided {
                decision,
                chosen: None,
                auctions: Vec::new(),
            };
        };
        let decision = decide(
            plan,
            (machine.session())
                .traits(self.tags, &machine.session().auctions, self.now)
                .as_ref(),
            &exclusions,
            self.usage,
            self.clocks,
            &mut Draw::for_call(self.call, salt),
        );
        let mut usage: UsageMap = plan
            .routes
            .iter()
            .map(|r| {
                (
                    r.target.id,
                    self.usage.get(&r.target.id).copied().unwrap_or_default(),
                )
            })
            .collect();
        usage.groups = (plan.groups.keys())
            .map(|id| (*id, self.usage.group(*id)))
            .collect();
        deeds.decisions.push(Made {
            exclusions,
            salt,
            usage,
            decision: decision.clone(),
        });
        let chosen = Choice::of(plan, &decision, machine.session().presents());
        Event::Decided {
            decision,
            chosen,
            auctions: machine.session().auctions.clone(),
        }
    }

    fn claim(
        &mut self,
        places: &[Place],
        group: Option<(TargetGroupId, Windows)>,
        deeds: &mut Deeds,
    ) -> Event {
        let wanted: Vec<Claim> = places
            .iter()
            .filter_map(|place| {
                let t = self.plan?.target(place.target)?;
                Some(Claim {
                    target: place.target,
                    caps: (self.clocks.get(&t.zone)).map_or(t.caps, |local| t.caps_at(local)),
                    dollars: t.dollars,
                    price: place.price,
                    windows: place.windows,
                })
            })
            .collect();
        let of_group = group.map(|(id, windows)| GroupClaim {
            group: id,
            caps: (self.plan.and_then(|p| p.groups.get(&id)))
                .map(|g| g.caps)
                .unwrap_or_default(),
            windows,
        });
        let full = |claim: &Claim| {
            claim.is_refused(&self.usage.get(&claim.target).copied().unwrap_or_default())
        };
        let group_full = of_group.is_some_and(|g| g.is_refused(&self.usage.group(g.group)));
        if group_full || wanted.len() < places.len() || wanted.iter().any(full) {
            let lost = lost(&wanted, of_group.as_ref(), self.usage);
            deeds.claims_lost.push(lost.clone());
            return Event::ClaimLost { lost };
        }
        for claim in &wanted {
            let used = self.usage.entry(claim.target).or_default();
            *used = used.claimed(&claim.windows, claim.price, self.now);
            deeds.claims.push((claim.target, claim.windows));
        }
        if let Some(claim) = of_group {
            let used = self.usage.groups.entry(claim.group).or_default();
            *used = used.claimed(&claim.windows, Micros::ZERO, self.now);
            deeds.group_claims.push((claim.group, claim.windows));
        }
        Event::Claimed
    }
}
