//! Holidays as text, one a line: `Thanksgiving Day`, `12-24 Christmas Eve = 9:00-12:00`,
//! `2026-12-31 Stocktaking`.
//!
//! A line begins with a day, of one year or of each, and goes on with a name; or it is the name of
//! a public holiday. What stands after `=` are the hours of that day, with their breaks after
//! `without`; without hours it is closed.

use crate::invalid;
use crate::schedule::date::LocalDate;
use crate::schedule::{DayHours, Hours, Span};

use super::{Federal, HOLIDAYS_MAX, Holiday, When};

/// A line that is not a holiday.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseHolidayError {
    #[error(
        "Line {line}: “{text}” is no public holiday. Begin with a day, for example 12-24 Christmas Eve."
    )]
    Unknown { line: usize, text: String },
    #[error("Line {line}: there is no day “{text}”. Write 2026-12-24, or 12-24 for each year.")]
    Day { line: usize, text: String },
    #[error("Line {line}: {message}")]
    Name { line: usize, message: String },
    #[error(
        "Line {line}: “{text}” are no hours. Write 9:00-12:00, or 9-17 without 12-13, or closed."
    )]
    Hours { line: usize, text: String },
    #[error("Use at most {HOLIDAYS_MAX} holidays.")]
    TooMany,
}

/// What a public holiday says that is not kept on a working day beside the weekend.
const ONLY: &str = ", only on the day";

/// Reads a list; empty lines are passed over.
///
/// # Errors
/// The first line that is not a holiday.
pub fn parse(text: &str) -> Result<Vec<Holiday>, ParseHolidayError> {
    let lines = text.lines().enumerate();
    let filled = lines.filter(|(_, line)| !line.trim().is_empty());
    let mut holidays = Vec::new();
    for (at, line) in filled {
        if holidays.len() == HOLIDAYS_MAX {
            return Err(ParseHolidayError::TooMany);
        }
        holidays.push(parse_line(at + 1, line.trim())?);
    }
    Ok(holidays)
}

fn parse_line(line: usize, text: &str) -> Result<Holiday, ParseHolidayError> {
    let (what, hours) = match text.rsplit_once('=') {
        Some((what, hours)) => (what.trim(), parse_hours(line, hours.trim())?),
        None => (text, None),
    };
    if !what.starts_with(|c: char| c.is_ascii_digit()) {
        let (name, observed) = match what.strip_suffix(ONLY) {
            Some(name) => (name, false),
            None => (what, true),
        };
        let found = Federal::ALL.into_iter().find(|f| f.is_named(name));
        let holiday = found.ok_or_else(|| ParseHolidayError::Unknown {
            line,
            text: shortened(name),
        })?;
        return Ok(Holiday {
            name: holiday.name().to_owned(),
            when: When::Federal { holiday, observed },
            hours,
        });
    }
    let (day, name) = what.split_once(char::is_whitespace).unwrap_or((what, ""));
    let name = invalid::name("name", name).map_err(|e| ParseHolidayError::Name {
        line,
        message: e.message("name").unwrap_or_default(),
    })?;
    let when = parse_day(day).ok_or_else(|| ParseHolidayError::Day {
        line,
        text: shortened(day),
    })?;
    Ok(Holiday { name, when, hours })
}

/// `2026-12-24` or `12-24`, which must be a day of some year.
fn parse_day(text: &str) -> Option<When> {
    if let Ok(date) = text.parse::<LocalDate>() {
        return Some(When::Once(date));
    }
    let (month, day) = text.split_once('-')?;
    let fits =
        |part: &str| (1..=2).contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit());
    if !fits(month) || !fits(day) {
        return None;
    }
    // A leap year has every day there is.
    let date = LocalDate::new(2_028, month.parse().ok()?, day.parse().ok()?)?;
    Some(When::Yearly {
        month: date.month(),
        day: date.day(),
    })
}

