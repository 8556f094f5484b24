//! A step of a call: one event taken in, and all that must be stored together because of it.
//!
//! A step is worked out before anything is written, as if the line it wants were free. If another
//! call was faster, it is worked out again with a fresh reading of usage; what was decided before
//! is decided again in the same way, so that the trace tells both decisions.

use std::collections::BTreeMap;

use super::effect::{Effect, Place};
use super::event::Event;
use super::machine::CallMachine;
use super::money::{Dial, MoneyFacts, PaymentsWanted, PayoutClaim};
use super::recording::Recording;
use super::session::{Choice, Session};
use super::timeline::Entry;
use crate::caps::{Claim, Freed, GroupClaim, GroupFreed};
use crate::draw::Draw;
use crate::id::{CallId, TargetGroupId, TargetId};
use crate::ledger;
use crate::ledger::payout::PayoutUsageMap;
use crate::ledger::telephony::rate::RateTable;
use crate::plan::RoutingPlan;
use crate::publisher::Publisher;
use crate::routing::{Clocks, Decision, Exclusions, UsageMap, decide};
use crate::rtb::held::{Asks, Held};
use crate::tag::Tags;
use crate::time::{Timestamp, Windows};
use crate::voice::verb::Verb;

/// What a step is worked out from.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub call: CallId,
    pub tags: &'a Tags,
    /// Whose number was dialed; none if it is nobody's, or its publisher is gone.
    pub publisher: Option<&'a Publisher>,
    pub rates: &'a RateTable,
    /// The wall clocks of the publisher's payout rules when the call arrived.
    pub payout_clocks: &'a Clocks,
    /// What the publisher's rules have paid, the newest reading; none before there is one.
    pub paid: Option<&'a PayoutUsageMap>,
    /// None for a number that no campaign uses.
    pub plan: Option<&'a RoutingPlan>,
    pub clocks: &'a Clocks,
    /// What the plan's targets had used at each decision of this step. The claim that followed a
    /// reading was lost if there is a later reading.
    pub readings: &'a [UsageMap],
    /// The auctions of the call: those it came with, and those held for this step.
    pub auctions: &'a [Held],
    pub now: Timestamp,
}

/// What must be stored together, and the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub session: Session,
    pub entries: Vec<Entry>,
    /// What the carrier is answered; none if the event has no answer of its own.
    pub reply: Option<Vec<Verb>>,
    /// The lines and the places under caps that the reply needs, in the order of targets: all or
    /// none.
    pub claims: Vec<Claim>,
    /// The place in a group that it needs as well.
    pub group_claim: Option<GroupClaim>,
    /// What is given back, by target.
    pub freed: Vec<Freed>,
    /// What is given back of a group's.
    pub freed_groups: Vec<GroupFreed>,
    /// What the call earned, owes and cost that was not entered before.
    pub ledger: Vec<ledger::entry::Entry>,
    /// The place under the caps of a payout rule that the payout among them needs.
    pub payout: Option<PayoutClaim>,
    /// What became of targets the call was sent to.
    pub dials: Vec<Dial>,
    /// Recordings that were not known.
    pub recordings: Vec<Recording>,
    /// When the call wants to be woken.
    pub next_check_at: Option<Timestamp>,
}

/// Something must be known before the step can be worked out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wanted {
    /// A decision is due, and no reading of usage is left for it.
    #[error("a decision needs to know what the targets have used")]
    Usage,
    /// A payout is due under a rule with caps.
    #[error("a payout needs to know what its rules have paid")]
    Payments,
    /// Bidders must be asked; then the step is worked out with the auction.
    #[error("a decision needs to know what bidders say")]
    Bids(Asks),
}

