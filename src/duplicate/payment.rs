//! Whether a duplicate is paid: a setting of the campaign.
//!
//! Ringba's one number says it both ways round in two places (-1 is "always" and "never",
//! domain-reference 2); here it is an enum.

use serde::{Deserialize, Serialize};

use super::mark::MarkRule;
use super::{EarlierCall, ago, latest};
use crate::id::{CampaignId, PublisherId};
use crate::phone::Caller;
use crate::time::Timestamp;

/// Whether and across whom duplicates are paid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PaymentRule {
    pub pay: PayDuplicates,
    pub across: Across,
}

/// Whether a call that is marked a duplicate is paid. No source tells Ringba's default; ours is
/// to pay a caller once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayDuplicates {
    Always,
    #[default]
    Never,
    /// If the latest call that makes it a duplicate came at least so many seconds before.
    After {
        secs: u32,
    },
}

/// Whose earlier calls count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Across {
    /// The same publisher's: each may be paid for the same caller.
    #[default]
    SamePublisher,
    /// Every publisher's: a caller is paid once (`payoutDupesGlobal`).
    AllPublishers,
}

impl PaymentRule {
    /// Why a call of a publisher is not paid; none if nothing here speaks against it. What makes
    /// it a duplicate is the campaign's [`MarkRule`].
    #[must_use]
    pub fn unpaid(
        &self,
        mark: &MarkRule,
        caller: &Caller,
        campaign: CampaignId,
        publisher: PublisherId,
        history: &[EarlierCall],
        arrived_at: Timestamp,
    ) -> Option<String> {
        let counts = |earlier: &&EarlierCall| match self.across {
            Across::SamePublisher => earlier.publisher == Some(publisher),
            Across::AllPublishers => earlier.publisher.is_some(),
        };
        let earlier = latest(mark.originals(caller, campaign, history).filter(counts))?;
        let whom = if earlier.publisher == Some(publisher) {
            "this publisher"
        } else {
            "another publisher"
        };
        let since = ago(earlier.arrived_at, arrived_at);
        match self.pay {
            PayDuplicates::Always => None,
            PayDuplicates::Never => Some(format!(
                "A duplicate of a call from {whom} {since}; duplicates are not paid."
            )),
            PayDuplicates::After { secs } => {
                let paid = earlier.arrived_at.plus_secs(i64::from(secs)) <= arrived_at;
                (!paid).then(|| {
                    format!(
                        "A duplicate of a call from {whom} {since}; paid again after {}.",
                        crate::time::length_text(secs)
                    )
                })
            }
        }
    }
}
