//! Which targets are paused, and for how long.

use proptest::prelude::*;

use super::*;
use crate::testing::{NOON_ISH, ZONE};

/// A dial that ended so many seconds ago.
fn dial(age_s: i64, result: AttemptResult, rang_s: u32) -> EndedDial {
    EndedDial {
        ended_at: NOON_ISH.plus_secs(-age_s),
        result,
        rang_s,
        talked_s: 0,
        by: EndedBy::Unknown,
    }
}

fn missed(age_s: i64) -> EndedDial {
    dial(age_s, AttemptResult::NoAnswer, 25)
}

fn talk(age_s: i64, talked_s: u32, by: EndedBy) -> EndedDial {
    EndedDial {
        talked_s,
        by,
        ..dial(age_s, AttemptResult::Connected, 4)
    }
}

fn paused(dials: &[EndedDial]) -> Option<u32> {
    AutoPause::default()
        .decide(dials, 0, NOON_ISH)
        .map(|pause| pause.missed)
}

#[test]
fn what_a_dial_says_of_its_target() {
    use AttemptResult as R;
    let table = [
        (talk(0, 10, EndedBy::Target), Response::Answered),
        (talk(0, 9, EndedBy::Target), Response::Missed),
        (talk(0, 9, EndedBy::System), Response::Missed),
        (talk(0, 1, EndedBy::Caller), Response::Answered),
        (dial(0, R::NoAnswer, 8), Response::Missed),
        (dial(0, R::NoAnswer, 7), Response::Unclear),
        (dial(0, R::CallerHungUp, 8), Response::Missed),
        (dial(0, R::CallerHungUp, 7), Response::Unclear),
        (dial(0, R::Busy, 0), Response::Missed),
        (dial(0, R::Failed, 0), Response::Missed),
        (dial(0, R::Refused, 3), Response::Missed),
    ];
    for (dial, response) in table {
        assert_eq!(AutoPause::default().response(&dial), response, "{dial:?}");
    }
}

#[test]
fn missed_calls_in_a_row_pause_and_an_answered_one_ends_the_row() {
    assert_eq!(paused(&[missed(1), missed(2)]), None);
    assert_eq!(paused(&[missed(1), missed(2), missed(3)]), Some(3));
    let soon = dial(2, AttemptResult::CallerHungUp, 2);
    assert_eq!(paused(&[missed(1), soon, missed(3), missed(4)]), Some(3));
    let answered = talk(2, 60, EndedBy::Target);
    assert_eq!(paused(&[missed(1), answered, missed(3), missed(4)]), None);
    // Three spread over more than an hour do not, five within a day do.
    let slow = [
        missed(1),
        missed(3_000),
        missed(3_600),
        missed(7_000),
        missed(86_000),
    ];
    assert_eq!(paused(&slow[..4]), None);
    assert_eq!(paused(&slow), Some(5));
    assert_eq!(paused(&[]), None);
}

#[test]
fn a_pause_doubles_until_a_call_is_answered() {
    let rules = AutoPause::default();
    let three = [missed(1), missed(2), missed(3)];
    let length = |earlier, dials: &[EndedDial]| {
        let pause = rules.decide(dials, earlier, NOON_ISH).expect("paused");
        let until = pause.until.expect("comes back");
        assert!(!pause.is_over(until.plus_millis(-1)) && pause.is_over(until));
        (pause.number, until.secs_since(NOON_ISH))
    };
    assert_eq!(length(0, &three), (1, 900));
    assert_eq!(length(1, &three), (2, 1_800));
    assert_eq!(length(6, &three), (7, 57_600));
    assert_eq!(length(7, &three), (8, 86_400));
    assert_eq!(length(u32::MAX, &three), (u32::MAX, 86_400));
    let after_an_answer = [
        missed(1),
        missed(2),
        missed(3),
        talk(9, 60, EndedBy::Caller),
    ];
    assert_eq!(length(3, &after_an_answer), (1, 900));
    let by_hand = AutoPause {
        back_after_s: None,
        ..rules.clone()
    };
    let pause = by_hand.decide(&three, 0, NOON_ISH).expect("paused");
    assert!(pause.until.is_none() && !pause.is_over(NOON_ISH.plus_secs(9_999_999)));
}

#[test]
fn notices_say_what_happened_and_when_it_ends() {
    let rules = AutoPause::default();
    let three = [missed(1), missed(2), missed(3)];
    let pause = rules.decide(&three, 1, NOON_ISH).expect("paused");
    let back = LocalMoment::new(pause.until.expect("comes back"), -5 * 3_600);
    assert_eq!(
        pause.sentence(Some(&back), ZONE),
        "Paused after 3 missed calls in a row, until 3:07 pm ET."
    );
    assert_eq!(
        pause.notice("Dry Right", Some(&back), ZONE),
        "Dry Right was paused after 3 missed calls in a row. It takes calls again at 3:07 pm ET. This is pause 2 in a row."
    );
    let first = Pause { number: 1, ..pause };
    assert_eq!(
        first.notice("Dry Right", None, ZONE),
        "Dry Right was paused after 3 missed calls in a row. Switch it on when somebody answers again."
    );
}

#[test]
fn settings_are_checked_at_their_fields() {
    assert_eq!(AutoPause::default().check(), Ok(()));
    let broken = AutoPause {
        rules: vec![MissRule {
            missed: 0,
            within_s: 1,
        }],
        back_after_s: Some(1),
        ..AutoPause::default()
    };
    let errors = broken.check().expect_err("broken");
    let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
    assert_eq!(
        fields,
        ["rules[0].missed", "rules[0].within_s", "back_after_s"]
    );
    // What was stored all the same pauses nobody who missed nothing.
    assert_eq!(broken.decide(&[], 0, NOON_ISH), None);
}

proptest! {
    /// A target whose last clear dial was answered is never paused, and one whose every dial was
    /// missed is, exactly when a rule's count is reached within its stretch.
    #[test]
    fn a_rule_counts_missed_dials_since_the_last_answer(
        ages in prop::collection::vec((1_i64..9_000, 0_u8..5), 0..12), k in 1_u32..5, within_s in 60_u32..8_000,
    ) {
        let mut ages = ages;
        ages.sort_unstable();
        let dials: Vec<EndedDial> = ages
            .iter()
            .map(|(age, kind)| match kind {
                0 => talk(*age, 60, EndedBy::Caller),
                1 => dial(*age, AttemptResult::CallerHungUp, 1),
                _ => missed(*age),
            })
            .collect();
        let rules = AutoPause { rules: vec![MissRule { missed: k, within_s }], ..AutoPause::default() };
        let mut row = 0;
        for (age, kind) in &ages {
            match kind {
                0 => break,
                1 => {}
                _ if *age < i64::from(within_s) => row += 1,
                _ => {}
            }
        }
        prop_assert_eq!(rules.decide(&dials, 0, NOON_ISH).is_some(), row >= k);
    }
}
