//! Entries of a plan in a decision: a target by itself, or a group with whom of it to ring.

use std::collections::BTreeMap;

use super::{
    CallTraits, Candidate, CandidateMember, Chosen, ChosenGroup, Clocks, Entry, Exclusions, Rung,
    UsageMap, Verdict, counted_in, refusal,
};
use crate::id::TargetId;
use crate::plan::{Route, RoutingPlan};
use crate::rtb::bid::Bid;
use crate::rtb::held::{Asks, Held, Said};
use crate::target::group::{AuctionFacts, GroupFacts, Part, TargetGroup};

/// An entry, with why it cannot take the call: the refusals of its routes, which it takes out.
#[expect(
    clippy::too_many_arguments,
    reason = "they are the facts of a decision"
)]
pub(super) fn read<'a>(
    plan: &RoutingPlan,
    first: usize,
    routes: &'a [Route],
    refusals: &mut [Option<Verdict>],
    call: Option<&CallTraits<'_>>,
    exclusions: &Exclusions,
    usage: &UsageMap,
    clocks: &Clocks,
) -> Entry<'a> {
    let Some(group) = routes[0].group.and_then(|id| plan.groups.get(&id)) else {
        return Entry {
            first,
            routes,
            expansion: None,
            refusal: refusals[0].take(),
        };
    };
    let held = match call {
        Some(call) if group.auction.is_some() => call.auctions_of(routes[0].id),
        _ => Vec::new(),
    };
    let refused: BTreeMap<TargetId, Verdict> = routes
        .iter()
        .zip(refusals.iter())
        .filter_map(|(route, refusal)| {
            let of_bid = || {
                let bid = last_bid(route, &held)?;
                let floor = call.and_then(|call| call.floor);
                over_money_caps(route, bid, usage, clocks)
                    .or_else(|| floor.and_then(|floor| floor.refusal_of(bid, route)))
            };
            Some((route.target.id, refusal.clone().or_else(of_bid)?))
        })
        .collect();
    // Members that are archived are not in the plan.
    let present = TargetGroup {
        members: (group.members.iter().copied())
            .filter(|m| routes.iter().any(|r| r.target.id == m.target))
            .collect(),
        ..group.clone()
    };
    let expansion = present.expand(&GroupFacts {
        usage: usage.group(group.id),
        local: clocks.get(&group.zone),
        refused: &refused,
        exclusions,
        has_place: exclusions.within == Some(routes[0].id),
        auction: call.map(|call| AuctionFacts {
            held: &held,
            now: Held::moment_after(call.auctions, call.now),
            left_ms: call.auction_ms_left(),
        }),
    });
    let refusal = if !routes[0].on {
        Some(Verdict::RouteOff)
    } else if exclusions.left.contains(&routes[0].id) {
        Some(Verdict::AlreadyTried)
    } else {
        // A group whose members a duplicate goes to later is not needed, rather than closed.
        let later = |refusal: &mut Verdict| matches!(refusal, Verdict::NotPreferred { .. });
        let mut refusals = refusals.iter_mut().filter(|_| expansion.is_exhausted());
        (refusals.find_map(|refusal| refusal.take_if(later))).or_else(|| expansion.refusal())
    };
    Entry {
        first,
        routes,
        expansion: Some(Box::new(expansion)),
        refusal,
    }
}

/// What a bidder bid last.
fn last_bid<'a>(route: &Route, held: &[&'a Held]) -> Option<&'a Bid> {
    let mut latest = held.iter().rev();
    match latest.find_map(|held| held.said(route.target.id)) {
        Some(Said::Offer(offer)) => Some(&offer.bid),
        Some(Said::Nothing { .. }) | None => None,
    }
}

/// A bidder's price is known once it has bid.
fn over_money_caps(route: &Route, bid: &Bid, usage: &UsageMap, clocks: &Clocks) -> Option<Verdict> {
    let used = usage.get(&route.target.id).copied().unwrap_or_default();
    let local = clocks.get(&route.target.zone);
    refusal::no_money_left(route, &used, local, bid.net)
}

