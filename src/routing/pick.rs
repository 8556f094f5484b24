//! Who of the open routes of a priority gets the call, and the figures that say so.

use crate::campaign::Distribution;
use crate::draw::Draw;
use crate::plan::{Route, RoutingPlan};
use crate::routing::predict::{self, Contender, Record};
use crate::routing::{CallTraits, UsageMap};
use crate::share::percents;
use crate::time::{Timestamp, length_text};

/// The choice among open routes.
pub(super) struct Pick {
    /// The place of the winner in the plan.
    pub winner: Option<usize>,
    /// One for each open route, in the order they were given.
    pub shares: Vec<u32>,
    /// What decided, in words, where it was neither weight nor turn; as `shares`.
    pub why: Vec<Option<String>>,
}

/// The one that there is no choice about.
pub(super) fn only(open: &[usize], why: &str) -> Pick {
    Pick {
        winner: open.first().copied(),
        shares: vec![100; open.len()],
        why: vec![Some(why.to_owned()); open.len()],
    }
}

/// Chooses among entries by the places of their first routes in the plan.
pub(super) fn pick(
    plan: &RoutingPlan,
    open: &[usize],
    call: Option<&CallTraits<'_>>,
    usage: &UsageMap,
    draw: &mut Draw,
) -> Pick {
    let weights: Vec<u64> = open
        .iter()
        .map(|i| match plan.distribution {
            Distribution::Weight => u64::from(plan.routes[*i].weight),
            Distribution::RoundRobin | Distribution::LongestIdle | Distribution::Predictive => 1,
        })
        .collect();
    let used = |i: usize| usage.of_entry(&plan.routes[i]);
    let mut why = vec![None; open.len()];
    let winner = match plan.distribution {
        Distribution::Weight => draw.weighted(&weights).map(|at| open[at]),
        Distribution::RoundRobin => {
            let turn = |i: &usize| (used(*i).last_claimed_at, *i);
            open.iter().copied().min_by_key(turn)
        }
        Distribution::LongestIdle => {
            let idle = |i: &usize| (used(*i).live > 0, used(*i).last_freed_at, *i);
            let now = call.map(|call| call.now);
            for (why, i) in why.iter_mut().zip(open) {
                *why = Some(idle_words(used(*i).live, used(*i).last_freed_at, now));
            }
            open.iter().copied().min_by_key(idle)
        }
        Distribution::Predictive => {
            let contenders: Vec<Contender> =
                open.iter().map(|i| contender(plan, *i, call)).collect();
            let prediction =
                predict::predict(&plan.predictive, plan.records.campaign, &contenders, draw);
            for (why, line) in why.iter_mut().zip(&prediction.lines) {
                *why = Some(line.sentence());
            }
            prediction.order.first().map(|at| open[*at])
        }
    };
    Pick {
        winner,
        shares: percents(&weights),
        why,
    }
}

/// A group is judged by what calls made at all of its members.
fn contender(plan: &RoutingPlan, i: usize, call: Option<&CallTraits<'_>>) -> Contender {
    let route = &plan.routes[i];
    let publisher = call.and_then(|call| call.publisher);
    let same = |r: &&Route| r.id == route.id && r.group == route.group;
    let (mut record, mut of_publisher) = (Record::default(), Record::default());
    for records in (plan.routes[i..].iter().take_while(same))
        .filter_map(|r| plan.records.targets.get(&r.target.id))
    {
        record = record.plus(records.all);
        let of = publisher.and_then(|publisher| records.publishers.get(&publisher));
        of_publisher = of_publisher.plus(of.copied().unwrap_or_default());
    }
    let group = route.group.and_then(|id| plan.groups.get(&id));
    Contender {
        route: route.id,
        target: route.target.id,
        name: group.map_or_else(|| route.target.name.clone(), |g| g.name.clone()),
        record,
        of_publisher,
        known: route.revenue.as_ref().and_then(|rule| rule.certain()),
    }
}

fn idle_words(live: u32, freed_at: Option<Timestamp>, now: Option<Timestamp>) -> String {
    match (live, freed_at, now) {
        (1.., _, _) => "Talks with another caller; idle targets go first.".to_owned(),
        (_, None, _) => "Has not had a call yet, so it waited longest.".to_owned(),
        (_, Some(freed), Some(now)) => {
            format!("Idle for {}.", length_text(now.secs_since(freed)))
        }
        (_, Some(_), None) => "Idle.".to_owned(),
    }
}