impl Step {
    /// Takes the effects of a machine until there are none.
    ///
    /// Ends because each lost claim excludes a target and every other effect asks for nothing back.
    ///
    /// # Errors
    /// [`Wanted`] if something must be read first; hand in the machine again with it.
    pub fn of(mut machine: CallMachine, facts: Facts<'_>) -> Result<Self, Wanted> {
        let mut readings = facts.readings.iter();
        let mut reply = None;
        let (mut claims, mut group_claim) = (Vec::new(), None);
        let mut recordings = Vec::new();
        let (mut ledger, mut payout, mut dials) = (Vec::new(), None, Vec::new());
        let mut freed: BTreeMap<TargetId, Freed> = BTreeMap::new();
        let mut freed_groups: BTreeMap<TargetGroupId, GroupFreed> = BTreeMap::new();
        let mut settled = false;
        loop {
            let Some(effect) = machine.poll_effect() else {
                // Money looks at what the event came to, once that is known.
                if settled {
                    break;
                }
                settled = true;
                machine
                    .settle(&facts.money())
                    .map_err(|PaymentsWanted| Wanted::Payments)?;
                continue;
            };
            match effect {
                Effect::Choose { exclusions, salt } => {
                    let usage = match facts.plan {
                        Some(plan) if !plan.routes.is_empty() => {
                            Some(readings.next().ok_or(Wanted::Usage)?)
                        }
                        _ => None,
                    };
                    let event = choose(&machine, &exclusions, salt, usage, facts)?;
                    feed(&mut machine, event, facts.moment());
                }
                Effect::Claim { places, group } => {
                    let wanted: Vec<Claim> = places.iter().map(|p| facts.claim(p)).collect();
                    let of_group = group.map(|(id, windows)| facts.group_claim(id, windows));
                    let event = match readings.as_slice().first() {
                        Some(after) => Event::ClaimLost {
                            lost: lost(&wanted, of_group.as_ref(), after),
                        },
                        None => {
                            (claims, group_claim) = (wanted, of_group);
                            Event::Claimed
                        }
                    };
                    feed(&mut machine, event, facts.moment());
                }
                Effect::FreeGroup {
                    group,
                    line,
                    uncount,
                } => {
                    let freed = freed_groups.entry(group).or_insert(GroupFreed {
                        group,
                        line: false,
                        uncounted: None,
                    });
                    freed.line |= line;
                    freed.uncounted = uncount.or(freed.uncounted);
                }
                Effect::ReleaseLine { target } => {
                    freed.entry(target).or_insert(Freed::nothing(target)).line = true;
                }
                Effect::WrapUp { target, until } => {
                    let freed = freed.entry(target).or_insert(Freed::nothing(target));
                    freed.wrap_until = Some(until);
                }
                Effect::Uncount { target, windows } => {
                    freed
                        .entry(target)
                        .or_insert(Freed::nothing(target))
                        .uncounted = Some(windows);
                }
                Effect::Spend {
                    target,
                    windows,
                    more,
                } => {
                    freed.entry(target).or_insert(Freed::nothing(target)).spent =
                        Some((windows, more));
                }
                Effect::Enter(entries) => ledger.extend(entries),
                Effect::Pay(wanted) => payout = Some(wanted),
                Effect::KeepDial(dial) => dials.push(dial),
                Effect::KeepRecording(recording) => recordings.push(recording),
                Effect::Reply(verbs) => reply = Some(verbs),
                // Only the sweeper asks, before a step is worked out.
                Effect::AskCarrier => {}
            }
        }
        Ok(Self {
            entries: machine.take_entries(),
            reply,
            claims: {
                claims.sort_by_key(|claim: &Claim| claim.target);
                claims
            },
            group_claim,
            freed: freed.into_values().collect(),
            freed_groups: freed_groups.into_values().collect(),
            ledger,
            payout,
            dials,
            recordings,
            next_check_at: machine.poll_timeout().map(|timer| timer.at),
            session: machine.session().clone(),
        })
    }
}

impl<'a> Facts<'a> {
    /// Now, after the auctions that were held for this step: bidders take their time.
    fn moment(&self) -> Timestamp {
        Held::moment_after(self.auctions, self.now)
    }

