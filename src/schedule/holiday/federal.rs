//! The public holidays of the United States, computed by their rules (5 U.S.C. 6103).

use serde::{Deserialize, Serialize};

use crate::schedule::date::{LocalDate, days_in};
use crate::time::Weekday;

/// A public holiday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Federal {
    NewYear,
    MartinLutherKing,
    Washington,
    Memorial,
    Juneteenth,
    Independence,
    Labor,
    Columbus,
    Veterans,
    Thanksgiving,
    Christmas,
}

/// How its day is found in a year.
enum Rule {
    On {
        month: u8,
        day: u8,
    },
    /// The n-th such weekday of a month, from 1.
    Nth {
        month: u8,
        n: u8,
        weekday: Weekday,
    },
    Last {
        month: u8,
        weekday: Weekday,
    },
}

impl Federal {
    /// All eleven, through the year.
    pub const ALL: [Self; 11] = [
        Self::NewYear,
        Self::MartinLutherKing,
        Self::Washington,
        Self::Memorial,
        Self::Juneteenth,
        Self::Independence,
        Self::Labor,
        Self::Columbus,
        Self::Veterans,
        Self::Thanksgiving,
        Self::Christmas,
    ];

    /// "Thanksgiving Day".
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NewYear => "New Year’s Day",
            Self::MartinLutherKing => "Martin Luther King Jr. Day",
            Self::Washington => "Washington’s Birthday",
            Self::Memorial => "Memorial Day",
            Self::Juneteenth => "Juneteenth",
            Self::Independence => "Independence Day",
            Self::Labor => "Labor Day",
            Self::Columbus => "Columbus Day",
            Self::Veterans => "Veterans Day",
            Self::Thanksgiving => "Thanksgiving Day",
            Self::Christmas => "Christmas Day",
        }
    }

    /// Whether a person means it by a text: its name whatever the case and the apostrophe.
    #[must_use]
    pub fn is_named(self, text: &str) -> bool {
        let plain = |text: &str| text.trim().replace('’', "'").to_lowercase();
        plain(text) == plain(self.name())
    }

    fn rule(self) -> Rule {
        use Weekday::{Monday, Thursday};
        let on = |month, day| Rule::On { month, day };
        let nth = |n, weekday, month| Rule::Nth { month, n, weekday };
        match self {
            Self::NewYear => on(1, 1),
            Self::MartinLutherKing => nth(3, Monday, 1),
            Self::Washington => nth(3, Monday, 2),
            Self::Memorial => Rule::Last {
                month: 5,
                weekday: Monday,
            },
            Self::Juneteenth => on(6, 19),
            Self::Independence => on(7, 4),
            Self::Labor => nth(1, Monday, 9),
            Self::Columbus => nth(2, Monday, 10),
            Self::Veterans => on(11, 11),
            Self::Thanksgiving => nth(4, Thursday, 11),
            Self::Christmas => on(12, 25),
        }
    }

    /// Its day in a year; none outside the years 1 to 9999.
    #[must_use]
    pub fn date(self, year: i32) -> Option<LocalDate> {
        match self.rule() {
            Rule::On { month, day } => LocalDate::new(year, month, day),
            Rule::Nth { month, n, weekday } => {
                let first = LocalDate::new(year, month, 1)?;
                let until = (weekday.index() + 7 - first.weekday().index()) % 7;
                Some(first.plus(i64::try_from(until).ok()? + 7 * i64::from(n - 1)))
            }
            Rule::Last { month, weekday } => {
                let last = LocalDate::new(year, month, days_in(year, month))?;
                let since = (last.weekday().index() + 7 - weekday.index()) % 7;
                Some(last.plus(-i64::try_from(since).ok()?))
            }
        }
    }

    /// The day it is observed on in a year: the Friday before a Saturday, the Monday after a
    /// Sunday (5 U.S.C. 6103(b), Executive Order 11582), else the day itself.
    #[must_use]
    pub fn observed(self, year: i32) -> Option<LocalDate> {
        let date = self.date(year)?;
        Some(match date.weekday() {
            Weekday::Saturday => date.plus(-1),
            Weekday::Sunday => date.plus(1),
            _ => date,
        })
    }

    /// Whether a day is its own, told without working out the day of the year: a decision asks
    /// this of every holiday of every target.
    pub(super) fn is_on(self, date: LocalDate) -> bool {
        match self.rule() {
            Rule::On { month, day } => (month, day) == (date.month(), date.day()),
            Rule::Nth { month, n, weekday } => {
                month == date.month() && date.day().div_ceil(7) == n && date.weekday() == weekday
            }
            Rule::Last { month, weekday } => {
                month == date.month()
                    && date.day() + 7 > days_in(date.year(), month)
                    && date.weekday() == weekday
            }
        }
    }

    /// Whether it falls on the weekend beside a day, which is off instead. A year's first day that
    /// falls on a Saturday is observed in the year before.
    pub(super) fn is_observed_on(self, date: LocalDate) -> bool {
        let Rule::On { month, day } = self.rule() else {
            return false;
        };
        let is = |beside: LocalDate| (month, day) == (beside.month(), beside.day());
        // The day of the week is asked last: it is the dearest question.
        (is(date.next()) && date.weekday() == Weekday::Friday)
            || (is(date.previous()) && date.weekday() == Weekday::Monday)
    }
}
