//! Decisions read as sentences.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::agent::{AgentStatus, Presence};
use crate::caps::{CapKind, CapReached, Caps};
use crate::money::Micros;
use crate::schedule::Hours;
use crate::testing::{
    NOON_ISH, any_exclusions, any_plan, any_usage_map, call_id, clocks, plan, route, target,
    weekdays, windows,
};
use crate::time::Timestamp;

/// A week in minutes.
const WEEK: i64 = 7 * 1_440;

fn decided(plan: &RoutingPlan, usage: &UsageMap) -> Decision {
    decide(
        plan,
        None,
        &Exclusions::default(),
        usage,
        &clocks(NOON_ISH),
        &mut Draw::from_seed(1),
    )
}

fn verdict(decision: &Decision, target: i64) -> &Verdict {
    &decision
        .candidates
        .iter()
        .find(|c| c.target == TargetId(target))
        .expect("a candidate")
        .verdict
}

fn winner(decision: &Decision) -> Option<i64> {
    decision.chosen.as_ref().map(|c| c.target.0)
}

/// The trace as the call drawer shows it.
fn trace(decision: &Decision) -> String {
    let mut text = String::new();
    for c in &decision.candidates {
        let _ = writeln!(
            text,
            "{:<9} p{} w{:<3} {:<12} {}",
            c.name,
            c.priority,
            c.weight,
            c.verdict.word(),
            c.verdict.sentence()
        );
    }
    text
}

#[test]
fn an_empty_plan_chooses_nobody() {
    let decision = decided(&plan(Vec::new()), &UsageMap::new());
    assert_eq!(
        (
            winner(&decision),
            decision.candidates.len(),
            decision.plan_version
        ),
        (None, 0, 7)
    );
}

#[test]
fn the_only_open_route_wins_with_its_windows() {
    let decision = decided(&plan(vec![route(1, 1, 5)]), &UsageMap::new());
    assert_eq!(
        decision.chosen,
        Some(Chosen {
            bid: None,
            route: RouteId(1),
            target: TargetId(1),
            windows: windows(NOON_ISH),
            with: Vec::new(),
            group: None,
        })
    );
    assert_eq!(
        verdict(&decision, 1),
        &Verdict::Won {
            open: 1,
            share_percent: 100,
            by_turn: false,
            why: None,
        }
    );
}

#[test]
fn an_earlier_priority_takes_every_call_while_one_of_its_routes_is_open() {
    let plan = plan(vec![route(1, 2, 1_000), route(2, 1, 1), route(3, 3, 1_000)]);
    for seed in 0..200 {
        let decision = decide(
            &plan,
            None,
            &Exclusions::default(),
            &UsageMap::new(),
            &clocks(NOON_ISH),
            &mut Draw::from_seed(seed),
        );
        assert_eq!(winner(&decision), Some(2));
        assert_eq!(
            (verdict(&decision, 1), verdict(&decision, 3)),
            (&Verdict::NotNeeded, &Verdict::NotNeeded)
        );
    }
}

#[test]
fn a_later_priority_takes_over_when_the_earlier_is_closed() {
    let mut first = route(1, 1, 1);
    first.target.hours = weekdays(0, 60);
    let decision = decided(&plan(vec![first, route(2, 2, 1)]), &UsageMap::new());
    assert_eq!(winner(&decision), Some(2));
    assert_eq!(
        verdict(&decision, 1),
        &Verdict::Closed {
            until: "until midnight ET".to_owned()
        }
    );
}

#[test]
fn what_a_person_switched_off_is_named_first() {
    let mut routes = vec![route(1, 1, 1), route(2, 1, 1), route(3, 1, 1)];
    for r in &mut routes {
        r.target.hours = weekdays(0, 60);
    }
    routes[0].on = false;
    routes[0].target.active = false;
    routes[1].target.buyer_active = false;
    routes[1].target.active = false;
    routes[2].target.active = false;
    let decision = decided(&plan(routes), &UsageMap::new());
    assert_eq!(verdict(&decision, 1), &Verdict::RouteOff);
    assert_eq!(verdict(&decision, 2), &Verdict::BuyerPaused);
    assert_eq!(verdict(&decision, 3), &Verdict::TargetPaused);
    assert_eq!(winner(&decision), None);
}

