//! How a campaign predicts which route earns most.

use crate::rest::money::Money;
use crate::rest::wire::mirror;
use domain::api::predict::PredictiveForm;
use domain::routing::predict::{CountOn as DomainCountOn, Predictive as DomainPredictive};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a campaign predicts; looked at only with the distribution `predictive`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Predictive {
    count_on: PredictOn,
    /// What a call of a campaign without calls is worth.
    prior_value: Money,
    /// How many calls that belief is as strong as.
    #[schema(minimum = 1, maximum = 10_000)]
    prior_calls: u32,
    /// How many calls of a target the campaign's average stands for.
    #[schema(minimum = 1, maximum = 10_000)]
    target_calls: u32,
    /// How many calls of a target for one publisher the target's own average stands for.
    #[schema(minimum = 1, maximum = 10_000)]
    publisher_calls: u32,
    /// Calls a target must have had before its own figures count.
    #[schema(maximum = 10_000)]
    training_calls: u32,
    /// What a new target's score is lifted by.
    #[schema(maximum = 500)]
    new_bonus_percent: u32,
    /// A trained target is weak below this share of the campaign's average; 0 never.
    #[schema(maximum = 100)]
    weak_below_percent: u32,
    /// What a weak target's score is lifted by.
    #[schema(maximum = 500)]
    weak_bonus_percent: u32,
    /// In how many of a hundred calls a weak target is asked first.
    #[schema(maximum = 100)]
    retest_percent: u32,
    /// Whether a route that pays a fixed amount on connect is ranked by that amount.
    use_known: bool,
}

mirror! {
    /// Which calls of a target are counted.
    PredictOn of DomainCountOn {
        /// Each that was sent there.
        Dial,
        /// Each that connected.
        Connect,
    }
}

impl From<DomainPredictive> for Predictive {
    fn from(p: DomainPredictive) -> Self {
        Self {
            count_on: p.count_on.into(),
            prior_value: p.prior.value.into(),
            prior_calls: p.prior.calls,
            target_calls: p.target_calls,
            publisher_calls: p.publisher_calls,
            training_calls: p.training_calls,
            new_bonus_percent: p.new_bonus_percent,
            weak_below_percent: p.weak_below_percent,
            weak_bonus_percent: p.weak_bonus_percent,
            retest_percent: p.retest_percent,
            use_known: p.use_known,
        }
    }
}

impl From<Predictive> for PredictiveForm {
    fn from(p: Predictive) -> Self {
        Self {
            count_on: match p.count_on {
                PredictOn::Dial => "dial",
                PredictOn::Connect => "connect",
            }
            .to_owned(),
            prior_value: p.prior_value.text(),
            prior_calls: p.prior_calls.to_string(),
            target_calls: p.target_calls.to_string(),
            publisher_calls: p.publisher_calls.to_string(),
            training_calls: p.training_calls.to_string(),
            new_bonus_percent: p.new_bonus_percent.to_string(),
            weak_below_percent: p.weak_below_percent.to_string(),
            weak_bonus_percent: p.weak_bonus_percent.to_string(),
            retest_percent: p.retest_percent.to_string(),
            use_known: if p.use_known { "yes" } else { "no" }.to_owned(),
        }
    }
}
