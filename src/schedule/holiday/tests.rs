//! The calendar of public holidays, and hours around holidays of every kind.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::schedule::{OpenState, Span};
use crate::testing::{any_hours, weekdays};
use crate::time::{LocalMoment, Timestamp, Weekday};

const ZONE: &str = "America/Chicago";

fn date(text: &str) -> LocalDate {
    text.parse().expect("a day")
}

/// 2026-12-21 is a Monday, Christmas Day is Friday of that week.
fn at(day: i64, hour: i64, minute: i64) -> LocalMoment {
    let midnight = 1_797_811_200;
    LocalMoment::new(
        Timestamp::from_secs(midnight + day * 86_400 + hour * 3_600 + minute * 60),
        0,
    )
}

fn closed(name: &str, when: When) -> Holiday {
    Holiday {
        name: name.to_owned(),
        when,
        hours: None,
    }
}

fn open(from: u16, to: u16) -> DayHours {
    DayHours {
        open: Span { from, to },
        breaks: Vec::new(),
    }
}

fn words(hours: &Hours, holidays: &[Holiday], local: &LocalMoment) -> String {
    let state = state(hours, holidays, local);
    let word = if state.is_open() { "Open" } else { "Closed" };
    format!("{word} {}", state.words(ZONE)).trim().to_owned()
}