#[test]
fn tried_and_lost_targets_are_left_out_and_named() {
    let exclusions = Exclusions {
        tried: vec![TargetId(1)],
        lost: vec![TargetId(2)],
        ..Exclusions::default()
    };
    let plan = plan(vec![route(1, 1, 1), route(2, 1, 1), route(3, 1, 1)]);
    let decision = decide(
        &plan,
        None,
        &exclusions,
        &UsageMap::new(),
        &clocks(NOON_ISH),
        &mut Draw::from_seed(1),
    );
    assert_eq!(winner(&decision), Some(3));
    assert_eq!(
        (verdict(&decision, 1), verdict(&decision, 2)),
        (&Verdict::AlreadyTried, &Verdict::LineTaken)
    );
}

#[test]
fn a_target_in_a_zone_nobody_knows_is_closed() {
    let mut lost = route(1, 1, 1);
    lost.target.zone = "Mars/Olympus".to_owned();
    let decision = decided(&plan(vec![lost]), &UsageMap::new());
    assert_eq!(
        verdict(&decision, 1).sentence(),
        "Closed because its time zone Mars/Olympus is not known."
    );
}

#[test]
fn a_target_without_any_opening_says_so() {
    let mut never = route(1, 1, 1);
    never.target.hours = Hours::Weekly(Default::default());
    assert_eq!(
        verdict(&decided(&plan(vec![never]), &UsageMap::new()), 1).sentence(),
        "Closed on every day of the week."
    );
}

/// The first target is an agent who stands so.
fn agent(status: AgentStatus, since: Timestamp, wrap_until: Option<Timestamp>) -> UsageMap {
    let presence = Presence {
        status,
        since,
        wrap_until,
    };
    let used = Usage {
        presence: Some(presence),
        ..Usage::default()
    };
    UsageMap::from([(TargetId(1), used)])
}

#[test]
fn an_agent_who_takes_no_calls_is_passed_over_and_the_trace_says_why() {
    use AgentStatus as S;
    let plan = plan(vec![route(1, 1, 1), route(2, 2, 1)]);
    let (earlier, yesterday) = (NOON_ISH.plus_secs(-600), NOON_ISH.plus_secs(-86_400));
    let soon = NOON_ISH.plus_secs(30);
    let cases = [
        (
            agent(S::Away, earlier, None),
            "The agent is away since 2:27 pm ET.",
        ),
        (
            agent(S::Busy, earlier, None),
            "The agent is busy since 2:27 pm ET.",
        ),
        (agent(S::Away, yesterday, None), "The agent is away."),
        (
            agent(S::Available, earlier, Some(soon)),
            "The agent is wrapping up until 2:38 pm ET.",
        ),
        (
            agent(S::Away, earlier, Some(soon)),
            "The agent is away since 2:27 pm ET.",
        ),
    ];
    for (usage, said) in cases {
        let decision = decided(&plan, &usage);
        assert_eq!(winner(&decision), Some(2), "{said}");
        let held = verdict(&decision, 1);
        assert_eq!(
            (held.word(), held.sentence().as_str()),
            ("Not eligible", said)
        );
    }
}

#[test]
fn an_agent_who_takes_calls_is_a_target_like_any_other() {
    let plan = plan(vec![route(1, 1, 1), route(2, 2, 1)]);
    for over in [None, Some(NOON_ISH), Some(NOON_ISH.plus_secs(-1))] {
        let usage = agent(AgentStatus::Available, NOON_ISH, over);
        assert_eq!(winner(&decided(&plan, &usage)), Some(1), "{over:?}");
    }
    let nobodys = UsageMap::from([(TargetId(1), Usage::default())]);
    assert_eq!(winner(&decided(&plan, &nobodys)), Some(1));
}

#[test]
fn an_agent_is_chosen_again_from_the_moment_the_time_for_writing_up_is_over() {
    let plan = plan(vec![route(1, 1, 1)]);
    let usage = agent(
        AgentStatus::Available,
        NOON_ISH,
        Some(NOON_ISH.plus_secs(60)),
    );
    for (after, chosen) in [(0, None), (59, None), (60, Some(1)), (3_600, Some(1))] {
        let decision = decide(
            &plan,
            None,
            &Exclusions::default(),
            &usage,
            &clocks(NOON_ISH.plus_secs(after)),
            &mut Draw::from_seed(1),
        );
        assert_eq!(winner(&decision), chosen, "after {after} s");
    }
}

