//! Callers who hang up, news that come late, twice, in the wrong order or never.

use super::*;

#[test]
fn a_caller_who_hangs_up_while_it_rings_has_abandoned_the_call() {
    let mut line = Line::arrive(ladder());
    assert_eq!(
        line.wait(4).dial_ends(
            1,
            DialResult {
                caller_gone: true,
                ..ended(LegStatus::NoAnswer)
            }
        ),
        Ok(())
    );
    assert_eq!(line.reply(), []);
    assert_eq!(
        (line.outcome(), line.results()),
        (
            Some(Outcome::Abandoned),
            vec![Some(AttemptResult::CallerHungUp)]
        )
    );
    assert_eq!(line.capacity(), (0, 0));
}

#[test]
fn a_caller_who_hangs_up_while_talking_was_connected() {
    let mut line = Line::arrive(ladder());
    assert_eq!(line.leg(1, 2, LegStatus::InProgress), Ok(()));
    assert_eq!(
        line.wait(30).dial_ends(
            1,
            DialResult {
                caller_gone: true,
                ..talked(30)
            }
        ),
        Ok(())
    );
    assert_eq!(line.outcome(), Some(Outcome::Connected));
    assert!(matches!(
        line.entries.last().map(|e| &e.what),
        Some(What::Ended {
            by: EndedBy::Caller
        })
    ));
}

#[test]
fn a_caller_who_hangs_up_in_voicemail_may_still_have_left_a_message() {
    for (duration_s, outcome) in [(7, Outcome::Voicemail), (0, Outcome::NoTarget)] {
        let mut line = Line::arrive(plan(Vec::new()));
        // The status comes first: the caller is gone, the message is on its way.
        assert_eq!(line.wait(9).caller_leg_ends(9), Ok(()));
        assert_eq!(
            (line.session().stage.clone(), line.session().is_live()),
            (Stage::Settling, false)
        );
        assert_eq!(
            line.wait(1).tell(Event::VoicemailLeft {
                duration_s,
                caller_gone: true
            }),
            Ok(())
        );
        assert_eq!(line.outcome(), Some(outcome));
    }
}

#[test]
fn a_lost_voicemail_action_is_made_good_by_its_recording() {
    let mut line = Line::arrive(plan(Vec::new()));
    assert_eq!(line.wait(9).caller_leg_ends(9), Ok(()));
    assert_eq!(
        line.tell(Event::RecordingReady(recording(RecordingKind::Message, 6))),
        Ok(())
    );
    let call = Some(carrier_leg("CA01", LegStatus::Completed, 9));
    assert!(line.wake());
    assert_eq!(
        line.tell(Event::CarrierSaid(CarrierRecord {
            call,
            ..CarrierRecord::default()
        })),
        Ok(())
    );
    assert_eq!(line.outcome(), Some(Outcome::Voicemail));
}

/// The caller speaks after the greeting and hangs up; nothing of it is told.
fn silent_message() -> Line {
    let mut line = Line::arrive(plan(Vec::new()));
    assert_eq!(line.wait(9).caller_leg_ends(9), Ok(()));
    assert!(line.wake());
    line
}

fn over(recordings: Vec<Recording>, recordings_pending: bool) -> Event {
    Event::CarrierSaid(CarrierRecord {
        call: Some(carrier_leg("CA01", LegStatus::Completed, 9)),
        legs: Vec::new(),
        recordings,
        recordings_pending,
    })
}

#[test]
fn a_message_nobody_told_of_is_found_in_the_carriers_records() {
    let message = recording(RecordingKind::Message, 6);
    let mut line = silent_message();
    assert_eq!(line.tell(over(vec![message.clone()], false)), Ok(()));
    assert_eq!(line.outcome(), Some(Outcome::Voicemail));
    assert_eq!(line.last.recordings, std::slice::from_ref(&message));
    assert_eq!(line.machine.poll_timeout(), None);
    assert_eq!(
        line.tell(Event::RecordingReady(message)),
        Err(Rejected::Stale),
        "told after all"
    );
}

