//! What makes a call a duplicate: a setting of the campaign.

use serde::{Deserialize, Serialize};

use super::{EarlierCall, ago, latest};
use crate::id::{CallId, CampaignId};
use crate::phone::Caller;
use crate::time::{Timestamp, length_text};

/// What is asked of the caller's earlier calls in the same campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MarkRule {
    pub when: MarkWhen,
    /// Whether all callers who withhold their number count as one. Ringba's default is yes.
    pub anonymous: bool,
}

/// Which earlier call makes this one a duplicate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkWhen {
    /// One that was connected. Ringba's default.
    #[default]
    Connected,
    /// Any.
    Incoming,
    /// One whose longest conversation had at least so many seconds.
    Length { secs: u32 },
}

/// That a call is a duplicate, and of which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// The latest call that makes it one.
    pub of: CallId,
    /// "Called 3 days ago and was connected."
    pub reason: String,
}

impl Default for MarkRule {
    fn default() -> Self {
        Self {
            when: MarkWhen::default(),
            anonymous: true,
        }
    }
}

impl MarkRule {
    /// Whether a call of this caller is a duplicate in a campaign.
    #[must_use]
    pub fn mark(
        &self,
        caller: &Caller,
        campaign: CampaignId,
        history: &[EarlierCall],
        now: Timestamp,
    ) -> Option<Marked> {
        let earlier = latest(self.originals(caller, campaign, history))?;
        let since = ago(earlier.arrived_at, now);
        let reason = match self.when {
            MarkWhen::Connected => format!("Called {since} and was connected."),
            MarkWhen::Incoming => format!("Called {since}."),
            MarkWhen::Length { secs } => format!(
                "Called {since} and talked for {}; {} makes a duplicate.",
                length_text(earlier.longest_s().unwrap_or(0)),
                length_text(secs)
            ),
        };
        Some(Marked {
            of: earlier.call,
            reason,
        })
    }

    /// The earlier calls that make a call of this caller a duplicate.
    pub fn originals<'a>(
        &self,
        caller: &Caller,
        campaign: CampaignId,
        history: &'a [EarlierCall],
    ) -> impl Iterator<Item = &'a EarlierCall> {
        let counts = self.anonymous || *caller != Caller::Anonymous;
        let when = self.when;
        history
            .iter()
            .filter(move |earlier| counts && earlier.campaign == campaign && when.holds(earlier))
    }
}

impl MarkWhen {
    fn holds(self, earlier: &EarlierCall) -> bool {
        match self {
            Self::Incoming => true,
            Self::Connected => !earlier.connections.is_empty(),
            Self::Length { secs } => earlier.longest_s().is_some_and(|length| length >= secs),
        }
    }
}
