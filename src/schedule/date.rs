//! Days of the calendar, without a clock.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::time::{LocalMoment, Timestamp, Weekday};

/// A day of the Gregorian calendar, in whatever zone it is asked about. As text `2026-12-25`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LocalDate {
    year: i32,
    month: u8,
    day: u8,
}

/// There is no such day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Enter a day like 2026-12-25.")]
pub struct ParseDateError;

const DAY_S: i64 = 86_400;

impl LocalDate {
    /// A day of a month, if that month has it; years 1 to 9999.
    #[must_use]
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let fits = (1..=9_999).contains(&year) && (1..=days_in(year, month)).contains(&day);
        fits.then_some(Self { year, month, day })
    }

    /// The day a wall clock shows.
    #[must_use]
    pub fn of(local: &LocalMoment) -> Self {
        Self {
            year: local.year,
            month: local.month,
            day: local.day,
        }
    }

    #[must_use]
    pub fn year(&self) -> i32 {
        self.year
    }

    /// 1 to 12.
    #[must_use]
    pub fn month(&self) -> u8 {
        self.month
    }

    /// 1 to 31.
    #[must_use]
    pub fn day(&self) -> u8 {
        self.day
    }

    /// The day of the week.
    #[must_use]
    pub fn weekday(&self) -> Weekday {
        // 1970 began on a Thursday.
        let index = (self.number() + 3).rem_euclid(7);
        Weekday::ALL[usize::try_from(index).unwrap_or(0)]
    }

    /// The day so many days later, or earlier below zero.
    #[must_use]
    pub fn plus(&self, days: i64) -> Self {
        let midnight = Timestamp::from_secs((self.number() + days) * DAY_S);
        Self::of(&LocalMoment::new(midnight, 0))
    }

    /// The day after.
    #[must_use]
    pub fn next(&self) -> Self {
        if self.day < days_in(self.year, self.month) {
            Self {
                day: self.day + 1,
                ..*self
            }
        } else {
            Self {
                year: self.year + i32::from(self.month == 12),
                month: self.month % 12 + 1,
                day: 1,
            }
        }
    }

    /// The day before.
    #[must_use]
    pub fn previous(&self) -> Self {
        if self.day > 1 {
            return Self {
                day: self.day - 1,
                ..*self
            };
        }
        let (year, month) = match self.month {
            1 => (self.year - 1, 12),
            month => (self.year, month - 1),
        };
        Self {
            year,
            month,
            day: days_in(year, month),
        }
    }

    /// "Dec 25".
    #[must_use]
    pub fn short(&self) -> String {
        const MONTHS: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let month = MONTHS[usize::from(self.month.clamp(1, 12)) - 1];
        format!("{month} {}", self.day)
    }

    /// Days since 1970-01-01 (Hinnant's `days_from_civil`, as [`LocalMoment::new`] turned round).
    fn number(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = i64::from(self.year) - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let yoe = year.rem_euclid(400);
        let doy = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
        let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
        era * 146_097 + doe - 719_468
    }
}

/// How many days a month has; none if there is no such month.
#[must_use]
pub fn days_in(year: i32, month: u8) -> u8 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

impl FromStr for LocalDate {
    type Err = ParseDateError;

    fn from_str(text: &str) -> Result<Self, ParseDateError> {
        let mut parts = text.trim().splitn(3, '-');
        let mut number = |digits: usize| {
            let part = parts.next().filter(|part| part.len() == digits)?;
            let all_digits = part.chars().all(|c| c.is_ascii_digit());
            all_digits.then(|| part.parse::<u16>().ok()).flatten()
        };
        let (year, month, day) = (number(4), number(2), number(2));
        year.zip(month)
            .zip(day)
            .and_then(|((year, month), day)| {
                Self::new(
                    i32::from(year),
                    u8::try_from(month).ok()?,
                    u8::try_from(day).ok()?,
                )
            })
            .ok_or(ParseDateError)
    }
}

impl fmt::Display for LocalDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl TryFrom<String> for LocalDate {
    type Error = ParseDateError;

    fn try_from(text: String) -> Result<Self, ParseDateError> {
        text.parse()
    }
}

impl From<LocalDate> for String {
    fn from(date: LocalDate) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOON_ISH, ZONE, clocks};
    use proptest::prelude::*;

    #[test]
    fn days_are_read_and_those_that_do_not_exist_are_not() {
        let date: LocalDate = " 2026-12-25 ".parse().expect("a day");
        assert_eq!(
            (date.weekday(), date.short().as_str()),
            (Weekday::Friday, "Dec 25")
        );
        assert_eq!(
            LocalDate::of(&clocks(NOON_ISH)[ZONE]).to_string(),
            "2026-11-19"
        );
        assert!("2028-02-29".parse::<LocalDate>().is_ok());
        for bad in [
            "",
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-1",
            "26-01-01",
            "2026-01-01-",
            "+026-01-01",
            "0000-01-01",
        ] {
            assert_eq!(bad.parse::<LocalDate>(), Err(ParseDateError), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn the_calendar_agrees_with_the_wall_clock(day in -200_000_i64..1_000_000, more in -400_i64..400) {
            let on = |day: i64| LocalMoment::new(Timestamp::from_secs(day * DAY_S), 0);
            let date = LocalDate::of(&on(day));
            prop_assert_eq!(date.number(), day);
            prop_assert_eq!(date.weekday(), on(day).weekday);
            prop_assert_eq!(date.plus(more), LocalDate::of(&on(day + more)));
            prop_assert_eq!((date.previous(), date.next()), (date.plus(-1), date.plus(1)));
            prop_assert_eq!(date.to_string().parse(), Ok(date));
        }
    }
}
