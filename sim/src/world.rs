//! Campaigns, buyers' targets and routing plans drawn from a seed.

use std::collections::BTreeMap;

use domain::block::{Block, Blocked, Blocklist};
use domain::campaign::{Distribution, Fallback, RecordingMode};
use domain::caps::Caps;
use domain::caps::dollars::DollarCaps;
use domain::draw::Draw;
use domain::id::{
    BlockId, BuyerId, CampaignId, PayoutRuleId, PublisherId, RouteId, TargetGroupId, TargetId,
};
use domain::ledger::facts::TimerStart;
use domain::ledger::payout::{PayoutAmount, PayoutRule, PayoutTerms, PayoutTrigger};
use domain::ledger::revenue::{Price, RevenueRule, RevenueTrigger};
use domain::money::Micros;
use domain::phone::{Caller, E164};
use domain::plan::{Route, RoutingPlan};
use domain::publisher::Publisher;
use domain::schedule::{DayHours, Hours, Span};
use domain::tag::filter::{CompiledFilter, Filter};
use domain::tag::list::BulkLists;
use domain::target::group::{Member, RingOrder, TargetGroup};
use domain::target::{CallerIdPolicy, Destination, SipUri, Target};
use domain::testing::number;
use domain::time::Timestamp;
use uuid::Uuid;

use crate::zone;

/// Numbers of campaigns are `+1 214 555 00NN`; this one is nobody's.
pub const UNUSED_NUMBER: &str = "+12145550099";

/// The set-up that calls meet.
#[derive(Debug)]
pub struct World {
    pub targets: BTreeMap<TargetId, Target>,
    pub plans: Vec<RoutingPlan>,
    /// Callers who are turned away.
    pub blocks: Vec<Block>,
    /// Whose numbers all of them are.
    pub publisher: Publisher,
}

impl World {
    /// Between two and six campaigns over targets they partly share.
    pub fn draw(draw: &mut Draw) -> Self {
        let targets: BTreeMap<_, _> = (1..=4 + draw.below(10))
            .map(|n| target(n, draw))
            .map(|t| (t.id, t))
            .collect();
        let (mut route_id, mut group_id) = (0, 0);
        let plans = (0..2 + draw.below(5))
            .map(|n| plan(n, &targets, &mut route_id, &mut group_id, draw))
            .collect();
        Self {
            targets,
            plans,
            blocks: blocked_callers(),
            publisher: publisher(),
        }
    }

    /// Why a plan's campaign turns a caller away, if it does.
    pub fn blocked(&self, plan: &RoutingPlan, caller: &Caller, now: Timestamp) -> Option<Blocked> {
        Blocklist::new(self.blocks.iter().cloned()).decide(caller, plan.campaign, now)
    }

    /// The number of a campaign.
    pub fn number_of(campaign: usize) -> String {
        format!("+121455500{campaign:02}")
    }

    /// The plan of a dialed number.
    pub fn plan_of(&self, dialed: &str) -> Option<&RoutingPlan> {
        (0..self.plans.len())
            .find(|n| Self::number_of(*n) == dialed)
            .map(|n| &self.plans[n])
    }

    /// Somebody changes the set-up: pauses or resumes a target, a buyer or a campaign, switches a
    /// route, changes hours. Caps stay: lowering one below its count is not exceeding it.
    pub fn change(&mut self, draw: &mut Draw) -> String {
        let at = |draw: &mut Draw, n: usize| usize::try_from(draw.below(n as u64)).unwrap_or(0);
        let target = at(draw, self.targets.len());
        let plan = at(draw, self.plans.len());
        let said = match draw.below(6) {
            0 => {
                let plan = &mut self.plans[plan];
                plan.active = draw.chance(90);
                format!("{} active: {}", plan.campaign_name, plan.active)
            }
            1 => {
                let routes = &mut self.plans[plan].routes;
                let route = at(draw, routes.len());
                let (id, on) = (routes[route].id, draw.chance(90));
                // All of a group are of one entry.
                (routes.iter_mut().filter(|r| r.id == id)).for_each(|r| r.on = on);
                format!("route {id} on: {on}")
            }
            5 => {
                let hours = hours(draw);
                let active = draw.chance(85);
                let Some(group) = self.plans[plan].groups.values_mut().next() else {
                    return String::new();
                };
                group.active = active;
                group.hours = hours;
                format!("{} has other hours, active: {active}", group.name)
            }
            2 => {
                let buyer = BuyerId(1 + i64::try_from(draw.below(3)).unwrap_or(0));
                let active = draw.chance(85);
                self.targets
                    .values_mut()
                    .filter(|t| t.buyer == buyer)
                    .for_each(|t| t.buyer_active = active);
                format!("buyer {buyer} active: {active}")
            }
            3 => {
                let hours = hours(draw);
                let Some(target) = self.targets.values_mut().nth(target) else {
                    return String::new();
                };
                target.hours = hours;
                format!("{} has other hours", target.name)
            }
            _ => {
                let Some(target) = self.targets.values_mut().nth(target) else {
                    return String::new();
                };
                target.active = draw.chance(90);
                format!("{} active: {}", target.name, target.active)
            }
        };
        for plan in &mut self.plans {
            plan.version += 1;
            for route in &mut plan.routes {
                if let Some(target) = self.targets.get(&route.target.id) {
                    route.target = target.clone();
                }
            }
        }
        said
    }
}