fn parse_hours(line: usize, text: &str) -> Result<Option<DayHours>, ParseHolidayError> {
    if text.eq_ignore_ascii_case("closed") {
        return Ok(None);
    }
    let (times, pauses) = text.split_once(" without ").unwrap_or((text, ""));
    let hours = parse_span(times).and_then(|(from, to)| {
        let open = opening(from, to);
        let breaks = breaks(open, pauses)?;
        Some(DayHours { open, breaks })
    });
    let fits = |hours: &DayHours| {
        Hours::weekly([Some(hours.clone()), None, None, None, None, None, None]).is_ok()
    };
    match hours.filter(fits) {
        Some(hours) => Ok(Some(hours)),
        None => Err(ParseHolidayError::Hours {
            line,
            text: shortened(text),
        }),
    }
}

/// Whether a list that is being typed names a public holiday; lines that are not read yet do not
/// matter.
#[must_use]
pub fn names(text: &str, holiday: Federal) -> bool {
    text.lines().any(|line| is_of(line, holiday))
}

/// The list with a public holiday added in front of what follows, or taken out; other lines stay as
/// they are typed.
#[must_use]
pub fn with(text: &str, holiday: Federal, wanted: bool) -> String {
    if wanted == names(text, holiday) {
        return text.to_owned();
    }
    let mut lines: Vec<&str> = text
        .lines()
        .filter(|line| !(is_of(line, holiday) || wanted && line.trim().is_empty()))
        .collect();
    if wanted {
        let public = |line: &&str| Federal::ALL.into_iter().any(|f| is_of(line, f));
        let after = lines.iter().take_while(|line| public(line)).count();
        lines.insert(after, holiday.name());
    }
    lines.join("\n")
}

fn is_of(line: &str, holiday: Federal) -> bool {
    let read = parse_line(1, line.trim());
    read.is_ok_and(|h| matches!(h.when, When::Federal { holiday: of, .. } if of == holiday))
}

/// What is quoted of a line stays short.
fn shortened(text: &str) -> String {
    let mut chars = text.chars();
    let head: String = chars.by_ref().take(40).collect();
    if chars.next().is_none() {
        head
    } else {
        format!("{head}…")
    }
}

/// The list as text, which is read as the same list.
#[must_use]
pub fn print(holidays: &[Holiday]) -> String {
    let lines: Vec<String> = holidays.iter().map(print_line).collect();
    lines.join("\n")
}

fn print_line(holiday: &Holiday) -> String {
    let name = &holiday.name;
    let what = match holiday.when {
        When::Once(date) => format!("{date} {name}"),
        When::Yearly { month, day } => format!("{month:02}-{day:02} {name}"),
        When::Federal {
            holiday,
            observed: true,
        } => holiday.name().to_owned(),
        When::Federal {
            holiday,
            observed: false,
        } => format!("{}{ONLY}", holiday.name()),
    };
    match &holiday.hours {
        Some(hours) => {
            let breaks: Vec<String> = hours.breaks.iter().map(span).collect();
            let without = if breaks.is_empty() { "" } else { " without " };
            format!(
                "{what} = {}{without}{}",
                span(&hours.open),
                breaks.join(", ")
            )
        }
        None if what.contains('=') => format!("{what} = closed"),
        None => what,
    }
}

/// "09:00-17:00".
pub(crate) fn span(span: &Span) -> String {
    format!("{}-{}", clock(span.from), clock(span.to))
}

/// "09:00"; past midnight it is the clock of the next day.
pub(crate) fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute % 1_440 / 60, minute % 60)
}

/// Minutes since midnight of "09:00", "9:00" or "24:00".
pub(crate) fn parse_clock(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.trim().parse().ok()?, minute.trim().parse().ok()?);
    (minute < 60 && (hour < 24 || (hour == 24 && minute == 0))).then_some(hour * 60 + minute)
}

/// The same, or a whole hour: "12" is 12:00.
fn parse_hour(text: &str) -> Option<u16> {
    let whole = text.trim().parse::<u16>().ok().filter(|hour| *hour <= 24);
    whole.map(|hour| hour * 60).or_else(|| parse_clock(text))
}

