//! Which target gets a call, and why each of the others does not.

pub mod predict;

mod entry;
pub mod floor;
mod pick;
mod refusal;
pub mod verdict;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::campaign::Distribution;
use crate::caps::Usage;
use crate::draw::Draw;
use crate::duplicate::EarlierCall;
use crate::duplicate::routing::{Place, Preference};
use crate::id::{BuyerId, CampaignId, PublisherId, RouteId, TargetGroupId, TargetId};
use crate::plan::{Route, RoutingPlan};
use crate::rtb::bid::Bid;
use crate::rtb::held::{AUCTIONS_MS_MAX, Asks, Held};
use crate::tag::{Lookup, Tags};
use crate::target::group::{Expansion, Part};
use crate::time::{LocalMoment, Timestamp, Windows};

pub use floor::Floor;
pub use refusal::refusal;
pub use verdict::Verdict;

/// The wall clocks of the zones in a plan at the moment of the decision.
pub type Clocks = BTreeMap<String, LocalMoment>;

/// What the targets and groups of a plan have used; one that is missing has used nothing. It reads
/// as the map of the targets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsageMap {
    targets: BTreeMap<TargetId, Usage>,
    pub groups: BTreeMap<TargetGroupId, Usage>,
}

/// What a decision must leave out, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusions {
    /// Targets this call already rang.
    pub tried: Vec<TargetId>,
    /// Targets whose last free line another call took between deciding and claiming.
    pub lost: Vec<TargetId>,
    /// With how many targets the caller was connected, if one of them hung up and the caller is
    /// sent on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rerouted: Option<u32>,
    /// Entries with a group that this call had and is through with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<RouteId>,
    /// The entry whose group this call has a place in: it rings on while it has anybody to ring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<RouteId>,
    /// Nobody but that group may be rung any more: the campaign's attempts are used up.
    #[serde(default)]
    pub spent: bool,
}

/// What a decision looks at of the call itself.
#[derive(Debug, Clone, Copy)]
pub struct CallTraits<'a> {
    pub campaign: CampaignId,
    pub publisher: Option<PublisherId>,
    pub tags: &'a Tags,
    /// Earlier calls of the same caller.
    pub history: &'a [EarlierCall],
    /// Where the call goes if it is a duplicate.
    pub preference: &'a Preference,
    /// What a target must pay because its publisher was promised something.
    pub floor: Option<Floor>,
    /// The auctions that were held for it.
    pub auctions: &'a [Held],
    pub now: Timestamp,
}

/// An entry of the plan and what was decided about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub route: RouteId,
    /// Of a group, its first member.
    pub target: TargetId,
    pub buyer: BuyerId,
    /// Of the target, or of the group.
    pub name: String,
    pub priority: u32,
    pub weight: u32,
    pub verdict: Verdict,
    /// The group that the entry leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<TargetGroupId>,
    /// Every member of the group, in the order they are rung in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<CandidateMember>,
}

/// A member of a group and what was decided about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateMember {
    pub target: TargetId,
    pub buyer: BuyerId,
    pub name: String,
    pub part: Part,
}

/// The outcome of one decision, with its trace: every entry of the plan, in plan order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The plan it was made on.
    pub plan_version: i64,
    /// Who gets the call, and the windows its caps are counted in.
    pub chosen: Option<Chosen>,
    pub candidates: Vec<Candidate>,
    /// Who must be asked before anybody can be chosen; the decision is then made again.
    #[serde(skip)]
    pub asks: Option<Asks>,
}

/// The winner of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    pub route: RouteId,
    /// Of a group, the first that is rung.
    pub target: TargetId,
    pub windows: Windows,
    /// The others of the group that are rung at the same moment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<Rung>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<ChosenGroup>,
    /// What the target bid for the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bid: Option<Bid>,
}

/// A target that is to be rung, and the windows its caps are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    pub target: TargetId,
    pub windows: Windows,
}

/// The group of a winner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenGroup {
    pub group: TargetGroupId,
    /// The windows its own caps are counted in.
    pub windows: Windows,
    /// The call has its place in the group from an earlier ring.
    #[serde(default)]
    pub goes_on: bool,
}

impl Chosen {
    /// All that are rung, in order.
    pub fn rung(&self) -> impl Iterator<Item = Rung> {
        let first = Rung {
            target: self.target,
            windows: self.windows,
        };
        std::iter::once(first).chain(self.with.iter().copied())
    }
}

impl CallTraits<'_> {
    /// The auctions of an entry of the plan, in their order.
    fn auctions_of(&self, route: RouteId) -> Vec<&Held> {
        let all = self.auctions.iter();
        all.filter(|held| held.route == route).collect()
    }

    /// How long another auction may take at this moment, in milliseconds.
    fn auction_ms_left(&self) -> u32 {
        let of_this_step = self.auctions.iter().filter(|held| held.at >= self.now);
        let spent = of_this_step.fold(0_u32, |sum, held| sum.saturating_add(held.waited_ms()));
        AUCTIONS_MS_MAX.saturating_sub(spent)
    }
}

impl UsageMap {
    /// Nothing is used.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What a group has used.
    #[must_use]
    pub fn group(&self, id: TargetGroupId) -> Usage {
        self.groups.get(&id).copied().unwrap_or_default()
    }