#[test]
fn a_message_that_is_known_late_mends_the_outcome() {
    let message = recording(RecordingKind::Message, 6);
    for told in [
        Event::RecordingReady(message.clone()),
        over(vec![message.clone()], false),
    ] {
        let mut line = silent_message();
        assert_eq!(line.tell(over(Vec::new(), true)), Ok(()));
        assert_eq!(line.outcome(), Some(Outcome::NoTarget));
        let asks_at = line.machine.poll_timeout().map(|timer| timer.kind);
        assert_eq!(asks_at, Some(TimerKind::RecordingMissing));
        assert!(line.wake());
        assert_eq!(line.tell(told), Ok(()));
        assert_eq!(line.outcome(), Some(Outcome::Voicemail));
        assert_eq!(line.last.recordings, std::slice::from_ref(&message));
        assert_eq!(line.machine.poll_timeout(), None);
    }
}

#[test]
fn a_recording_that_never_comes_is_asked_for_ever_more_rarely_and_given_up() {
    let mut line = Line::arrive(ladder());
    assert_eq!(line.leg(1, 2, LegStatus::InProgress), Ok(()));
    assert_eq!(line.wait(30).dial_ends(1, talked(30)), Ok(()));
    let ended = line.session().ended_at.expect("ended");
    let mut asked = Vec::new();
    while line.wake() {
        asked.push(line.now.secs_since(ended));
        let _unanswered = line.tell(Event::CarrierSilent);
    }
    assert_eq!(asked, [60, 120, 240, 480, 960, 1_920, 3_840, 7_680, 15_360]);

    let mut line = Line::arrive(ladder());
    assert_eq!(line.wait(30).dial_ends(1, talked(30)), Ok(()));
    assert!(line.wake());
    assert_eq!(
        line.tell(over(Vec::new(), false)),
        Ok(()),
        "the carrier has none"
    );
    assert_eq!(line.machine.poll_timeout(), None);
}

#[test]
fn a_recorded_ringing_is_no_message() {
    let mut line = Line::arrive(RoutingPlan {
        fallback: Fallback::Number(number(77)),
        recording: RecordingMode::FromRingingDual,
        ..plan(vec![route(1, 1, 1)])
    });
    assert_eq!(
        line.wait(25).dial_ends(1, ended(LegStatus::NoAnswer)),
        Ok(())
    );
    assert_eq!(
        line.tell(Event::RecordingReady(recording(
            RecordingKind::Conversation,
            25
        ))),
        Ok(())
    );
    assert_eq!(line.wait(5).caller_leg_ends(30), Ok(()));
    assert!(line.wake());
    let call = Some(carrier_leg("CA01", LegStatus::Completed, 30));
    let legs = vec![
        carrier_leg("CA-leg-1", LegStatus::NoAnswer, 0),
        carrier_leg("CA-leg-2", LegStatus::Canceled, 0),
    ];
    assert_eq!(
        line.tell(Event::CarrierSaid(CarrierRecord {
            call,
            legs,
            ..CarrierRecord::default()
        })),
        Ok(())
    );
    assert_eq!(line.outcome(), Some(Outcome::NoAnswer));
}

#[test]
fn a_refused_whisper_is_completed_but_not_connected() {
    let mut line = Line::arrive(ladder());
    assert_eq!(line.wait(5).leg(1, 2, LegStatus::InProgress), Ok(()));
    assert_eq!(line.session().stage, Stage::Talking);
    let refused = DialResult {
        bridged: Some(false),
        duration_s: Some(4),
        ..ended(LegStatus::Completed)
    };
    assert_eq!(line.wait(4).dial_ends(1, refused), Ok(()));
    assert_eq!(line.results(), [Some(AttemptResult::Refused), None]);
    assert_eq!(
        line.dials(),
        Some((Step::Dialed(2), Destination::Number(number(2))))
    );
    assert_eq!(line.capacity(), (1, 1));
    insta::assert_snapshot!(line.story());
}

#[test]
fn legs_out_of_order_and_twice_tell_the_same_story() {
    let orders: [&[u32]; 6] = [
        &[0, 1, 2, 3],
        &[3, 2, 1, 0],
        &[1, 0, 2, 2, 3],
        &[2, 0, 1, 3, 3],
        &[0, 0, 1, 3, 2],
        &[2, 3, 1, 0, 3],
    ];
    let status = |sequence| match sequence {
        0 => LegStatus::Initiated,
        1 => LegStatus::Ringing,
        2 => LegStatus::InProgress,
        _ => LegStatus::Completed,
    };
    for order in orders {
        let mut line = Line::arrive(ladder());
        for sequence in order {
            let _ = line.wait(1).leg(1, *sequence, status(*sequence));
        }
        assert_eq!(
            line.session().attempts[0].news.map(|(_, s)| s),
            Some(LegStatus::Completed),
            "{order:?}"
        );
        assert_eq!(line.wait(1).dial_ends(1, talked(3)), Ok(()));
        assert_eq!(line.outcome(), Some(Outcome::Connected), "{order:?}");
        assert_eq!(line.session().connected_s(), 3);
        let told =
            |wanted: fn(&What) -> bool| line.entries.iter().filter(|e| wanted(&e.what)).count();
        assert!(told(|w| matches!(w, What::Rang { .. })) <= 1);
        assert!(told(|w| matches!(w, What::Answered { .. })) <= 1);
    }
}

