//! Pieces that several views share.

use serde::{Deserialize, Serialize};

use crate::money::Micros;
use crate::time::Timestamp;

/// A moment with its texts in the account's zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    pub at: Timestamp,
    /// RFC 3339 for `<time datetime>`.
    pub datetime: String,
    /// "2:33:40 pm".
    pub time: String,
    /// "Thu, Nov 19".
    pub date: String,
    /// "Thu, Nov 19, 2:33:40 pm ET".
    pub full: String,
}

/// An entry of a choice list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What a person reads.
    pub label: String,
    /// A quieter second text, for example a count or a state; may be empty.
    pub hint: String,
}

/// The state of something that can be open, full, closed or paused, as shape and words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Availability {
    pub kind: AvailabilityKind,
    /// "Open", "Full", "Closed", "Paused".
    pub word: String,
    /// "until 7:00 pm CT", "3 of 3 busy", "the buyer is paused"; may be empty.
    pub detail: String,
}

/// Which status shape to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AvailabilityKind {
    Open,
    Full,
    Closed,
    Paused,
}

/// A count against a limit: "1 of 5", or "62, no limit".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meter {
    pub count: u32,
    pub limit: Option<u32>,
}

/// An amount against a limit: "$45.00 of $500.00", or "$45.00, no limit".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyMeter {
    pub spent: String,
    pub limit: Option<String>,
    /// How much of the limit is used, in hundredths; 0 without one.
    pub percent: u8,
}

impl MoneyMeter {
    /// The meter of an amount.
    #[must_use]
    pub fn of(spent: Micros, limit: Option<Micros>) -> Self {
        let percent = limit.map_or(0, |limit| {
            let used = i128::from(spent.0) * 100 / i128::from(limit.0.max(1));
            // A limit of nothing is used up.
            let used = if limit.0 <= 0 { 100 } else { used };
            u8::try_from(used.clamp(0, 100)).unwrap_or(100)
        });
        Self {
            spent: spent.to_string(),
            limit: limit.map(|limit| limit.to_string()),
            percent,
        }
    }
}

/// Whether a campaign, buyer or target takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    Active,
    Paused,
    /// Out of sight and out of use; its history stays.
    Archived,
}

impl Activity {
    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Archived => "archived",
        }
    }

    /// The state of a stored word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Active, Self::Paused, Self::Archived]
            .into_iter()
            .find(|a| a.code() == code)
    }
}