/// The two ends of "9-17" or "9:00–17:30".
fn parse_span(text: &str) -> Option<(u16, u16)> {
    let (from, to) = text.split_once(['-', '\u{2013}'])?;
    Some((parse_hour(from)?, parse_hour(to)?))
}

/// An opening; one that does not end after it begins ends on the next day.
pub(crate) fn opening(from: u16, to: u16) -> Span {
    Span {
        from,
        to: if to <= from { to + 1_440 } else { to },
    }
}

/// Breaks with commas between them, by the clock of an opening that may run past midnight.
pub(crate) fn breaks(open: Span, text: &str) -> Option<Vec<Span>> {
    let parts = text.split(',').map(str::trim).filter(|p| !p.is_empty());
    let over_midnight = |m: u16| if m < open.from { m + 1_440 } else { m };
    let mut breaks = parts
        .map(|part| {
            let (from, to) = parse_span(part)?;
            Some(Span {
                from: over_midnight(from),
                to: over_midnight(to),
            })
        })
        .collect::<Option<Vec<Span>>>()?;
    breaks.sort();
    Some(breaks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_public_holidays_and_hours_are_read_and_written_alike() {
        let text = "Thanksgiving Day\nJuneteenth, only on the day\n2026-12-24 Christmas Eve = 09:00-17:00 without 12:00-13:00\n12-31 Staff party\n02-29 1=2 = closed\nColumbus Day = 10:00-02:00";
        let holidays = parse(text).expect("holidays");
        assert_eq!(holidays.len(), 6);
        assert_eq!(holidays[0], Holiday::federal(Federal::Thanksgiving));
        assert_eq!(holidays[4].name, "1=2");
        assert_eq!(print(&holidays), text);
        let loose = "\n  new year's day \r\n12-24   Eve =  9-12\n";
        assert_eq!(
            print(&parse(loose).expect("holidays")),
            "New Year’s Day\n12-24 Eve = 09:00-12:00"
        );
    }

    #[test]
    fn public_holidays_are_added_and_taken_out_of_what_is_typed() {
        let typed = "Christmas Day = 9-12\nhalf a li\n12-31 Party";
        assert!(names(typed, Federal::Christmas) && !names(typed, Federal::Labor));
        let more = with(typed, Federal::Labor, true);
        assert_eq!(
            more,
            "Christmas Day = 9-12\nLabor Day\nhalf a li\n12-31 Party"
        );
        assert_eq!(with(&more, Federal::Labor, true), more);
        assert_eq!(
            with(&more, Federal::Christmas, false),
            "Labor Day\nhalf a li\n12-31 Party"
        );
        assert_eq!(with("\n", Federal::Labor, true), "Labor Day");
    }

    #[test]
    fn what_is_no_holiday_is_told_with_its_line() {
        for (text, told) in [
            (
                "\nBlack Friday",
                "Line 2: “Black Friday” is no public holiday. Begin with a day, for example 12-24 Christmas Eve.",
            ),
            (
                "02-30 Never",
                "Line 1: there is no day “02-30”. Write 2026-12-24, or 12-24 for each year.",
            ),
            (
                "2026-02-29 Never",
                "Line 1: there is no day “2026-02-29”. Write 2026-12-24, or 12-24 for each year.",
            ),
            ("12-24", "Line 1: Enter a name."),
            (
                "12-24 Eve = noon",
                "Line 1: “noon” are no hours. Write 9:00-12:00, or 9-17 without 12-13, or closed.",
            ),
            (
                "12-24 Eve = 9-17 without 7-8",
                "Line 1: “9-17 without 7-8” are no hours. Write 9:00-12:00, or 9-17 without 12-13, or closed.",
            ),
        ] {
            assert_eq!(parse(text).expect_err(text).to_string(), told);
        }
        let many = "12-24 Eve\n".repeat(HOLIDAYS_MAX + 1);
        assert_eq!(parse(&many), Err(ParseHolidayError::TooMany));
    }
}
