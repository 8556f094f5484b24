//! Which targets may not have a caller again: a setting of buyers, inherited by their targets.

use serde::{Deserialize, Serialize};

use super::{Connection, EarlierCall, ago};
use crate::id::{BuyerId, CampaignId, TargetId};
use crate::time::Timestamp;

/// The longest restriction with an end, in days.
pub const DAYS_MAX: u32 = 3_650;

/// A caller is kept away for a time, within a campaign (Ringba's "Restrict duplicates").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restriction {
    pub from: RestrictFrom,
    pub after: RestrictAfter,
    /// For so many days of 24 hours; none is for good.
    pub days: Option<u32>,
}

/// Whom the caller is kept from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestrictFrom {
    /// All targets of the buyer that had the caller.
    Buyer,
    /// Only the target that had the caller.
    Target,
}

/// What begins the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestrictAfter {
    Connected,
    Converted,
}

/// A target's own word about restriction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetRestriction {
    /// The buyer's.
    #[default]
    Inherit,
    /// None, whatever the buyer says.
    Unrestricted,
    Own(Restriction),
}

/// That a target may not have a caller, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restricted {
    /// None is for good.
    pub until: Option<Timestamp>,
    /// "This buyer had the caller 3 days ago and is restricted for 30 days."
    pub reason: String,
}

impl TargetRestriction {
    /// What holds for a target of a buyer.
    #[must_use]
    pub fn or(self, buyers: Option<Restriction>) -> Option<Restriction> {
        match self {
            Self::Inherit => buyers,
            Self::Unrestricted => None,
            Self::Own(restriction) => Some(restriction),
        }
    }
}

impl Restriction {
    /// Whether a target may not have the caller of this history, and why.
    #[must_use]
    pub fn restricts(
        &self,
        target: TargetId,
        buyer: BuyerId,
        campaign: CampaignId,
        history: &[EarlierCall],
        now: Timestamp,
    ) -> Option<Restricted> {
        let since = history
            .iter()
            .filter(|earlier| earlier.campaign == campaign)
            .flat_map(|earlier| &earlier.connections)
            .filter(|connection| match self.from {
                RestrictFrom::Buyer => connection.buyer == buyer,
                RestrictFrom::Target => connection.target == target,
            })
            .filter_map(|connection| self.begins(connection))
            .max()?;
        let until = self
            .days
            .map(|days| since.plus_secs(i64::from(days) * 86_400));
        if until.is_some_and(|until| until <= now) {
            return None;
        }
        let who = match self.from {
            RestrictFrom::Buyer => "buyer",
            RestrictFrom::Target => "target",
        };
        let what = match self.after {
            RestrictAfter::Connected => "had the caller",
            RestrictAfter::Converted => "converted the caller",
        };
        let time = match self.days {
            None => "for good".to_owned(),
            Some(1) => "for 1 day".to_owned(),
            Some(days) => format!("for {days} days"),
        };
        let ago = ago(since, now);
        Some(Restricted {
            until,
            reason: format!("This {who} {what} {ago} and is restricted {time}."),
        })
    }

    fn begins(&self, connection: &Connection) -> Option<Timestamp> {
        match self.after {
            RestrictAfter::Connected => Some(connection.at),
            RestrictAfter::Converted => connection.converted_at,
        }
    }
}