fn target(n: u64, draw: &mut Draw) -> Target {
    let zones = zone::names();
    let id = i64::try_from(n).unwrap_or(1);
    let cap = |draw: &mut Draw, percent: u64, from: u64, to: u64| {
        draw.chance(percent)
            .then(|| u32::try_from(from + draw.below(to - from)).unwrap_or(1))
    };
    let sip = SipUri::parse(&format!("night{n}@pbx.example.com"))
        .ok()
        .filter(|_| draw.chance(20));
    Target {
        id: TargetId(id),
        buyer: BuyerId(id % 3 + 1),
        buyer_name: format!("Buyer {}", id % 3 + 1),
        buyer_active: draw.chance(95),
        name: format!("Target {n}"),
        active: draw.chance(92),
        destination: sip.map_or_else(|| Destination::Number(number(1_000 + n)), Destination::Sip),
        ring_timeout_s: u32::try_from(5 + draw.below(40)).unwrap_or(20),
        caller_id: match draw.below(3) {
            0 => CallerIdPolicy::PassThrough,
            1 => CallerIdPolicy::Tracking,
            _ => CallerIdPolicy::Fixed(number(7)),
        },
        whisper: draw
            .chance(40)
            .then(|| "A call about <roofs> & gutters.".to_owned()),
        zone: zones[usize::try_from(draw.below(zones.len() as u64)).unwrap_or(0)].to_owned(),
        hours: hours(draw),
        caps: Caps {
            concurrent: cap(draw, 60, 1, 5),
            hourly: cap(draw, 40, 1, 12),
            daily: cap(draw, 30, 5, 60),
            monthly: cap(draw, 20, 20, 400),
            total: cap(draw, 10, 50, 900),
        },
        recording_blocked: n.is_multiple_of(5),
        ..domain::testing::target(id)
    }
}

fn hours(draw: &mut Draw) -> Hours {
    if draw.chance(45) {
        return Hours::Always;
    }
    let from = u16::try_from(draw.below(20) * 60).unwrap_or(0);
    let length = u16::try_from(60 + draw.below(23) * 60).unwrap_or(60);
    let has_break = length >= 240 && draw.chance(40);
    let open_days = draw.below(128) | 1;
    let day = |i: usize| {
        (open_days >> i & 1 == 1).then(|| DayHours {
            open: Span {
                from,
                to: from + length,
            },
            breaks: if has_break {
                vec![Span {
                    from: from + 90,
                    to: from + 150,
                }]
            } else {
                Vec::new()
            },
        })
    };
    Hours::weekly(std::array::from_fn(day)).unwrap_or_default()
}

fn plan(
    n: u64,
    targets: &BTreeMap<TargetId, Target>,
    route_id: &mut i64,
    group_id: &mut i64,
    draw: &mut Draw,
) -> RoutingPlan {
    let mut routes: Vec<Route> = Vec::new();
    for target in targets.values() {
        if draw.chance(60) || routes.is_empty() {
            *route_id += 1;
            routes.push(Route {
                id: RouteId(*route_id),
                group: None,
                priority: 1 + u32::try_from(draw.below(3)).unwrap_or(0),
                weight: 1 + u32::try_from(draw.below(100)).unwrap_or(0),
                on: draw.chance(93),
                target: target.clone(),
                revenue: revenue(draw),
                filter: CompiledFilter::default(),
                takes_rerouted: draw.chance(80),
            });
        }
    }
    routes.sort_by_key(|r| r.priority);
    let groups = grouped(&mut routes, group_id, draw);
    RoutingPlan {
        campaign: CampaignId(Uuid::from_u128(u128::from(n) + 1)),
        campaign_name: format!("Campaign {n}"),
        active: draw.chance(95),
        version: 1,
        distribution: if draw.chance(40) {
            Distribution::RoundRobin
        } else {
            Distribution::Weight
        },
        attempts_max: 1 + u32::try_from(draw.below(4)).unwrap_or(0),
        recording: RecordingMode::ALL[usize::try_from(draw.below(4)).unwrap_or(0)].0,
        fallback: fallback(draw),
        groups,
        ..domain::testing::plan(routes)
    }
}

