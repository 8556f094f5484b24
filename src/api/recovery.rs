//! Whether a caller whose target hung up is sent on, as typed.

use serde::{Deserialize, Serialize};

use crate::invalid::{FieldErrors, whole};
use crate::recovery::{REROUTES_MAX, Recovery, RecoverySetting, WITHIN_MAX_S};

/// What a person types about revenue recovery, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecoveryForm {
    /// "on", "off" or "inherit": follows what stands above, where something does.
    pub mode: String,
    pub within_s: String,
    pub reroutes_max: String,
}

impl Default for RecoveryForm {
    fn default() -> Self {
        Self {
            mode: "inherit".to_owned(),
            within_s: "10".to_owned(),
            reroutes_max: "2".to_owned(),
        }
    }
}

impl RecoveryForm {
    /// Checks the fields that count.
    ///
    /// # Errors
    /// At `mode`, `within_s` or `reroutes_max`.
    pub fn check(&self) -> Result<RecoverySetting, FieldErrors> {
        match self.mode.as_str() {
            "inherit" => return Ok(RecoverySetting::Inherit),
            "off" => return Ok(RecoverySetting::Off),
            "on" => {}
            _ => {
                let message = "Choose whether callers are sent on.";
                return Err(FieldErrors::one("mode", "unknown", message));
            }
        }
        let mut errors = FieldErrors::default();
        let within_s = errors.take(whole("within_s", &self.within_s, 1, WITHIN_MAX_S));
        let reroutes = errors.take(whole("reroutes_max", &self.reroutes_max, 1, REROUTES_MAX));
        match (within_s, reroutes) {
            (Some(within_s), Some(reroutes_max)) => Ok(RecoverySetting::On(Recovery {
                within_s,
                reroutes_max,
            })),
            _ => Err(errors),
        }
    }

    /// The form that shows a stored setting.
    #[must_use]
    pub fn of(setting: RecoverySetting) -> Self {
        let with = |mode: &str| Self {
            mode: mode.to_owned(),
            ..Self::default()
        };
        match setting {
            RecoverySetting::Inherit => with("inherit"),
            RecoverySetting::Off => with("off"),
            RecoverySetting::On(recovery) => Self {
                within_s: recovery.within_s.to_string(),
                reroutes_max: recovery.reroutes_max.to_string(),
                ..with("on")
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_round_trip_and_figures_count_only_when_on() {
        let on = RecoverySetting::On(Recovery {
            within_s: 15,
            reroutes_max: 5,
        });
        for setting in [RecoverySetting::Inherit, RecoverySetting::Off, on] {
            assert_eq!(RecoveryForm::of(setting).check(), Ok(setting));
        }
        let form = |mode: &str| RecoveryForm {
            mode: mode.into(),
            within_s: "0".into(),
            reroutes_max: "6".into(),
        };
        assert!(form("off").check().is_ok());
        let errors = form("on").check().expect_err("invalid");
        assert!(errors.message("within_s").is_some());
        assert!(errors.message("reroutes_max").is_some());
        assert!(form("").check().is_err());
    }
}