    /// What an entry of a plan has used, by any of its routes: the group, or the target.
    #[must_use]
    pub fn of_entry(&self, route: &Route) -> Usage {
        match route.group {
            Some(group) => self.group(group),
            None => self.get(&route.target.id).copied().unwrap_or_default(),
        }
    }
}

impl std::ops::Deref for UsageMap {
    type Target = BTreeMap<TargetId, Usage>;
    fn deref(&self) -> &Self::Target {
        &self.targets
    }
}

impl std::ops::DerefMut for UsageMap {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.targets
    }
}

impl FromIterator<(TargetId, Usage)> for UsageMap {
    fn from_iter<I: IntoIterator<Item = (TargetId, Usage)>>(targets: I) -> Self {
        Self {
            targets: targets.into_iter().collect(),
            groups: BTreeMap::new(),
        }
    }
}

impl<const N: usize> From<[(TargetId, Usage); N]> for UsageMap {
    fn from(targets: [(TargetId, Usage); N]) -> Self {
        targets.into_iter().collect()
    }
}

/// An entry of the plan on its way through a decision.
struct Entry<'a> {
    /// The place of its first route in the plan.
    first: usize,
    routes: &'a [Route],
    /// Whom of a group to ring.
    expansion: Option<Box<Expansion>>,
    refusal: Option<Verdict>,
}

/// Chooses a target, or several of a group, for a call.
///
/// Entries are looked at by priority, 1 first. The first priority with an eligible entry takes the
/// call; within it the plan's distribution decides. A duplicate that prefers some targets looks at
/// those first. An entry with a group is eligible if the group and at least one of its members can
/// take the call; a group that the call has a place in already goes on before anything else is
/// looked at. Without a call the decision is about one of which nothing is known. The same
/// arguments give the same decision.
#[must_use]
pub fn decide(
    plan: &RoutingPlan,
    call: Option<&CallTraits<'_>>,
    exclusions: &Exclusions,
    usage: &UsageMap,
    clocks: &Clocks,
    draw: &mut Draw,
) -> Decision {
    let tags = call.map(|call| Lookup::new(call.tags));
    let facts = call.zip(tags.as_ref());
    let mut refusals: Vec<Option<Verdict>> = (plan.routes.iter())
        .map(|route| refusal::of_call(route, facts, exclusions, usage, clocks))
        .collect();
    if let Some(call) = call {
        prefer(plan, call.preference, &mut refusals);
    }
    let mut entries: Vec<Entry<'_>> = plan
        .entries()
        .map(|(first, routes)| {
            let of_routes = &mut refusals[first..first + routes.len()];
            entry::read(
                plan, first, routes, of_routes, call, exclusions, usage, clocks,
            )
        })
        .collect();
    entry::hold_to_group(&mut entries, exclusions);
    let first_open = entries
        .iter()
        .filter(|e| e.refusal.is_none())
        .map(|e| e.routes[0].priority)
        .min();
    let open: Vec<usize> = entries
        .iter()
        .filter(|e| e.refusal.is_none() && Some(e.routes[0].priority) == first_open)
        .map(|e| e.first)
        .collect();
    let goes_on = open
        .iter()
        .any(|i| exclusions.within == Some(plan.routes[*i].id));
    let pick = if goes_on {
        pick::only(&open, "The group rings on.")
    } else {
        pick::pick(plan, &open, call, usage, draw)
    };
    let verdict_of = |i: usize| {
        // They stand in the order of the plan.
        let Ok(at) = open.binary_search(&i) else {
            return Verdict::NotNeeded;
        };
        let (share_percent, why) = (pick.shares[at], pick.why[at].clone());
        if Some(i) == pick.winner {
            Verdict::Won {
                open: u32::try_from(open.len()).unwrap_or(u32::MAX),
                share_percent,
                by_turn: plan.distribution == Distribution::RoundRobin,
                why,
            }
        } else {
            Verdict::NotDrawn { share_percent, why }
        }
    };
    let winner = entries.iter().find(|e| Some(e.first) == pick.winner);
    let asks = winner.and_then(|e| e.asks(plan));
    let chosen = winner
        .filter(|_| asks.is_none())
        .map(|e| e.chosen(plan, exclusions, usage, clocks));
    let candidates = entries
        .into_iter()
        .map(|mut entry| {
            let refusal = entry.refusal.take();
            let verdict = refusal.unwrap_or_else(|| verdict_of(entry.first));
            entry.candidate(plan, verdict)
        })
        .collect();
    Decision {
        plan_version: plan.version,
        chosen,
        candidates,
        asks,
    }
}

/// Leaves out what a duplicate does not prefer, as long as something is left that it does.
fn prefer(plan: &RoutingPlan, preference: &Preference, refusals: &mut [Option<Verdict>]) {
    let place = |i: usize| preference.place(plan.routes[i].target.id);
    let first = (0..refusals.len()).any(|i| refusals[i].is_none() && place(i) == Place::First);
    if !first {
        return;
    }
    for (i, refusal) in refusals.iter_mut().enumerate() {
        if refusal.is_none() && place(i) == Place::Later {
            *refusal = Some(Verdict::NotPreferred {
                reason: refusal::sentence(preference, &plan.routes[i]),
            });
        }
    }
}

/// As they will be counted, so that giving back finds them again.
fn counted_in(used: &Usage, zone: &str, clocks: &Clocks) -> Windows {
    let now = clocks
        .get(zone)
        .map(LocalMoment::windows)
        .unwrap_or_default();
    used.within(&now).windows
}

#[cfg(test)]
mod tests;
