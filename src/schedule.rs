//! Hours of operation: when a target takes calls, by the wall clock of its zone.

pub mod date;
pub mod holiday;
mod words;

use serde::{Deserialize, Serialize};

use crate::invalid::FieldErrors;
use crate::time::{LocalMoment, Weekday, clock_text};

/// Minutes in a day.
const DAY: u16 = 1_440;

/// The zones a person can choose: IANA name and what people call it. The service resolves them.
pub const ZONES: &[(&str, &str)] = &[
    ("America/New_York", "Eastern, New York"),
    ("America/Chicago", "Central, Chicago"),
    ("America/Denver", "Mountain, Denver"),
    ("America/Phoenix", "Mountain without daylight time, Phoenix"),
    ("America/Los_Angeles", "Pacific, Los Angeles"),
    ("America/Anchorage", "Alaska, Anchorage"),
    ("Pacific/Honolulu", "Hawaii, Honolulu"),
    ("America/Puerto_Rico", "Atlantic, Puerto Rico"),
    ("America/Halifax", "Atlantic, Halifax"),
    ("America/St_Johns", "Newfoundland, St. John’s"),
    ("America/Toronto", "Eastern, Toronto"),
    ("America/Vancouver", "Pacific, Vancouver"),
    ("Europe/London", "London"),
    ("Europe/Berlin", "Berlin"),
    ("Asia/Manila", "Manila"),
    ("Asia/Kolkata", "India"),
    ("Australia/Sydney", "Sydney"),
    ("UTC", "UTC"),
];

/// The short name people write behind a time, by zone: "CT".
#[must_use]
pub fn zone_short(zone: &str) -> &'static str {
    match zone {
        "America/New_York" | "America/Toronto" => "ET",
        "America/Chicago" => "CT",
        "America/Denver" | "America/Phoenix" => "MT",
        "America/Los_Angeles" | "America/Vancouver" => "PT",
        "America/Anchorage" => "AKT",
        "Pacific/Honolulu" => "HT",
        "America/Puerto_Rico" | "America/Halifax" => "AT",
        "America/St_Johns" => "NT",
        "Europe/London" => "UK time",
        "Europe/Berlin" => "CET",
        "Asia/Manila" => "Manila time",
        "Asia/Kolkata" => "IST",
        "Australia/Sydney" => "Sydney time",
        _ => "UTC",
    }
}

/// A stretch of a day: minutes since midnight, `from` before `to`. An end past 1440 is after
/// midnight, on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    pub from: u16,
    pub to: u16,
}

/// The opening of one day, with its breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayHours {
    pub open: Span,
    /// Within `open`, in order, not touching.
    pub breaks: Vec<Span>,
}

/// When a target is open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hours {
    /// Around the clock.
    #[default]
    Always,
    /// From Monday; none is closed that day. Openings of different days do not overlap.
    Weekly([Option<DayHours>; 7]),
}

/// Whether a schedule is open at a moment, and when that changes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenState {
    /// Open for good.
    Always,
    /// Open until a wall-clock minute, today or in so many days.
    Until { days: u8, minute: u16 },
    /// Closed until then.
    ClosedUntil {
        days: u8,
        weekday: Weekday,
        minute: u16,
    },
    /// No opening in the whole week.
    NeverOpen,
}

impl OpenState {
    /// Whether calls are taken.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Always | Self::Until { .. })
    }

    /// "until 7:00 pm CT", "until 9:00 am CT", "until Mon 9:00 am CT", or nothing.
    #[must_use]
    pub fn until(&self, zone: &str) -> String {
        let zone = zone_short(zone);
        match self {
            Self::Always => String::new(),
            Self::NeverOpen => "no opening hours".to_owned(),
            Self::Until { minute, .. }
            | Self::ClosedUntil {
                days: 0 | 1,
                minute,
                ..
            } => {
                format!("until {} {zone}", clock_text(*minute))
            }
            Self::ClosedUntil {
                weekday, minute, ..
            } => {
                format!("until {} {} {zone}", weekday.short(), clock_text(*minute))
            }
        }
    }
}

