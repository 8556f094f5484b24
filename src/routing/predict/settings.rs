//! The settings of predictive routing, and what fits.

use serde::{Deserialize, Serialize};

use super::Record;
use crate::invalid::FieldErrors;
use crate::money::Micros;

/// The most calls a prior or a training may ask for.
pub const CALLS_MAX: u32 = 10_000;
/// The largest bonus, in percent of an estimate.
pub const BONUS_MAX: u32 = 500;
/// The largest value of a prior.
pub const VALUE_MAX: Micros = Micros(100_000_000_000);

/// How a campaign predicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Predictive {
    pub count_on: CountOn,
    /// What a call of a campaign without calls is worth.
    pub prior: Prior,
    /// How many calls of a target the campaign's average stands for.
    pub target_calls: u32,
    /// How many calls of a target for one publisher the target's own average stands for.
    pub publisher_calls: u32,
    /// Calls a target must have had in the campaign before its own figures count; until then it
    /// is new and the campaign's average stands in.
    pub training_calls: u32,
    /// What a new target's score is lifted by, in percent, so that it gets calls to train on.
    pub new_bonus_percent: u32,
    /// A trained target is weak if its estimate is below this share of the campaign's average, in
    /// percent. 0: none is ever weak.
    pub weak_below_percent: u32,
    /// What a weak target's score is lifted by, in percent.
    pub weak_bonus_percent: u32,
    /// In how many of a hundred calls one of the weak targets is asked first, so that it can
    /// recover; without that, a bad start would be for ever.
    pub retest_percent: u32,
    /// Whether a route that pays a fixed amount on connect is ranked by that amount and not by
    /// what its calls made (Ringba's "Use Revenue").
    pub use_known: bool,
}

/// A belief before there is data, as strong as so many calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prior {
    pub value: Micros,
    pub calls: u32,
}

/// Which calls of a target are counted: what is divided by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountOn {
    /// Each that was sent there: a target that does not answer loses worth.
    #[default]
    Dial,
    /// Each that connected.
    Connect,
}

impl Default for Predictive {
    /// Ringba publishes no figures. These are ours: a target's own figures weigh as much as the
    /// campaign's after 20 calls, a publisher's as much as the target's after 30.
    fn default() -> Self {
        Self {
            count_on: CountOn::Dial,
            prior: Prior {
                value: Micros(10_000_000),
                calls: 10,
            },
            target_calls: 20,
            publisher_calls: 30,
            training_calls: 10,
            new_bonus_percent: 20,
            weak_below_percent: 50,
            weak_bonus_percent: 0,
            retest_percent: 2,
            use_known: false,
        }
    }
}

impl Predictive {
    /// What a call of a campaign makes on average, its prior counted in.
    #[must_use]
    pub fn campaign_average(&self, campaign: Record) -> Micros {
        campaign.shrunk_to(self.prior.value, self.prior.calls)
    }

    /// Everything wrong with the settings.
    ///
    /// # Errors
    /// `out_of_range` at the field's name; the prior's are `prior.value` and `prior.calls`.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        if !(Micros::ZERO..=VALUE_MAX).contains(&self.prior.value) {
            let message = format!("Enter an amount from $0.00 to {VALUE_MAX}.");
            errors.add("prior.value", "out_of_range", message);
        }
        // Without a prior of at least one call, no data would mean dividing by nothing.
        for (field, calls, least) in [
            ("prior.calls", self.prior.calls, 1),
            ("target_calls", self.target_calls, 1),
            ("publisher_calls", self.publisher_calls, 1),
            ("training_calls", self.training_calls, 0),
        ] {
            if !(least..=CALLS_MAX).contains(&calls) {
                let message = format!("Enter {least} to {CALLS_MAX} calls.");
                errors.add(field, "out_of_range", message);
            }
        }
        for (field, percent, most) in [
            ("new_bonus_percent", self.new_bonus_percent, BONUS_MAX),
            ("weak_below_percent", self.weak_below_percent, 100),
            ("weak_bonus_percent", self.weak_bonus_percent, BONUS_MAX),
            ("retest_percent", self.retest_percent, 100),
        ] {
            if percent > most {
                let message = format!("Enter 0 to {most} percent.");
                errors.add(field, "out_of_range", message);
            }
        }
        errors.check()
    }
}
