//! Targets that are never recorded.

use super::{Line, ended, talked};
use crate::call::event::LegStatus;
use crate::call::recording::{RecordingKind, absence};
use crate::campaign::RecordingMode;
use crate::plan::{Route, RoutingPlan};
use crate::testing::{plan, recording, route};
use crate::voice::verb::Verb;

fn blocked(id: i64, priority: u32) -> Route {
    let mut route = route(id, priority, 1);
    route.target.recording_blocked = true;
    route
}

fn mode(line: &Line) -> Option<RecordingMode> {
    line.reply().iter().find_map(|verb| match verb {
        Verb::Dial(dial) => Some(dial.recording),
        _ => None,
    })
}

#[test]
fn a_target_that_is_never_recorded_is_not_recorded_nor_waited_for() {
    for recording in [
        RecordingMode::FromAnswer,
        RecordingMode::FromAnswerDual,
        RecordingMode::FromRingingDual,
    ] {
        let mut line = Line::arrive(RoutingPlan {
            recording,
            ..plan(vec![blocked(1, 1)])
        });
        assert_eq!(mode(&line), Some(RecordingMode::Off));
        assert_eq!(line.leg(1, 2, LegStatus::InProgress), Ok(()));
        assert_eq!(line.wait(60).dial_ends(1, talked(60)), Ok(()));
        assert_eq!(line.wait(1).caller_leg_ends(63), Ok(()));
        assert!(!line.session().lacks_recording());
        assert_eq!(line.machine.poll_timeout(), None, "nobody asks for one");
        assert_eq!(
            absence(line.session()).as_deref(),
            Some("Not recorded: calls to Target 1 never are.")
        );
    }
}

#[test]
fn the_next_target_is_recorded_again() {
    let mut line = Line::arrive(plan(vec![blocked(1, 1), route(2, 2, 1)]));
    assert_eq!(mode(&line), Some(RecordingMode::Off));
    assert_eq!(line.dial_ends(1, ended(LegStatus::Busy)), Ok(()));
    assert_eq!(mode(&line), Some(RecordingMode::FromAnswerDual));
    assert_eq!(line.leg(2, 2, LegStatus::InProgress), Ok(()));
    assert_eq!(line.wait(60).dial_ends(2, talked(60)), Ok(()));
    assert_eq!(line.wait(1).caller_leg_ends(63), Ok(()));
    assert!(line.session().lacks_recording());
    assert_eq!(
        absence(line.session()).as_deref(),
        Some("The carrier has not sent the recording yet.")
    );
    let made = recording(RecordingKind::Conversation, 60);
    assert_eq!(
        line.tell(crate::call::event::Event::RecordingReady(made)),
        Ok(())
    );
    assert!(!line.session().lacks_recording());
    assert_eq!(absence(line.session()), None);
}

#[test]
fn a_campaign_without_recording_says_so() {
    let mut line = Line::arrive(RoutingPlan {
        recording: RecordingMode::Off,
        ..plan(vec![blocked(1, 1)])
    });
    assert_eq!(line.leg(1, 2, LegStatus::InProgress), Ok(()));
    assert_eq!(absence(line.session()), None, "the call still lives");
    assert_eq!(line.wait(60).dial_ends(1, talked(60)), Ok(()));
    assert_eq!(line.wait(1).caller_leg_ends(63), Ok(()));
    assert_eq!(
        absence(line.session()).as_deref(),
        Some("Not recorded: recording is off in the campaign.")
    );
}
