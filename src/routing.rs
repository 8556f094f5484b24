//! Which target gets a call, and why each of the others does not.

pub mod predict;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::campaign::Distribution;
use crate::caps::{CapReached, Usage};
use crate::draw::Draw;
use crate::id::{BuyerId, RouteId, TargetId};
use crate::plan::{Route, RoutingPlan};
use crate::schedule::OpenState;
use crate::share::percents;
use crate::time::{LocalMoment, Windows};

/// The wall clocks of the zones in a plan at the moment of the decision.
pub type Clocks = BTreeMap<String, LocalMoment>;

/// What the targets of a plan have used; a target that is missing has used nothing.
pub type UsageMap = BTreeMap<TargetId, Usage>;

/// What a decision must leave out, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusions {
    /// Targets this call already rang.
    pub tried: Vec<TargetId>,
    /// Targets whose last free line another call took between deciding and claiming.
    pub lost: Vec<TargetId>,
}

/// What a decision said about a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Gets the call: one of `open` routes in its priority, with this share of them in percent.
    Won {
        open: u32,
        share_percent: u32,
        by_turn: bool,
    },
    /// Could have taken it, but another of the same priority was drawn.
    NotDrawn {
        share_percent: u32,
    },
    /// Was not looked at closely: an earlier priority took the call.
    NotNeeded,
    RouteOff,
    TargetPaused,
    BuyerPaused,
    /// Outside its hours; `until` reads "until 9:00 am CT" or "on every day of the week".
    Closed {
        until: String,
    },
    CapReached(CapReached),
    /// Rang earlier in this call without connecting.
    AlreadyTried,
    /// The line was taken by another call a moment ago.
    LineTaken,
}

impl Verdict {
    /// "Won", "Not eligible" or "Not needed".
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Won { .. } => "Won",
            Self::NotDrawn { .. } | Self::NotNeeded => "Not needed",
            _ => "Not eligible",
        }
    }

    /// One sentence with the actual figures.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Won { open: 1, .. } => {
                "Open, and the only candidate left in its priority.".to_owned()
            }
            Self::Won {
                open,
                by_turn: true,
                ..
            } => format!("Its turn: it waited longest of {open} open candidates."),
            Self::Won {
                open,
                share_percent,
                ..
            } => {
                format!("Drawn by weight: {share_percent}% of calls among {open} open candidates.")
            }
            Self::NotDrawn { share_percent } => {
                format!(
                    "Open, but another of the same priority got this call. Its share was {share_percent}%."
                )
            }
            Self::NotNeeded => "An earlier priority took the call.".to_owned(),
            Self::RouteOff => "Switched off in this routing plan.".to_owned(),
            Self::TargetPaused => "The target is paused.".to_owned(),
            Self::BuyerPaused => "The buyer is paused.".to_owned(),
            Self::Closed { until } => format!("Closed {until}."),
            Self::CapReached(reached) => reached.sentence(),
            Self::AlreadyTried => "Already rang for this call and did not connect.".to_owned(),
            Self::LineTaken => "Another call took its last free line a moment ago.".to_owned(),
        }
    }

    /// Whether the call goes there.
    #[must_use]
    pub fn won(&self) -> bool {
        matches!(self, Self::Won { .. })
    }
}

/// A route and what was decided about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub route: RouteId,
    pub target: TargetId,
    pub buyer: BuyerId,
    pub name: String,
    pub priority: u32,
    pub weight: u32,
    pub verdict: Verdict,
}

/// The outcome of one decision, with its trace: every route of the plan, in plan order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The plan it was made on.
    pub plan_version: i64,
    /// Who gets the call, and the windows its caps are counted in.
    pub chosen: Option<Chosen>,
    pub candidates: Vec<Candidate>,
}

/// The winner of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    pub route: RouteId,
    pub target: TargetId,
    pub windows: Windows,
}

