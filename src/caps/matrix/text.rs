//! A matrix as text: the hours that are limited, and how.

use std::fmt;
use std::str::FromStr;

use super::{HOURS, WeekMatrix};
use crate::caps::CAP_MAX;
use crate::time::Weekday;

/// The text is not a matrix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseMatrixError {
    #[error("“{0}” is not a limit of some hours. It looks like Mon-Fri 9-17=5.")]
    Malformed(String),
    #[error("“{0}” is not a day. Days are Mon, Tue, Wed, Thu, Fri, Sat and Sun.")]
    Day(String),
    #[error("“{0}” are no hours. They run from 0 to 24, for example 9-17.")]
    Hours(String),
    #[error("“{0}” is not a number of calls up to {CAP_MAX}.")]
    Limit(String),
}

impl FromStr for WeekMatrix {
    type Err = ParseMatrixError;

    /// Reads `Mon-Fri 9-17=5, 17-20=2; Sat 10-14=1`: days, and for stretches of their hours the
    /// calls they may have. `9-17` is from 9:00 am to before 5:00 pm. Hours that are not named
    /// are unlimited, an empty text limits none, and of two that speak of the same hour the later
    /// holds.
    fn from_str(text: &str) -> Result<Self, ParseMatrixError> {
        let mut matrix = Self::default();
        for part in text.split(';').map(str::trim).filter(|p| !p.is_empty()) {
            let (days, stretches) = part
                .split_once(char::is_whitespace)
                .ok_or_else(|| ParseMatrixError::Malformed(part.to_owned()))?;
            let (first, last) = ends(days);
            let (first, last) = (day(first)?, day(last)?);
            if first > last {
                return Err(ParseMatrixError::Day(days.to_owned()));
            }
            for stretch in stretches.split(',').map(str::trim) {
                let (hours, limit) = stretch
                    .split_once('=')
                    .ok_or_else(|| ParseMatrixError::Malformed(stretch.to_owned()))?;
                let (from, to) = stretch_of(hours.trim())?;
                let limit = limit_of(limit.trim())?;
                for hours in &mut matrix.0[first..=last] {
                    hours[from..to].fill(Some(limit));
                }
            }
        }
        Ok(matrix)
    }
}

fn ends(text: &str) -> (&str, &str) {
    text.split_once('-').unwrap_or((text, text))
}

fn day(text: &str) -> Result<usize, ParseMatrixError> {
    Weekday::ALL
        .into_iter()
        .find(|day| day.short().eq_ignore_ascii_case(text))
        .map(Weekday::index)
        .ok_or_else(|| ParseMatrixError::Day(text.to_owned()))
}

fn stretch_of(text: &str) -> Result<(usize, usize), ParseMatrixError> {
    let no = || ParseMatrixError::Hours(text.to_owned());
    let (from, to) = text.split_once('-').ok_or_else(no)?;
    match (from.parse::<usize>(), to.parse::<usize>()) {
        (Ok(from), Ok(to)) if from < to && to <= HOURS => Ok((from, to)),
        _ => Err(no()),
    }
}

fn limit_of(text: &str) -> Result<u32, ParseMatrixError> {
    text.parse()
        .ok()
        .filter(|limit| *limit <= CAP_MAX)
        .ok_or_else(|| ParseMatrixError::Limit(text.to_owned()))
}

impl fmt::Display for WeekMatrix {
    /// The shortest text that says the same: neighbouring days and hours that are alike together.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = 0;
        let mut separator = "";
        for day in 1..=7 {
            if day < 7 && self.0[day] == self.0[first] {
                continue;
            }
            let stretches = stretches(&self.0[first]);
            if !stretches.is_empty() {
                write!(f, "{separator}{}", Weekday::ALL[first].short())?;
                if day - 1 > first {
                    write!(f, "-{}", Weekday::ALL[day - 1].short())?;
                }
                write!(f, " {}", stretches.join(", "))?;
                separator = "; ";
            }
            first = day;
        }
        Ok(())
    }
}

/// "9-17=5", "17-20=2".
fn stretches(hours: &[Option<u32>; HOURS]) -> Vec<String> {
    let mut said = Vec::new();
    let mut from = 0;
    for hour in 1..=HOURS {
        if hour < HOURS && hours[hour] == hours[from] {
            continue;
        }
        if let Some(limit) = hours[from] {
            said.push(format!("{from}-{hour}={limit}"));
        }
        from = hour;
    }
    said
}

impl TryFrom<String> for WeekMatrix {
    type Error = ParseMatrixError;

    fn try_from(text: String) -> Result<Self, ParseMatrixError> {
        text.parse()
    }
}

impl From<WeekMatrix> for String {
    fn from(matrix: WeekMatrix) -> Self {
        matrix.to_string()
    }
}
