mod ring_tree;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::agent::{AgentStatus, Presence};
use crate::call::effect::Patience;
use crate::call::event::{DialResult, LegStatus};
use crate::call::machine::Acquaintance;
use crate::call::timeline::What;
use crate::caps::Caps;
use crate::money::Micros;
use crate::testing::{
    NOON_ISH, Shell, any_event, any_grouped_plan, any_usage_map, arrival, call_id, clocks, plan,
    route, windows,
};

fn facts<'a>(plan: &'a RoutingPlan, clocks: &'a Clocks, readings: &'a [UsageMap]) -> Facts<'a> {
    Facts {
        call: call_id(42),
        tags: no_tags(),
        publisher: None,
        rates: rates(),
        payout_clocks: clocks,
        paid: None,
        plan: Some(plan),
        clocks,
        readings,
        auctions: &[],
        now: NOON_ISH,
    }
}

fn no_tags() -> &'static Tags {
    static TAGS: std::sync::LazyLock<Tags> = std::sync::LazyLock::new(Tags::default);
    &TAGS
}

fn rates() -> &'static RateTable {
    static RATES: std::sync::LazyLock<RateTable> = std::sync::LazyLock::new(RateTable::default);
    &RATES
}

fn arrived(plan: &RoutingPlan) -> CallMachine {
    CallMachine::arrive(
        &arrival(),
        Some(plan),
        Acquaintance::default(),
        None,
        NOON_ISH,
        Patience::default(),
    )
}

fn claimed(step: &Step) -> Option<TargetId> {
    step.claims.first().map(|claim| claim.target)
}

#[test]
fn a_decision_without_a_reading_asks_for_one() {
    let (plan, clocks) = (plan(vec![route(1, 1, 1)]), clocks(NOON_ISH));
    let step = Step::of(arrived(&plan), facts(&plan, &clocks, &[]));
    assert_eq!(step, Err(Wanted::Usage));
}

#[test]
fn an_empty_plan_needs_no_reading() {
    let (plan, clocks) = (plan(Vec::new()), clocks(NOON_ISH));
    let step = Step::of(arrived(&plan), facts(&plan, &clocks, &[])).expect("a step");
    assert_eq!(claimed(&step), None);
    assert!(step.reply.is_some());
}

#[test]
fn a_lost_line_is_told_and_the_next_target_claimed() {
    let (plan, clocks) = (plan(vec![route(1, 1, 1), route(2, 2, 1)]), clocks(NOON_ISH));
    let nothing_used = UsageMap::new();
    let first = Step::of(
        arrived(&plan),
        facts(&plan, &clocks, std::slice::from_ref(&nothing_used)),
    )
    .expect("a step");
    assert_eq!(claimed(&first), Some(TargetId(1)));

    let readings = [nothing_used.clone(), nothing_used];
    let second = Step::of(arrived(&plan), facts(&plan, &clocks, &readings)).expect("a step");
    assert_eq!(claimed(&second), Some(TargetId(2)));
    let told: Vec<_> = second
        .entries
        .iter()
        .filter_map(|entry| match &entry.what {
            What::Decided { decision, .. } => Some(decision.chosen.as_ref().map(|c| c.target.0)),
            What::ClaimLost { .. } => Some(None),
            _ => None,
        })
        .collect();
    assert_eq!(told, [Some(1), None, Some(2)]);
}

#[test]
fn a_failed_attempt_frees_its_line_and_its_place_at_once() {
    let (plan, clocks) = (plan(vec![route(1, 1, 1), route(2, 2, 1)]), clocks(NOON_ISH));
    let readings = [UsageMap::new()];
    let first = Step::of(arrived(&plan), facts(&plan, &clocks, &readings)).expect("a step");
    let mut machine = CallMachine::resume(first.session, Patience::default());
    let busy = DialResult {
        status: LegStatus::Busy,
        bridged: None,
        duration_s: None,
        leg_sid: None,
        caller_gone: false,
    };
    machine
        .handle_event(
            Event::DialEnded {
                attempt: 1,
                result: busy,
            },
            NOON_ISH,
        )
        .expect("taken");
    let next = Step::of(machine, facts(&plan, &clocks, &readings)).expect("a step");
    assert_eq!(claimed(&next), Some(TargetId(2)));
    assert_eq!(
        next.freed,
        [Freed {
            target: TargetId(1),
            line: true,
            uncounted: Some(windows(NOON_ISH)),
            spent: None,
            wrap_until: None,
        }]
    );
}

