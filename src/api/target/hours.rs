//! Opening hours and holidays, as typed.

use serde::{Deserialize, Serialize};

use crate::invalid::FieldErrors;
use crate::schedule::holiday::{Holiday, text};
use crate::schedule::{DayHours, Hours};

/// One day of weekly hours, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DayForm {
    /// "on" when open that day (an unchecked box sends nothing).
    pub open: String,
    /// "09:00".
    pub from: String,
    /// "17:00"; not after `from` means the next day.
    pub to: String,
    /// "12:00-13:00, 15:00-15:15", or "12-13"; empty for none.
    pub breaks: String,
}

impl Default for DayForm {
    fn default() -> Self {
        Self {
            open: String::new(),
            from: "09:00".to_owned(),
            to: "17:00".to_owned(),
            breaks: String::new(),
        }
    }
}

/// Nine to five from Monday to Friday, which weekly hours start with.
pub(in crate::api) fn working_week() -> Vec<DayForm> {
    let weekday = DayForm {
        open: "on".to_owned(),
        ..DayForm::default()
    };
    let mut days = vec![weekday; 5];
    days.extend([DayForm::default(), DayForm::default()]);
    days
}

/// The hours of "always" or "weekly" and the days.
///
/// # Errors
/// At `hours`, `days[n]` or `days[n].breaks`.
pub(in crate::api) fn hours(kind: &str, typed: &[DayForm]) -> Result<Hours, FieldErrors> {
    match kind {
        "always" => return Ok(Hours::Always),
        "weekly" => {}
        _ => {
            let message = "Choose when calls are taken.";
            return Err(FieldErrors::one("hours", "unknown", message));
        }
    }
    let mut errors = FieldErrors::default();
    let mut days = [const { None }; 7];
    for (i, form) in typed.iter().take(7).enumerate() {
        if !form.open.is_empty() {
            days[i] = errors.take(form.check(i));
        }
    }
    errors.check()?;
    Hours::weekly(days)
}

/// What a form shows of stored hours.
pub(in crate::api) fn hours_text(hours: &Hours) -> (String, Vec<DayForm>) {
    match hours {
        Hours::Always => ("always".to_owned(), working_week()),
        Hours::Weekly(days) => {
            let day =
                |day: &Option<DayHours>| day.as_ref().map_or_else(DayForm::default, DayForm::of);
            ("weekly".to_owned(), days.iter().map(day).collect())
        }
    }
}

/// The holidays of a text, one a line.
///
/// # Errors
/// `malformed` or `too_many` at `holidays`.
pub(in crate::api) fn holidays(typed: &str) -> Result<Vec<Holiday>, FieldErrors> {
    let told = |message: String| FieldErrors::one("holidays", "malformed", &message);
    let holidays = text::parse(typed).map_err(|e| told(e.to_string()))?;
    Holiday::check(&holidays).map_err(|errors| {
        let first = errors.0.into_iter().next();
        first.map_or_else(FieldErrors::default, |e| {
            FieldErrors::one("holidays", &e.code, &e.message)
        })
    })?;
    Ok(holidays)
}

impl DayForm {
    fn of(day: &DayHours) -> Self {
        let breaks: Vec<String> = day.breaks.iter().map(text::span).collect();
        Self {
            open: "on".to_owned(),
            from: text::clock(day.open.from),
            to: text::clock(day.open.to),
            breaks: breaks.join(", "),
        }
    }

    fn check(&self, i: usize) -> Result<DayHours, FieldErrors> {
        let field = format!("days[{i}]");
        let bad = |message: &str| FieldErrors::one(&field, "malformed", message);
        let clock = |text: &str| {
            text::parse_clock(text).ok_or_else(|| bad("Enter times like 09:00 and 17:30."))
        };
        let open = text::opening(clock(&self.from)?, clock(&self.to)?);
        let breaks = text::breaks(open, &self.breaks).ok_or_else(|| {
            FieldErrors::one(
                &format!("{field}.breaks"),
                "malformed",
                "Write breaks like 12:00-13:00, several with commas between them.",
            )
        })?;
        Ok(DayHours { open, breaks })
    }
}