#[test]
fn that_an_agent_is_away_is_said_before_hours_and_after_what_a_person_switched_off() {
    let mut closed = route(1, 1, 1);
    closed.target.hours = weekdays(0, 60);
    let usage = agent(AgentStatus::Busy, NOON_ISH, None);
    assert_eq!(
        verdict(&decided(&plan(vec![closed.clone()]), &usage), 1),
        &Verdict::AgentHeld {
            word: "busy".to_owned(),
            when: "since 2:37 pm ET".to_owned(),
        }
    );
    closed.target.active = false;
    assert_eq!(
        verdict(&decided(&plan(vec![closed]), &usage), 1),
        &Verdict::TargetPaused
    );
}

#[test]
fn each_cap_is_named_with_its_figures() {
    let full = Usage {
        live: 2,
        windows: windows(NOON_ISH),
        hour: 3,
        day: 4,
        month: 5,
        total: 6,
        last_claimed_at: None,
        ..Usage::default()
    };
    let caps = |f: fn(&mut Caps)| {
        let mut caps = Caps::default();
        f(&mut caps);
        caps
    };
    let cases = [
        (caps(|c| c.concurrent = Some(2)), CapKind::Concurrent, 2),
        (caps(|c| c.hourly = Some(3)), CapKind::Hourly, 3),
        (caps(|c| c.daily = Some(4)), CapKind::Daily, 4),
        (caps(|c| c.monthly = Some(5)), CapKind::Monthly, 5),
        (caps(|c| c.total = Some(6)), CapKind::Total, 6),
    ];
    for (caps, kind, limit) in cases {
        let mut full_route = route(1, 1, 1);
        full_route.target.caps = caps;
        let decision = decided(
            &plan(vec![full_route]),
            &UsageMap::from([(TargetId(1), full)]),
        );
        assert_eq!(
            verdict(&decision, 1),
            &Verdict::CapReached(CapReached {
                kind,
                count: limit,
                limit
            })
        );
    }
}

#[test]
fn weights_share_calls_within_one_percent_over_100_000_calls() {
    let mut closed = route(4, 1, 900);
    closed.target.active = false;
    let plan = plan(vec![
        route(1, 1, 50),
        route(2, 1, 35),
        route(3, 1, 15),
        closed,
    ]);
    let mut counts = [0_i64; 5];
    for n in 0..100_000_u128 {
        let mut draw = Draw::for_call(call_id(n * 0x9E37_79B9_7F4A_7C15), 1);
        let decision = decide(
            &plan,
            None,
            &Exclusions::default(),
            &UsageMap::new(),
            &clocks(NOON_ISH),
            &mut draw,
        );
        counts[usize::try_from(winner(&decision).expect("open")).expect("small")] += 1;
    }
    for (id, share) in [(1, 50_000), (2, 35_000), (3, 15_000), (4, 0)] {
        assert!((counts[id] - share).abs() <= 1_000, "{counts:?}");
    }
}

#[test]
fn round_robin_gives_the_call_to_whoever_waited_longest() {
    let mut plan = plan(vec![route(1, 1, 1), route(2, 1, 900), route(3, 1, 1)]);
    plan.distribution = Distribution::RoundRobin;
    let mut usage = UsageMap::new();
    let mut order = Vec::new();
    for n in 0..7 {
        let at = NOON_ISH.plus_secs(n);
        let decision = decide(
            &plan,
            None,
            &Exclusions::default(),
            &usage,
            &clocks(at),
            &mut Draw::from_seed(9),
        );
        let chosen = decision.chosen.as_ref().expect("open");
        assert_eq!(
            verdict(&decision, chosen.target.0),
            &Verdict::Won {
                open: 3,
                // Of a hundred percents the first of three gets one more.
                share_percent: if chosen.target.0 == 1 { 34 } else { 33 },
                by_turn: true,
                why: None,
            }
        );
        let used = usage.entry(chosen.target).or_default();
        *used = used
            .claimed(&chosen.windows, Micros::ZERO, at)
            .line_released(at);
        order.push(chosen.target.0);
    }
    assert_eq!(order, [1, 2, 3, 1, 2, 3, 1]);
}

