//! Wall clocks: the only place that reads time-zone data.

use domain::api::page::Stamp;
use domain::routing::Clocks;
use domain::schedule::zone_short;
use domain::time::{LocalMoment, Timestamp};
use jiff::civil::Date;
use jiff::tz::TimeZone;

fn time_zone(zone: &str) -> TimeZone {
    TimeZone::get(zone).unwrap_or(TimeZone::UTC)
}

/// What the wall clock of a zone shows; UTC for a zone nobody knows.
#[must_use]
pub fn local(zone: &str, at: Timestamp) -> LocalMoment {
    let offset = jiff::Timestamp::from_microsecond(at.0)
        .map_or(0, |t| time_zone(zone).to_offset(t).seconds());
    LocalMoment::new(at, offset)
}

/// The wall clocks of several zones at once.
#[must_use]
pub fn clocks<'a>(zones: impl IntoIterator<Item = &'a str>, at: Timestamp) -> Clocks {
    let mut clocks = Clocks::new();
    for zone in zones {
        if !clocks.contains_key(zone) {
            clocks.insert(zone.to_owned(), local(zone, at));
        }
    }
    clocks
}

/// The moment a local day begins; on days whose midnight is skipped, the first moment there is.
#[must_use]
pub fn day_start(zone: &str, date: Date) -> Timestamp {
    date.to_zoned(time_zone(zone))
        .map_or(Timestamp(0), |z| Timestamp(z.timestamp().as_microsecond()))
}

/// The local date at a moment.
#[must_use]
pub fn date(zone: &str, at: Timestamp) -> Date {
    let local = local(zone, at);
    let year = i16::try_from(local.year).unwrap_or(1970);
    let (month, day) = (
        i8::try_from(local.month).unwrap_or(1),
        i8::try_from(local.day).unwrap_or(1),
    );
    Date::new(year, month, day).unwrap_or(Date::constant(1970, 1, 1))
}

/// The moment today began.
#[must_use]
pub fn today(zone: &str, now: Timestamp) -> Timestamp {
    day_start(zone, date(zone, now))
}

/// The date so many days later (or earlier).
#[must_use]
pub fn plus_days(date: Date, days: i64) -> Date {
    date.checked_add(jiff::Span::new().days(days))
        .unwrap_or(date)
}

/// A date as typed: `yyyy-mm-dd`.
#[must_use]
pub fn parse_date(text: &str) -> Option<Date> {
    text.trim().parse().ok()
}

/// A moment as programs write it: RFC 3339, with any offset.
#[must_use]
pub fn rfc3339(text: &str) -> Option<Timestamp> {
    let at: jiff::Timestamp = text.trim().parse().ok()?;
    Some(Timestamp(at.as_microsecond()))
}

/// A moment to the microsecond: "2026-11-19T19:37:05.123456Z".
#[must_use]
pub fn exact(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.0).map_or_else(|_| String::new(), |t| t.to_string())
}

/// The moment of a text: as [`exact`] writes it, with another offset, or the end of a local day.
#[must_use]
pub fn moment(zone: &str, text: &str) -> Option<Timestamp> {
    let moment = text.parse::<jiff::Timestamp>().ok();
    moment
        .map(|t| Timestamp(t.as_microsecond()))
        .or_else(|| Some(day_start(zone, plus_days(parse_date(text)?, 1))))
}

/// A moment with its texts.
#[must_use]
pub fn stamp(zone: &str, at: Timestamp) -> Stamp {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let l = local(zone, at);
    let half = if l.hour < 12 { "am" } else { "pm" };
    let hour = match l.hour % 12 {
        0 => 12,
        hour => hour,
    };
    let time = format!("{hour}:{:02}:{:02} {half}", l.minute, l.second);
    let date = format!(
        "{}, {} {}",
        l.weekday.short(),
        MONTHS[usize::from(l.month.clamp(1, 12)) - 1],
        l.day
    );
    Stamp {
        at,
        datetime: at.rfc3339(),
        full: format!("{date}, {time} {}", zone_short(zone)),
        time,
        date,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_read_in_the_zone_of_the_account() {
        let stamp = stamp("America/New_York", Timestamp::from_secs(1_795_117_025));
        assert_eq!(stamp.full, "Thu, Nov 19, 2:37:05 pm ET");
        assert_eq!(stamp.datetime, "2026-11-19T19:37:05.000Z");
    }

    #[test]
    fn moments_are_read_as_they_are_written() {
        let at = Timestamp(1_795_117_025_123_456);
        assert_eq!(exact(at), "2026-11-19T19:37:05.123456Z");
        assert_eq!(moment("UTC", &exact(at)), Some(at));
        let day = moment("America/New_York", "2026-11-19").expect("a day");
        assert_eq!(exact(day), "2026-11-20T05:00:00Z");
        assert_eq!(moment("UTC", "tomorrow"), None);
    }

    #[test]
    fn days_of_clock_changes_have_23_and_25_hours() {
        let hours = |d: &str| {
            let date = parse_date(d).expect("date");
            (day_start("America/New_York", plus_days(date, 1)).secs()
                - day_start("America/New_York", date).secs())
                / 3_600
        };
        assert_eq!(
            (
                hours("2026-03-08"),
                hours("2026-11-01"),
                hours("2026-11-21")
            ),
            (23, 25, 24)
        );
    }
}