impl Hours {
    /// A weekly schedule, if it makes sense.
    ///
    /// # Errors
    /// At `days[n]` (n from 0 for Monday): an opening without length or over 24 hours, or one that
    /// runs into the next day's. At `days[n].breaks`: a break outside it or overlapping another.
    pub fn weekly(days: [Option<DayHours>; 7]) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        for (i, day) in days.iter().enumerate() {
            if let Some(day) = day {
                check_day(i, day, &mut errors);
                let next = &days[(i + 1) % 7];
                let runs_over = next
                    .as_ref()
                    .is_some_and(|next| day.open.to > DAY + next.open.from);
                if runs_over {
                    let (this, next) = (Weekday::ALL[i].name(), Weekday::ALL[i].plus(1).name());
                    errors.add(
                        &format!("days[{i}]"),
                        "overlap",
                        format!("{this} runs past midnight into {next}’s hours. Close earlier or open {next} later."),
                    );
                }
            }
        }
        errors.check()?;
        Ok(Self::Weekly(days))
    }

    /// Whether it is open at a moment: what [`state`](Self::state) says, without a look ahead.
    #[must_use]
    pub fn is_open(&self, local: &LocalMoment) -> bool {
        let Self::Weekly(days) = self else {
            return true;
        };
        let now = local.minute_of_day();
        let takes = |day: Option<&DayHours>, minute: u16| {
            day.is_some_and(|day| {
                (day.open.from..day.open.to).contains(&minute)
                    && !(day.breaks.iter()).any(|b| (b.from..b.to).contains(&minute))
            })
        };
        takes(days[local.weekday.index()].as_ref(), now)
            || takes(days[local.weekday.plus(6).index()].as_ref(), now + DAY)
    }

    /// Whether it is open at a moment, and until when.
    #[must_use]
    pub fn state(&self, local: &LocalMoment) -> OpenState {
        let Self::Weekly(days) = self else {
            return OpenState::Always;
        };
        let now = u32::from(local.minute_of_day()) + u32::from(DAY);
        let spans = open_spans(days, local.weekday);
        if let Some((_, end)) = spans
            .iter()
            .find(|(start, end)| *start <= now && now < *end)
        {
            return if *end >= now + 7 * u32::from(DAY) {
                OpenState::Always
            } else {
                OpenState::Until {
                    days: day_of(*end),
                    minute: minute_of(*end),
                }
            };
        }
        match spans.iter().find(|(start, _)| *start > now) {
            Some((start, _)) => OpenState::ClosedUntil {
                days: day_of(*start),
                weekday: local.weekday.plus(usize::from(day_of(*start))),
                minute: minute_of(*start),
            },
            None => OpenState::NeverOpen,
        }
    }
}

fn day_of(minute: u32) -> u8 {
    u8::try_from((minute / u32::from(DAY)).saturating_sub(1)).unwrap_or(u8::MAX)
}

fn minute_of(minute: u32) -> u16 {
    u16::try_from(minute % u32::from(DAY)).unwrap_or(0)
}

/// The open stretches from yesterday to a week ahead, joined where they touch, in minutes since
/// yesterday's midnight.
fn open_spans(days: &[Option<DayHours>; 7], today: Weekday) -> Vec<(u32, u32)> {
    let mut spans: Vec<(u32, u32)> = Vec::new();
    for ahead in 0..10_usize {
        let Some(day) = &days[today.plus(ahead + 6).index()] else {
            continue;
        };
        let midnight = u32::try_from(ahead).unwrap_or(0) * u32::from(DAY);
        let mut from = day.open.from;
        let ends = day
            .breaks
            .iter()
            .map(|b| (b.from, b.to))
            .chain([(day.open.to, day.open.to)]);
        for (end, resume) in ends {
            let (start, end) = (midnight + u32::from(from), midnight + u32::from(end));
            match spans.last_mut() {
                Some(last) if last.1 >= start => last.1 = last.1.max(end),
                _ if start < end => spans.push((start, end)),
                _ => {}
            }
            from = resume;
        }
    }
    spans
}

