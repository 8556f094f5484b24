//! Predictive routing: the open route that is likely to earn most takes the call.
//!
//! What a call is worth at a target is estimated from what calls made before, in three steps from
//! the many to the few: the campaign, the target in it, and the target for the caller's publisher.
//! Each step starts from the one before as if it had been seen a stated number of times (its
//! prior), so that little data moves an estimate little and much data overrules it:
//!
//! ```text
//! campaign  = (prior.calls × prior.value  + made)  / (prior.calls + calls)      of the campaign
//! target    = (target_calls × campaign    + made)  / (target_calls + calls)     of the target
//! estimate  = (publisher_calls × target   + made)  / (publisher_calls + calls)  of both
//! ```
//!
//! The pieces are Ringba's (domain-reference 2, Predictive: revenue per call, training requirement,
//! bonuses for new and under-performing targets, known revenue); it does not publish its formula,
//! so this one is ours. Everything is integer arithmetic: a browser and a server agree on it.

mod estimate;
mod settings;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::draw::Draw;
use crate::id::{RouteId, TargetId};
use crate::money::Micros;

pub use estimate::{Basis, Estimate, Standing};
pub use settings::{BONUS_MAX, CALLS_MAX, CountOn, Predictive, Prior, VALUE_MAX};

/// What calls made, of whatever they are grouped by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Calls that count, as [`CountOn`] says.
    pub calls: u32,
    /// What they made in sum.
    pub made: Micros,
}

/// An open route, and what is known of its target in this campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contender {
    pub route: RouteId,
    pub target: TargetId,
    pub name: String,
    /// The target in this campaign, of all publishers.
    pub record: Record,
    /// The target in this campaign, for the publisher of this call. Part of `record`.
    pub of_publisher: Record,
    /// What the route pays for certain, if its revenue rule says so.
    pub known: Option<Micros>,
}

/// What was predicted, with its trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prediction {
    /// The contenders by place in `lines`, the first to be dialed first.
    pub order: Vec<usize>,
    /// One for each contender, in the order they were given.
    pub lines: Vec<Line>,
    /// What a call of the campaign makes on average, its prior counted in.
    pub campaign: Micros,
}

/// What was predicted of one contender.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub route: RouteId,
    pub target: TargetId,
    pub name: String,
    pub estimate: Estimate,
    pub place: Place,
}

/// Why a contender stands where it stands in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// By its score; so many others had the same, and were drawn against.
    ByScore { tied: u32 },
    /// Weaker, and first all the same: a drawn call in `percent` of them tries one of these anew.
    Retested { percent: u32 },
}

/// Orders open routes by what a call is likely to make there. Routes with the same score are drawn
/// against each other, so that the first in the plan gets no more than its share. The same
/// arguments give the same prediction.
#[must_use]
pub fn predict(
    settings: &Predictive,
    campaign: Record,
    contenders: &[Contender],
    draw: &mut Draw,
) -> Prediction {
    let average = settings.campaign_average(campaign);
    let estimates: Vec<Estimate> = contenders
        .iter()
        .map(|contender| Estimate::of(settings, average, contender))
        .collect();
    // Drawn whether needed or not: a replay under other settings then draws the same tickets.
    let retests = draw.chance(u64::from(settings.retest_percent));
    let tickets: Vec<u64> = contenders.iter().map(|_| draw.next_u64()).collect();

    let mut order: Vec<usize> = (0..contenders.len()).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(estimates[*i].score), tickets[*i], *i));
    let weak = |i: &usize| estimates[*i].standing.is_weak();
    let retested = order
        .iter()
        .copied()
        .filter(weak)
        .min_by_key(|i| (tickets[*i], *i))
        .filter(|_| retests);
    if let Some(chosen) = retested {
        order.retain(|i| *i != chosen);
        order.insert(0, chosen);
    }

    let tied = |i: usize| {
        let same = estimates.iter().filter(|e| e.score == estimates[i].score);
        u32::try_from(same.count()).unwrap_or(u32::MAX) - 1
    };
    let lines = contenders
        .iter()
        .enumerate()
        .map(|(i, contender)| Line {
            route: contender.route,
            target: contender.target,
            name: contender.name.clone(),
            estimate: estimates[i],
            place: if retested == Some(i) {
                Place::Retested {
                    percent: settings.retest_percent,
                }
            } else {
                Place::ByScore { tied: tied(i) }
            },
        })
        .collect();
    Prediction {
        order,
        lines,
        campaign: average,
    }
}

impl Record {
    /// The sum of two.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            calls: self.calls.saturating_add(other.calls),
            made: Micros(self.made.0.saturating_add(other.made.0)),
        }
    }
}

impl Prediction {
    /// The route that gets the call; none if no route is open.
    #[must_use]
    pub fn first(&self) -> Option<&Line> {
        self.order.first().and_then(|i| self.lines.get(*i))
    }
}

impl Line {
    /// A sentence or two with the actual figures.
    #[must_use]
    pub fn sentence(&self) -> String {
        let estimate = self.estimate.sentence();
        match self.place {
            Place::ByScore { tied: 0 } => estimate,
            Place::ByScore { tied: 1 } => {
                format!("{estimate} One other has the same; the draw decided.")
            }
            Place::ByScore { tied } => {
                format!("{estimate} {tied} others have the same; the draw decided.")
            }
            Place::Retested { percent } => {
                format!("{estimate} Tried anew: {percent}% of calls go to a weak target.")
            }
        }
    }
}
