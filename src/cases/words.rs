//! Words of the cases: clauses, amounts, times, filters and weeks.

use crate::money::Micros;
use crate::schedule::date::LocalDate;
use crate::schedule::{DayHours, Hours, Span};
use crate::tag::filter::{CompiledFilter, Filter, Group, Rule, Test};
use crate::tag::list::BulkLists;
use crate::time::{LocalMoment, Timestamp, Weekday};

/// A line as clauses, each its words.
pub(super) fn clauses(line: &str) -> Vec<Vec<&str>> {
    line.split(" | ")
        .map(|clause| clause.split_whitespace().collect::<Vec<&str>>())
        .filter(|words| !words.is_empty())
        .collect()
}

pub(super) fn amount(text: &str) -> Micros {
    Micros::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

pub(super) fn count<T: TryFrom<u64>>(text: &str) -> T {
    let n: u64 = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
    T::try_from(n).unwrap_or_else(|_| panic!("{text} is too large"))
}

/// "90" or "90s", "5m", "2h", "3d" in seconds.
pub(super) fn secs(text: &str) -> i64 {
    let (number, unit) = match text.strip_suffix(['s', 'm', 'h', 'd']) {
        Some(number) => (number, &text[number.len()..]),
        None => (text, "s"),
    };
    let n: i64 = count(number);
    n * match unit {
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => 1,
    }
}

/// `2026-11-19T14:37:05-05:00`; seconds may be left out.
pub(super) fn moment(text: &str) -> Timestamp {
    let bad = || -> ! { panic!("no moment: {text}") };
    let Some((date, rest)) = text.split_once('T') else {
        bad()
    };
    let at = rest.rfind(['+', '-']).unwrap_or_else(|| bad());
    let (clock, offset) = rest.split_at(at);
    let date: LocalDate = date.parse().unwrap_or_else(|_| bad());
    let parts = |text: &str| -> Vec<i64> { text.split(':').map(count::<i64>).collect() };
    let clock = parts(clock);
    let east = parts(&offset[1..]);
    let offset_s = (east[0] * 60 + east[1]) * 60 * if offset.starts_with('-') { -1 } else { 1 };
    let of_day = clock[0] * 3_600 + clock[1] * 60 + clock.get(2).copied().unwrap_or(0);
    Timestamp::from_secs(days(date) * 86_400 + of_day - offset_s)
}

/// Days since 1970.
fn days(date: LocalDate) -> i64 {
    let day_of = |n: i64| LocalDate::of(&LocalMoment::new(Timestamp::from_secs(n * 86_400), 0));
    let (mut low, mut high) = (0_i64, 40_000);
    while low < high {
        let middle = i64::midpoint(low, high);
        if day_of(middle) < date {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Seconds east of UTC. The rules are those in force since 2007; the suite must know them by
/// itself, for the domain has no zone data.
pub(super) fn offset_s(zone: &str, at: Timestamp) -> i32 {
    let (standard_h, from, to) = match zone {
        // From the second Sunday of March to the first of November, at 2:00 by the wall clock.
        "America/New_York" => (-5, nth_sunday(at, 3, 2, 7), nth_sunday(at, 11, 1, 6)),
        "America/Chicago" => (-6, nth_sunday(at, 3, 2, 8), nth_sunday(at, 11, 1, 7)),
        "America/Los_Angeles" => (-8, nth_sunday(at, 3, 2, 10), nth_sunday(at, 11, 1, 9)),
        // From the last Sunday of March to the last of October, at 1:00 UTC.
        "Europe/Berlin" => (1, last_sunday(at, 3), last_sunday(at, 10)),
        "Asia/Kolkata" => return 19_800,
        "UTC" => return 0,
        other => panic!("the suite does not know the zone {other}"),
    };
    (standard_h + i32::from(from <= at && at < to)) * 3_600
}

fn sundays(at: Timestamp, month: u8) -> Vec<i64> {
    let year = LocalMoment::new(at, 0).year;
    (1..=31)
        .filter_map(|day| LocalDate::new(year, month, day))
        .map(days)
        .filter(|n| {
            let day = LocalMoment::new(Timestamp::from_secs(n * 86_400), 0);
            day.weekday == Weekday::Sunday
        })
        .collect()
}

fn nth_sunday(at: Timestamp, month: u8, nth: usize, utc_hour: i64) -> Timestamp {
    Timestamp::from_secs(sundays(at, month)[nth - 1] * 86_400 + utc_hour * 3_600)
}

fn last_sunday(at: Timestamp, month: u8) -> Timestamp {
    let day = sundays(at, month).pop().expect("a Sunday");
    Timestamp::from_secs(day * 86_400 + 3_600)
}

pub(super) fn clock(zone: &str, at: Timestamp) -> LocalMoment {
    LocalMoment::new(at, offset_s(zone, at))
}

/// `9:00-17:00`; an end before the beginning is on the next day.
fn span(text: &str) -> Span {
    let minute = |text: &str| -> u16 {
        let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
        count::<u16>(hour) * 60 + count::<u16>(minute)
    };
    let (from, to) = text
        .split_once('-')
        .unwrap_or_else(|| panic!("no hours: {text}"));
    let (from, to) = (minute(from), minute(to));
    Span {
        from,
        to: if to <= from { to + 1_440 } else { to },
    }
}

/// `9:00-17:00 12:00-13:00`: an opening and its breaks.
pub(super) fn day_hours(words: &[&str]) -> DayHours {
    DayHours {
        open: span(words[0]),
        breaks: words[1..].iter().map(|word| span(word)).collect(),
    }
}

/// `Mon-Fri 9:00-17:00 12:00-13:00; Sat 10:00-14:00`; "never" has none.
pub(super) fn hours(text: &str) -> Hours {
    let day = |text: &str| -> usize {
        let named = |day: &Weekday| day.short() == text;
        Weekday::ALL
            .iter()
            .position(named)
            .unwrap_or_else(|| panic!("no day: {text}"))
    };
    let mut week: [Option<DayHours>; 7] = Default::default();
    for part in text.split(';').filter(|part| *part != "never") {
        let words: Vec<&str> = part.split_whitespace().collect();
        let (first, last) = words[0].split_once('-').unwrap_or((words[0], words[0]));
        week[day(first)..=day(last)].fill(Some(day_hours(&words[1..])));
    }
    Hours::weekly(week).unwrap_or_else(|e| panic!("{text}: {e:?}"))
}

/// `geo:state is TX or geo:state is OK and user:age above 65`: groups of which all must hold.
pub(super) fn filter(text: &str) -> Filter {
    let rule = |text: &str| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let not = words.get(1) == Some(&"not");
        let said = if not { &words[2..] } else { &words[1..] };
        let value = said[1..].join(" ");
        let number = || {
            value
                .parse()
                .unwrap_or_else(|_| panic!("no number: {value}"))
        };
        let test = match said[0] {
            "is" => Test::Equals(value.clone()),
            "contains" => Test::Contains(value.clone()),
            "begins" => Test::Begins(value.clone()),
            "above" => Test::Greater(number()),
            "below" => Test::Less(number()),
            "exists" => Test::Exists,
            other => panic!("no test: {other}"),
        };
        let tag = words[0]
            .parse()
            .unwrap_or_else(|_| panic!("no tag: {text}"));
        Rule { tag, not, test }
    };
    Filter {
        groups: text
            .split(" and ")
            .map(|group| Group {
                rules: group.split(" or ").map(rule).collect(),
            })
            .collect(),
    }
}

pub(super) fn compiled(text: &str) -> CompiledFilter {
    let filter = filter(text).compile(&BulkLists::new());
    filter.unwrap_or_else(|e| panic!("{text}: {e:?}"))
}