fn check_day(i: usize, day: &DayHours, errors: &mut FieldErrors) {
    let field = format!("days[{i}]");
    let name = Weekday::ALL[i].name();
    if day.open.from >= DAY || day.open.to <= day.open.from || day.open.to - day.open.from > DAY {
        errors.add(
            &field,
            "malformed",
            format!("{name}’s closing time must be after its opening time."),
        );
        return;
    }
    let breaks = format!("{field}.breaks");
    let mut earlier_end = day.open.from;
    for pause in &day.breaks {
        if pause.from >= pause.to || pause.from < day.open.from || pause.to > day.open.to {
            let hours = format!(
                "{} to {}",
                clock_text(day.open.from),
                clock_text(day.open.to % DAY)
            );
            errors.add(
                &breaks,
                "break_outside",
                format!("{name}’s breaks must lie within its hours, {hours}, and end after they begin. Write 1 pm as 13:00."),
            );
            return;
        }
        if pause.from < earlier_end {
            errors.add(&breaks, "overlap", format!("{name}’s breaks overlap."));
            return;
        }
        earlier_end = pause.to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;
    use proptest::prelude::*;

    fn day(from: u16, to: u16, breaks: &[(u16, u16)]) -> Option<DayHours> {
        Some(DayHours {
            open: Span { from, to },
            breaks: breaks
                .iter()
                .map(|(from, to)| Span {
                    from: *from,
                    to: *to,
                })
                .collect(),
        })
    }

    fn office() -> Hours {
        let d = || day(540, 1_020, &[(720, 780)]);
        Hours::weekly([d(), d(), d(), d(), d(), None, None]).expect("valid")
    }

    /// 2026-11-16 is a Monday.
    fn at(day: i64, hour: i64, minute: i64) -> LocalMoment {
        LocalMoment::new(
            Timestamp::from_secs(1_794_787_200 + day * 86_400 + hour * 3_600 + minute * 60),
            0,
        )
    }

    #[test]
    fn office_hours_open_pause_and_close() {
        let hours = office();
        assert_eq!(at(0, 9, 0).weekday, Weekday::Monday);
        assert_eq!(
            hours.state(&at(0, 9, 0)),
            OpenState::Until {
                days: 0,
                minute: 720
            }
        );
        assert_eq!(
            hours.state(&at(0, 12, 30)).until("America/Chicago"),
            "until 1:00 pm CT"
        );
        assert!(!hours.state(&at(0, 12, 30)).is_open());
        assert_eq!(
            hours.state(&at(0, 17, 0)).until("America/Chicago"),
            "until 9:00 am CT"
        );
        assert_eq!(
            hours.state(&at(4, 18, 0)).until("America/Chicago"),
            "until Mon 9:00 am CT"
        );
        assert_eq!(
            hours.state(&at(5, 12, 0)),
            OpenState::ClosedUntil {
                days: 2,
                weekday: Weekday::Monday,
                minute: 540
            }
        );
    }

    #[test]
    fn a_night_line_stays_open_past_midnight() {
        let hours = Hours::weekly([day(1_200, 1_800, &[]), None, None, None, None, None, None])
            .expect("valid");
        assert!(hours.state(&at(0, 23, 0)).is_open());
        assert_eq!(
            hours.state(&at(1, 5, 59)),
            OpenState::Until {
                days: 0,
                minute: 360
            }
        );
        assert!(!hours.state(&at(1, 6, 0)).is_open());
        assert!(!hours.state(&at(0, 3, 0)).is_open());
    }

    #[test]
    fn seven_full_days_are_always_open() {
        let full = || day(0, 1_440, &[]);
        let hours =
            Hours::weekly([full(), full(), full(), full(), full(), full(), full()]).expect("valid");
        assert_eq!(hours.state(&at(3, 12, 0)), OpenState::Always);
        let none = Hours::weekly([const { None }; 7]).expect("valid");
        assert_eq!(none.state(&at(3, 12, 0)), OpenState::NeverOpen);
    }

    #[test]
    fn overlapping_hours_are_refused_at_their_day() {
        let errors = Hours::weekly([
            day(1_200, 2_000, &[]),
            day(480, 1_020, &[]),
            None,
            None,
            None,
            None,
            None,
        ])
        .expect_err("overlap");
        assert_eq!(
            (errors.0[0].field.as_str(), errors.0[0].code.as_str()),
            ("days[0]", "overlap")
        );
        let errors = Hours::weekly([
            day(540, 1_020, &[(600, 660), (650, 700)]),
            None,
            None,
            None,
            None,
            None,
            None,
        ])
        .expect_err("breaks");
        assert_eq!(
            (errors.0[0].field.as_str(), errors.0[0].message.as_str()),
            ("days[0].breaks", "Monday’s breaks overlap.")
        );
        assert!(Hours::weekly([day(540, 540, &[]), None, None, None, None, None, None]).is_err());
        assert!(
            Hours::weekly([
                day(540, 600, &[(500, 560)]),
                None,
                None,
                None,
                None,
                None,
                None
            ])
            .is_err()
        );
        let sunday_into_monday = Hours::weekly([
            day(60, 600, &[]),
            None,
            None,
            None,
            None,
            None,
            day(1_200, 1_600, &[]),
        ]);
        assert!(sunday_into_monday.is_err());
    }

    proptest! {
        #[test]
        fn the_next_change_is_true(minute in 0_i64..10_080, from in 0_u16..1_439, length in 1_u16..1_440) {
            let mut days = [const { None }; 7];
            days[2] = day(from, from + length, &[]);
            let hours = Hours::weekly(days).expect("valid");
            let local = at(0, 0, minute);
            let state = hours.state(&local);
            let (ahead, to) = match state {
                OpenState::Until { days, minute } | OpenState::ClosedUntil { days, minute, .. } => (days, minute),
                OpenState::Always | OpenState::NeverOpen => return Err(TestCaseError::fail("has one opening")),
            };
            let change = i64::from(ahead) * 1_440 + i64::from(to) - i64::from(local.minute_of_day());
            prop_assert!(change > 0);
            prop_assert_eq!(hours.state(&at(0, 0, minute + change - 1)).is_open(), state.is_open());
            prop_assert_ne!(hours.state(&at(0, 0, minute + change)).is_open(), state.is_open());
        }
    }
}
