//! Ring trees: whom a step asks, where the best bid leads, and what follows when it does not connect.

use super::*;
use crate::id::RouteId;
use crate::ledger::facts::TimerStart;
use crate::ledger::revenue::{Price, RevenueRule, RevenueTrigger};
use crate::plan::Route;
use crate::rtb::auction::{AuctionTerms, Contender};
use crate::rtb::bid::{Bid, Refusal};
use crate::rtb::held::{AfterBid, Asks, Held, Lot};
use crate::target::Destination;
use crate::target::group::{Member, RingOrder, TargetGroup};
use crate::testing::{ZONE, number, target};
use crate::voice::verb::Verb;

const TREE: TargetGroupId = TargetGroupId(5);

/// A ring tree of three bidders, and a target behind it.
fn plan_of(terms: AuctionTerms) -> RoutingPlan {
    let of = |id: i64| {
        let mut bidder = target(id);
        bidder.bids = true;
        bidder.destination = Destination::Bid;
        Route {
            group: Some(TREE),
            target: bidder,
            ..route(1, 1, 1)
        }
    };
    let mut plan = plan(vec![of(1), of(2), of(3), route(9, 2, 1)]);
    let group = TargetGroup {
        id: TREE,
        name: "Auto, national".to_owned(),
        active: true,
        order: RingOrder::InTurn,
        auction: Some(terms),
        ring_timeout_s: 20,
        zone: ZONE.to_owned(),
        hours: crate::schedule::Hours::Always,
        holidays: Vec::new(),
        caps: Caps::default(),
        members: (1..=3)
            .map(|id| Member {
                target: TargetId(id),
                priority: 1,
                weight: 1,
            })
            .collect(),
    };
    plan.groups.insert(group.id, group);
    plan
}

fn waterfall() -> AuctionTerms {
    AuctionTerms {
        deadline_ms: 800,
        ..AuctionTerms::default()
    }
}

/// A bid of so many dollars that holds so long; nobody bids nothing.
fn bid(id: i64, dollars: i64, holds_s: i64) -> (Contender<TargetId>, AfterBid) {
    let contender = Contender {
        id: TargetId(id),
        priority: 1,
        weight: 1,
        answered_ms: 100,
        outcome: match dollars {
            0 => Err(vec![Refusal::Zero]),
            _ => Ok(Bid {
                amount: Micros(dollars * 1_000_000),
                net: Micros(dollars * 1_000_000),
                destination: Destination::Number(number(500 + id.unsigned_abs())),
                min_duration_s: (id == 2).then_some(90),
                expires_at: NOON_ISH.plus_secs(holds_s),
                bid_id: Some(format!("b{id}")),
                on_failure: None,
            }),
        },
    };
    let after = AfterBid {
        renews: true,
        confirms: None,
    };
    (contender, after)
}

fn held(at: Timestamp, all: &[(Contender<TargetId>, AfterBid)]) -> Held {
    let lot = Lot {
        route: RouteId(1),
        group: TREE,
        name: "Auto, national".to_owned(),
        at,
        terms: waterfall(),
    };
    Held::settle(lot, 300, all).0
}

/// What a step comes to with these auctions.
fn worked(
    plan: &RoutingPlan,
    machine: CallMachine,
    usage: &UsageMap,
    auctions: &[Held],
    now: Timestamp,
) -> Result<Step, Wanted> {
    let clocks = clocks(NOON_ISH);
    let readings = [usage.clone()];
    Step::of(
        machine,
        Facts {
            auctions,
            now,
            ..facts(plan, &clocks, &readings)
        },
    )
}

fn dialed(step: &Step) -> Option<Destination> {
    step.reply.iter().flatten().find_map(|verb| match verb {
        Verb::Dial(dial) => dial.nouns.first().map(|noun| noun.to.clone()),
        _ => None,
    })
}

fn to(id: i64) -> Option<Destination> {
    Some(Destination::Number(number(500 + id.unsigned_abs())))
}

/// The call after its last dial was not answered.
fn missed(step: &Step, now: Timestamp) -> CallMachine {
    let mut machine = CallMachine::resume(step.session.clone(), Patience::default());
    let attempt = u32::try_from(step.session.attempts.len()).expect("few");
    let result = DialResult {
        status: LegStatus::NoAnswer,
        bridged: None,
        duration_s: None,
        leg_sid: None,
        caller_gone: false,
    };
    machine
        .handle_event(Event::DialEnded { attempt, result }, now)
        .expect("taken");
    machine
}

