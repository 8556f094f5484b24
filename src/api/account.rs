//! Settings of the account, as typed: calls of all campaigns, and what the carrier charges.

mod rates;

use serde::{Deserialize, Serialize};

use crate::account::AccountSettings;
use crate::agent::read_dispositions;
use crate::block::attestation::Minimum;
use crate::block::guard::GUARD_S_MAX;
use crate::invalid::{FieldErrors, whole};
use crate::ledger::dispute::WINDOW_DAYS_MAX;
use crate::recovery::pause::{AutoPause, MISSED_MAX, MissRule, PAUSE_MAX_S, RULES_MAX};

pub use rates::{PrefixForm, RateForm, RatesForm, RatesView};

/// The longest stretch or pause, in minutes.
const PAUSE_MAX_MIN: u32 = PAUSE_MAX_S / 60;
/// The longest conversation or ringing that can be set to count as a missed call, in seconds.
const MISSED_MAX_S: u32 = 600;

/// What a person types about the calls of all campaigns, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountForm {
    pub guard_s: String,
    /// "on" when callers who withhold their number are one caller.
    pub anonymous_is_one: String,
    /// A [`Minimum`]'s code.
    pub attestation: String,
    /// "on" when targets that miss their calls are paused; what follows counts only then.
    pub auto_pause: String,
    /// Any of them pauses; a line without figures is none.
    pub rules: Vec<MissForm>,
    pub brief_s: String,
    pub rang_s: String,
    /// How long the first pause lasts, in minutes; empty until a person ends it.
    pub back_after_min: String,
    pub dispute_days: String,
    /// What can come of a call, one a line.
    pub dispositions: String,
}

/// So many missed calls in a row, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MissForm {
    pub missed: String,
    pub within_min: String,
}

impl Default for AccountForm {
    fn default() -> Self {
        Self::of(&AccountSettings::default())
    }
}

/// Checked settings of the calls of all campaigns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountInput {
    pub guard_s: u32,
    pub anonymous_is_one: bool,
    pub attestation: Minimum,
    pub auto_pause: Option<AutoPause>,
    pub dispute_days: u32,
    pub dispositions: Vec<String>,
}

impl AccountInput {
    /// Puts them in the place of what was said before.
    pub fn put_into(self, settings: &mut AccountSettings) {
        settings.guard_s = self.guard_s;
        settings.anonymous_is_one = self.anonymous_is_one;
        settings.attestation = self.attestation;
        settings.auto_pause = self.auto_pause;
        settings.dispute_days = self.dispute_days;
        settings.dispositions = self.dispositions;
    }
}

impl AccountForm {
    /// Checks all fields at once.
    ///
    /// # Errors
    /// At the field's own name; rules of pauses at `rules[n].missed` and `rules[n].within_min`.
    pub fn check(&self) -> Result<AccountInput, FieldErrors> {
        let mut errors = FieldErrors::default();
        let guard = errors.take(whole("guard_s", &self.guard_s, 0, GUARD_S_MAX));
        let attestation = Minimum::from_code(&self.attestation);
        if attestation.is_none() {
            errors.add("attestation", "unknown", "Choose a level from the list.");
        }
        let auto_pause = if self.auto_pause.is_empty() {
            Some(None)
        } else {
            errors.take(self.pauses()).map(Some)
        };
        let days = errors.take(whole(
            "dispute_days",
            &self.dispute_days,
            1,
            WINDOW_DAYS_MAX,
        ));
        let dispositions = errors.take(read_dispositions("dispositions", &self.dispositions));
        match (guard, attestation, auto_pause, days, dispositions) {
            (
                Some(guard_s),
                Some(attestation),
                Some(auto_pause),
                Some(dispute_days),
                Some(dispositions),
            ) => Ok(AccountInput {
                guard_s,
                anonymous_is_one: !self.anonymous_is_one.is_empty(),
                attestation,
                auto_pause,
                dispute_days,
                dispositions,
            }),
            _ => Err(errors),
        }
    }

    /// The form that shows stored settings. While nothing pauses targets, it shows the rules that
    /// would hold if it was switched on.
    #[must_use]
    pub fn of(settings: &AccountSettings) -> Self {
        let ticked = |on: bool| if on { "on" } else { "" }.to_owned();
        let pause = settings.auto_pause.clone().unwrap_or_default();
        let rules = pause.rules.iter().map(|rule| MissForm {
            missed: rule.missed.to_string(),
            within_min: rule.within_s.div_ceil(60).to_string(),
        });
        Self {
            guard_s: settings.guard_s.to_string(),
            anonymous_is_one: ticked(settings.anonymous_is_one),
            attestation: settings.attestation.code().to_owned(),
            auto_pause: ticked(settings.auto_pause.is_some()),
            rules: rules.collect(),
            brief_s: pause.brief_s.to_string(),
            rang_s: pause.rang_s.to_string(),
            back_after_min: pause
                .back_after_s
                .map(|secs| secs.div_ceil(60).to_string())
                .unwrap_or_default(),
            dispute_days: settings.dispute_days.to_string(),
            dispositions: settings.dispositions.join("\n"),
        }
    }

    fn pauses(&self) -> Result<AutoPause, FieldErrors> {
        let mut errors = FieldErrors::default();
        if self.rules.len() > RULES_MAX {
            let message = format!("Use at most {RULES_MAX} rules.");
            errors.add("rules", "too_many", message);
        }
        let mut rules = Vec::new();
        for (i, rule) in self.rules.iter().take(RULES_MAX).enumerate() {
            if !(rule.missed.trim().is_empty() && rule.within_min.trim().is_empty()) {
                rules.extend(errors.take(rule.check().map_err(|e| e.of_entry("rules", i))));
            }
        }
        if rules.is_empty() && errors.is_empty() {
            let message = "Say after how many missed calls.";
            errors.add("rules[0].missed", "required", message);
        }
        let brief = errors.take(whole("brief_s", &self.brief_s, 0, MISSED_MAX_S));
        let rang = errors.take(whole("rang_s", &self.rang_s, 0, MISSED_MAX_S));
        let back = match self.back_after_min.trim() {
            "" => Some(None),
            text => errors
                .take(whole("back_after_min", text, 1, PAUSE_MAX_MIN))
                .map(|min| Some(min * 60)),
        };
        match (brief, rang, back) {
            (Some(brief_s), Some(rang_s), Some(back_after_s)) if errors.is_empty() => {
                Ok(AutoPause {
                    rules,
                    brief_s,
                    rang_s,
                    back_after_s,
                })
            }
            _ => Err(errors),
        }
    }
}

impl MissForm {
    fn check(&self) -> Result<MissRule, FieldErrors> {
        let mut errors = FieldErrors::default();
        let missed = errors.take(whole("missed", &self.missed, 1, MISSED_MAX));
        let within = errors.take(whole("within_min", &self.within_min, 1, PAUSE_MAX_MIN));
        match (missed, within) {
            (Some(missed), Some(minutes)) => Ok(MissRule {
                missed,
                within_s: minutes * 60,
            }),
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests;