#[test]
fn the_public_holidays_of_known_years() {
    let mut text = String::new();
    for year in [2021, 2022, 2026, 2027] {
        for holiday in Federal::ALL {
            let (date, observed) = (holiday.date(year), holiday.observed(year));
            let (date, observed) = (date.expect("a day"), observed.expect("a day"));
            let _ = write!(text, "{date} {} {}", date.weekday().short(), holiday.name());
            if observed != date {
                let _ = write!(text, ", observed {observed} {}", observed.weekday().short());
            }
            text.push('\n');
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_holiday_goes_before_the_week() {
    assert_eq!(at(4, 0, 0).weekday, Weekday::Friday);
    let office = weekdays(540, 1_020);
    let christmas = [Holiday::federal(Federal::Christmas)];
    let said = |day, hour| words(&office, &christmas, &at(day, hour, 0));
    assert_eq!(said(3, 12), "Open until 5:00 pm CT");
    assert_eq!(said(3, 18), "Closed until Mon 9:00 am CT");
    assert_eq!(said(4, 12), "Closed for Christmas Day until Mon 9:00 am CT");
    assert_eq!(said(7, 12), "Open until 5:00 pm CT");
    let eve = Holiday {
        hours: Some(open(540, 720)),
        ..closed("Christmas Eve", When::Yearly { month: 12, day: 24 })
    };
    let both = [christmas[0].clone(), eve];
    let said = |day, hour| words(&office, &both, &at(day, hour, 0));
    assert_eq!(said(2, 18), "Closed until 9:00 am CT");
    assert_eq!(said(3, 11), "Open until 12:00 pm CT");
    assert_eq!(said(3, 12), "Closed for Christmas Eve until Mon 9:00 am CT");
}

#[test]
fn a_line_that_never_closes_closes_for_a_holiday() {
    let christmas = [Holiday::federal(Federal::Christmas)];
    let said = |day, hour| words(&Hours::Always, &christmas, &at(day, hour, 0));
    assert_eq!(said(3, 23), "Open until midnight CT");
    assert_eq!(said(4, 0), "Closed for Christmas Day until midnight CT");
    assert_eq!(said(4, 23), "Closed for Christmas Day until midnight CT");
    assert_eq!(said(5, 0), "Open");
    // A week before, the end is too far off to speak of.
    assert_eq!(said(-4, 0), "Open");
    assert_eq!(
        state(&Hours::Always, &christmas, &at(-2, 0, 0)).open,
        OpenState::Until { days: 6, minute: 0 }
    );
}

#[test]
fn a_night_line_ends_where_a_holiday_begins_and_special_hours_run_over() {
    let night = || Some(open(1_200, 1_800));
    let hours =
        Hours::weekly([night(), night(), night(), night(), night(), None, None]).expect("hours");
    let thursday = [closed("Snow day", When::Once(date("2026-12-24")))];
    let said = |day, hour| words(&hours, &thursday, &at(day, hour, 0));
    assert_eq!(said(2, 22), "Open until midnight CT");
    assert_eq!(said(3, 3), "Closed for Snow day until 8:00 pm CT");
    assert_eq!(said(4, 22), "Open until 6:00 am CT");
    let late = Holiday {
        hours: Some(open(1_320, 1_560)),
        ..thursday[0].clone()
    };
    let said = |day, hour| words(&hours, std::slice::from_ref(&late), &at(day, hour, 0));
    assert_eq!(said(3, 21), "Closed for Snow day until 10:00 pm CT");
    assert_eq!(said(4, 1), "Open until 2:00 am CT");
    assert_eq!(said(4, 2), "Closed until 8:00 pm CT");
}

#[test]
fn long_closings_name_the_day() {
    let office = weekdays(540, 1_020);
    let leave: Vec<Holiday> = (21..=31)
        .map(|day| closed("Company leave", When::Yearly { month: 12, day }))
        .chain([Holiday::federal(Federal::NewYear)])
        .collect();
    assert_eq!(
        words(&office, &leave, &at(0, 12, 0)),
        "Closed for Company leave until Jan 4, 9:00 am CT"
    );
    assert_eq!(
        words(&office, &leave, &at(11, 12, 0)),
        "Closed for New Year’s Day until Mon 9:00 am CT"
    );
    let every_day: Vec<Holiday> = (1..=12)
        .flat_map(|month| (1..=31).map(move |day| closed("Off", When::Yearly { month, day })))
        .collect();
    assert_eq!(
        words(&office, &every_day, &at(0, 12, 0)),
        "Closed for Off on every day of the week"
    );
}

#[test]
fn the_closest_holiday_speaks() {
    let mut federal = Holiday::federal(Federal::Christmas);
    let yearly = closed("Every year", When::Yearly { month: 12, day: 25 });
    let once = closed("This year", When::Once(date("2026-12-25")));
    let of = |holidays: &[Holiday], day: &str| {
        Holiday::of(holidays, date(day)).map(|holiday| holiday.name.clone())
    };
    let all = [federal.clone(), yearly, once];
    assert_eq!(of(&all, "2026-12-25").as_deref(), Some("This year"));
    assert_eq!(of(&all, "2027-12-25").as_deref(), Some("Every year"));
    // In 2027 it falls on a Saturday.
    assert_eq!(of(&all, "2027-12-24").as_deref(), Some("Christmas Day"));
    federal.when = When::Federal {
        holiday: Federal::Christmas,
        observed: false,
    };
    assert_eq!(of(&[federal], "2027-12-24"), None);
    let new_year = Holiday::federal(Federal::NewYear);
    assert_eq!(
        of(&[new_year], "2027-12-31").as_deref(),
        Some("New Year’s Day"),
        "2028 begins on a Saturday"
    );
}

#[test]
fn lists_are_checked_at_their_fields() {
    let fine = [
        closed("Leap", When::Yearly { month: 2, day: 29 }),
        Holiday::federal(Federal::Labor),
    ];
    assert_eq!(Holiday::check(&fine), Ok(()));
    let json = serde_json::to_string(&fine).expect("json");
    assert_eq!(
        serde_json::from_str::<Vec<Holiday>>(&json).expect("holidays"),
        fine
    );
    let broken = [
        closed(" ", When::Yearly { month: 2, day: 30 }),
        Holiday {
            hours: Some(open(700, 600)),
            ..closed("Short", When::Once(date("2026-12-24")))
        },
    ];
    let errors = Holiday::check(&broken).expect_err("broken");
    let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
    assert_eq!(
        fields,
        ["holidays[0].name", "holidays[0].when", "holidays[1].hours"]
    );
}

#[test]
fn a_day_is_a_public_holiday_if_the_year_says_so() {
    let mut date = date("1971-01-01");
    while date.year() < 2_072 {
        for holiday in Federal::ALL {
            let own = holiday.date(date.year()) == Some(date);
            let years = [date.year(), date.year() + 1];
            let observed = years
                .into_iter()
                .any(|year| holiday.observed(year) == Some(date));
            let on = |observed| When::Federal { holiday, observed }.is_on(date);
            assert_eq!(
                (on(false), on(true)),
                (own, own || observed),
                "{holiday:?} {date}"
            );
        }
        date = date.next();
    }
}

fn any_holidays() -> impl Strategy<Value = Vec<Holiday>> {
    let day = (0_i64..14, prop::option::of((0_u16..1_400, 1_u16..1_440)));
    prop::collection::vec(day, 0..6).prop_map(|days| {
        days.into_iter()
            .map(|(day, hours)| Holiday {
                hours: hours.map(|(from, length)| open(from, from + length)),
                ..closed("Holiday", When::Once(LocalDate::of(&at(day, 0, 0))))
            })
            .collect()
    })
}

proptest! {
    /// Holidays elsewhere in the calendar change nothing.
    #[test]
    fn without_a_holiday_near_the_week_speaks(hours in any_hours(), minute in 0_i64..20_160) {
        let far = [closed("Far", When::Once(date("2031-05-05")))];
        let local = at(0, 0, minute);
        prop_assert_eq!(state(&hours, &far, &local).open, hours.state(&local));
    }

    /// The moment named is the first at which the answer is another.
    #[test]
    fn the_next_change_is_true(hours in any_hours(), holidays in any_holidays(), minute in 0_i64..15_000) {
        let is_open = |minute: i64| state(&hours, &holidays, &at(0, 0, minute)).is_open();
        let local = at(0, 0, minute);
        let now = state(&hours, &holidays, &local);
        let change = match now.open {
            OpenState::Until { days, minute } | OpenState::ClosedUntil { days, minute, .. } => {
                i64::from(days) * 1_440 + i64::from(minute) - i64::from(local.minute_of_day())
            }
            OpenState::Always => 7 * 1_440,
            OpenState::NeverOpen => 30 * 1_440,
        };
        prop_assert!(change > 0);
        for ahead in (0..change).step_by(97).chain([change - 1]) {
            prop_assert_eq!(is_open(minute + ahead), now.is_open(), "{} minutes ahead", ahead);
        }
        if let OpenState::Until { .. } | OpenState::ClosedUntil { .. } = now.open {
            prop_assert_ne!(is_open(minute + change), now.is_open());
        }
    }

    /// The short question has the long one's answer.
    #[test]
    fn open_is_open(hours in any_hours(), holidays in any_holidays(), minute in 0_i64..20_160) {
        let local = at(0, 0, minute);
        prop_assert_eq!(hours.is_open(&local), hours.state(&local).is_open());
        prop_assert_eq!(is_open(&hours, &holidays, &local), state(&hours, &holidays, &local).is_open());
    }

    /// On a holiday nothing is open but its own hours.
    #[test]
    fn a_closed_day_is_closed_all_day(hours in any_hours(), day in 0_i64..14, minute in 0_i64..1_440) {
        let holiday = [closed("Off", When::Once(LocalDate::of(&at(day, 0, 0))))];
        let state = state(&hours, &holiday, &at(day, 0, minute));
        prop_assert!(!state.is_open());
        prop_assert_eq!(state.holiday.as_deref(), Some("Off"));
    }
}
