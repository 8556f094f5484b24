//! Limits through the week, and through both changes of the clock.

use proptest::prelude::*;

use super::*;
use crate::caps::CapKind;
use crate::time::Timestamp;

const ZONE: &str = "America/New_York";

fn matrix(text: &str) -> WeekMatrix {
    text.parse().expect("a matrix")
}

/// 2026-11-16 is a Monday.
fn at(day: i64, hour: i64, minute: i64) -> LocalMoment {
    let midnight = 1_794_787_200;
    LocalMoment::new(
        Timestamp::from_secs(midnight + day * 86_400 + hour * 3_600 + minute * 60),
        0,
    )
}

fn caps(concurrent: Option<u32>, hourly: Option<u32>) -> Caps {
    Caps {
        concurrent,
        hourly,
        daily: Some(100),
        ..Caps::default()
    }
}

#[test]
fn the_smaller_of_matrix_and_plain_cap_holds() {
    let matrices = Matrices {
        concurrent: matrix("Mon-Fri 9-17=5"),
        volume: matrix("Mon 12-13=0"),
    };
    let effective = |plain: Caps, hour| {
        let caps = matrices.effective(&plain, &at(0, hour, 30));
        assert_eq!(caps.daily, Some(100));
        (caps.concurrent, caps.hourly)
    };
    assert_eq!(effective(caps(None, None), 8), (None, None));
    assert_eq!(effective(caps(None, None), 9), (Some(5), None));
    assert_eq!(effective(caps(Some(3), Some(9)), 9), (Some(3), Some(9)));
    assert_eq!(effective(caps(Some(8), Some(9)), 12), (Some(5), Some(0)));
    assert_eq!(effective(caps(Some(8), None), 17), (Some(8), None));
}

#[test]
fn an_hour_of_the_matrix_refuses_with_its_figures() {
    let matrices = Matrices {
        volume: matrix("Mon 14-15=2"),
        ..Matrices::default()
    };
    let (monday, later) = (at(0, 14, 5), at(0, 15, 5));
    let used = Usage {
        hour: 2,
        windows: monday.windows(),
        ..Usage::default()
    };
    let plain = Caps::default();
    let reached = |local: &LocalMoment| {
        matrices
            .effective(&plain, local)
            .reached(&used, &local.windows())
    };
    let refused = reached(&monday).expect("reached");
    assert_eq!(
        (refused.kind, refused.sentence().as_str()),
        (CapKind::Hourly, "Hourly cap reached: 2 of 2 calls.")
    );
    assert_eq!(reached(&later), None);
    let until = |local: &LocalMoment| {
        matrices
            .reopens(&plain, &used, local)
            .map(|reopening| reopening.until(ZONE))
    };
    assert_eq!(until(&monday).as_deref(), Some("until 3:00 pm ET"));
    assert_eq!(until(&later), None);
}

#[test]
fn the_next_hour_that_opens_may_be_days_away() {
    let closed = matrix("Mon-Thu 17-24=0; Tue-Fri 0-9=0; Fri 17-24=0; Sat-Sun 0-24=0; Mon 0-9=0");
    let next = |day, hour| {
        closed
            .reopens(None, 0, &at(day, hour, 59))
            .map(|reopening| (reopening.days, reopening.hour, reopening.until(ZONE)))
    };
    let said = |days, hour, words: &str| Some((days, hour, words.to_owned()));
    assert_eq!(next(0, 3), said(0, 9, "until 9:00 am ET"));
    assert_eq!(next(0, 18), said(1, 9, "until 9:00 am ET"));
    assert_eq!(next(4, 18), said(3, 9, "until Mon 9:00 am ET"));
    assert_eq!(next(6, 23), said(1, 9, "until 9:00 am ET"));
    // Asked within an open hour, it names the next one.
    assert_eq!(next(0, 9), said(0, 10, "until 10:00 am ET"));
    assert_eq!(
        matrix("Mon-Sun 0-24=0").reopens(None, 0, &at(0, 0, 0)),
        None
    );
    // Only the very hour of next week is left.
    let one = matrix("Mon-Sun 0-24=0; Wed 5-6=1");
    let next_week = one.reopens(None, 0, &at(2, 5, 0)).expect("an hour");
    assert_eq!((next_week.days, next_week.weekday), (7, Weekday::Wednesday));
    // A plain cap keeps shut what the matrix would open.
    assert_eq!(one.reopens(Some(1), 1, &at(0, 0, 0)), None);
}