#[test]
fn what_is_overtaken_or_repeated_is_stale() {
    let mut line = Line::arrive(ladder());
    assert_eq!(line.leg(1, 2, LegStatus::InProgress), Ok(()));
    assert_eq!(line.leg(1, 1, LegStatus::Ringing), Err(Rejected::Stale));
    assert_eq!(line.leg(1, 2, LegStatus::InProgress), Err(Rejected::Stale));
    assert_eq!(
        line.leg(1, 1, LegStatus::Completed),
        Ok(()),
        "a final state wins whatever its number"
    );
    assert_eq!(line.leg(1, 9, LegStatus::InProgress), Err(Rejected::Stale));
    assert_eq!(
        line.leg(2, 0, LegStatus::Ringing),
        Err(Rejected::WrongState)
    );
    assert_eq!(line.dial_ends(1, talked(3)), Ok(()));
    assert_eq!(line.dial_ends(1, talked(3)), Err(Rejected::Stale));
    assert_eq!(line.dial_ends(2, talked(3)), Err(Rejected::Stale));
    assert_eq!(
        line.tell(Event::FallbackDialEnded(talked(3))),
        Err(Rejected::WrongState)
    );
    assert_eq!(
        line.tell(Event::VoicemailLeft {
            duration_s: 3,
            caller_gone: true
        }),
        Err(Rejected::WrongState)
    );
    assert_eq!(line.tell(Event::Claimed), Err(Rejected::WrongState));
    assert_eq!(
        line.tell(Event::ClaimLost { lost: Vec::new() }),
        Err(Rejected::WrongState)
    );
    assert_eq!(line.caller_leg_ends(5), Ok(()), "the length is news");
    assert_eq!(line.caller_leg_ends(5), Err(Rejected::Stale));
    assert_eq!(
        line.tell(Event::CallEnded {
            status: LegStatus::Ringing,
            duration_s: None
        }),
        Err(Rejected::WrongState)
    );
    assert_eq!(line.tell(Event::CarrierSilent), Err(Rejected::Stale));
    assert_eq!(
        line.tell(Event::CarrierSaid(CarrierRecord::default())),
        Err(Rejected::Stale)
    );
}

#[test]
fn news_of_an_earlier_leg_do_not_touch_the_next_one() {
    let mut line = Line::arrive(ladder());
    assert_eq!(line.dial_ends(1, ended(LegStatus::NoAnswer)), Ok(()));
    assert_eq!(line.leg(1, 2, LegStatus::InProgress), Ok(()));
    assert_eq!(line.session().stage, Stage::Dialing);
    assert_eq!(line.leg(1, 3, LegStatus::NoAnswer), Ok(()));
    assert_eq!(
        (line.session().attempts[0].answered_at, line.capacity()),
        (None, (1, 1))
    );
}

#[test]
fn the_status_may_overtake_the_dial_action() {
    let mut line = Line::arrive(ladder());
    assert_eq!(line.leg(1, 2, LegStatus::InProgress), Ok(()));
    assert_eq!(line.wait(60).caller_leg_ends(61), Ok(()));
    assert_eq!(
        (line.session().stage.clone(), line.capacity()),
        (Stage::Settling, (0, 1))
    );
    assert_eq!(line.outcome(), None);
    assert_eq!(line.wait(2).dial_ends(1, talked(58)), Ok(()));
    assert_eq!(
        (line.outcome(), line.session().connected_s()),
        (Some(Outcome::Connected), 58)
    );
    assert_eq!(line.session().ended_at, Some(NOON_ISH.plus_secs(60)));
    assert_eq!(line.capacity(), (0, 1));
}