/// Chooses a target for a call.
///
/// Routes are looked at by priority, 1 first. The first priority with an eligible route takes the
/// call; within it, weight or turn decides. The same arguments give the same decision.
#[must_use]
pub fn decide(
    plan: &RoutingPlan,
    exclusions: &Exclusions,
    usage: &UsageMap,
    clocks: &Clocks,
    draw: &mut Draw,
) -> Decision {
    let refusals: Vec<Option<Verdict>> = plan
        .routes
        .iter()
        .map(|route| refusal(route, exclusions, usage, clocks))
        .collect();
    let first_open = plan
        .routes
        .iter()
        .zip(&refusals)
        .filter(|(_, refusal)| refusal.is_none())
        .map(|(route, _)| route.priority)
        .min();
    let open: Vec<usize> = (0..plan.routes.len())
        .filter(|i| refusals[*i].is_none() && Some(plan.routes[*i].priority) == first_open)
        .collect();
    let winner = pick(plan, &open, usage, draw);

    let weights: Vec<u64> = open
        .iter()
        .map(|i| match plan.distribution {
            Distribution::Weight => u64::from(plan.routes[*i].weight),
            Distribution::RoundRobin => 1,
        })
        .collect();
    let shares = percents(&weights);
    let share = |i: usize| {
        let at = open.iter().position(|o| *o == i);
        at.map_or(0, |at| shares[at])
    };
    let candidates = plan
        .routes
        .iter()
        .zip(refusals)
        .enumerate()
        .map(|(i, (route, refusal))| {
            let verdict = refusal.unwrap_or_else(|| {
                if Some(i) == winner {
                    Verdict::Won {
                        open: u32::try_from(open.len()).unwrap_or(u32::MAX),
                        share_percent: share(i),
                        by_turn: plan.distribution == Distribution::RoundRobin,
                    }
                } else if open.contains(&i) {
                    Verdict::NotDrawn {
                        share_percent: share(i),
                    }
                } else {
                    Verdict::NotNeeded
                }
            });
            Candidate {
                route: route.id,
                target: route.target.id,
                buyer: route.target.buyer,
                name: route.target.name.clone(),
                priority: route.priority,
                weight: route.weight,
                verdict,
            }
        })
        .collect();
    let chosen = winner.map(|i| {
        let route = &plan.routes[i];
        Chosen {
            route: route.id,
            target: route.target.id,
            // As they will be counted, so that giving back finds them again.
            windows: usage
                .get(&route.target.id)
                .copied()
                .unwrap_or_default()
                .within(&windows_of(route, clocks))
                .windows,
        }
    });
    Decision {
        plan_version: plan.version,
        chosen,
        candidates,
    }
}

/// Why a route cannot take the call now; none if it can. The order is the one people expect to
/// read: what a person switched off, then what this call did, then hours, then caps.
#[must_use]
pub fn refusal(
    route: &Route,
    exclusions: &Exclusions,
    usage: &UsageMap,
    clocks: &Clocks,
) -> Option<Verdict> {
    let target = &route.target;
    if !route.on {
        return Some(Verdict::RouteOff);
    }
    if !target.buyer_active {
        return Some(Verdict::BuyerPaused);
    }
    if !target.active {
        return Some(Verdict::TargetPaused);
    }
    if exclusions.tried.contains(&target.id) {
        return Some(Verdict::AlreadyTried);
    }
    if exclusions.lost.contains(&target.id) {
        return Some(Verdict::LineTaken);
    }
    let Some(local) = clocks.get(&target.zone) else {
        return Some(Verdict::Closed {
            until: format!("because its time zone {} is not known", target.zone),
        });
    };
    let state = target.hours.state(local);
    if !state.is_open() {
        let until = if state == OpenState::NeverOpen {
            "on every day of the week".to_owned()
        } else {
            state.until(&target.zone)
        };
        return Some(Verdict::Closed { until });
    }
    let used = usage.get(&target.id).copied().unwrap_or_default();
    target
        .caps
        .reached(&used, &windows_of(route, clocks))
        .map(Verdict::CapReached)
}

fn windows_of(route: &Route, clocks: &Clocks) -> Windows {
    clocks
        .get(&route.target.zone)
        .map(LocalMoment::windows)
        .unwrap_or_default()
}

fn pick(plan: &RoutingPlan, open: &[usize], usage: &UsageMap, draw: &mut Draw) -> Option<usize> {
    match plan.distribution {
        Distribution::Weight => {
            let weights: Vec<u64> = open
                .iter()
                .map(|i| u64::from(plan.routes[*i].weight))
                .collect();
            draw.weighted(&weights).map(|at| open[at])
        }
        Distribution::RoundRobin => open.iter().copied().min_by_key(|i| {
            (
                usage
                    .get(&plan.routes[*i].target.id)
                    .and_then(|u| u.last_claimed_at),
                *i,
            )
        }),
    }
}

#[cfg(test)]
mod tests;
