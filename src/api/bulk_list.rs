//! Bulk lists: long lists of values that filters look a tag up in.

use serde::{Deserialize, Serialize};

use super::page::Stamp;
use crate::id::BulkListId;
use crate::invalid::{FieldErrors, name};
use crate::tag::VALUE_CHARS_MAX;
use crate::tag::list::{BulkList, VALUES_MAX};

/// The largest list that is taken at once, in bytes.
pub const ENTRIES_BYTES_MAX: usize = 4_000_000;

/// A line of the list of lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkListRow {
    pub id: BulkListId,
    pub name: String,
    /// How many different values it has.
    pub values: u32,
    /// What looks values up in it: "the payout rule Texas of Lead Harbor".
    pub uses: Vec<String>,
    pub created: Stamp,
}

/// A list's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkListDetail {
    pub row: BulkListRow,
    pub form: BulkListForm,
}

/// What a person types about a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BulkListForm {
    pub name: String,
    /// One value a line.
    pub entries: String,
}

/// A checked list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkListInput {
    pub name: String,
    /// One value a line, as it was entered but for the space around it; each once.
    pub entries: String,
}

impl BulkListForm {
    /// Checks both fields. A value named twice is kept once.
    ///
    /// # Errors
    /// At `name` or `entries`.
    pub fn check(&self) -> Result<BulkListInput, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take(name("name", &self.name));
        let entries = errors.take(self.entries());
        match (name, entries) {
            (Some(name), Some(entries)) => Ok(BulkListInput { name, entries }),
            _ => Err(errors),
        }
    }

    fn entries(&self) -> Result<String, FieldErrors> {
        let bad = |code: &str, message: &str| FieldErrors::one("entries", code, message);
        if self.entries.len() > ENTRIES_BYTES_MAX {
            return Err(bad(
                "too_long",
                "The list is larger than 4 MB. Make several of it.",
            ));
        }
        let mut seen = std::collections::BTreeSet::new();
        let mut kept = Vec::new();
        // A spreadsheet may begin its text with a mark that is not part of it.
        let text = self.entries.trim_start_matches('\u{feff}');
        for (at, line) in text.lines().enumerate() {
            let value = line.trim();
            if value.chars().count() > VALUE_CHARS_MAX {
                let message = format!(
                    "Line {} is longer than {VALUE_CHARS_MAX} characters.",
                    at + 1
                );
                return Err(bad("too_long", &message));
            }
            if value.chars().any(char::is_control) {
                let message = format!("Remove the control characters from line {}.", at + 1);
                return Err(bad("malformed", &message));
            }
            if !value.is_empty() && seen.insert(value.to_lowercase()) {
                kept.push(value);
            }
        }
        if kept.is_empty() {
            return Err(bad("required", "Enter at least one value."));
        }
        if kept.len() > VALUES_MAX {
            let message = format!(
                "A list has at most {} values.",
                crate::money::grouped(VALUES_MAX as u64)
            );
            return Err(bad("too_many", &message));
        }
        Ok(kept.join("\n"))
    }
}

/// How many different values stored entries have.
#[must_use]
pub fn values_of(entries: &str) -> u32 {
    u32::try_from(BulkList::new("", entries.lines()).len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(entries: &str) -> Result<String, FieldErrors> {
        let form = BulkListForm {
            name: "Dallas zips".into(),
            entries: entries.into(),
        };
        form.check().map(|input| input.entries)
    }

    #[test]
    fn values_are_kept_once_as_they_were_pasted() {
        let entries = check("\u{feff}75201 \r\n\r\nMünster\r\n  75201\nmünster").expect("valid");
        assert_eq!(entries, "75201\nMünster");
        assert_eq!(values_of(&entries), 2);
    }

    #[test]
    fn what_is_no_list_says_why_and_where() {
        let long = format!("ok\n{}", "x".repeat(VALUE_CHARS_MAX + 1));
        let many: String = (0..=VALUES_MAX).map(|n| format!("{n}\n")).collect();
        for (entries, code) in [
            (" \n\r\n", "required"),
            (long.as_str(), "too_long"),
            ("a\tb", "malformed"),
            (many.as_str(), "too_many"),
            (&"x".repeat(ENTRIES_BYTES_MAX + 1), "too_long"),
        ] {
            let errors = check(entries).expect_err("invalid");
            assert_eq!(errors.0[0].code, code);
        }
        assert!(
            check(&long).expect_err("long").0[0]
                .message
                .starts_with("Line 2 ")
        );
    }
}