#[test]
fn a_closed_route_keeps_its_turn_for_later() {
    let mut plan = plan(vec![route(1, 1, 1), route(2, 1, 1)]);
    plan.distribution = Distribution::RoundRobin;
    let long_ago = Usage {
        last_claimed_at: Some(Timestamp(1)),
        ..Usage::default()
    };
    let lately = Usage {
        last_claimed_at: Some(Timestamp(2)),
        ..Usage::default()
    };
    let usage = UsageMap::from([(TargetId(1), lately), (TargetId(2), long_ago)]);
    plan.routes[1].on = false;
    assert_eq!(winner(&decided(&plan, &usage)), Some(1));
    plan.routes[1].on = true;
    assert_eq!(winner(&decided(&plan, &usage)), Some(2));
}

#[test]
fn a_trace_names_every_candidate_with_its_reason() {
    let mut routes: Vec<Route> = (1..=9).map(|id| route(id, 1, 10)).collect();
    routes[1].on = false;
    routes[2].target.active = false;
    routes[3].target.buyer_active = false;
    routes[4].target.hours = weekdays(8 * 60, 12 * 60);
    routes[5].target.caps.concurrent = Some(2);
    routes[6].target.caps.daily = Some(40);
    routes[7].weight = 30;
    routes[8].priority = 2;
    let usage = UsageMap::from([
        (
            TargetId(6),
            Usage {
                live: 2,
                ..Usage::default()
            },
        ),
        (
            TargetId(7),
            Usage {
                day: 40,
                windows: windows(NOON_ISH),
                ..Usage::default()
            },
        ),
    ]);
    insta::assert_snapshot!(trace(&decided(&plan(routes), &usage)));
}

#[test]
fn a_trace_by_turn_says_whose_turn_it_was() {
    let mut plan = plan(vec![route(1, 1, 10), route(2, 1, 10), route(3, 2, 10)]);
    plan.distribution = Distribution::RoundRobin;
    let exclusions = Exclusions {
        tried: vec![TargetId(3)],
        lost: Vec::new(),
        ..Exclusions::default()
    };
    let decision = decide(
        &plan,
        None,
        &exclusions,
        &UsageMap::new(),
        &clocks(NOON_ISH),
        &mut Draw::from_seed(1),
    );
    insta::assert_snapshot!(trace(&decision));
}

#[test]
fn a_decision_survives_storage() {
    let mut routes = vec![route(1, 1, 10), route(2, 1, 10)];
    routes[0].target.caps.hourly = Some(0);
    let decision = decided(&plan(routes), &UsageMap::new());
    let stored = serde_json::to_string(&decision).expect("json");
    assert_eq!(
        serde_json::from_str::<Decision>(&stored).expect("a decision"),
        decision
    );
}

#[test]
fn a_target_that_was_sent_nothing_counts_as_waiting_longest() {
    let mut plan = plan(vec![route(1, 1, 1), route(2, 1, 1)]);
    plan.distribution = Distribution::RoundRobin;
    let usage = UsageMap::from([(
        TargetId(1),
        Usage {
            last_claimed_at: Some(Timestamp(1)),
            ..Usage::default()
        },
    )]);
    assert_eq!(winner(&decided(&plan, &usage)), Some(2));
}

/// Whether hours are open, told minute by minute: the slow way that cannot be wrong.
fn naively_open(hours: &Hours, local: &LocalMoment) -> bool {
    let Hours::Weekly(days) = hours else {
        return true;
    };
    let now = i64::try_from(local.weekday.index()).expect("small") * 1_440
        + i64::from(local.minute_of_day());
    days.iter().zip(0_i64..).any(|(day, i)| {
        day.as_ref().is_some_and(|day| {
            let within = |from: u16, to: u16| {
                let since = (now - i * 1_440 - i64::from(from)).rem_euclid(WEEK);
                since < i64::from(to - from)
            };
            within(day.open.from, day.open.to) && !day.breaks.iter().any(|b| within(b.from, b.to))
        })
    })
}

