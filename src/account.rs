//! Settings of a whole account: what holds in every campaign unless it says otherwise.

use serde::{Deserialize, Serialize};

use crate::agent::{dispositions_default, read_dispositions};
use crate::block::attestation::Minimum;
use crate::block::guard::{GUARD_S_DEFAULT, GUARD_S_MAX};
use crate::invalid::FieldErrors;
use crate::ledger::dispute::{WINDOW_DAYS_DEFAULT, WINDOW_DAYS_MAX};
use crate::ledger::telephony::rate::RateTable;
use crate::recovery::pause::AutoPause;

/// What an account says of all its calls. What is not stored is as here by default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountSettings {
    /// For how many seconds the same caller is turned away; 0 never.
    pub guard_s: u32,
    /// Whether all callers who withhold their number are one caller to the guard.
    pub anonymous_is_one: bool,
    /// The least that carriers must vouch for, where a campaign says nothing.
    pub attestation: Minimum,
    /// What the carrier charges; none for its list prices.
    pub rates: Option<RateTable>,
    /// When targets that miss their calls are paused; none never.
    pub auto_pause: Option<AutoPause>,
    /// For how many days after a call its buyer may dispute it.
    pub dispute_days: u32,
    /// What can come of a call, as agents say it.
    pub dispositions: Vec<String>,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self {
            guard_s: GUARD_S_DEFAULT,
            anonymous_is_one: false,
            attestation: Minimum::default(),
            rates: None,
            auto_pause: None,
            dispute_days: WINDOW_DAYS_DEFAULT,
            dispositions: dispositions_default(),
        }
    }
}

impl AccountSettings {
    /// Everything wrong with the settings.
    ///
    /// # Errors
    /// `out_of_range` at `guard_s` or `dispute_days`; what the rate table and the rules of pauses
    /// say, at `rates.…` and `auto_pause.…`.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        if self.guard_s > GUARD_S_MAX {
            let message = format!("Enter 0 to {GUARD_S_MAX} seconds.");
            errors.add("guard_s", "out_of_range", message);
        }
        if !(1..=WINDOW_DAYS_MAX).contains(&self.dispute_days) {
            let message = format!("Enter 1 to {WINDOW_DAYS_MAX} days.");
            errors.add("dispute_days", "out_of_range", message);
        }
        errors.take(read_dispositions(
            "dispositions",
            &self.dispositions.join("\n"),
        ));
        if let Some(rates) = &self.rates {
            errors.take(rates.check().map_err(|e| e.below("rates")));
        }
        if let Some(pause) = &self.auto_pause {
            errors.take(pause.check().map_err(|e| e.below("auto_pause")));
        }
        errors.check()
    }

    /// What the carrier charges.
    #[must_use]
    pub fn rate_table(&self) -> RateTable {
        self.rates.clone().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_stored_is_the_default_and_errors_stand_at_their_fields() {
        let stored: AccountSettings = serde_json::from_str("{}").expect("json");
        assert_eq!(stored, AccountSettings::default());
        let broken = AccountSettings {
            guard_s: GUARD_S_MAX + 1,
            dispute_days: 0,
            ..AccountSettings::default()
        };
        let errors = broken.check().expect_err("broken");
        let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["guard_s", "dispute_days"]);
    }
}
