//! Recordings: who hears them, how long they are kept, deleting one, and its shape.

use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::invalid::{FieldErrors, optional_text, optional_whole};
use crate::retention::{DAYS_MAX, Keep};

/// What an account says about its recordings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordingRules {
    pub keep: Keep,
    /// The least role that may listen.
    pub listen_from: Role,
}

/// What a person types about recordings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordingRulesForm {
    /// Days; empty is for ever.
    pub keep_days: String,
    /// A [`Role`] code.
    pub listen_from: String,
}

impl Default for RecordingRulesForm {
    fn default() -> Self {
        Self {
            keep_days: String::new(),
            listen_from: Role::LISTENS.code().to_owned(),
        }
    }
}

impl RecordingRulesForm {
    /// Checks all fields at once.
    ///
    /// # Errors
    /// At `keep_days` or `listen_from`.
    pub fn check(&self) -> Result<RecordingRules, FieldErrors> {
        let mut errors = FieldErrors::default();
        let days = errors.take(optional_whole("keep_days", &self.keep_days, 1, DAYS_MAX));
        // An agent sees no calls to hear the recordings of.
        let from = Role::from_code(&self.listen_from).filter(|role| *role >= Role::Viewer);
        if from.is_none() {
            errors.add("listen_from", "unknown", "Choose who may listen.");
        }
        match (days, from) {
            (Some(days), Some(listen_from)) => Ok(RecordingRules {
                keep: days.map_or(Keep::ForEver, Keep::Days),
                listen_from,
            }),
            _ => Err(errors),
        }
    }

    /// The form that shows stored rules.
    #[must_use]
    pub fn of(rules: &RecordingRules) -> Self {
        Self {
            keep_days: match rules.keep {
                Keep::ForEver => String::new(),
                Keep::Days(days) => days.to_string(),
            },
            listen_from: rules.listen_from.code().to_owned(),
        }
    }
}

/// The settings page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingSettings {
    pub form: RecordingRulesForm,
    /// "for 30 days".
    pub keep_words: String,
    /// "Managers, admins and the owner".
    pub listen_words: String,
    /// Recordings that can be heard.
    pub kept: u64,
    /// Recordings the carrier has not confirmed as deleted yet.
    pub waiting: u64,
    pub deleted: u64,
    /// Campaigns with a rule of their own: id, name, "for 7 days".
    pub own: Vec<(crate::id::CampaignId, String, String)>,
}

/// What a person types to delete a recording.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteRecordingForm {
    pub reason: String,
}

impl DeleteRecordingForm {
    /// The reason, which must be given: the recording cannot be asked any more.
    ///
    /// # Errors
    /// At `reason`.
    pub fn check(&self) -> Result<String, FieldErrors> {
        optional_text("reason", &self.reason, 200)?
            .ok_or_else(|| FieldErrors::one("reason", "required", "Say why it is deleted."))
    }
}

/// How loud one side of a recording was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaveLane {
    /// "Caller", "Target", "Both".
    pub who: String,
    /// Levels from 0 to 63.
    pub levels: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_round_trip_and_name_what_is_wrong() {
        let form = RecordingRulesForm {
            keep_days: "30".into(),
            listen_from: "viewer".into(),
        };
        let rules = form.check().expect("valid");
        assert_eq!(
            (rules.keep, rules.listen_from),
            (Keep::Days(30), Role::Viewer)
        );
        assert_eq!(RecordingRulesForm::of(&rules), form);
        let usual = RecordingRulesForm::default();
        assert_eq!(usual.check().map(|r| RecordingRulesForm::of(&r)), Ok(usual));
        let bad = RecordingRulesForm {
            keep_days: "0".into(),
            listen_from: "root".into(),
        };
        let fields: Vec<String> = bad
            .check()
            .expect_err("invalid")
            .0
            .into_iter()
            .map(|e| e.field)
            .collect();
        assert_eq!(fields, ["keep_days", "listen_from"]);
    }

    #[test]
    fn a_deletion_says_why() {
        let form = |reason: &str| DeleteRecordingForm {
            reason: reason.into(),
        };
        assert_eq!(
            form(" The caller asked. ").check(),
            Ok("The caller asked.".to_owned())
        );
        assert!(form("  ").check().is_err());
        assert!(form(&"x".repeat(201)).check().is_err());
    }
}
