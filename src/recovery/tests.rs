//! Who is sent on, and to whom.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

const SHORT: Recovery = Recovery {
    within_s: 20,
    reroutes_max: 2,
};

fn talk() -> EndedTalk {
    EndedTalk {
        target: TargetId(1),
        connected_s: Some(6),
        by: EndedBy::Target,
        caller_waits: true,
        reroutes: 0,
        connects: 1,
    }
}

fn route(id: i64) -> RecoveryRoute {
    RecoveryRoute {
        route: RouteId(id),
        target: TargetId(id),
        name: format!("Target {id}"),
        takes_rerouted: true,
        connects_max: None,
        refused: None,
    }
}

fn said(recovery: Option<Recovery>, talk: &EndedTalk) -> String {
    recover(recovery, talk, &[route(1), route(2)])
        .verdict
        .sentence()
}

#[test]
fn only_a_target_that_hangs_up_early_is_recovered_from() {
    let on = Some(SHORT);
    let with = |change: fn(&mut EndedTalk)| {
        let mut talk = talk();
        change(&mut talk);
        talk
    };
    for (recovery, talk, words) in [
        (
            on,
            talk(),
            "The target hung up after 0:06, sooner than 0:20: sent on, 1 of 2 times.",
        ),
        (None, talk(), "Revenue recovery is off."),
        (
            on,
            with(|t| t.connected_s = Some(20)),
            "They talked for 0:20; only conversations under 0:20 are recovered.",
        ),
        (
            on,
            with(|t| t.connected_s = None),
            "Caller and target were not connected.",
        ),
        (on, with(|t| t.caller_waits = false), "The caller is gone."),
        (
            on,
            with(|t| t.by = EndedBy::Unknown),
            "It was not the target that hung up.",
        ),
        (
            on,
            with(|t| t.reroutes = 2),
            "The caller was sent on 2 times already.",
        ),
    ] {
        assert_eq!(said(recovery, &talk), words);
    }
    let alone = recover(on, &talk(), &[route(1)]);
    assert_eq!(
        (alone.verdict, alone.routes),
        (RecoveryVerdict::NobodyLeft, vec![])
    );
}

#[test]
fn a_trace_names_every_route() {
    let routes = [
        route(1),
        route(2),
        RecoveryRoute {
            takes_rerouted: false,
            ..route(3)
        },
        RecoveryRoute {
            connects_max: Some(0),
            ..route(4)
        },
        RecoveryRoute {
            connects_max: Some(1),
            ..route(5)
        },
        RecoveryRoute {
            refused: Some(Verdict::AlreadyTried),
            ..route(6)
        },
    ];
    let decision = recover(Some(SHORT), &talk(), &routes);
    let mut text = format!("{}\n", decision.verdict.sentence());
    for line in &decision.lines {
        let _ = writeln!(text, "  {} {}", line.name, line.verdict.sentence());
    }
    insta::assert_snapshot!(text);
    assert_eq!(decision.routes, [RouteId(2), RouteId(5)]);
}

#[test]
fn the_closest_setting_holds() {
    use RecoverySetting::{Inherit, Off, On};
    let long = Recovery {
        within_s: 60,
        ..SHORT
    };
    for (target, buyer, campaign, wanted) in [
        (Inherit, Inherit, Inherit, None),
        (Inherit, Inherit, On(long), Some(long)),
        (Inherit, On(SHORT), On(long), Some(SHORT)),
        (Off, On(SHORT), On(long), None),
        (On(long), Off, Off, Some(long)),
    ] {
        assert_eq!(RecoverySetting::effective(target, buyer, campaign), wanted);
    }
}

#[test]
fn settings_are_checked_at_their_fields() {
    assert_eq!(SHORT.check(), Ok(()));
    let broken = Recovery {
        within_s: 0,
        reroutes_max: 6,
    };
    let errors = broken.check().expect_err("broken");
    let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
    assert_eq!(fields, ["within_s", "reroutes_max"]);
}

proptest! {
    /// However targets behave and whatever is set, a caller is sent on at most five times and
    /// never to a target that hung up, is excluded or cannot take it.
    #[test]
    fn no_caller_is_sent_round_for_ever(
        within_s in 0_u32..900, reroutes_max in 0_u32..40,
        targets in prop::collection::vec((any::<bool>(), prop::option::of(0_u32..4), any::<bool>()), 1..12),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 20),
    ) {
        let recovery = Recovery { within_s, reroutes_max };
        let mut routes: Vec<RecoveryRoute> = targets
            .into_iter()
            .zip(1..)
            .map(|((takes_rerouted, connects_max, open), id)| RecoveryRoute {
                takes_rerouted,
                connects_max,
                refused: (!open).then_some(Verdict::TargetPaused),
                ..route(id)
            })
            .collect();
        let mut seen = EndedTalk { connected_s: Some(0), ..talk() };
        let mut sent = 0;
        for pick in picks {
            let decision = recover(Some(recovery), &seen, &routes);
            if !decision.reroutes() {
                break;
            }
            sent += 1;
            for chosen in &decision.routes {
                let chosen = routes.iter().find(|r| r.route == *chosen).expect("a route");
                prop_assert!(chosen.takes_rerouted && chosen.refused.is_none() && chosen.target != seen.target);
                prop_assert!(chosen.connects_max.is_none_or(|max| seen.connects <= max));
            }
            // As routing does: who was tried is left out.
            for route in routes.iter_mut().filter(|r| r.target == seen.target) {
                route.refused = Some(Verdict::AlreadyTried);
            }
            let next = pick.get(&decision.routes);
            seen.target = routes.iter().find(|r| r.route == *next).expect("a route").target;
            seen.reroutes += 1;
            seen.connects += 1;
        }
        prop_assert!(sent <= reroutes_max.min(REROUTES_MAX));
        prop_assert!(within_s > 0 || sent == 0);
    }
}
