//! What one decision costs: who gets a call among 500 routes, in the domain alone.

use domain::caps::dollars::DollarCaps;
use domain::caps::{Caps, Usage};
use domain::draw::Draw;
use domain::duplicate::restriction::{RestrictAfter, RestrictFrom, Restriction};
use domain::duplicate::routing::Preference;
use domain::duplicate::{Connection, EarlierCall, HISTORY_MAX};
use domain::id::{BuyerId, CallId, CampaignId, TargetId};
use domain::ledger::revenue::{Price, RevenueRule, RevenueTrigger};
use domain::money::Micros;
use domain::plan::{Route, RoutingPlan};
use domain::routing::{CallTraits, Exclusions, UsageMap, decide};
use domain::tag::Tags;
use domain::tag::filter::{CompiledFilter, Filter, Group, Rule, Test};
use domain::tag::list::BulkLists;
use domain::testing::{NOON_ISH, call_id, clocks, plan, route, weekdays, windows};
use std::time::Instant;

/// Routes of the plan: more than one may have, so that there is room.
const ROUTES: i64 = 500;

/// Microseconds of a decision.
#[derive(Debug, Clone, Copy)]
pub struct Decisions {
    /// With hours, filters, caps, restrictions and a caller who called before.
    pub full_p50: f64,
    pub full_p99: f64,
    /// The same number of routes that are always open to everybody.
    pub plain_p50: f64,
}

/// Decides again and again, a full plan and a plain one by turns.
pub fn measure(rounds: u32) -> Decisions {
    let (full, plain) = (full_plan(), plan_of(|_| {}));
    let (tags, history) = (tags(), history(full.campaign));
    let usage = usage();
    let clocks = clocks(NOON_ISH);
    let preference = Preference::Any;
    let call = CallTraits {
        auctions: &[],
        campaign: full.campaign,
        publisher: None,
        tags: &tags,
        history: &history,
        preference: &preference,
        floor: None,
        now: NOON_ISH,
    };
    let (mut full_us, mut plain_us) = (Vec::new(), Vec::new());
    for n in 0..rounds {
        for (plan, times) in [(&full, &mut full_us), (&plain, &mut plain_us)] {
            let mut draw = Draw::for_call(CallId(call_id(u128::from(n)).0), 1);
            let start = Instant::now();
            let decision = decide(
                plan,
                Some(&call),
                &Exclusions::default(),
                &usage,
                &clocks,
                &mut draw,
            );
            times.push(start.elapsed().as_secs_f64() * 1e6);
            assert!(decision.chosen.is_some(), "somebody is open");
        }
    }
    let (mut full_us, mut plain_us) = (sorted(full_us), sorted(plain_us));
    Decisions {
        full_p50: at(&mut full_us, 50),
        full_p99: at(&mut full_us, 99),
        plain_p50: at(&mut plain_us, 50),
    }
}

fn sorted(mut times: Vec<f64>) -> Vec<f64> {
    times.sort_by(f64::total_cmp);
    times
}

fn at(times: &mut [f64], percent: usize) -> f64 {
    let place = times.len() * percent / 100;
    times
        .get(place.min(times.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

fn plan_of(change: impl Fn(&mut Route)) -> RoutingPlan {
    let routes = (1..=ROUTES).map(|n| {
        let priority = 1 + u32::try_from(n % 3).unwrap_or(0);
        let mut route = route(n, priority, 10);
        change(&mut route);
        route
    });
    plan(routes.collect())
}

/// Half of the routes take the call; the others refuse it for all kinds of reasons.
fn full_plan() -> RoutingPlan {
    plan_of(|route| {
        let n = route.id.0;
        let target = &mut route.target;
        target.buyer = BuyerId(n % 40);
        target.hours = weekdays(if n % 5 == 0 { 1_080 } else { 480 }, 1_200);
        target.caps = Caps {
            concurrent: Some(3),
            hourly: Some(20),
            daily: Some(if n % 7 == 0 { 4 } else { 200 }),
            monthly: Some(4_000),
            total: None,
        };
        target.dollars = DollarCaps {
            daily: Some(Micros(900_000_000)),
            ..DollarCaps::default()
        };
        target.filter = filter(&["TX", "OK", "LA"]);
        target.buyer_filter = filter(&["TX", "CA"]);
        target.restriction = Some(Restriction {
            from: RestrictFrom::Target,
            after: RestrictAfter::Connected,
            days: Some(30),
        });
        route.filter = filter(if n % 11 == 0 { &["NY"] } else { &["TX"] });
        route.revenue = Some(RevenueRule {
            trigger: RevenueTrigger::Connect,
            price: Price::Fixed(Micros(25_000_000)),
        });
    })
}

fn filter(states: &[&str]) -> CompiledFilter {
    let rule = |tag: &str, test| {
        Some(Rule {
            tag: tag.parse().ok()?,
            not: false,
            test,
        })
    };
    let is_state = |state: &&str| rule("geo:state", Test::Equals((*state).to_owned()));
    let groups = vec![
        Group {
            rules: states.iter().filter_map(is_state).collect(),
        },
        Group {
            rules: rule("user:source", Test::Contains("oo".to_owned()))
                .into_iter()
                .collect(),
        },
    ];
    Filter { groups }
        .compile(&BulkLists::new())
        .unwrap_or_default()
}

fn tags() -> Tags {
    let mut tags = Tags::default();
    tags.set("geo", "state", "TX");
    tags.set("user", "source", "Google");
    for n in 0..40 {
        tags.set("user", &format!("extra{n}"), "something");
    }
    tags
}

fn history(campaign: CampaignId) -> Vec<EarlierCall> {
    (0..HISTORY_MAX)
        .map(|n| {
            let at = NOON_ISH.plus_secs(-86_400 * (1 + i64::try_from(n).unwrap_or(0)));
            let target = i64::try_from(n).unwrap_or(0) * 13;
            EarlierCall {
                call: call_id(7_000 + n as u128),
                campaign,
                publisher: None,
                arrived_at: at,
                connections: vec![Connection {
                    target: TargetId(target),
                    buyer: BuyerId(target % 40),
                    at,
                    length_s: 90,
                    converted_at: None,
                }],
            }
        })
        .collect()
}

fn usage() -> UsageMap {
    let used = |n: i64| Usage {
        live: u32::try_from(n % 4).unwrap_or(0),
        windows: windows(NOON_ISH),
        hour: 3,
        day: 5,
        month: 70,
        total: 700,
        day_spent: Micros(125_000_000),
        ..Usage::default()
    };
    (1..=ROUTES).map(|n| (TargetId(n), used(n))).collect()
}
