//! Caps by the hour of the week: one limit for each of the 7 × 24 hours of a target's own week
//! (Ringba's `callConcurrencyMatrix` and `call_cap_matrix`, domain-reference 2).
//!
//! An hour is the hour the wall clock of the target's zone shows, so the hour that clocks skip is
//! never asked for and the one they repeat is asked for twice; calls of the two are counted apart,
//! as [`Windows`](crate::time::Windows) does.

mod text;

use serde::{Deserialize, Serialize};

use super::{CAP_MAX, Caps, Usage};
use crate::invalid::FieldErrors;
use crate::schedule::zone_short;
use crate::time::{LocalMoment, Weekday, clock_text};

/// Hours in a day.
pub const HOURS: usize = 24;
/// Hours in a week.
const WEEK_HOURS: usize = 7 * HOURS;

/// A limit for each hour of a week, from Monday midnight; none is unlimited.
///
/// As text, and in JSON, it names the hours that are limited: `Mon-Fri 9-17=5; Sat 10-14=1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WeekMatrix([[Option<u32>; HOURS]; 7]);

/// The two matrices of a target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Matrices {
    /// Calls at once.
    pub concurrent: WeekMatrix,
    /// Calls begun in that hour.
    pub volume: WeekMatrix,
}

/// Some hours of some days, for filling in: `from` to before `to`, 0 to 24.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    pub days: [bool; 7],
    pub from: u8,
    pub to: u8,
}

/// When a limit is first large enough again: the beginning of an hour by the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopening {
    /// 0 for today.
    pub days: u8,
    pub weekday: Weekday,
    pub hour: u8,
}

impl Default for WeekMatrix {
    /// Unlimited at every hour.
    fn default() -> Self {
        Self([[None; HOURS]; 7])
    }
}

impl WeekMatrix {
    /// The limit of an hour.
    #[must_use]
    pub fn at(&self, weekday: Weekday, hour: u8) -> Option<u32> {
        self.0[weekday.index()][usize::from(hour) % HOURS]
    }

    /// The limit that holds at a moment.
    #[must_use]
    pub fn now(&self, local: &LocalMoment) -> Option<u32> {
        self.at(local.weekday, local.hour)
    }

    /// The one limit of all hours of a block; none if they differ or the block is empty.
    #[must_use]
    pub fn common(&self, block: &Block) -> Option<Option<u32>> {
        let hours = usize::from(block.from)..usize::from(block.to).min(HOURS);
        let days = self.0.iter().zip(block.days).filter(|(_, wanted)| *wanted);
        let mut limits = days.flat_map(|(day, _)| day.get(hours.clone()).unwrap_or_default());
        let first = *limits.next()?;
        limits.all(|limit| *limit == first).then_some(first)
    }

    /// Whether no hour is limited.
    #[must_use]
    pub fn is_unlimited(&self) -> bool {
        self.0.iter().flatten().all(Option::is_none)
    }

