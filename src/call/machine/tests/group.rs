//! Groups: rung in turn or at once.

use super::*;
use crate::call::event::{CarrierLeg, CarrierRecord, DialResult, LegNews, LegStatus};
use crate::id::TargetGroupId;
use crate::plan::Route;
use crate::target::group::{Member, RingOrder, TargetGroup};
use crate::testing::{ZONE, target};

/// A group of three, and a target behind it.
fn desk(order: RingOrder) -> RoutingPlan {
    let of = |id: i64| Route {
        group: Some(TargetGroupId(1)),
        target: target(id),
        ..route(1, 1, 1)
    };
    let mut plan = plan(vec![of(1), of(2), of(3), route(9, 2, 1)]);
    let group = TargetGroup {
        id: TargetGroupId(1),
        name: "Night desk".to_owned(),
        active: true,
        order,
        auction: None,
        ring_timeout_s: 20,
        zone: ZONE.to_owned(),
        hours: crate::schedule::Hours::Always,
        holidays: Vec::new(),
        caps: crate::caps::Caps::default(),
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

fn leg(attempt: u32, status: LegStatus) -> Event {
    Event::LegChanged(LegNews {
        attempt,
        status,
        sequence: if status.is_final() { 3 } else { 2 },
        leg_sid: Some(format!("leg-{attempt}")),
        duration_s: None,
    })
}

fn over(attempt: u32, named: Option<u32>, status: LegStatus, duration_s: u32) -> Event {
    Event::DialEnded {
        attempt,
        result: DialResult {
            status,
            bridged: None,
            duration_s: Some(duration_s),
            leg_sid: named.map(|n| format!("leg-{n}")),
            caller_gone: false,
        },
    }
}

fn rung(line: &Line) -> usize {
    line.reply()
        .iter()
        .find_map(|verb| match verb {
            Verb::Dial(dial) => Some(dial.nouns.len()),
            _ => None,
        })
        .unwrap_or(0)
}

fn results(line: &Line) -> Vec<Option<AttemptResult>> {
    line.session().attempts.iter().map(|a| a.result).collect()
}

fn group_used(line: &Line) -> (u32, u32) {
    let used = line.usage.group(TargetGroupId(1));
    (used.live, used.total)
}

#[test]
fn all_ring_at_once_and_the_one_the_carrier_names_has_the_caller() {
    let mut line = Line::arrive(desk(RingOrder::AllAtOnce));
    assert_eq!((rung(&line), line.capacity()), (3, (3, 3)));
    assert_eq!(group_used(&line), (1, 1));
    assert_eq!(line.tell(leg(1, LegStatus::Busy)), Ok(()));
    assert_eq!(line.capacity(), (2, 2), "busy, so its line is free");
    assert_eq!(line.tell(leg(2, LegStatus::InProgress)), Ok(()));
    assert_eq!(line.session().stage, Stage::Talking);
    assert_eq!(line.capacity(), (2, 2), "until its leg is told to be over");
    assert_eq!(line.tell(leg(3, LegStatus::Canceled)), Ok(()));
    assert_eq!(line.capacity(), (1, 1));
    assert_eq!(
        line.session().shown_attempt().map(|a| a.chosen.target),
        Some(TargetId(2))
    );
    assert_eq!(
        line.tell(over(1, Some(2), LegStatus::Completed, 90)),
        Ok(())
    );
    assert_eq!(
        results(&line),
        [
            Some(AttemptResult::Busy),
            Some(AttemptResult::Connected),
            Some(AttemptResult::AnsweredElsewhere)
        ]
    );
    assert_eq!(line.outcome(), Some(Outcome::Connected));
    assert_eq!((line.capacity(), group_used(&line)), ((0, 1), (0, 1)));
    assert_eq!(line.session().connected_s(), 90);
}

#[test]
fn of_two_who_answer_in_one_moment_the_named_one_counts() {
    let mut line = Line::arrive(desk(RingOrder::AllAtOnce));
    for n in [2, 3] {
        assert_eq!(line.tell(leg(n, LegStatus::InProgress)), Ok(()));
    }
    assert_eq!(line.tell(leg(2, LegStatus::Completed)), Ok(()));
    assert_eq!(line.capacity(), (2, 3), "its count waits for the dial");
    assert_eq!(
        line.tell(over(1, Some(3), LegStatus::Completed, 40)),
        Ok(())
    );
    assert_eq!(
        results(&line),
        [
            Some(AttemptResult::AnsweredElsewhere),
            Some(AttemptResult::AnsweredElsewhere),
            Some(AttemptResult::Connected)
        ]
    );
    assert_eq!((line.capacity(), group_used(&line)), ((0, 1), (0, 1)));
}

#[test]
fn nobody_of_the_group_gives_all_back_and_the_next_entry_is_dialed() {
    for order in [RingOrder::AllAtOnce, RingOrder::InTurn] {
        let mut plan = desk(order);
        plan.attempts_max = 2;
        let mut line = Line::arrive(plan);
        let mut rings = 0;
        while line
            .dials()
            .is_some_and(|(_, to)| to != Destination::Number(number(9)))
        {
            assert_eq!(group_used(&line), (1, 1), "one place, however many rings");
            let Some((Step::Dialed(first), _)) = line.dials() else {
                panic!("no dial");
            };
            rings += 1;
            line.wait(20);
            assert_eq!(line.tell(over(first, None, LegStatus::NoAnswer, 0)), Ok(()));
        }
        assert_eq!(rings, if order == RingOrder::InTurn { 3 } else { 1 });
        assert_eq!(line.dials().map(|(step, _)| step), Some(Step::Dialed(4)));
        assert_eq!((line.capacity(), group_used(&line)), ((1, 1), (0, 0)));
        assert_eq!(line.session().entries(), 2);
        assert_eq!(line.tell(over(4, None, LegStatus::Busy, 0)), Ok(()));
        assert_eq!(
            line.session().stage,
            Stage::Recording,
            "attempts are used up"
        );
        assert!(
            line.session().attempts[..3]
                .iter()
                .all(|a| a.result == Some(AttemptResult::NoAnswer))
        );
    }
}

#[test]
fn after_the_last_attempt_a_group_rings_on_and_nobody_else() {
    let mut plan = desk(RingOrder::InTurn);
    plan.attempts_max = 1;
    let mut line = Line::arrive(plan);
    for first in 1..=3 {
        assert_eq!(
            line.dials().map(|(step, _)| step),
            Some(Step::Dialed(first))
        );
        assert_eq!(line.tell(over(first, None, LegStatus::Busy, 0)), Ok(()));
    }
    assert_eq!(line.session().stage, Stage::Recording);
    assert_eq!((line.capacity(), group_used(&line)), ((0, 0), (0, 0)));
}

#[test]
fn a_whisper_that_is_refused_leaves_the_others_ringing() {
    let mut plan = desk(RingOrder::AllAtOnce);
    for route in &mut plan.routes {
        route.target.whisper = Some("A call about a roof.".to_owned());
    }
    let mut line = Line::arrive(plan);
    assert_eq!(line.tell(leg(1, LegStatus::InProgress)), Ok(()));
    assert_eq!(line.session().stage, Stage::Talking);
    assert_eq!(line.tell(leg(1, LegStatus::Completed)), Ok(()));
    assert_eq!(line.session().stage, Stage::Dialing);
    assert_eq!(line.tell(over(1, None, LegStatus::NoAnswer, 0)), Ok(()));
    assert_eq!(
        results(&line)[..3],
        [
            Some(AttemptResult::Refused),
            Some(AttemptResult::NoAnswer),
            Some(AttemptResult::NoAnswer)
        ]
    );
}

#[test]
fn a_caller_who_leaves_frees_every_line_at_once() {
    let mut line = Line::arrive(desk(RingOrder::AllAtOnce));
    let gone = Event::CallEnded {
        status: LegStatus::Completed,
        duration_s: Some(8),
    };
    assert_eq!(line.tell(gone), Ok(()));
    assert_eq!((line.capacity(), group_used(&line)), ((0, 3), (0, 1)));
    assert_eq!(line.tell(over(1, None, LegStatus::NoAnswer, 0)), Ok(()));
    assert_eq!((line.capacity(), group_used(&line)), ((0, 0), (0, 0)));
    assert_eq!(line.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn the_carriers_records_tell_who_had_the_caller() {
    let mut line = Line::arrive(desk(RingOrder::AllAtOnce));
    line.wait(120);
    line.wake();
    let record = |n: u32, status, duration_s| CarrierLeg {
        sid: format!("leg-{n}"),
        status,
        duration_s,
    };
    let said = CarrierRecord {
        call: Some(record(0, LegStatus::Completed, 70)),
        legs: vec![
            record(1, LegStatus::Canceled, 0),
            record(2, LegStatus::Completed, 1),
            record(3, LegStatus::Completed, 64),
        ],
        recordings: Vec::new(),
        recordings_pending: false,
    };
    assert_eq!(line.tell(Event::CarrierSaid(said)), Ok(()));
    assert_eq!(
        results(&line),
        [
            Some(AttemptResult::AnsweredElsewhere),
            Some(AttemptResult::AnsweredElsewhere),
            Some(AttemptResult::Connected)
        ]
    );
    assert_eq!((line.capacity(), group_used(&line)), ((0, 1), (0, 1)));
}

#[test]
fn a_line_lost_to_another_call_leaves_the_rest_of_the_group() {
    let mut plan = desk(RingOrder::AllAtOnce);
    plan.routes[1].target.caps.concurrent = Some(1);
    let line = Line::arrive_with(Some(plan), UsageMap::new(), vec![TargetId(2)]);
    assert_eq!(line.last.claims_lost, [[TargetId(2)]]);
    assert_eq!(rung(&line), 2);
    assert_eq!(group_used(&line), (1, 1));
}

#[test]
fn one_who_may_not_be_recorded_keeps_the_others_from_it() {
    let mut plan = desk(RingOrder::AllAtOnce);
    plan.routes[2].target.recording_blocked = true;
    let line = Line::arrive(plan);
    let Some(Verb::Dial(dial)) = line.reply().first() else {
        panic!("a dial");
    };
    assert_eq!(dial.recording, RecordingMode::Off);
}

#[test]
fn a_group_that_is_paused_meanwhile_does_not_ring_on() {
    let mut line = Line::arrive(desk(RingOrder::InTurn));
    if let Some(group) = line
        .plan
        .as_mut()
        .and_then(|p| p.groups.values_mut().next())
    {
        group.active = false;
    }
    assert_eq!(line.tell(over(1, None, LegStatus::Busy, 0)), Ok(()));
    assert_eq!(
        line.dials().map(|(_, to)| to),
        Some(Destination::Number(number(9)))
    );
    assert_eq!(group_used(&line), (0, 0));
}