#[test]
fn a_conversation_that_is_over_frees_the_line_and_leaves_its_agent_alone_for_a_while() {
    let mut one = route(1, 1, 1);
    one.target.wrap_up_s = 60;
    let (plan, clocks) = (plan(vec![one]), clocks(NOON_ISH));
    let readings = [UsageMap::new()];
    let first = Step::of(arrived(&plan), facts(&plan, &clocks, &readings)).expect("a step");
    assert_eq!(first.freed, []);
    let mut machine = CallMachine::resume(first.session, Patience::default());
    let talked = DialResult {
        status: LegStatus::Completed,
        bridged: Some(true),
        duration_s: Some(90),
        leg_sid: None,
        caller_gone: false,
    };
    let over = Event::DialEnded {
        attempt: 1,
        result: talked,
    };
    machine.handle_event(over, NOON_ISH).expect("taken");
    let last = Step::of(machine, facts(&plan, &clocks, &[])).expect("a step");
    assert_eq!(
        last.freed,
        [Freed {
            line: true,
            wrap_until: Some(NOON_ISH.plus_secs(60)),
            ..Freed::nothing(TargetId(1))
        }]
    );
}

proptest! {
    /// Steps kept one after another do to usage what the smallest shell does effect by effect.
    #[test]
    fn steps_equal_the_shell(
        plan in any_grouped_plan(),
        usage in any_usage_map(NOON_ISH),
        events in prop::collection::vec(any_event(), 0..12),
    ) {
        let (mut plan, mut usage) = (plan, usage);
        for route in &mut plan.routes {
            route.target.wrap_up_s = 60;
            let presence = Presence {
                status: AgentStatus::Available,
                since: NOON_ISH,
                wrap_until: None,
            };
            usage.entry(route.target.id).or_default().presence = Some(presence);
        }
        let clocks = clocks(NOON_ISH);
        let caps: BTreeMap<TargetId, Caps> =
            plan.routes.iter().map(|r| (r.target.id, r.target.caps)).collect();
        let (mut kept, mut shelled) = (usage.clone(), usage);
        let mut machine = arrived(&plan);
        for event in std::iter::once(None).chain(events.into_iter().map(Some)) {
            if let Some(event) = event
                && machine.handle_event(event, NOON_ISH).is_err()
            {
                continue;
            }
            let readings = [kept.clone()];
            let step = Step::of(machine.clone(), facts(&plan, &clocks, &readings)).expect("a step");
            for claim in &step.claims {
                prop_assert_eq!(claim.caps, caps[&claim.target]);
                let used = kept.entry(claim.target).or_default();
                prop_assert!(!claim.is_refused(used));
                *used = used.claimed(&claim.windows, claim.price, NOON_ISH);
            }
            if let Some(claim) = &step.group_claim {
                let used = kept.groups.entry(claim.group).or_default();
                prop_assert!(!claim.is_refused(used));
                *used = used.claimed(&claim.windows, Micros::ZERO, NOON_ISH);
            }
            for freed in &step.freed_groups {
                let used = kept.groups.entry(freed.group).or_default();
                if freed.line {
                    *used = used.line_released(NOON_ISH);
                }
                if let Some(windows) = &freed.uncounted {
                    *used = used.uncounted(windows);
                }
            }
            for freed in &step.freed {
                let used = kept.entry(freed.target).or_default();
                if freed.line {
                    *used = used.line_released(NOON_ISH);
                }
                if let Some(windows) = &freed.uncounted {
                    *used = used.uncounted(windows);
                }
                if let Some((windows, more)) = &freed.spent {
                    *used = used.spent_more(windows, *more);
                }
                if let Some(presence) = &mut used.presence {
                    presence.wrap_until = freed.wrap_until.or(presence.wrap_until);
                }
            }
            let deeds = Shell {
                call: call_id(42),
                plan: Some(&plan),
                tags: no_tags(),
                money: Some(facts(&plan, &clocks, &[]).money()),
                usage: &mut shelled,
                clocks: &clocks,
                now: NOON_ISH,
            }
            .drain(&mut machine, |_, _| {});
            prop_assert_eq!(&step.session, machine.session());
            prop_assert_eq!(&step.entries, &deeds.entries);
            prop_assert_eq!(&step.reply, &deeds.reply);
            prop_assert_eq!(&step.ledger, &deeds.ledger);
            prop_assert_eq!(&step.dials, &deeds.dials);
            prop_assert_eq!(&kept, &shelled);
        }
    }
}