/// Makes groups of some neighbours, each an entry of its own.
fn grouped(
    routes: &mut [Route],
    group_id: &mut i64,
    draw: &mut Draw,
) -> BTreeMap<TargetGroupId, TargetGroup> {
    let mut groups = BTreeMap::new();
    let mut at = 0;
    while at < routes.len() {
        let size = if draw.chance(35) {
            2 + usize::try_from(draw.below(3)).unwrap_or(0)
        } else {
            1
        };
        let end = (at + size).min(routes.len());
        if end - at > 1 {
            *group_id += 1;
            let group = group(*group_id, &routes[at..end], draw);
            let first = routes[at].clone();
            for route in &mut routes[at..end] {
                *route = Route {
                    group: Some(group.id),
                    target: route.target.clone(),
                    ..first.clone()
                };
            }
            groups.insert(group.id, group);
        }
        at = end;
    }
    groups
}

fn group(id: i64, routes: &[Route], draw: &mut Draw) -> TargetGroup {
    let zones = zone::names();
    let cap = |draw: &mut Draw, percent: u64, from: u64, to: u64| {
        draw.chance(percent)
            .then(|| u32::try_from(from + draw.below(to - from)).unwrap_or(1))
    };
    TargetGroup {
        auction: None,
        id: TargetGroupId(id),
        name: format!("Group {id}"),
        active: draw.chance(95),
        order: if draw.chance(60) {
            RingOrder::AllAtOnce
        } else {
            RingOrder::InTurn
        },
        ring_timeout_s: u32::try_from(5 + draw.below(40)).unwrap_or(20),
        zone: zones[usize::try_from(draw.below(zones.len() as u64)).unwrap_or(0)].to_owned(),
        hours: hours(draw),
        holidays: Vec::new(),
        caps: Caps {
            concurrent: cap(draw, 50, 1, 4),
            hourly: cap(draw, 30, 2, 15),
            daily: cap(draw, 30, 5, 60),
            monthly: None,
            total: cap(draw, 10, 50, 900),
        },
        members: routes
            .iter()
            .map(|route| Member {
                target: route.target.id,
                priority: 1,
                weight: 1,
            })
            .collect(),
    }
}

fn revenue(draw: &mut Draw) -> Option<RevenueRule> {
    let price = Price::Fixed(Micros(
        i64::try_from(draw.below(60)).unwrap_or(0) * 1_000_000,
    ));
    let trigger = match draw.below(5) {
        0 => return None,
        1 => RevenueTrigger::Dial,
        2 => RevenueTrigger::Connect,
        _ => RevenueTrigger::Length {
            from: TimerStart::Connect,
            secs: 10 + u32::try_from(draw.below(90)).unwrap_or(0),
        },
    };
    Some(RevenueRule { trigger, price })
}

/// A share of what converts, and a fixed amount for what only connects, up to so much a day.
pub fn payout_terms() -> PayoutTerms {
    let rule = |id, trigger, amount| PayoutRule {
        id: PayoutRuleId(id),
        name: format!("Rule {id}"),
        trigger,
        amount,
        filter: Filter::default(),
        zone: "America/New_York".to_owned(),
        hours: Hours::Always,
        caps: Caps::default(),
        dollars: DollarCaps::default(),
    };
    let share = PayoutAmount::Share {
        basis_points: 7_000,
        min: None,
        max: Some(Micros(30_000_000)),
    };
    let capped = PayoutRule {
        dollars: DollarCaps {
            daily: Some(Micros(60_000_000)),
            ..DollarCaps::default()
        },
        ..rule(
            2,
            PayoutTrigger::Connect,
            PayoutAmount::Fixed(Micros(1_000_000)),
        )
    };
    PayoutTerms {
        rules: vec![rule(1, PayoutTrigger::Converted, share), capped],
        ..PayoutTerms::default()
    }
}

/// Who sends all callers.
fn publisher() -> Publisher {
    let terms = payout_terms();
    Publisher {
        id: PublisherId(1),
        name: "Gulf Leads".to_owned(),
        active: true,
        sub_id: String::new(),
        overrides: BTreeMap::new(),
        terms: terms.compile(None, &BulkLists::new()).unwrap_or_default(),
    }
}

fn fallback(draw: &mut Draw) -> Fallback {
    let forward: E164 = number(4_242);
    match draw.below(4) {
        0 => Fallback::Number(forward),
        1 => Fallback::Voicemail {
            greeting: "Please leave a message & your number.".to_owned(),
        },
        2 => Fallback::Message {
            text: "Nobody is here <now>.".to_owned(),
        },
        _ => Fallback::HangUp,
    }
}

/// Two in a hundred of those who call.
fn blocked_callers() -> Vec<Block> {
    ["+121455512*", "+121455534*"]
        .into_iter()
        .zip(1..)
        .filter_map(|(pattern, id)| {
            Some(Block {
                id: BlockId(id),
                pattern: pattern.parse().ok()?,
                campaign: None,
                expires_at: None,
                note: "robots".to_owned(),
            })
        })
        .collect()
}
