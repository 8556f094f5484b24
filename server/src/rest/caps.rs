//! How many calls, and how much money, something takes at most.

use super::money::{Money, money_text};
use super::wire::{given, limit_text};
use domain::caps::Caps as DomainCaps;
use domain::caps::dollars::DollarCaps;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How many calls it takes at most; null is without limit.
#[derive(Debug, Serialize, ToSchema)]
pub struct Caps {
    /// At the same time.
    concurrent: Option<u32>,
    hourly: Option<u32>,
    daily: Option<u32>,
    monthly: Option<u32>,
    total: Option<u32>,
}

/// A change of caps: what is absent stays, null takes the limit away.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CapsChange {
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<u32>)]
    concurrent: Option<Option<u32>>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<u32>)]
    hourly: Option<Option<u32>>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<u32>)]
    daily: Option<Option<u32>>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<u32>)]
    monthly: Option<Option<u32>>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<u32>)]
    total: Option<Option<u32>>,
}

/// How much money it takes at most; null is without limit.
#[derive(Debug, Serialize, ToSchema)]
pub struct MoneyCaps {
    hourly: Option<Money>,
    daily: Option<Money>,
    monthly: Option<Money>,
    total: Option<Money>,
}

/// A change of caps in money: what is absent stays, null takes the limit away.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MoneyCapsChange {
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Money>)]
    hourly: Option<Option<Money>>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Money>)]
    daily: Option<Option<Money>>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Money>)]
    monthly: Option<Option<Money>>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Money>)]
    total: Option<Option<Money>>,
}

impl From<DomainCaps> for Caps {
    fn from(caps: DomainCaps) -> Self {
        Self {
            concurrent: caps.concurrent,
            hourly: caps.hourly,
            daily: caps.daily,
            monthly: caps.monthly,
            total: caps.total,
        }
    }
}

impl From<DollarCaps> for MoneyCaps {
    fn from(caps: DollarCaps) -> Self {
        Self {
            hourly: caps.hourly.map(Money::from),
            daily: caps.daily.map(Money::from),
            monthly: caps.monthly.map(Money::from),
            total: caps.total.map(Money::from),
        }
    }
}

impl CapsChange {
    /// Puts what is said into the fields of a form: concurrent, hourly, daily, monthly, in all.
    pub fn onto(self, places: [&mut String; 5]) {
        let said = [
            self.concurrent,
            self.hourly,
            self.daily,
            self.monthly,
            self.total,
        ];
        for (place, cap) in places.into_iter().zip(said) {
            if let Some(limit) = cap {
                *place = limit_text(limit);
            }
        }
    }
}

impl MoneyCapsChange {
    /// Puts what is said into the fields of a form: hourly, daily, monthly, in all.
    pub fn onto(self, places: [&mut String; 4]) {
        let said = [self.hourly, self.daily, self.monthly, self.total];
        for (place, cap) in places.into_iter().zip(said) {
            if let Some(limit) = cap {
                *place = money_text(limit.as_ref());
            }
        }
    }
}

/// `cap_daily` of a form is `caps.daily` here, `dollars_daily` `money_caps.daily`.
pub fn field(name: &str) -> Option<String> {
    let renamed = |from: &str, to: &str| {
        let (before, after) = name.split_once(from)?;
        (before.is_empty() || before.ends_with('.')).then(|| format!("{before}{to}.{after}"))
    };
    renamed("cap_", "caps").or_else(|| renamed("dollars_", "money_caps"))
}
