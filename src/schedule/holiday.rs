//! Holidays: days on which a target is closed or has other hours than the week says.
//!
//! A holiday is a whole day of the target's calendar, from midnight to midnight: its hours stand
//! in for all that is open on that day, also for what an opening of the day before would reach
//! into it past midnight. What its own special hours reach past midnight stays, unless the next
//! day is a holiday as well.

mod federal;
mod state;
#[cfg(test)]
mod tests;
pub mod text;

use serde::{Deserialize, Serialize};

use super::date::{LocalDate, days_in};
use super::{DayHours, Hours};
use crate::invalid::{self, FieldErrors};

pub use federal::Federal;
pub use state::{DayState, is_open, state};

/// The most holidays of one target.
pub const HOLIDAYS_MAX: usize = 100;

/// A day that is not as others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    /// For people: "Company party".
    pub name: String,
    pub when: When,
    /// None is closed all day.
    pub hours: Option<DayHours>,
}

/// Which days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// A single day.
    Once(LocalDate),
    /// Each year; the 29th of February in leap years only.
    Yearly { month: u8, day: u8 },
    /// A public holiday of the United States.
    Federal {
        holiday: Federal,
        /// Whether also the working day it is observed on, if it falls on a weekend.
        observed: bool,
    },
}

impl Holiday {
    /// A public holiday under its own name, closed, with the day it is observed on.
    #[must_use]
    pub fn federal(holiday: Federal) -> Self {
        Self {
            name: holiday.name().to_owned(),
            when: When::Federal {
                holiday,
                observed: true,
            },
            hours: None,
        }
    }

    /// The holiday that a day is, if any. Of several the closest speaks: a single day, then one of
    /// each year, then a public one; of the same, the first in the list.
    #[must_use]
    pub fn of(holidays: &[Self], date: LocalDate) -> Option<&Self> {
        holidays
            .iter()
            .filter(|holiday| holiday.when.is_on(date))
            .min_by_key(|holiday| holiday.when.rank())
    }

    /// Everything wrong with a list, at `holidays[n].name` and the like.
    ///
    /// # Errors
    /// `too_many` at `holidays`; what [`invalid::name`] says at `name`; `unknown` at `when` for a
    /// day no year has; `malformed` at `hours`.
    pub fn check(holidays: &[Self]) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        if holidays.len() > HOLIDAYS_MAX {
            let message = format!("Use at most {HOLIDAYS_MAX} holidays.");
            errors.add("holidays", "too_many", message);
        }
        for (i, holiday) in holidays.iter().enumerate() {
            let field = |part: &str| format!("holidays[{i}].{part}");
            errors.take(invalid::name(&field("name"), &holiday.name));
            if let When::Yearly { month, day } = holiday.when
                // A leap year, so that the 29th of February is a day.
                && !(1..=days_in(2_028, month)).contains(&day)
            {
                let message = "No year has that day. Choose another.";
                errors.add(&field("when"), "unknown", message);
            }
            if let Some(hours) = &holiday.hours {
                let week = [Some(hours.clone()), None, None, None, None, None, None];
                if Hours::weekly(week).is_err() {
                    let message =
                        "Close after opening, with breaks in between that do not overlap.";
                    errors.add(&field("hours"), "malformed", message);
                }
            }
        }
        errors.check()
    }
}

impl When {
    /// Whether it is on a day.
    #[must_use]
    pub fn is_on(&self, date: LocalDate) -> bool {
        match *self {
            Self::Once(wanted) => wanted == date,
            Self::Yearly { month, day } => (month, day) == (date.month(), date.day()),
            Self::Federal { holiday, observed } => {
                holiday.is_on(date) || (observed && holiday.is_observed_on(date))
            }
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Once(_) => 0,
            Self::Yearly { .. } => 1,
            Self::Federal { .. } => 2,
        }
    }
}
