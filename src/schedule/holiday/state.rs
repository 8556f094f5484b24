//! Whether hours are open at a moment, holidays first.

use serde::{Deserialize, Serialize};

use super::Holiday;
use crate::schedule::date::LocalDate;
use crate::schedule::{DayHours, Hours, OpenState, zone_short};
use crate::time::{LocalMoment, Weekday, clock_text};

/// Minutes in a day.
const DAY: i32 = 1_440;
/// Days ahead in which an opening is looked for; a target that is closed for longer counts as
/// never open.
const HORIZON: i32 = 60;
/// An opening that goes on for so many days is "always".
const ALWAYS_DAYS: i32 = 7;

/// Whether a target is open, and which holiday has to do with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayState {
    pub open: OpenState,
    /// The name of the holiday that today is.
    pub holiday: Option<String>,
    /// The day of the next change, if it is so far off that a weekday would not name it.
    pub on: Option<LocalDate>,
}

/// Whether hours are open at a moment, and until when, where holidays go before the week.
#[must_use]
pub fn state(hours: &Hours, holidays: &[Holiday], local: &LocalMoment) -> DayState {
    if holidays.is_empty() {
        return DayState {
            open: hours.state(local),
            holiday: None,
            on: None,
        };
    }
    let calendar = Calendar {
        hours,
        holidays,
        today: LocalDate::of(local),
    };
    let open = calendar.state(i32::from(local.minute_of_day()));
    let ahead = match open {
        OpenState::Until { days, .. } | OpenState::ClosedUntil { days, .. } => i64::from(days),
        OpenState::Always | OpenState::NeverOpen => 0,
    };
    DayState {
        open,
        holiday: Holiday::of(holidays, calendar.today).map(|h| h.name.clone()),
        on: (ahead >= 7).then(|| calendar.today.plus(ahead)),
    }
}

/// Whether hours are open at a moment: what [`state`] says, without a look ahead where no holiday
/// asks for one.
#[must_use]
pub fn is_open(hours: &Hours, holidays: &[Holiday], local: &LocalMoment) -> bool {
    if holidays.is_empty() {
        hours.is_open(local)
    } else {
        state(hours, holidays, local).is_open()
    }
}

impl DayState {
    /// Whether calls are taken.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open.is_open()
    }

    /// What comes after "Open" or "Closed": "until 7:00 pm CT", "for Christmas Day until Mon 9:00
    /// am CT", "until Jan 4, 9:00 am CT"; nothing if it is always open.
    #[must_use]
    pub fn words(&self, zone: &str) -> String {
        let until = match (&self.open, self.on) {
            (OpenState::NeverOpen, _) => "on every day of the week".to_owned(),
            (OpenState::Until { minute, .. } | OpenState::ClosedUntil { minute, .. }, Some(on)) => {
                let (day, clock) = (on.short(), clock_text(*minute));
                format!("until {day}, {clock} {}", zone_short(zone))
            }
            (open, _) => open.until(zone),
        };
        match &self.holiday {
            Some(name) if !self.is_open() => format!("for {name} {until}"),
            _ => until,
        }
    }
}

/// Hours from one day on.
struct Calendar<'a> {
    hours: &'a Hours,
    holidays: &'a [Holiday],
    today: LocalDate,
}

impl Calendar<'_> {
    /// At so many minutes after today's midnight.
    fn state(&self, now: i32) -> OpenState {
        if self.never_opens() {
            return OpenState::NeverOpen;
        }
        // The end of the stretch that is open now, as far as it is known.
        let mut open_until: Option<i32> = None;
        let mut date = self.today.previous();
        for ahead in -1..=HORIZON {
            let stretches = self.stretches(date, ahead);
            date = date.next();
            for (from, to) in stretches {
                match open_until {
                    Some(end) if from <= end => open_until = Some(end.max(to)),
                    Some(end) => return until(end),
                    None if to <= now => {}
                    None if from <= now => open_until = Some(to),
                    None => return closed_until(from, self.today),
                }
            }
            match open_until {
                Some(end) if end >= now + ALWAYS_DAYS * DAY => return OpenState::Always,
                Some(end) if end < (ahead + 1) * DAY => return until(end),
                _ => {}
            }
        }
        open_until.map_or(OpenState::NeverOpen, until)
    }

    /// What is open of a day so many days ahead, in minutes after today's midnight, in order.
    fn stretches(&self, date: LocalDate, ahead: i32) -> Vec<(i32, i32)> {
        let midnight = ahead * DAY;
        let hours = match Holiday::of(self.holidays, date) {
            Some(holiday) => holiday.hours.as_ref(),
            None => match self.hours {
                Hours::Always => return vec![(midnight, midnight + DAY)],
                Hours::Weekly(days) => days[date.weekday().index()].as_ref(),
            },
        };
        let mut stretches = hours.map(stretches_of).unwrap_or_default();
        let past_midnight = stretches.last().is_some_and(|(_, to)| *to > DAY);
        if past_midnight && Holiday::of(self.holidays, date.next()).is_some() {
            stretches.retain(|(from, _)| *from < DAY);
            for (_, to) in &mut stretches {
                *to = (*to).min(DAY);
            }
        }
        stretches
            .into_iter()
            .map(|(from, to)| (midnight + from, midnight + to))
            .collect()
    }

    fn never_opens(&self) -> bool {
        let week = match self.hours {
            Hours::Always => true,
            Hours::Weekly(days) => days.iter().any(Option::is_some),
        };
        !week && self.holidays.iter().all(|holiday| holiday.hours.is_none())
    }
}

/// An opening less its breaks, in minutes after its day's midnight.
fn stretches_of(day: &DayHours) -> Vec<(i32, i32)> {
    let mut from = i32::from(day.open.from);
    let mut stretches = Vec::new();
    for pause in &day.breaks {
        stretches.push((from, i32::from(pause.from)));
        from = i32::from(pause.to);
    }
    stretches.push((from, i32::from(day.open.to)));
    stretches.retain(|(from, to)| from < to);
    stretches
}

fn until(end: i32) -> OpenState {
    OpenState::Until {
        days: u8::try_from(end / DAY).unwrap_or(u8::MAX),
        minute: u16::try_from(end % DAY).unwrap_or(0),
    }
}

fn closed_until(from: i32, today: LocalDate) -> OpenState {
    let days = u8::try_from(from / DAY).unwrap_or(u8::MAX);
    OpenState::ClosedUntil {
        days,
        weekday: weekday_after(today, days),
        minute: u16::try_from(from % DAY).unwrap_or(0),
    }
}

fn weekday_after(today: LocalDate, days: u8) -> Weekday {
    today.weekday().plus(usize::from(days))
}
