//! Weekly hours as one text: "Mon-Fri 09:00-17:00 (12:00-13:00); Sat 10:00-14:00". A day that is not
//! named is closed; no text at all is the week a new target starts with.

use crate::api::target::DayForm;
use crate::invalid::FieldErrors;
use crate::time::Weekday;

const DASHES: [char; 2] = ['-', '\u{2013}'];
/// Every day is closed.
const CLOSED: &str = "closed";

/// The week as text; days in a row that are alike are named together.
#[must_use]
pub fn text(days: &[DayForm]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut at = 0;
    while at < days.len().min(7) {
        let same = days[at..]
            .iter()
            .take(7 - at)
            .take_while(|day| **day == days[at])
            .count();
        if !days[at].open.is_empty() {
            let (first, last) = (name(at), name(at + same - 1));
            let days_named = if same == 1 {
                first.to_owned()
            } else {
                format!("{first}-{last}")
            };
            parts.push(format!("{days_named} {}", hours(&days[at])));
        }
        at += same.max(1);
    }
    if parts.is_empty() {
        return CLOSED.to_owned();
    }
    parts.join("; ")
}

/// The week that a text names. Whether its times make sense is for the form to say.
///
/// # Errors
/// `malformed` at `field`: an unknown day, or no hours after it.
pub fn read(field: &str, text: &str) -> Result<Vec<DayForm>, FieldErrors> {
    let bad = || {
        FieldErrors::one(
            field,
            "malformed",
            "Write hours like “Mon-Fri 09:00-17:00 (12:00-13:00); Sat 10:00-14:00”.",
        )
    };
    let mut week = vec![DayForm::default(); 7];
    if text.trim().eq_ignore_ascii_case(CLOSED) {
        return Ok(week);
    }
    for part in text
        .split([';', '\n'])
        .map(str::trim)
        .filter(|p| !p.is_empty())
    {
        let (days, times) = part.split_once(' ').ok_or_else(bad)?;
        let (first, last) = days.split_once(DASHES).unwrap_or((days, days));
        let (first, last) = (index(first).ok_or_else(bad)?, index(last).ok_or_else(bad)?);
        if last < first {
            return Err(bad());
        }
        let (open, breaks) = match times.split_once('(') {
            Some((open, breaks)) => (open, breaks.trim_end().strip_suffix(')').ok_or_else(bad)?),
            None => (times, ""),
        };
        let (from, to) = open.split_once(DASHES).ok_or_else(bad)?;
        let day = DayForm {
            open: "on".to_owned(),
            from: from.trim().to_owned(),
            to: to.trim().to_owned(),
            breaks: breaks.trim().to_owned(),
        };
        week[first..=last].fill(day);
    }
    Ok(week)
}

fn name(at: usize) -> &'static str {
    Weekday::Monday.plus(at).short()
}

fn index(day: &str) -> Option<usize> {
    let day = day.trim().to_lowercase();
    (day.len() >= 3)
        .then(|| {
            (0..7).find(|at| {
                Weekday::Monday
                    .plus(*at)
                    .name()
                    .to_lowercase()
                    .starts_with(&day)
            })
        })
        .flatten()
}

fn hours(day: &DayForm) -> String {
    let open = format!("{}-{}", day.from.trim(), day.to.trim());
    match day.breaks.trim() {
        "" => open,
        breaks => format!("{open} ({breaks})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_come_back_and_people_may_write_them() {
        let week = read(
            "days",
            "mon\u{2013}Friday 9:00-17:00; sat 10:00 \u{2013} 14:00",
        )
        .expect("a week");
        assert_eq!(text(&week), "Mon-Fri 9:00-17:00; Sat 10:00-14:00");
        assert_eq!(text(&read("days", "closed").expect("a week")), CLOSED);
        for bad in [
            "Mon",
            "Mo 9-17",
            "Fri-Mon 09:00-17:00",
            "Mon 09:00",
            "Mon 09:00-17:00 (12",
        ] {
            let errors = read("days", bad).expect_err(bad);
            assert_eq!(errors.0[0].field, "days");
        }
    }
}
