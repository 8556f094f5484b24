//! What the caller gets when no target took the call.

use super::*;

#[test]
fn a_number_without_a_campaign_gets_an_apology() {
    let mut line = Line::arrive_with(None, UsageMap::new(), Vec::new());
    assert_eq!(
        line.reply(),
        [
            Verb::Say {
                text: APOLOGY.to_owned()
            },
            Verb::Hangup
        ]
    );
    assert_eq!(line.wait(4).caller_leg_ends(4), Ok(()));
    assert_eq!(line.outcome(), Some(Outcome::Unrouted));
}

#[test]
fn a_paused_campaign_gives_its_fallback_and_dials_nobody() {
    let mut line = Line::arrive(RoutingPlan {
        active: false,
        ..ladder()
    });
    assert_eq!(line.dials(), None);
    assert_eq!(
        line.tell(Event::VoicemailLeft {
            duration_s: 3,
            caller_gone: true
        }),
        Ok(())
    );
    assert_eq!(line.outcome(), Some(Outcome::Voicemail));
}

#[test]
fn the_fallback_number_takes_the_call() {
    let mut line = Line::arrive(RoutingPlan {
        fallback: Fallback::Number(number(77)),
        ..plan(Vec::new())
    });
    assert_eq!(
        line.dials(),
        Some((Step::FallbackDialed, Destination::Number(number(77))))
    );
    assert_eq!(
        line.wait(60).tell(Event::FallbackDialEnded(talked(50))),
        Ok(())
    );
    assert_eq!(
        (line.outcome(), line.reply()),
        (Some(Outcome::Forwarded), [Verb::Hangup].as_slice())
    );
}

#[test]
fn a_fallback_number_that_does_not_answer_leaves_the_call_unanswered() {
    let fallback = Fallback::Number(number(77));
    let mut line = Line::arrive(RoutingPlan {
        fallback: fallback.clone(),
        ..plan(Vec::new())
    });
    assert_eq!(
        line.tell(Event::FallbackDialEnded(ended(LegStatus::NoAnswer))),
        Ok(())
    );
    assert_eq!(line.outcome(), Some(Outcome::NoTarget));
    let mut line = Line::arrive(RoutingPlan {
        fallback,
        ..plan(vec![route(1, 1, 1)])
    });
    assert_eq!(line.dial_ends(1, ended(LegStatus::Busy)), Ok(()));
    assert_eq!(
        line.tell(Event::FallbackDialEnded(ended(LegStatus::Busy))),
        Ok(())
    );
    assert_eq!(line.outcome(), Some(Outcome::NoAnswer));
}

#[test]
fn a_blocked_caller_is_turned_away_before_anybody_is_dialed() {
    for active in [true, false] {
        let plan = RoutingPlan { active, ..ladder() };
        let mut line = Line::arrive_blocked(plan, "Blocked by +1307* in every campaign.");
        assert_eq!(line.reply(), [Verb::Reject { busy: false }]);
        assert_eq!(line.outcome(), Some(Outcome::Blocked));
        assert_eq!(line.session().stage, Stage::Ended);
        assert_eq!(
            (line.capacity(), line.machine.poll_timeout()),
            ((0, 0), None)
        );
        assert_eq!(line.wait(1).caller_leg_ends(0), Ok(()));
        assert_eq!(line.outcome(), Some(Outcome::Blocked));
        insta::allow_duplicates! {
            insta::assert_snapshot!(line.story());
        }
    }
}

#[test]
fn a_message_is_spoken_and_the_call_ends() {
    for (fallback, verbs) in [
        (
            Fallback::Message {
                text: "Bye.".to_owned(),
            },
            vec![
                Verb::Say {
                    text: "Bye.".to_owned(),
                },
                Verb::Hangup,
            ],
        ),
        (
            Fallback::Message {
                text: "  ".to_owned(),
            },
            vec![
                Verb::Say {
                    text: DEFAULT_MESSAGE.to_owned(),
                },
                Verb::Hangup,
            ],
        ),
        (Fallback::HangUp, vec![Verb::Hangup]),
    ] {
        let mut line = Line::arrive(RoutingPlan {
            fallback,
            ..plan(Vec::new())
        });
        assert_eq!(line.reply(), verbs);
        assert_eq!(
            (line.outcome(), line.session().stage.clone()),
            (None, Stage::Closing)
        );
        assert_eq!(line.caller_leg_ends(2), Ok(()));
        assert_eq!(line.outcome(), Some(Outcome::NoTarget));
    }
}

#[test]
fn an_empty_message_is_no_voicemail() {
    let mut line = Line::arrive(plan(Vec::new()));
    assert_eq!(
        line.tell(Event::VoicemailLeft {
            duration_s: 0,
            caller_gone: true
        }),
        Ok(())
    );
    assert_eq!(line.outcome(), Some(Outcome::NoTarget));
}
