//! How a campaign predicts, as typed.

use serde::{Deserialize, Serialize};

use super::revenue::amount;
use crate::invalid::{FieldErrors, whole};
use crate::routing::predict::{BONUS_MAX, CALLS_MAX, CountOn, Predictive, Prior, VALUE_MAX};

/// What a person types about predictive routing, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PredictiveForm {
    /// "dial" or "connect".
    pub count_on: String,
    pub prior_value: String,
    pub prior_calls: String,
    pub target_calls: String,
    pub publisher_calls: String,
    pub training_calls: String,
    pub new_bonus_percent: String,
    pub weak_below_percent: String,
    pub weak_bonus_percent: String,
    pub retest_percent: String,
    /// "yes" or "no".
    pub use_known: String,
}

impl Default for PredictiveForm {
    fn default() -> Self {
        Self::of(&Predictive::default())
    }
}

impl PredictiveForm {
    /// Checks all fields at once.
    ///
    /// # Errors
    /// At the field's own name.
    pub fn check(&self) -> Result<Predictive, FieldErrors> {
        let mut errors = FieldErrors::default();
        let count_on = match self.count_on.as_str() {
            "dial" => CountOn::Dial,
            "connect" => CountOn::Connect,
            _ => {
                errors.add("count_on", "unknown", "Choose which calls count.");
                CountOn::default()
            }
        };
        let value = errors.take(amount("prior_value", &self.prior_value, VALUE_MAX));
        let mut number = |field: &str, text: &str, least: u32, most: u32| {
            errors
                .take(whole(field, text, least, most))
                .unwrap_or_default()
        };
        let predictive = Predictive {
            count_on,
            prior: Prior {
                value: value.unwrap_or_default(),
                calls: number("prior_calls", &self.prior_calls, 1, CALLS_MAX),
            },
            target_calls: number("target_calls", &self.target_calls, 1, CALLS_MAX),
            publisher_calls: number("publisher_calls", &self.publisher_calls, 1, CALLS_MAX),
            training_calls: number("training_calls", &self.training_calls, 0, CALLS_MAX),
            new_bonus_percent: number("new_bonus_percent", &self.new_bonus_percent, 0, BONUS_MAX),
            weak_below_percent: number("weak_below_percent", &self.weak_below_percent, 0, 100),
            weak_bonus_percent: number(
                "weak_bonus_percent",
                &self.weak_bonus_percent,
                0,
                BONUS_MAX,
            ),
            retest_percent: number("retest_percent", &self.retest_percent, 0, 100),
            use_known: self.use_known == "yes",
        };
        errors.check()?;
        Ok(predictive)
    }

    /// The form that shows stored settings.
    #[must_use]
    pub fn of(settings: &Predictive) -> Self {
        let count_on = match settings.count_on {
            CountOn::Dial => "dial",
            CountOn::Connect => "connect",
        };
        Self {
            count_on: count_on.to_owned(),
            prior_value: settings.prior.value.plain(),
            prior_calls: settings.prior.calls.to_string(),
            target_calls: settings.target_calls.to_string(),
            publisher_calls: settings.publisher_calls.to_string(),
            training_calls: settings.training_calls.to_string(),
            new_bonus_percent: settings.new_bonus_percent.to_string(),
            weak_below_percent: settings.weak_below_percent.to_string(),
            weak_bonus_percent: settings.weak_bonus_percent.to_string(),
            retest_percent: settings.retest_percent.to_string(),
            use_known: if settings.use_known { "yes" } else { "no" }.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_round_trip_and_mistakes_stand_at_their_fields() {
        let settings = Predictive {
            count_on: CountOn::Connect,
            use_known: true,
            training_calls: 0,
            ..Predictive::default()
        };
        assert_eq!(PredictiveForm::of(&settings).check(), Ok(settings));
        let form = PredictiveForm {
            count_on: "sometimes".into(),
            prior_value: "much".into(),
            prior_calls: "0".into(),
            retest_percent: "101".into(),
            ..PredictiveForm::default()
        };
        let errors = form.check().expect_err("invalid");
        let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(
            fields,
            ["count_on", "prior_value", "prior_calls", "retest_percent"]
        );
    }
}