#[test]
fn the_hour_that_repeats_has_its_limit_twice_and_the_skipped_one_never() {
    let matrices = Matrices {
        volume: matrix("Sun 1-2=3, 2-3=0"),
        ..Matrices::default()
    };
    // 2026-11-01, a Sunday: 1:30 am EDT, and an hour later 1:30 am EST.
    let first = LocalMoment::new(Timestamp::from_secs(1_793_511_000), -4 * 3_600);
    let second = LocalMoment::new(Timestamp::from_secs(1_793_514_600), -5 * 3_600);
    let mut usage = Usage::default();
    for (local, full_after) in [(first, 3), (second, 6)] {
        let caps = matrices.effective(&Caps::default(), &local);
        assert_eq!(caps.hourly, Some(3));
        while caps.reached(&usage, &local.windows()).is_none() {
            usage = usage.claimed(&local.windows(), crate::money::Micros::ZERO, local.at);
        }
        assert_eq!(usage.total, full_after);
    }
    // 2026-03-08, a Sunday: a minute before 2 am EST, the clock then shows 3 am EDT.
    let before = LocalMoment::new(Timestamp::from_secs(1_772_953_140), -5 * 3_600);
    let after = LocalMoment::new(Timestamp::from_secs(1_772_953_200), -4 * 3_600);
    assert_eq!((before.hour, after.hour), (1, 3));
    let hourly = |local| matrices.effective(&Caps::default(), local).hourly;
    assert_eq!((hourly(&before), hourly(&after)), (Some(3), None));
}

#[test]
fn filling_changes_the_block_and_nothing_else() {
    let mut limits = WeekMatrix::default();
    let block = Block {
        days: Block::WEEKDAYS,
        from: 9,
        to: 17,
    };
    assert_eq!(limits.fill(&block, Some(5)), Ok(()));
    assert_eq!(limits.to_string(), "Mon-Fri 9-17=5");
    let lunch = Block {
        from: 12,
        to: 13,
        ..block
    };
    assert_eq!(limits.fill(&lunch, None), Ok(()));
    assert_eq!(limits.to_string(), "Mon-Fri 9-12=5, 13-17=5");
    limits.copy_day(
        Weekday::Friday,
        [false, false, false, false, false, true, false],
    );
    assert_eq!(limits.to_string(), "Mon-Sat 9-12=5, 13-17=5");
    let before = limits.clone();
    for (from, to, limit, field) in [
        (9, 9, Some(1), "hours"),
        (9, 25, Some(1), "hours"),
        (9, 10, Some(CAP_MAX + 1), "limit"),
    ] {
        let errors = limits
            .fill(&Block { from, to, ..block }, limit)
            .expect_err("broken");
        assert_eq!((errors.0[0].field.as_str(), &limits), (field, &before));
    }
    let all = Block {
        days: Block::EVERY_DAY,
        from: 0,
        to: 24,
    };
    assert_eq!(limits.fill(&all, None), Ok(()));
    assert!(limits.is_unlimited() && limits.to_string().is_empty());
}

#[test]
fn text_says_what_is_wrong_with_it() {
    let wrong = |text: &str| text.parse::<WeekMatrix>().expect_err(text).to_string();
    assert_eq!(
        wrong("Mon-Fri"),
        "“Mon-Fri” is not a limit of some hours. It looks like Mon-Fri 9-17=5."
    );
    assert_eq!(
        wrong("Moon 9-17=5"),
        "“Moon” is not a day. Days are Mon, Tue, Wed, Thu, Fri, Sat and Sun."
    );
    assert_eq!(
        wrong("Mon 9-25=5"),
        "“9-25” are no hours. They run from 0 to 24, for example 9-17."
    );
    assert!(wrong("Mon 9-17=-1").starts_with("“-1” is not a number of calls"));
    assert!(wrong("Fri-Mon 9-17=1").starts_with("“Fri-Mon” is not a day"));
    assert!(wrong("Mon 9-17").starts_with("“9-17” is not a limit"));
    assert_eq!(
        matrix(" mon-FRI  9-17 = 5 ,17-20=2;Sat 10-14=1; ").to_string(),
        "Mon-Fri 9-17=5, 17-20=2; Sat 10-14=1"
    );
    assert_eq!(
        serde_json::to_string(&matrix("Sat 10-14=1")).expect("json"),
        "\"Sat 10-14=1\""
    );
}