    fn group_claim(&self, group: TargetGroupId, windows: Windows) -> GroupClaim {
        let of_plan = self.plan.and_then(|plan| plan.groups.get(&group));
        GroupClaim {
            group,
            caps: of_plan.map(|g| g.caps).unwrap_or_default(),
            windows,
        }
    }

    fn claim(&self, place: &Place) -> Claim {
        let Place {
            target,
            windows,
            price,
        } = *place;
        let target_of = self.plan.and_then(|plan| plan.target(target));
        let caps = target_of.map(|t| match self.clocks.get(&t.zone) {
            Some(local) => t.caps_at(local),
            None => t.caps,
        });
        Claim {
            target,
            caps: caps.unwrap_or_default(),
            dollars: target_of.map(|t| t.dollars).unwrap_or_default(),
            price,
            windows,
        }
    }

    fn money(&self) -> MoneyFacts<'a> {
        MoneyFacts {
            call: self.call,
            tags: self.tags,
            mark: self.plan.map(|p| p.mark).unwrap_or_default(),
            payment: self.plan.map(|p| p.payment).unwrap_or_default(),
            publisher: self.publisher,
            rates: self.rates,
            clocks: self.payout_clocks,
            paid: self.paid,
            now: self.now,
        }
    }
}

fn choose(
    machine: &CallMachine,
    exclusions: &Exclusions,
    salt: u64,
    usage: Option<&UsageMap>,
    facts: Facts<'_>,
) -> Result<Event, Wanted> {
    let Some(plan) = facts.plan else {
        return Ok(Event::Decided {
            decision: Decision {
                plan_version: 0,
                chosen: None,
                candidates: Vec::new(),
                asks: None,
            },
            chosen: None,
            auctions: Vec::new(),
        });
    };
    let nothing_used = UsageMap::new();
    let lifted;
    let usage = match usage {
        Some(usage) if !machine.reserved.is_empty() => {
            // What is held for this call stands in nobody's way but others'.
            lifted = machine.reserved.lifted(usage);
            &lifted
        }
        Some(usage) => usage,
        None => &nothing_used,
    };
    let decision = decide(
        plan,
        (machine.session())
            .traits(facts.tags, facts.auctions, facts.now)
            .as_ref(),
        exclusions,
        usage,
        facts.clocks,
        &mut Draw::for_call(facts.call, salt),
    );
    if let Some(asks) = decision.asks {
        return Err(Wanted::Bids(asks));
    }
    let chosen = Choice::of(plan, &decision, machine.session().presents());
    Ok(Event::Decided {
        decision,
        chosen,
        auctions: facts.auctions.to_vec(),
    })
}

/// Whose lines were lost, by what was used afterwards. Where that does not tell, the first is taken
/// to be, so that each round leaves somebody out.
pub(crate) fn lost(
    wanted: &[Claim],
    group: Option<&GroupClaim>,
    after: &UsageMap,
) -> Vec<TargetId> {
    let full = |claim: &&Claim| {
        let used = after.get(&claim.target).copied().unwrap_or_default();
        claim.is_refused(&used)
    };
    let gone: Vec<TargetId> = if wanted.len() > 1 || group.is_some() {
        wanted.iter().filter(full).map(|c| c.target).collect()
    } else {
        Vec::new()
    };
    let group_is_full = group.is_some_and(|g| g.is_refused(&after.group(g.group)));
    if gone.is_empty() && !group_is_full {
        return wanted.iter().take(1).map(|c| c.target).collect();
    }
    gone
}

/// Events that answer an effect of the machine cannot be out of place.
fn feed(machine: &mut CallMachine, event: Event, now: Timestamp) {
    let taken = machine.handle_event(event, now);
    debug_assert_eq!(
        taken,
        Ok(()),
        "a machine takes the answer to its own question"
    );
}

#[cfg(test)]
mod tests;
