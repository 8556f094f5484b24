//! Points in time (UTC, microseconds) and what a clock on a wall somewhere shows for them.
//!
//! Zone data never reaches this crate: whoever knows a zone hands in its offset at that moment.

use serde::{Deserialize, Serialize};

/// A moment: microseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// A moment before all others.
    pub const MIN: Self = Self(i64::MIN);
    /// A moment that never comes.
    pub const MAX: Self = Self(i64::MAX);
    /// The moment that many whole seconds after 1970.
    #[must_use]
    pub fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// Whole seconds since 1970, rounded down.
    #[must_use]
    pub fn secs(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Whole milliseconds since 1970, rounded down.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// This moment and so many seconds.
    #[must_use]
    pub fn plus_secs(self, secs: i64) -> Self {
        Self(self.0.saturating_add(secs.saturating_mul(1_000_000)))
    }

    /// This moment and so many milliseconds.
    #[must_use]
    pub fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis.saturating_mul(1_000)))
    }

    /// Milliseconds from `earlier` to this moment; negative if it is later.
    #[must_use]
    pub fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0) / 1_000
    }

    /// Whole seconds from `earlier` to this moment, never below zero.
    #[must_use]
    pub fn secs_since(self, earlier: Self) -> u32 {
        u32::try_from(self.0.saturating_sub(earlier.0) / 1_000_000).unwrap_or(0)
    }

    /// RFC 3339 in UTC with milliseconds: `2026-11-19T14:37:00.000Z`.
    #[must_use]
    pub fn rfc3339(self) -> String {
        let local = LocalMoment::new(self, 0);
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            local.year,
            local.month,
            local.day,
            local.hour,
            local.minute,
            local.second,
            self.millis().rem_euclid(1000)
        )
    }
}

/// A day of the week, from Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// All seven, from Monday.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// 0 for Monday to 6 for Sunday.
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// The day so many days later.
    #[must_use]
    pub fn plus(self, days: usize) -> Self {
        Self::ALL[(self.index() + days) % 7]
    }

    /// "Monday".
    #[must_use]
    pub fn name(self) -> &'static str {
        [
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ][self.index()]
    }

    /// "Mon".
    #[must_use]
    pub fn short(self) -> &'static str {
        &self.name()[..3]
    }
}

/// What a wall clock with a given offset from UTC shows at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalMoment {
    /// The moment itself.
    pub at: Timestamp,
    /// Seconds east of UTC in force at that moment.
    pub offset_s: i32,
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    pub weekday: Weekday,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
}

/// Keys that name the hour, day and month a moment falls in, by the wall clock of its zone.
///
/// Keys only ever compare for equality: a counter belongs to a window if the keys match. The hour
/// is named by the UTC second it began at, so the hour that repeats when clocks go back is two.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Windows {
    /// UTC seconds at which the local hour began.
    pub hour: i64,
    /// Local date as `yyyymmdd`.
    pub day: i64,
    /// Local month as `yyyymm`.
    pub month: i64,
}

impl Windows {
    /// The later of each window.
    #[must_use]
    pub fn latest(&self, other: &Self) -> Self {
        Self {
            hour: self.hour.max(other.hour),
            day: self.day.max(other.day),
            month: self.month.max(other.month),
        }
    }
}

const DAY_S: i64 = 86_400;

impl LocalMoment {
    /// The wall clock of an offset at a moment (proleptic Gregorian; Hinnant's `civil_from_days`).
    #[must_use]
    pub fn new(at: Timestamp, offset_s: i32) -> Self {
        // Each part is bounded by the calendar, so no cast below loses anything.
        let local = at.secs() + i64::from(offset_s);
        let days = local.div_euclid(DAY_S);
        let second_of_day = local.rem_euclid(DAY_S);
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + i64::from(month <= 2);
        Self {
            at,
            offset_s,
            year: year as i32,
            month: month as u8,
            day: (doy - (153 * mp + 2) / 5 + 1) as u8,
            weekday: Weekday::ALL[(days + 3).rem_euclid(7) as usize],
            hour: (second_of_day / 3_600) as u8,
            minute: (second_of_day % 3_600 / 60) as u8,
            second: (second_of_day % 60) as u8,
        }
    }

    /// Minutes since local midnight by the wall clock.
    #[must_use]
    pub fn minute_of_day(&self) -> u16 {
        u16::from(self.hour) * 60 + u16::from(self.minute)
    }