/// A group that the call has a place in goes on while it has anybody to ring; after the campaign's
/// attempts nobody else may.
pub(super) fn hold_to_group(entries: &mut [Entry<'_>], exclusions: &Exclusions) {
    let held = |e: &Entry<'_>| exclusions.within == Some(e.routes[0].id);
    let goes_on = entries.iter().any(|e| held(e) && e.refusal.is_none());
    if !(goes_on || exclusions.spent) {
        return;
    }
    for entry in entries {
        if entry.refusal.is_none() && !held(entry) {
            entry.refusal = Some(if goes_on {
                Verdict::GroupGoesOn
            } else {
                Verdict::AttemptsUsed
            });
        }
    }
}

impl Entry<'_> {
    /// Who must be asked before this entry can have the call.
    pub(super) fn asks(&self, plan: &RoutingPlan) -> Option<Asks> {
        let expansion = self.expansion.as_ref()?;
        let route = self.routes[0].id;
        if let Some(target) = expansion.confirms {
            return Some(Asks::Confirmation { route, target });
        }
        let group = self.routes[0].group.and_then(|id| plan.groups.get(&id))?;
        (!expansion.asks.is_empty()).then(|| Asks::Bids {
            route,
            group: group.id,
            targets: expansion.asks.clone(),
            deadline_ms: expansion.deadline_ms,
        })
    }

    /// Who is rung if this entry has the call.
    pub(super) fn chosen(
        &self,
        plan: &RoutingPlan,
        exclusions: &Exclusions,
        usage: &UsageMap,
        clocks: &Clocks,
    ) -> Chosen {
        let rung = |route: &Route| {
            let used = usage.get(&route.target.id).copied().unwrap_or_default();
            Rung {
                target: route.target.id,
                windows: counted_in(&used, &route.target.zone, clocks),
            }
        };
        let now = self.expansion.iter().flat_map(|e| &e.now);
        let mut all = now
            .filter_map(|id| self.routes.iter().find(|r| r.target.id == *id))
            .map(rung);
        let first = all.next().unwrap_or_else(|| rung(&self.routes[0]));
        let group = self.routes[0].group.and_then(|id| plan.groups.get(&id));
        Chosen {
            route: self.routes[0].id,
            target: first.target,
            windows: first.windows,
            with: all.collect(),
            group: group.map(|group| ChosenGroup {
                group: group.id,
                windows: counted_in(&usage.group(group.id), &group.zone, clocks),
                goes_on: exclusions.within == Some(self.routes[0].id),
            }),
            bid: self.expansion.as_ref().and_then(|e| e.bid.clone()),
        }
    }

    /// The entry's line in the trace.
    pub(super) fn candidate(self, plan: &RoutingPlan, verdict: Verdict) -> Candidate {
        let route = &self.routes[0];
        let group = route.group.and_then(|id| plan.groups.get(&id));
        let won = verdict.won();
        let lines = self.expansion.into_iter().flat_map(|e| e.lines);
        let members = lines
            .filter_map(|line| {
                let target = &(self.routes.iter())
                    .find(|r| r.target.id == line.target)?
                    .target;
                Some(CandidateMember {
                    target: target.id,
                    buyer: target.buyer,
                    name: target.name.clone(),
                    part: match line.part {
                        Part::Rung { .. } | Part::Waits { .. } if !won => Part::Open,
                        part => part,
                    },
                })
            })
            .collect();
        Candidate {
            route: route.id,
            target: route.target.id,
            buyer: route.target.buyer,
            name: group.map_or_else(|| route.target.name.clone(), |g| g.name.clone()),
            priority: route.priority,
            weight: route.weight,
            verdict,
            group: route.group,
            members,
        }
    }
}