/// Whether caps leave room, counted out.
fn naively_has_room(target: &crate::target::Target, usage: &UsageMap, at: Timestamp) -> bool {
    let used = usage.get(&target.id).copied().unwrap_or_default();
    let now = windows(at);
    let free = |limit: Option<u32>, count: u32| limit.is_none_or(|limit| count < limit);
    free(target.caps.concurrent, used.live)
        && (used.windows.hour != now.hour || free(target.caps.hourly, used.hour))
        && (used.windows.day != now.day || free(target.caps.daily, used.day))
        && (used.windows.month != now.month || free(target.caps.monthly, used.month))
        && free(target.caps.total, used.total)
        && ![target.caps.hourly, target.caps.daily, target.caps.monthly].contains(&Some(0))
}

proptest! {
    #[test]
    fn nobody_gets_a_call_outside_hours_caps_and_exclusions(
        plan in any_plan(),
        exclusions in any_exclusions(),
        usage in any_usage_map(NOON_ISH),
        minute in 0_i64..WEEK,
        seed in any::<u64>(),
    ) {
        // The usage is of one moment, the wall clock of another: windows differ in some cases only.
        let at = if minute % 2 == 0 { NOON_ISH } else { NOON_ISH.plus_secs(minute * 60) };
        let clocks = clocks(at);
        let local = clocks.values().next().expect("a clock");
        let eligible = |r: &Route| {
            r.on && r.target.active && r.target.buyer_active
                && !exclusions.tried.contains(&r.target.id)
                && !exclusions.lost.contains(&r.target.id)
                && naively_open(&r.target.hours, local)
                && naively_has_room(&r.target, &usage, at)
        };
        let decision = decide(&plan, None, &exclusions, &usage, &clocks, &mut Draw::from_seed(seed));
        prop_assert_eq!(decision.candidates.len(), plan.routes.len());
        for (route, candidate) in plan.routes.iter().zip(&decision.candidates) {
            prop_assert_eq!(candidate.route, route.id);
            prop_assert_eq!(eligible(route), candidate.verdict.word() != "Not eligible", "{:?}", candidate);
            prop_assert!(candidate.verdict.sentence().ends_with('.'));
        }
        let first = plan.routes.iter().filter(|r| eligible(r)).map(|r| r.priority).min();
        let won: Vec<_> = decision.candidates.iter().filter(|c| c.verdict.won()).collect();
        prop_assert_eq!(won.len(), usize::from(first.is_some()));
        prop_assert_eq!(won.first().map(|c| c.priority), first);
        prop_assert_eq!(won.first().map(|c| (c.route, c.target)), decision.chosen.map(|c| (c.route, c.target)));
    }

    #[test]
    fn the_same_arguments_give_the_same_decision(
        plan in any_plan(),
        exclusions in any_exclusions(),
        usage in any_usage_map(NOON_ISH),
        call in any::<u128>(),
        salt in 0_u64..40,
    ) {
        let again = || decide(&plan, None, &exclusions, &usage, &clocks(NOON_ISH), &mut Draw::for_call(call_id(call), salt));
        prop_assert_eq!(again(), again());
    }

    #[test]
    fn one_more_exclusion_takes_away_only_that_target(plan in any_plan(), id in 1_i64..9, seed in any::<u64>()) {
        let with = |exclusions: &Exclusions| decide(&plan, None, exclusions, &UsageMap::new(), &clocks(NOON_ISH), &mut Draw::from_seed(seed));
        let all = with(&Exclusions::default());
        let fewer = with(&Exclusions { tried: vec![TargetId(id)], ..Exclusions::default() });
        for (before, after) in all.candidates.iter().zip(&fewer.candidates) {
            let (was, is) = (before.verdict.word() != "Not eligible", after.verdict.word() != "Not eligible");
            prop_assert_eq!(is, was && after.target != TargetId(id));
        }
    }
}

#[test]
fn builders_build_what_the_tests_think() {
    assert!(
        refusal(
            &route(1, 1, 1),
            &Exclusions::default(),
            &UsageMap::new(),
            &clocks(NOON_ISH)
        )
        .is_none()
    );
    assert_eq!(target(3).id, TargetId(3));
}
