//! What holds for any plan and any call, as "done when" of the routing and money model says it.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::by_hand::{has_room, holds, open};
use crate::call::effect::Patience;
use crate::call::event::Event;
use crate::call::machine::{Acquaintance, CallMachine};
use crate::call::money::Dial;
use crate::call::session::Session;
use crate::call::step::{Facts, Step};
use crate::campaign::Distribution;
use crate::draw::Draw;
use crate::duplicate::routing::Preference;
use crate::id::{PayoutRuleId, PublisherId, RouteId};
use crate::ledger::Ledger;
use crate::ledger::entry::{Entry, Kind};
use crate::ledger::facts::Conversion;
use crate::ledger::payout::{PayoutAmount, PayoutRule, PayoutTerms, PayoutTimer, PayoutTrigger};
use crate::ledger::telephony::rate::RateTable;
use crate::money::Micros;
use crate::plan::{Route, RoutingPlan};
use crate::publisher::Publisher;
use crate::routing::{CallTraits, Exclusions, UsageMap, decide};
use crate::schedule::Hours;
use crate::tag::Tags;
use crate::tag::filter::Filter;
use crate::tag::list::BulkLists;
use crate::testing::{
    NOON_ISH, any_dollar_caps, any_event, any_exclusions, any_filter, any_grouped_plan,
    any_holidays, any_matrices, any_plan, any_revenue, any_spent, any_tags, any_usage_map, arrival,
    call_id, clocks, plan, route, windows,
};
use crate::time::Timestamp;

/// A plan with all that can keep a call away, and its filters as they were written.
#[derive(Debug, Clone)]
struct Strictest {
    plan: RoutingPlan,
    /// Of route, target and buyer, for each route.
    filters: Vec<[Filter; 3]>,
    usage: UsageMap,
}

fn any_strictest() -> impl Strategy<Value = Strictest> {
    let more = || {
        (
            prop::array::uniform3(any_filter()),
            any_matrices(),
            any_dollar_caps(),
            any_holidays(NOON_ISH),
            any_revenue(),
            any_spent(),
        )
    };
    let distribution = prop::sample::select(vec![
        Distribution::Weight,
        Distribution::RoundRobin,
        Distribution::LongestIdle,
        Distribution::Predictive,
    ]);
    (
        any_plan(),
        distribution,
        any_usage_map(NOON_ISH),
        prop::collection::vec(more(), 8),
    )
        .prop_map(|(mut plan, distribution, mut usage, more)| {
            plan.distribution = distribution;
            let mut filters = Vec::new();
            for (route, (wanted, matrices, dollars, holidays, revenue, spent)) in
                plan.routes.iter_mut().zip(more)
            {
                let [of_route, of_target, of_buyer] = &wanted;
                let compiled = |filter: &Filter| filter.compile(&BulkLists::new()).expect("fits");
                route.filter = compiled(of_route);
                route.target.filter = compiled(of_target);
                route.target.buyer_filter = compiled(of_buyer);
                route.target.matrices = matrices;
                route.target.dollars = dollars;
                route.target.holidays = holidays;
                route.revenue = revenue;
                if let Some(used) = usage.get_mut(&route.target.id) {
                    used.hour_spent = spent.hour;
                    used.day_spent = spent.day;
                    used.month_spent = spent.month;
                    used.total_spent = spent.total;
                }
                filters.push(wanted);
            }
            Strictest {
                plan,
                filters,
                usage,
            }
        })
}

fn any_payouts() -> impl Strategy<Value = Vec<PayoutRule>> {
    let timer = prop::sample::select(vec![
        PayoutTimer::Incoming,
        PayoutTimer::Dial,
        PayoutTimer::Connect,
    ]);
    let trigger = prop_oneof![
        Just(PayoutTrigger::Incoming),
        Just(PayoutTrigger::Connect),
        Just(PayoutTrigger::Converted),
        (timer, 1_u32..200).prop_map(|(from, secs)| PayoutTrigger::Length { from, secs }),
    ];
    let amount = prop_oneof![
        (0_i64..50).prop_map(|n| PayoutAmount::Fixed(Micros(n))),
        (0_u32..10_001, prop::option::of(0_i64..10)).prop_map(|(basis_points, min)| {
            PayoutAmount::Share {
                basis_points,
                min: min.map(Micros),
                max: None,
            }
        }),
    ];
    prop::collection::vec((trigger, amount), 0..3).prop_map(|rules| {
        let rules = rules.into_iter().zip(1_i64..);
        rules
            .map(|((trigger, amount), id)| PayoutRule {
                id: PayoutRuleId(id),
                name: format!("Rule {id}"),
                trigger,
                amount,
                filter: Filter::default(),
                zone: crate::testing::ZONE.to_owned(),
                hours: Hours::Always,
                caps: crate::caps::Caps::default(),
                dollars: crate::caps::dollars::DollarCaps::default(),
            })
            .collect()
    })
}