#[test]
fn ringbas_week_begins_on_sunday() {
    let mut days = [[-1_i64; HOURS]; 7];
    days[0][9] = 4;
    days[1][0] = 0;
    let read = WeekMatrix::from_ringba(&days).expect("a matrix");
    assert_eq!(read.to_string(), "Mon 0-1=0; Sun 9-10=4");
    days[3][3] = -2;
    assert_eq!(WeekMatrix::from_ringba(&days), None);
}

/// Days that differ or are as the day before, with hours of every kind.
fn any_matrix() -> impl Strategy<Value = WeekMatrix> {
    let limit = || prop_oneof![3 => Just(None), 2 => (0_u32..4).prop_map(Some)];
    let day = (any::<bool>(), prop::collection::vec(limit(), HOURS));
    prop::collection::vec(day, 7).prop_map(|days| {
        let mut matrix = WeekMatrix::default();
        for (i, (same, hours)) in days.into_iter().enumerate() {
            if same && i > 0 {
                matrix.0[i] = matrix.0[i - 1];
            } else {
                matrix.0[i].copy_from_slice(&hours);
            }
        }
        matrix
    })
}

proptest! {
    #[test]
    fn text_and_json_bring_back_the_same_matrix(limits in any_matrix()) {
        prop_assert_eq!(&matrix(&limits.to_string()), &limits);
        let json = serde_json::to_string(&limits).expect("json");
        prop_assert_eq!(serde_json::from_str::<WeekMatrix>(&json).expect("a matrix"), limits);
    }

    #[test]
    fn no_text_panics(text in "[a-zMF0-9 ,;=-]{0,40}|\\PC{0,40}") {
        let _ = text.parse::<WeekMatrix>();
    }

    #[test]
    fn filling_sets_exactly_the_hours_of_the_block(
        limits in any_matrix(), days in any::<[bool; 7]>(), from in 0_u8..24, length in 1_u8..24, limit in prop::option::of(0_u32..9),
    ) {
        let block = Block { days, from, to: (from + length).min(24) };
        let mut filled = limits.clone();
        filled.fill(&block, limit).expect("a block");
        for day in Weekday::ALL {
            for hour in 0_u8..24 {
                let within = days[day.index()] && (block.from..block.to).contains(&hour);
                let wanted = if within { limit } else { limits.at(day, hour) };
                prop_assert_eq!(filled.at(day, hour), wanted);
            }
        }
    }

    /// The hour named admits a call, and no hour between now and then does.
    #[test]
    fn the_reopening_is_the_first_hour_that_fits(
        limits in any_matrix(), plain in prop::option::of(0_u32..4), used in 0_u32..4, minute in 0_i64..10_080,
    ) {
        let local = at(0, 0, minute);
        let fits = |hour: i64| {
            let then = at(local.weekday.index() as i64, i64::from(local.hour) + hour, 0);
            let caps = Caps { concurrent: plain, ..Caps::default() };
            let matrices = Matrices { concurrent: limits.clone(), ..Matrices::default() };
            matrices.effective(&caps, &then).concurrent.is_none_or(|limit| used < limit)
        };
        let found = limits.reopens(plain, used, &local);
        let ahead = found.map(|r| i64::from(r.days) * 24 + i64::from(r.hour) - i64::from(local.hour));
        prop_assert_eq!(ahead, (1..=168).find(|hour| fits(*hour)));
    }
}

#[test]
fn a_block_has_a_common_limit_only_where_all_its_hours_have_it() {
    let matrix: WeekMatrix = "Mon-Fri 9-17=5; Tue 12-13=1".parse().expect("matrix");
    let block = |days, from, to| Block { days, from, to };
    let monday = [true, false, false, false, false, false, false];
    assert_eq!(matrix.common(&block(monday, 9, 17)), Some(Some(5)));
    assert_eq!(matrix.common(&block(monday, 0, 9)), Some(None));
    assert_eq!(matrix.common(&block(Block::WEEKDAYS, 9, 17)), None);
    assert_eq!(matrix.common(&block([false; 7], 9, 17)), None);
    assert_eq!(matrix.common(&block(monday, 17, 9)), None);
}