fn targets(wanted: Result<Step, Wanted>) -> Vec<i64> {
    match wanted {
        Err(Wanted::Bids(Asks::Bids { targets, .. })) => targets.iter().map(|t| t.0).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn those_who_can_take_the_call_are_asked_and_the_best_bid_is_dialed() {
    let plan = plan_of(waterfall());
    let unused = UsageMap::new();
    let first = worked(&plan, arrived(&plan), &unused, &[], NOON_ISH);
    assert_eq!(
        first,
        Err(Wanted::Bids(Asks::Bids {
            route: RouteId(1),
            group: TREE,
            targets: vec![TargetId(1), TargetId(2), TargetId(3)],
            deadline_ms: 800,
        }))
    );
    let auction = held(NOON_ISH, &[bid(1, 20, 60), bid(2, 30, 60), bid(3, 0, 0)]);
    let step = worked(&plan, arrived(&plan), &unused, &[auction], NOON_ISH).expect("a step");
    assert_eq!(dialed(&step), to(2));
    assert_eq!(claimed(&step), Some(TargetId(2)));
    assert_eq!(step.claims[0].price, Micros(30_000_000));
    let chosen = &step.session.attempts[0].chosen;
    let rule = RevenueRule {
        trigger: RevenueTrigger::Length {
            from: TimerStart::Connect,
            secs: 90,
        },
        price: Price::Fixed(Micros(30_000_000)),
    };
    assert_eq!(chosen.revenue, Some(rule));
    assert_eq!(
        chosen.bid.as_ref().and_then(|b| b.bid_id.as_deref()),
        Some("b2")
    );
    let words: Vec<String> = (step.entries.iter())
        .filter_map(|entry| match &entry.what {
            What::Decided { decision, .. } => Some(decision),
            _ => None,
        })
        .flat_map(|decision| &decision.candidates[0].members)
        .map(|member| format!("{}: {}", member.name, member.part.sentence()))
        .collect();
    insta::assert_snapshot!(words.join("\n"), @r"
    Target 2: Rings now: its bid of $30.00 is the best.
    Target 1: Bid $20.00, in place 2.
    Target 3: Bid nothing.
    ");
}

#[test]
fn who_is_full_or_closed_is_not_asked() {
    let mut plan = plan_of(waterfall());
    plan.routes[1].target.caps.concurrent = Some(1);
    plan.routes[2].target.active = false;
    let mut usage = UsageMap::new();
    usage.entry(TargetId(2)).or_default().live = 1;
    assert_eq!(
        targets(worked(&plan, arrived(&plan), &usage, &[], NOON_ISH)),
        [1]
    );
    plan.routes[0].target.active = false;
    let step = worked(&plan, arrived(&plan), &usage, &[], NOON_ISH).expect("nobody to ask");
    assert_eq!(claimed(&step), Some(TargetId(9)), "the plan goes on");
}

#[test]
fn without_a_bid_the_plan_goes_on() {
    let plan = plan_of(waterfall());
    let auction = held(NOON_ISH, &[bid(1, 0, 0), bid(2, 0, 0), bid(3, 0, 0)]);
    let unused = UsageMap::new();
    let step = worked(&plan, arrived(&plan), &unused, &[auction], NOON_ISH).expect("a step");
    assert_eq!(claimed(&step), Some(TargetId(9)));
    assert_eq!(step.session.auctions.len(), 1);
}

#[test]
fn after_a_failed_connection_the_next_bid_is_dialed_and_nobody_is_asked_again() {
    let plan = plan_of(waterfall());
    let unused = UsageMap::new();
    let auction = [held(
        NOON_ISH,
        &[bid(1, 20, 60), bid(2, 30, 60), bid(3, 10, 5)],
    )];
    let first = worked(&plan, arrived(&plan), &unused, &auction, NOON_ISH).expect("a step");
    let later = NOON_ISH.plus_secs(20);
    let second = worked(&plan, missed(&first, later), &unused, &auction, later).expect("a step");
    assert_eq!(dialed(&second), to(1));
    // The third bid ran out meanwhile: its bidder is asked again, alone.
    let much_later = NOON_ISH.plus_secs(40);
    let machine = missed(&second, much_later);
    assert_eq!(
        targets(worked(
            &plan,
            machine.clone(),
            &unused,
            &auction,
            much_later
        )),
        [3]
    );
    let again = [auction[0].clone(), held(much_later, &[bid(3, 12, 90)])];
    let third = worked(&plan, machine, &unused, &again, much_later).expect("a step");
    assert_eq!(dialed(&third), to(3));
    assert_eq!(third.session.attempts[2].chosen.price, Micros(12_000_000));
    let end = NOON_ISH.plus_secs(60);
    let rest = worked(&plan, missed(&third, end), &unused, &again, end).expect("a step");
    assert_eq!(claimed(&rest), Some(TargetId(9)), "the rest of the plan");
}

#[test]
fn a_bid_that_ran_out_while_others_were_waited_for_is_not_used() {
    let plan = plan_of(waterfall());
    let mut best = bid(1, 30, 60);
    if let Ok(bid) = &mut best.0.outcome {
        bid.expires_at = NOON_ISH.plus_millis(200);
    }
    // The auction took 300 ms.
    let auctions = [held(NOON_ISH, &[best, bid(2, 20, 60), bid(3, 0, 60)])];
    let step =
        worked(&plan, arrived(&plan), &UsageMap::new(), &auctions, NOON_ISH).expect("a step");
    assert_eq!(dialed(&step), to(2));
}

#[test]
fn a_bid_that_ran_out_is_dropped_where_nobody_asks_again() {
    let plan = plan_of(waterfall());
    let unused = UsageMap::new();
    let mut all = [bid(1, 20, 5), bid(2, 30, 60)];
    all[0].1.renews = false;
    let auction = [held(NOON_ISH, &all)];
    let first = worked(&plan, arrived(&plan), &unused, &auction, NOON_ISH).expect("a step");
    let later = NOON_ISH.plus_secs(20);
    let rest = worked(&plan, missed(&first, later), &unused, &auction, later).expect("a step");
    assert_eq!(claimed(&rest), Some(TargetId(9)));
}

#[test]
fn without_the_waterfall_only_the_winner_is_dialed() {
    let terms = AuctionTerms {
        waterfall: false,
        ..waterfall()
    };
    let plan = plan_of(terms);
    let unused = UsageMap::new();
    let auction = [held(NOON_ISH, &[bid(1, 20, 60), bid(2, 30, 60)])];
    let first = worked(&plan, arrived(&plan), &unused, &auction, NOON_ISH).expect("a step");
    assert_eq!(dialed(&first), to(2));
    let rest = worked(&plan, missed(&first, NOON_ISH), &unused, &auction, NOON_ISH);
    assert_eq!(claimed(&rest.expect("a step")), Some(TargetId(9)));
}

#[test]
fn a_bid_over_the_bidders_caps_in_money_does_not_count() {
    let mut plan = plan_of(waterfall());
    plan.routes[1].target.dollars.daily = Some(Micros(25_000_000));
    let auction = [held(NOON_ISH, &[bid(1, 20, 60), bid(2, 30, 60)])];
    let unused = UsageMap::new();
    let step = worked(&plan, arrived(&plan), &unused, &auction, NOON_ISH).expect("a step");
    assert_eq!(dialed(&step), to(1));
}

#[test]
fn the_winner_is_asked_to_confirm_and_without_it_the_next_wins() {
    let plan = plan_of(waterfall());
    let unused = UsageMap::new();
    let mut all = [bid(1, 20, 60), bid(2, 30, 60)];
    all[1].1.confirms = Some(true);
    let auction = held(NOON_ISH, &all);
    let asked = worked(
        &plan,
        arrived(&plan),
        &unused,
        std::slice::from_ref(&auction),
        NOON_ISH,
    );
    assert_eq!(
        asked,
        Err(Wanted::Bids(Asks::Confirmation {
            route: RouteId(1),
            target: TargetId(2),
        }))
    );
    let mut given = auction.clone();
    given.confirm(TargetId(2), Ok(Some(Destination::Number(number(777)))), 0);
    let step = worked(&plan, arrived(&plan), &unused, &[given], NOON_ISH).expect("a step");
    assert_eq!(dialed(&step), Some(Destination::Number(number(777))));
    let mut refused = auction;
    refused.confirm(TargetId(2), Err("Said no.".to_owned()), 0);
    let step = worked(&plan, arrived(&plan), &unused, &[refused], NOON_ISH).expect("a step");
    assert_eq!(dialed(&step), to(1));
    let told = step.entries.iter().any(|entry| {
        matches!(&entry.what, What::Confirmed { target: TargetId(2), missing: Some(why) } if why == "Said no.")
    });
    assert!(told);
}

#[test]
fn a_caller_does_not_wait_for_one_auction_after_another() {
    let mut plan = plan_of(waterfall());
    plan.groups.get_mut(&TREE).expect("a tree").auction = Some(AuctionTerms {
        deadline_ms: 8_000,
        ..AuctionTerms::default()
    });
    let mut other = held(NOON_ISH, &[bid(1, 0, 0)]);
    other.route = RouteId(77);
    other.took_ms = 7_000;
    let unused = UsageMap::new();
    let asked = worked(
        &plan,
        arrived(&plan),
        &unused,
        std::slice::from_ref(&other),
        NOON_ISH,
    );
    let Err(Wanted::Bids(Asks::Bids { deadline_ms, .. })) = asked else {
        panic!("{asked:?}");
    };
    assert_eq!(deadline_ms, 3_000);
    other.took_ms = 9_990;
    let step = worked(&plan, arrived(&plan), &unused, &[other], NOON_ISH).expect("a step");
    assert_eq!(claimed(&step), Some(TargetId(9)));
}

#[test]
fn a_bidder_takes_no_calls_by_itself() {
    let mut plan = plan(vec![route(1, 1, 1), route(2, 2, 1)]);
    plan.routes[0].target.bids = true;
    let unused = UsageMap::new();
    let step = worked(&plan, arrived(&plan), &unused, &[], NOON_ISH).expect("a step");
    assert_eq!(claimed(&step), Some(TargetId(2)));
}