/// What a carrier and a buyer may tell, each some seconds after the one before.
fn any_told() -> impl Strategy<Value = Vec<(i64, Event)>> {
    let told = prop_oneof![
        9 => any_event(),
        2 => (prop::option::of(-9_i64..90), 0_i64..300).prop_map(|(reported, secs)| {
            Event::Converted(Conversion {
                at: NOON_ISH.plus_secs(secs),
                reported: reported.map(Micros),
            })
        }),
    ];
    prop::collection::vec((0_i64..120, told), 0..30)
}

/// A call with all it handed to the store.
struct Life {
    session: Session,
    entered: Vec<Entry>,
    dials: BTreeMap<u32, Dial>,
}

fn live(plan: &RoutingPlan, publisher: &Publisher, told: &[(i64, Event)], times: usize) -> Life {
    let known = Acquaintance {
        publisher: Some(publisher.id),
        ..Acquaintance::default()
    };
    let patience = Patience::default();
    let machine = CallMachine::arrive(&arrival(), Some(plan), known, None, NOON_ISH, patience);
    let mut life = Life {
        session: machine.session().clone(),
        entered: Vec::new(),
        dials: BTreeMap::new(),
    };
    let mut now = NOON_ISH;
    life.keep(machine, plan, publisher, now);
    for (secs, event) in told {
        now = now.plus_secs(*secs);
        // The carrier's records answer a question of ours, which a second answer does not repeat:
        // it closes what the first left open.
        let answer = matches!(event, Event::CarrierSaid(_) | Event::CarrierSilent);
        for _ in 0..if answer { 1 } else { times } {
            let mut machine = CallMachine::resume(life.session.clone(), patience);
            if machine.handle_event(event.clone(), now).is_ok() {
                life.keep(machine, plan, publisher, now);
            }
        }
    }
    life
}

impl Life {
    fn keep(
        &mut self,
        machine: CallMachine,
        plan: &RoutingPlan,
        publisher: &Publisher,
        now: Timestamp,
    ) {
        let step = Step::of(
            machine,
            Facts {
                call: call_id(42),
                tags: &Tags::default(),
                publisher: Some(publisher),
                rates: &RateTable::default(),
                payout_clocks: &clocks(NOON_ISH),
                paid: None,
                plan: Some(plan),
                clocks: &clocks(now),
                readings: &[UsageMap::new()],
                auctions: &[],
                now,
            },
        )
        .expect("no rule has caps, and usage is at hand");
        self.entered.extend(step.ledger);
        self.dials
            .extend(step.dials.into_iter().map(|dial| (dial.attempt, dial)));
        self.session = step.session;
    }
}