#[test]
fn a_busy_that_comes_after_the_caller_left_dials_nobody_else() {
    let mut line = Line::arrive(ladder());
    assert_eq!(line.wait(3).caller_leg_ends(3), Ok(()));
    assert_eq!(line.wait(1).dial_ends(1, ended(LegStatus::Busy)), Ok(()));
    assert_eq!(
        (line.dials(), line.outcome()),
        (None, Some(Outcome::Abandoned))
    );
    assert_eq!(line.capacity(), (0, 0));
}

#[test]
fn a_late_fallback_result_settles_the_call() {
    let mut line = Line::arrive(RoutingPlan {
        fallback: Fallback::Number(number(77)),
        ..plan(vec![route(1, 1, 1)])
    });
    assert_eq!(line.dial_ends(1, ended(LegStatus::Busy)), Ok(()));
    assert_eq!(line.caller_leg_ends(40), Ok(()));
    assert_eq!(
        line.tell(Event::FallbackDialEnded(DialResult {
            caller_gone: true,
            ..talked(30)
        })),
        Ok(())
    );
    assert_eq!(line.outcome(), Some(Outcome::Forwarded));
}

#[test]
fn a_missing_result_is_asked_for_and_taken_from_the_carriers_records() {
    use LegStatus as S;
    let cases = [
        (
            S::Completed,
            50,
            Outcome::Connected,
            AttemptResult::Connected,
        ),
        (
            S::Completed,
            0,
            Outcome::Abandoned,
            AttemptResult::CallerHungUp,
        ),
        (S::Busy, 0, Outcome::Abandoned, AttemptResult::Busy),
        (S::Failed, 0, Outcome::Abandoned, AttemptResult::Failed),
        (
            S::NoAnswer,
            0,
            Outcome::Abandoned,
            AttemptResult::CallerHungUp,
        ),
        (
            S::Canceled,
            0,
            Outcome::Abandoned,
            AttemptResult::CallerHungUp,
        ),
    ];
    for (status, secs, outcome, result) in cases {
        let mut line = Line::arrive(ladder());
        assert_eq!(line.wait(60).caller_leg_ends(60), Ok(()));
        assert_eq!(
            line.machine.poll_timeout(),
            Some(Timer {
                at: line.now.plus_secs(10),
                kind: TimerKind::ResultMissing
            })
        );
        assert!(line.wake());
        let record = CarrierRecord {
            call: Some(carrier_leg("CA01", S::Completed, 60)),
            legs: vec![carrier_leg("CA9", status, secs)],
            ..CarrierRecord::default()
        };
        assert_eq!(line.tell(Event::CarrierSaid(record)), Ok(()));
        assert_eq!(
            (line.outcome(), line.results()),
            (Some(outcome), vec![Some(result)]),
            "{status:?}"
        );
        assert_eq!(
            line.capacity(),
            (0, u32::from(outcome == Outcome::Connected))
        );
    }
}

#[test]
fn the_carrier_says_the_call_goes_on() {
    let mut line = Line::arrive(ladder());
    let goes_on = |leg| CarrierRecord {
        call: Some(carrier_leg("CA01", LegStatus::InProgress, 0)),
        legs: vec![carrier_leg("CA9", leg, 0)],
        ..CarrierRecord::default()
    };
    assert!(line.wake());
    assert_eq!(
        line.tell(Event::CarrierSaid(goes_on(LegStatus::Ringing))),
        Ok(())
    );
    assert_eq!(line.session().stage, Stage::Dialing);
    assert!(line.wake());
    assert_eq!(
        line.tell(Event::CarrierSaid(goes_on(LegStatus::InProgress))),
        Ok(())
    );
    assert_eq!(
        (line.session().stage.clone(), line.capacity()),
        (Stage::Talking, (1, 1))
    );
    assert_eq!(
        line.machine.poll_timeout().map(|t| t.kind),
        Some(TimerKind::StillTalking)
    );
}

#[test]
fn the_carriers_own_leg_is_found_by_id_then_by_order() {
    let mut line = Line::arrive(ladder());
    assert_eq!(line.dial_ends(1, ended(LegStatus::Busy)), Ok(()));
    assert_eq!(line.leg(2, 0, LegStatus::Initiated), Ok(()));
    let call = Some(carrier_leg("CA01", LegStatus::Completed, 90));
    // The busy leg never got a record of its own, so the order alone would point past the end.
    let legs = vec![carrier_leg("CA-leg-2", LegStatus::Completed, 61)];
    assert_eq!(
        line.tell(Event::CarrierSaid(CarrierRecord {
            call,
            legs,
            ..CarrierRecord::default()
        })),
        Ok(())
    );
    assert_eq!(
        (line.outcome(), line.session().connected_s()),
        (Some(Outcome::Connected), 61)
    );
}

