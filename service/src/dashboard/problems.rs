//! Troubles in words, each with the one thing that mends it.

use std::sync::Arc;

use domain::api::dashboard::{Problem, ProblemFix};
use domain::api::page::Activity;
use domain::id::TargetId;
use domain::routing::UsageMap;
use domain::trouble::{EndedCall, NearCap, Streak, Unreachable, near_cap, streaks, unreachable};
use store::{CallLine, CampaignRecord, NumberRecord, TargetRecord};

use super::clock;
use crate::op::OpCtx;
use crate::plan::{SetUp, clocks_of};
use crate::zone;

/// What troubles are looked for in.
pub(super) struct Found<'a> {
    pub campaigns: &'a [CampaignRecord],
    pub set_up: Arc<SetUp>,
    pub usage: UsageMap,
    pub numbers: Vec<NumberRecord>,
    /// Newest first.
    pub calls: Vec<CallLine>,
    pub targets: Vec<TargetRecord>,
    /// Bidders that fare worse than usual, with their names and what got worse.
    pub degraded: Vec<(TargetId, String, String)>,
}

/// All that needs a person, failures first.
pub(super) fn of(op: &OpCtx, found: &Found<'_>) -> Vec<Problem> {
    let ended = found.calls.iter().filter_map(|line| {
        line.ended_at?;
        Some(EndedCall {
            target: line.target,
            outcome: line.outcome?,
            arrived_at: line.arrived_at,
        })
    });
    let mut problems: Vec<Problem> = streaks(ended)
        .iter()
        .filter_map(|streak| missed(op, found, streak))
        .collect();
    problems.extend(found.campaigns.iter().filter_map(|c| nowhere(op, found, c)));
    problems.extend(nearly_capped(op, found));
    problems.extend(found.degraded.iter().map(worse));
    problems.extend(strays(found));
    problems.sort_by_key(|p| !p.failed);
    problems
}

/// A bidder that fares worse than usual.
fn worse((id, name, words): &(TargetId, String, String)) -> Problem {
    let href = format!("/rtb-targets/{id}");
    Problem {
        failed: false,
        title: format!("{name} bids less than usual"),
        detail: words.clone(),
        fix: ProblemFix::Open {
            href: href.clone(),
            label: "Open bidder".to_owned(),
        },
        href: format!("/rtb?target={id}"),
        link: "Open pings".to_owned(),
    }
}

fn missed(op: &OpCtx, found: &Found<'_>, streak: &Streak) -> Option<Problem> {
    let target = found
        .targets
        .iter()
        .find(|t| t.id == streak.target && t.activity == Activity::Active)?;
    let since = zone::local(&op.zone, streak.since);
    Some(Problem {
        failed: true,
        title: format!(
            "{} missed {} calls in a row",
            target.input.name, streak.missed
        ),
        detail: format!(
            "Since {}. The callers got the fallback.",
            clock(since.hour, since.minute)
        ),
        fix: ProblemFix::PauseTarget(streak.target),
        href: format!("/calls?range=today&target={}", streak.target),
        link: "Open calls".to_owned(),
    })
}

/// A campaign with numbers that could not send a call anywhere right now.
fn nowhere(op: &OpCtx, found: &Found<'_>, campaign: &CampaignRecord) -> Option<Problem> {
    let called = found
        .numbers
        .iter()
        .any(|n| n.campaign == Some(campaign.id));
    let plan = found.set_up.plans.get(&campaign.id).filter(|_| called)?;
    let Unreachable { routes, .. } = unreachable(plan, &found.usage, &clocks_of(plan, op.now))?;
    let fallback = campaign.fallback.words();
    Some(Problem {
        failed: routes == 0,
        title: format!("{}: no route is open", campaign.name),
        detail: match routes {
            0 => format!("The routing plan is empty. Callers get: {fallback}."),
            n => format!("{n} of {n} routes are closed, full or paused. Callers get: {fallback}."),
        },
        fix: ProblemFix::Open {
            href: format!("/campaigns/{}/routing", campaign.id),
            label: "Review plan".to_owned(),
        },
        href: format!(
            "/calls?range=today&campaign={}&outcome=no_target",
            campaign.id
        ),
        link: "Open calls".to_owned(),
    })
}

fn nearly_capped(op: &OpCtx, found: &Found<'_>) -> Vec<Problem> {
    let mut seen: Vec<TargetId> = Vec::new();
    let mut problems = Vec::new();
    for route in found.set_up.plans.values().flat_map(|p| &p.routes) {
        let target = &route.target;
        if seen.contains(&target.id) || !(route.on && target.active && target.buyer_active) {
            continue;
        }
        seen.push(target.id);
        let windows = zone::local(&target.zone, op.now).windows();
        let Some(NearCap { used, limit, .. }) = near_cap(target, &found.usage, &windows) else {
            continue;
        };
        problems.push(Problem {
            failed: false,
            title: match limit.saturating_sub(used) {
                0 => format!("{} reached its daily cap", target.name),
                1 => format!("{} is 1 call from its daily cap", target.name),
                left => format!("{} is {left} calls from its daily cap", target.name),
            },
            detail: format!("{used} of {limit} calls today."),
            fix: ProblemFix::Open {
                href: format!("/targets/{}", target.id),
                label: "Raise cap".to_owned(),
            },
            href: format!("/calls?range=today&target={}", target.id),
            link: "Open calls".to_owned(),
        });
    }
    problems
}

fn strays(found: &Found<'_>) -> Option<Problem> {
    let strays = found.calls.iter().filter(|l| l.campaign.is_none()).count();
    let calls = match strays {
        0 => return None,
        1 => "1 call".to_owned(),
        n => format!("{n} calls"),
    };
    Some(Problem {
        failed: false,
        title: format!("{calls} to numbers without a campaign"),
        detail: "The callers heard an apology. Give the numbers a campaign.".to_owned(),
        fix: ProblemFix::Open {
            href: "/numbers".to_owned(),
            label: "Assign numbers".to_owned(),
        },
        href: "/calls?range=today&outcome=unrouted".to_owned(),
        link: "Open calls".to_owned(),
    })
}