proptest! {
    #[test]
    fn no_route_outside_its_hours_filters_or_caps_is_ever_chosen(
        strictest in any_strictest(),
        exclusions in any_exclusions(),
        tags in any_tags(),
        minute in 0_i64..4_320,
        seed in any::<u64>(),
    ) {
        let Strictest { plan, filters, usage } = strictest;
        // Usage is of one moment, the wall clock of up to three days later.
        let at = if minute % 2 == 0 { NOON_ISH } else { NOON_ISH.plus_secs(minute * 60) };
        let clocks = clocks(at);
        let local = clocks.values().next().expect("a clock");
        prop_assert_eq!(local.windows(), windows(at));
        let traits = CallTraits {
            campaign: plan.campaign,
            publisher: None,
            tags: &tags,
            history: &[],
            preference: &Preference::Any,
            floor: None,
            auctions: &[],
            now: at,
        };
        let decision = decide(&plan, Some(&traits), &exclusions, &usage, &clocks, &mut Draw::from_seed(seed));
        for ((route, wanted), candidate) in plan.routes.iter().zip(&filters).zip(&decision.candidates) {
            let target = &route.target;
            let used = usage.get(&target.id).copied().unwrap_or_default();
            let may = route.on && target.active && target.buyer_active
                && !exclusions.tried.contains(&target.id)
                && !exclusions.lost.contains(&target.id)
                && wanted.iter().all(|filter| holds(filter, &tags))
                && open(&target.hours, &target.holidays, local)
                && has_room(route, &used, local);
            prop_assert_eq!(may, candidate.verdict.word() != "Not eligible", "{:?}", candidate);
            let chosen = decision.chosen.as_ref().is_some_and(|chosen| chosen.route == route.id);
            prop_assert_eq!(chosen, candidate.verdict.won());
            prop_assert!(may || !chosen, "{:?}", candidate);
        }
    }

    #[test]
    fn ledger_sums_equal_call_totals_for_any_order_and_repetition_of_events(
        routes in any_grouped_plan(),
        revenue in prop::collection::vec(any_revenue(), 8),
        rules in any_payouts(),
        told in any_told(),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let mut plan = routes;
        let of = |id: RouteId| usize::try_from(id.0 - 1).expect("an id");
        for route in &mut plan.routes {
            route.revenue = revenue[of(route.id)];
        }
        let terms = PayoutTerms { rules, ..PayoutTerms::default() };
        let publisher = Publisher {
            id: PublisherId(7),
            name: "Gulf Leads".to_owned(),
            active: true,
            sub_id: String::new(),
            overrides: BTreeMap::new(),
            terms: terms.compile(None, &BulkLists::new()).expect("rules that fit"),
        };
        // The events of a random life, some of them again at any place.
        let mut shuffled = told.clone();
        if !told.is_empty() {
            for index in again {
                let (_, event) = index.get(&told).clone();
                shuffled.insert(index.index(shuffled.len()), (0, event));
            }
        }
        for events in [&told, &shuffled] {
            let once = live(&plan, &publisher, events, 1);
            let twice = live(&plan, &publisher, events, 2);
            for life in [&once, &twice] {
                let kept: Vec<&Entry> = life.session.ledger.entries().collect();
                prop_assert_eq!(kept.len(), life.entered.len(), "entered once each");
                prop_assert_eq!(&Ledger::of(life.entered.clone()), &life.session.ledger);
                let sum = |kind: Kind| -> i64 { life.entered.iter().filter(|e| e.kind == kind).map(|e| e.amount.0).sum() };
                let totals = life.session.ledger.totals();
                prop_assert_eq!(totals.revenue.0, sum(Kind::Revenue) + sum(Kind::RevenueAdjustment));
                prop_assert!(totals.revenue.0 >= 0, "a later word never takes more than was earned");
                prop_assert_eq!(totals.payout.0, sum(Kind::Payout));
                prop_assert_eq!(totals.cost.0, sum(Kind::Telephony));
                for (attempt, dial) in &life.dials {
                    let own = |e: &&Entry| {
                        let (key, later) = (e.key.as_str(), format!("conversion:{attempt}."));
                        key == format!("revenue:{attempt}") || key.starts_with(&later)
                    };
                    let earned: Micros = life.session.ledger.entries().filter(own).map(|e| e.amount).sum();
                    prop_assert_eq!(dial.revenue, earned);
                }
            }
            prop_assert_eq!(&once.session.ledger, &twice.session.ledger);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn weights_converge_within_one_percent_over_100_000_draws(
        weights in prop::collection::vec((1_u32..1_000, prop::bool::weighted(0.8)), 1..6),
        seed in any::<u64>(),
    ) {
        let routes = weights.iter().zip(1_i64..).map(|((weight, on), id)| Route {
            on: *on,
            ..route(id, 1, *weight)
        });
        let plan = plan(routes.collect());
        let total: u32 = weights.iter().filter(|(_, on)| *on).map(|(weight, _)| weight).sum();
        let (nobody, usage, clocks) = (Exclusions::default(), UsageMap::new(), clocks(NOON_ISH));
        let mut draw = Draw::from_seed(seed);
        let mut won = vec![0_u32; weights.len()];
        for _ in 0..100_000 {
            let decision = decide(&plan, None, &nobody, &usage, &clocks, &mut draw);
            if let Some(at) = decision.candidates.iter().position(|c| c.verdict.won()) {
                won[at] += 1;
            }
        }
        for ((weight, on), count) in weights.iter().zip(won) {
            let share = if *on { f64::from(*weight) / f64::from(total) } else { 0.0 };
            let off = (f64::from(count) / 100_000.0 - share).abs();
            prop_assert!(off < 0.01, "{weight}: {count} of {share}");
        }
    }
}