    /// The windows this moment falls in.
    #[must_use]
    pub fn windows(&self) -> Windows {
        let local = self.at.secs() + i64::from(self.offset_s);
        Windows {
            hour: local.div_euclid(3_600) * 3_600 - i64::from(self.offset_s),
            day: i64::from(self.year) * 10_000 + i64::from(self.month) * 100 + i64::from(self.day),
            month: i64::from(self.year) * 100 + i64::from(self.month),
        }
    }
}

/// "9:00 am" for minutes since midnight; midnight at the end of a day is "midnight".
#[must_use]
pub fn clock_text(minute: u16) -> String {
    let minute = minute % 1_440;
    if minute == 0 {
        return "midnight".to_owned();
    }
    let (hour, half) = match minute / 60 {
        0 => (12, "am"),
        h @ 1..=11 => (h, "am"),
        12 => (12, "pm"),
        h => (h - 12, "pm"),
    };
    format!("{hour}:{:02} {half}", minute % 60)
}

/// "0:41", "10:52" or "1:02:05" for a length in seconds.
#[must_use]
pub fn length_text(secs: u32) -> String {
    let (hours, minutes, seconds) = (secs / 3_600, secs / 60 % 60, secs % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// "under a minute", "41 min", "3 h" or "12 d" for how long something waits, in seconds.
#[must_use]
pub fn span_text(secs: u32) -> String {
    match secs {
        0..60 => "under a minute".to_owned(),
        60..3_600 => format!("{} min", secs / 60),
        3_600..86_400 => format!("{} h", secs / 3_600),
        _ => format!("{} d", secs / 86_400),
    }
}

/// A length between two moments in its largest unit: "41 s", "3 min".
#[must_use]
pub fn ago(secs: u32) -> String {
    if secs < 60 {
        format!("{secs} s")
    } else {
        span_text(secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_their_largest_unit() {
        let texts = [59, 60, 3_599, 86_399, 86_400].map(span_text);
        assert_eq!(texts, ["under a minute", "1 min", "59 min", "23 h", "1 d"]);
    }

    #[test]
    fn wall_clocks_show_known_moments() {
        // 2026-11-19 14:37:05 in New York (UTC-5) is a Thursday.
        let at = Timestamp::from_secs(1_795_117_025);
        let local = LocalMoment::new(at, -5 * 3_600);
        assert_eq!((local.year, local.month, local.day), (2026, 11, 19));
        assert_eq!((local.hour, local.minute, local.second), (14, 37, 5));
        assert_eq!(local.weekday, Weekday::Thursday);
        assert_eq!(at.rfc3339(), "2026-11-19T19:37:05.000Z");
        assert_eq!(LocalMoment::new(Timestamp(-1), 0).year, 1969);
        let leap = LocalMoment::new(Timestamp::from_secs(1_709_164_800), 0);
        assert_eq!((leap.month, leap.day), (2, 29));
    }

    #[test]
    fn the_repeated_hour_of_autumn_is_two_windows_of_one_day() {
        // 2026-11-01 05:30Z is 1:30 am EDT, an hour later it is 1:30 am EST.
        let first = LocalMoment::new(Timestamp::from_secs(1_793_511_000), -4 * 3_600);
        let second = LocalMoment::new(Timestamp::from_secs(1_793_514_600), -5 * 3_600);
        assert_eq!((first.hour, first.minute), (second.hour, second.minute));
        assert_ne!(first.windows().hour, second.windows().hour);
        assert_eq!(first.windows().day, second.windows().day);
    }

    #[test]
    fn hours_of_half_hour_zones_begin_on_their_own_clock() {
        let india = LocalMoment::new(Timestamp::from_secs(1_793_511_000), 19_800);
        assert_eq!((india.windows().hour + 19_800) % 3_600, 0);
    }

    #[test]
    fn texts_read_as_people_say_them() {
        assert_eq!(clock_text(540), "9:00 am");
        assert_eq!(clock_text(1_140), "7:00 pm");
        assert_eq!(clock_text(12 * 60), "12:00 pm");
        assert_eq!(clock_text(1_440), "midnight");
        assert_eq!(length_text(41), "0:41");
        assert_eq!(length_text(3_725), "1:02:05");
    }
}
