//! What is wrong with an input, said at the field it is wrong in.

use serde::{Deserialize, Serialize};

use crate::money::grouped;

/// One thing wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invalid {
    /// The field's name in the form, for example `number` or `days[2]`.
    pub field: String,
    /// A stable word for programs, for example `required`.
    pub code: String,
    /// A full sentence for people: what is wrong and what fits.
    pub message: String,
}

/// Everything wrong with an input, in the order of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldErrors(pub Vec<Invalid>);

impl FieldErrors {
    /// Errors with a single entry.
    #[must_use]
    pub fn one(field: &str, code: &str, message: &str) -> Self {
        let mut errors = Self::default();
        errors.add(field, code, message);
        errors
    }

    /// Adds one entry.
    pub fn add(&mut self, field: &str, code: &str, message: impl Into<String>) {
        self.0.push(Invalid {
            field: field.to_owned(),
            code: code.to_owned(),
            message: message.into(),
        });
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first message for a field.
    #[must_use]
    pub fn message(&self, field: &str) -> Option<String> {
        self.0
            .iter()
            .find(|e| e.field == field)
            .map(|e| e.message.clone())
    }

    /// Keeps a value, or notes its error and keeps none.
    pub fn take<T>(&mut self, result: Result<T, Self>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(errors) => {
                self.0.extend(errors.0);
                None
            }
        }
    }

    /// The same errors as those of a part: at `part.field`.
    #[must_use]
    pub fn below(mut self, part: &str) -> Self {
        for error in &mut self.0 {
            error.field = format!("{part}.{}", error.field);
        }
        self
    }

    /// The same errors as those of an entry of a list: at `list[n].field`.
    #[must_use]
    pub fn of_entry(mut self, list: &str, at: usize) -> Self {
        for error in &mut self.0 {
            error.field = format!("{list}[{at}].{}", error.field);
        }
        self
    }

    /// `Ok` if nothing is wrong.
    ///
    /// # Errors
    /// Itself, if anything is.
    pub fn check(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

/// The longest name a campaign, buyer or target may have; it must fit a table cell and a log line.
pub const NAME_CHARS_MAX: usize = 80;

/// A trimmed, non-empty name of at most [`NAME_CHARS_MAX`] characters without control characters.
///
/// # Errors
/// `required`, `too_long` or `malformed` at `field`.
pub fn name(field: &str, text: &str) -> Result<String, FieldErrors> {
    let text = text.trim();
    if text.is_empty() {
        return Err(FieldErrors::one(field, "required", "Enter a name."));
    }
    if text.chars().count() > NAME_CHARS_MAX {
        return Err(FieldErrors::one(
            field,
            "too_long",
            "Use at most 80 characters.",
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(FieldErrors::one(
            field,
            "malformed",
            "Remove line breaks and control characters.",
        ));
    }
    Ok(text.to_owned())
}

/// An optional sentence to be spoken or noted: trimmed, none if empty, at most `max` characters.
///
/// # Errors
/// `too_long` at `field`.
pub fn optional_text(field: &str, text: &str, max: usize) -> Result<Option<String>, FieldErrors> {
    let text = text.trim();
    if text.chars().count() > max {
        return Err(FieldErrors::one(
            field,
            "too_long",
            &format!("Use at most {max} characters."),
        ));
    }
    // XML 1.0 has no way to say most control characters, so they cannot be spoken either.
    let text: String = text
        .chars()
        .filter(|c| !c.is_control() || *c == '\n')
        .collect();
    Ok((!text.is_empty()).then_some(text))
}

/// A whole number within bounds.
///
/// # Errors
/// `malformed` or `out_of_range` at `field`, naming the bounds.
pub fn whole(field: &str, text: &str, min: u32, max: u32) -> Result<u32, FieldErrors> {
    let fits = format!(
        "Enter a whole number from {} to {}.",
        grouped(min.into()),
        grouped(max.into())
    );
    let text = text.trim().replace(',', "");
    match text.parse::<i64>() {
        Ok(n) if i64::from(min) <= n && n <= i64::from(max) => {
            u32::try_from(n).map_err(|_| FieldErrors::one(field, "out_of_range", &fits))
        }
        Ok(_) => Err(FieldErrors::one(field, "out_of_range", &fits)),
        Err(_) => Err(FieldErrors::one(field, "malformed", &fits)),
    }
}

/// A whole number within bounds, or none where the field is empty.
///
/// # Errors
/// As [`whole`].
pub fn optional_whole(
    field: &str,
    text: &str,
    min: u32,
    max: u32,
) -> Result<Option<u32>, FieldErrors> {
    if text.trim().is_empty() {
        Ok(None)
    } else {
        whole(field, text, min, max).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_name_their_bounds() {
        assert_eq!(whole("w", " 1,000 ", 1, 1_000), Ok(1_000));
        let errors = whole("w", "-1", 1, 1_000).expect_err("below");
        assert_eq!(errors.0[0].code, "out_of_range");
        assert_eq!(
            errors.message("w").as_deref(),
            Some("Enter a whole number from 1 to 1,000.")
        );
        assert_eq!(optional_whole("w", "", 1, 5), Ok(None));
    }

    #[test]
    fn names_are_trimmed_and_bounded() {
        assert_eq!(name("name", "  Roof repair "), Ok("Roof repair".to_owned()));
        assert!(name("name", &"x".repeat(81)).is_err());
        assert!(name("name", "a\nb").is_err());
    }
}