    /// Sets the limit of some hours, as a person does who drags over the grid. Nothing is changed
    /// if the hours make no sense.
    ///
    /// # Errors
    /// `malformed` at `hours` for a block that ends before it begins or past midnight;
    /// `out_of_range` at `limit` above [`CAP_MAX`].
    pub fn fill(&mut self, block: &Block, limit: Option<u32>) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        let (from, to) = (usize::from(block.from), usize::from(block.to));
        if from >= to || to > HOURS {
            let message = "The hours end after they begin, at midnight at the latest.";
            errors.add("hours", "malformed", message);
        }
        if limit.is_some_and(|limit| limit > CAP_MAX) {
            let message = format!("Enter at most {CAP_MAX} calls, or leave it empty.");
            errors.add("limit", "out_of_range", message);
        }
        errors.check()?;
        for (hours, wanted) in self.0.iter_mut().zip(block.days) {
            if wanted {
                hours[from..to].fill(limit);
            }
        }
        Ok(())
    }

    /// Copies the hours of one day to others.
    pub fn copy_day(&mut self, from: Weekday, to: [bool; 7]) {
        let hours = self.0[from.index()];
        for (day, wanted) in self.0.iter_mut().zip(to) {
            if wanted {
                *day = hours;
            }
        }
    }

    /// The matrix of Ringba's form: from Sunday, −1 for unlimited; none if a limit is neither
    /// that nor one of ours.
    #[must_use]
    pub fn from_ringba(days: &[[i64; HOURS]; 7]) -> Option<Self> {
        let mut matrix = Self::default();
        for (i, hours) in days.iter().enumerate() {
            for (hour, limit) in hours.iter().enumerate() {
                matrix.0[(i + 6) % 7][hour] = match *limit {
                    -1 => None,
                    limit => Some(u32::try_from(limit).ok().filter(|n| *n <= CAP_MAX)?),
                };
            }
        }
        Some(matrix)
    }

    /// The first hour after this one in which one more than `used` calls fit under both the
    /// matrix and a plain cap; none if there is no such hour in the week.
    ///
    /// For volume `used` is 0, because each hour starts its count anew; for calls at once it is
    /// those in progress, and a line that falls free may open the target before.
    #[must_use]
    pub fn reopens(&self, plain: Option<u32>, used: u32, local: &LocalMoment) -> Option<Reopening> {
        let now = local.weekday.index() * HOURS + usize::from(local.hour);
        (1..=WEEK_HOURS).find_map(|ahead| {
            let (days, hour) = ((now + ahead) / HOURS, (now + ahead) % HOURS);
            let weekday = Weekday::ALL[days % 7];
            let hour = u8::try_from(hour).ok()?;
            let fits = smaller(self.at(weekday, hour), plain).is_none_or(|limit| used < limit);
            fits.then_some(Reopening {
                days: u8::try_from(days - local.weekday.index()).ok()?,
                weekday,
                hour,
            })
        })
    }
}

impl Matrices {
    /// The caps that hold at a moment: of calls at once and calls an hour, the smaller of the
    /// matrix's limit and the plain one. Whoever claims a line claims it under these.
    #[must_use]
    pub fn effective(&self, caps: &Caps, local: &LocalMoment) -> Caps {
        Caps {
            concurrent: smaller(self.concurrent.now(local), caps.concurrent),
            hourly: smaller(self.volume.now(local), caps.hourly),
            ..*caps
        }
    }

    /// When a target that is refused by its hourly caps takes calls again; none if it is open, or
    /// never is. Longer caps may keep it closed beyond that.
    #[must_use]
    pub fn reopens(&self, caps: &Caps, usage: &Usage, local: &LocalMoment) -> Option<Reopening> {
        let used = usage.within(&local.windows());
        let now = self.effective(caps, local);
        if now.hourly.is_some_and(|limit| used.hour >= limit) {
            return self.volume.reopens(caps.hourly, 0, local);
        }
        if now.concurrent.is_some_and(|limit| used.live >= limit) {
            return self.concurrent.reopens(caps.concurrent, used.live, local);
        }
        None
    }
}

/// The smaller of two limits, none being unlimited.
fn smaller(a: Option<u32>, b: Option<u32>) -> Option<u32> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (limit, None) | (None, limit) => limit,
    }
}

impl Reopening {
    /// "until 2:00 pm ET", "until Mon 9:00 am ET".
    #[must_use]
    pub fn until(&self, zone: &str) -> String {
        let (clock, zone) = (clock_text(u16::from(self.hour) * 60), zone_short(zone));
        match self.days {
            0 | 1 => format!("until {clock} {zone}"),
            _ => format!("until {} {clock} {zone}", self.weekday.short()),
        }
    }
}

impl Block {
    /// Monday to Friday.
    pub const WEEKDAYS: [bool; 7] = [true, true, true, true, true, false, false];
    /// All seven.
    pub const EVERY_DAY: [bool; 7] = [true; 7];
}

#[cfg(test)]
mod tests;