#[test]
fn every_callback_lost_is_made_good_by_the_carriers_records() {
    let mut line = Line::arrive(ladder());
    assert!(line.wake(), "a dial that should be over asks the carrier");
    assert_eq!(line.now, NOON_ISH.plus_secs(25 + 20));
    let record = CarrierRecord {
        call: Some(carrier_leg("CA01", LegStatus::Completed, 40)),
        legs: vec![carrier_leg("CA9", LegStatus::Completed, 31)],
        ..CarrierRecord::default()
    };
    assert_eq!(line.tell(Event::CarrierSaid(record)), Ok(()));
    assert_eq!(
        (line.outcome(), line.capacity()),
        (Some(Outcome::Connected), (0, 1))
    );
    assert_eq!(
        (line.session().duration_s, line.session().connected_s()),
        (Some(40), 31)
    );
    insta::assert_snapshot!(line.story());
}

#[test]
fn a_silent_carrier_is_asked_again_until_the_call_cannot_be_alive() {
    for knows in [true, false] {
        let mut line = Line::arrive(ladder());
        let mut questions = 0;
        while line.outcome().is_none() {
            assert!(line.wake());
            questions += 1;
            let silence = if knows {
                Event::CarrierSilent
            } else {
                Event::CarrierSaid(CarrierRecord::default())
            };
            assert_eq!(line.tell(silence), Ok(()));
            assert!(questions < 2_000);
        }
        assert!(line.now >= NOON_ISH.plus_millis(Patience::default().give_up_ms));
        assert_eq!(
            (line.outcome(), line.capacity()),
            (Some(Outcome::Abandoned), (0, 0))
        );
        assert!(line.entries.iter().any(|e| e.what == What::GivenUp));
    }
}

#[test]
fn a_result_that_never_comes_is_given_up_soon_after_the_caller_is_gone() {
    let mut line = Line::arrive(ladder());
    assert_eq!(line.wait(2).leg(1, 2, LegStatus::InProgress), Ok(()));
    assert_eq!(line.wait(60).caller_leg_ends(62), Ok(()));
    for _ in 0..3 {
        assert_eq!(line.outcome(), None);
        assert!(line.wake());
        assert_eq!(line.tell(Event::CarrierSilent), Ok(()));
    }
    assert_eq!(
        (line.outcome(), line.session().connected_s()),
        (Some(Outcome::Connected), 60)
    );
}

#[test]
fn each_stage_waits_with_its_own_patience() {
    let mut line = Line::arrive(ladder());
    let timer = |line: &Line| {
        line.machine
            .poll_timeout()
            .map(|t| (t.at.millis_since(line.now) / 1_000, t.kind))
    };
    assert_eq!(timer(&line), Some((25 + 20, TimerKind::DialOverdue)));
    assert_eq!(line.leg(1, 2, LegStatus::InProgress), Ok(()));
    assert_eq!(timer(&line), Some((120, TimerKind::StillTalking)));
    assert_eq!(line.dial_ends(1, ended(LegStatus::Completed)), Ok(()));
    assert_eq!(line.dial_ends(2, ended(LegStatus::Busy)), Ok(()));
    assert_eq!(line.dial_ends(3, ended(LegStatus::Busy)), Ok(()));
    assert_eq!(timer(&line), Some((120, TimerKind::FallbackOverdue)));
    assert_eq!(
        line.tell(Event::VoicemailLeft {
            duration_s: 3,
            caller_gone: false
        }),
        Ok(())
    );
    assert_eq!(timer(&line), Some((20, TimerKind::FallbackOverdue)));
    assert_eq!(line.caller_leg_ends(9), Ok(()));
    assert_eq!(timer(&line), Some((60, TimerKind::RecordingMissing)));
}

#[test]
fn a_call_that_is_woken_too_early_sleeps_on() {
    let mut line = Line::arrive(ladder());
    let before = line.session().clone();
    line.machine.handle_timeout(NOON_ISH.plus_secs(44));
    assert_eq!(
        (line.machine.poll_effect(), line.session()),
        (None, &before)
    );
    assert!(line.wake());
    assert_eq!(
        line.machine.poll_timeout().map(|t| t.at),
        Some(line.now.plus_secs(20)),
        "it asks again later, not at once"
    );
}
