//! Agents: the key that takes a call, and the time to write up a conversation.

use super::*;
use crate::agent::{AgentStatus, Presence};
use crate::plan::Route;

fn agent(id: i64, priority: u32) -> Route {
    let mut route = route(id, priority, 1);
    route.target.accept_key = true;
    route.target.wrap_up_s = 60;
    route
}

fn say(text: &str) -> Verb {
    Verb::Say {
        text: text.to_owned(),
    }
}

fn asked(prompt: Vec<Verb>) -> [Verb; 2] {
    let gather = Verb::Gather {
        action: Step::Accept(1),
        prompt,
        digits_max: 1,
        timeout_secs: 5,
    };
    [gather, Verb::Hangup]
}

fn whispers(line: &Line) -> Option<Step> {
    line.reply().iter().find_map(|verb| match verb {
        Verb::Dial(dial) => dial.nouns[0].whisper,
        _ => None,
    })
}

#[test]
fn an_agent_hears_the_whisper_twice_and_is_asked_for_a_key() {
    let mut one = agent(1, 1);
    one.target.whisper = Some("A call about a roof.".to_owned());
    let line = Line::arrive(plan(vec![one]));
    assert_eq!(whispers(&line), Some(Step::Whisper(1)));
    let once = [
        say("A call about a roof."),
        say("Press 1 to take the call."),
    ];
    assert_eq!(
        line.session().whisper(1),
        asked([once.clone(), once].concat())
    );
}

#[test]
fn an_agent_without_a_whisper_is_asked_for_a_key_as_well() {
    let line = Line::arrive(plan(vec![agent(1, 1)]));
    assert_eq!(whispers(&line), Some(Step::Whisper(1)));
    let once = say("Press 1 to take the call.");
    assert_eq!(line.session().whisper(1), asked(vec![once.clone(), once]));
}

#[test]
fn the_key_connects_and_any_other_or_none_hangs_up() {
    let line = Line::arrive(plan(vec![agent(1, 1)]));
    assert_eq!(line.session().accepted(1, "1"), []);
    for digits in ["2", "", "11", "#"] {
        assert_eq!(
            line.session().accepted(1, digits),
            [Verb::Hangup],
            "{digits:?}"
        );
    }
}

#[test]
fn a_target_that_is_not_asked_is_connected_whatever_it_presses() {
    let line = Line::arrive(plan(vec![route(1, 1, 1)]));
    assert_eq!(whispers(&line), None);
    assert_eq!(line.session().whisper(1), []);
    for digits in ["1", "2", ""] {
        assert_eq!(line.session().accepted(1, digits), [], "{digits:?}");
        assert_eq!(line.session().accepted(9, digits), [], "{digits:?}");
    }
}

#[test]
fn an_agent_who_does_not_press_the_key_did_not_take_the_call() {
    let mut line = Line::arrive(plan(vec![agent(1, 1), route(2, 2, 1)]));
    assert_eq!(line.wait(5).leg(1, 2, LegStatus::InProgress), Ok(()));
    assert_eq!(
        line.wait(11).dial_ends(1, ended(LegStatus::Completed)),
        Ok(())
    );
    assert_eq!(line.results(), [Some(AttemptResult::Refused), None]);
    assert_eq!(
        line.dials(),
        Some((Step::Dialed(2), Destination::Number(number(2))))
    );
}

#[test]
fn after_a_conversation_its_agent_is_left_alone_once() {
    let mut line = Line::arrive(plan(vec![agent(1, 1)]));
    let available = Presence {
        status: AgentStatus::Available,
        since: NOON_ISH,
        wrap_until: None,
    };
    line.usage.entry(TargetId(1)).or_default().presence = Some(available);
    assert_eq!(line.wait(5).leg(1, 2, LegStatus::InProgress), Ok(()));
    assert!(line.last.wrapping.is_empty(), "while they talk");
    assert_eq!(line.wait(90).dial_ends(1, talked(90)), Ok(()));
    let until = line.now.plus_secs(60);
    assert_eq!(line.last.wrapping, [(TargetId(1), until)]);
    assert_eq!(line.last.released, [TargetId(1)]);
    let presence = line.usage.get(&TargetId(1)).and_then(|used| used.presence);
    assert_eq!(presence.and_then(|p| p.wrap_until), Some(until));
    assert_eq!(line.wait(9).dial_ends(1, talked(90)), Err(Rejected::Stale));
    assert!(line.last.wrapping.is_empty(), "told twice");
    assert_eq!(line.leg(1, 3, LegStatus::Completed), Ok(()));
    assert_eq!(line.wait(1).caller_leg_ends(99), Ok(()));
    assert!(line.last.wrapping.is_empty(), "the caller's own line");
    assert_eq!(line.outcome(), Some(Outcome::Connected));
}

#[test]
fn an_agent_who_had_no_conversation_is_not_left_alone() {
    for status in [
        LegStatus::Busy,
        LegStatus::NoAnswer,
        LegStatus::Failed,
        LegStatus::Completed,
    ] {
        let mut line = Line::arrive(plan(vec![agent(1, 1)]));
        assert_eq!(line.wait(9).dial_ends(1, ended(status)), Ok(()));
        assert_ne!(line.results(), [Some(AttemptResult::Connected)]);
        assert!(line.last.wrapping.is_empty(), "{status:?}");
    }
}

#[test]
fn a_target_without_such_a_time_takes_the_next_call_at_once() {
    let mut line = Line::arrive(plan(vec![route(1, 1, 1)]));
    assert_eq!(line.wait(90).dial_ends(1, talked(90)), Ok(()));
    assert_eq!(line.results(), [Some(AttemptResult::Connected)]);
    assert!(line.last.wrapping.is_empty());
}

#[test]
fn the_carriers_records_of_a_conversation_leave_its_agent_alone_as_well() {
    let mut line = Line::arrive(plan(vec![agent(1, 1)]));
    assert_eq!(line.wait(5).leg(1, 2, LegStatus::InProgress), Ok(()));
    assert!(line.wake());
    let record = CarrierRecord {
        call: Some(carrier_leg("CA01", LegStatus::Completed, 99)),
        legs: vec![carrier_leg("CA-leg-1", LegStatus::Completed, 90)],
        ..CarrierRecord::default()
    };
    assert_eq!(line.tell(Event::CarrierSaid(record)), Ok(()));
    assert_eq!(line.results(), [Some(AttemptResult::Connected)]);
    let until = line.now.plus_secs(60);
    assert_eq!(line.last.wrapping, [(TargetId(1), until)]);
}

#[test]
fn an_agent_gets_no_other_call_between_the_end_of_the_callers_leg_and_the_result_of_theirs() {
    let mut line = Line::arrive(plan(vec![agent(1, 1)]));
    assert_eq!(line.leg(1, 2, LegStatus::InProgress), Ok(()));
    assert_eq!(line.wait(90).caller_leg_ends(95), Ok(()));
    let until = line.now.plus_secs(60);
    assert_eq!(line.last.wrapping, [(TargetId(1), until)]);
    assert_eq!(line.last.released, [TargetId(1)]);
    // The result, told later, does not begin it again: the agent may have written the call up by then.
    assert_eq!(line.wait(30).dial_ends(1, talked(90)), Ok(()));
    assert_eq!(line.results(), [Some(AttemptResult::Connected)]);
    assert!(line.last.wrapping.is_empty());
}
