//! Where a duplicate goes: a setting of the campaign.

use serde::{Deserialize, Serialize};

use super::{Connection, EarlierCall};
use crate::id::{CampaignId, TargetId};

/// How a duplicate is routed. `strict` obeys even if that leaves nobody to take the call; else
/// the setting only says who is asked first. Ringba's default is strict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateRouting {
    /// As any other call.
    #[default]
    Normally,
    /// To the target the caller was connected with last.
    ToOriginal { strict: bool },
    /// To a target the caller was never connected with in this campaign.
    ToDifferent { strict: bool },
}

/// What a duplicate's routing makes of the targets of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preference {
    /// None is preferred.
    #[default]
    Any,
    Original {
        target: TargetId,
        strict: bool,
    },
    /// In ascending order.
    NotThese {
        targets: Vec<TargetId>,
        strict: bool,
    },
}

/// What a preference says of one target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// May take the call.
    First,
    /// May take it if none of the first can.
    Later,
    /// May not take it.
    Never,
}

impl DuplicateRouting {
    /// What a call that is marked a duplicate prefers. A caller who was never connected with
    /// anybody has no original, and is routed as any other.
    #[must_use]
    pub fn preference(self, campaign: CampaignId, history: &[EarlierCall]) -> Preference {
        let connections = || {
            history
                .iter()
                .filter(move |earlier| earlier.campaign == campaign)
                .flat_map(|earlier| &earlier.connections)
        };
        let last = || connections().max_by_key(|c: &&Connection| (c.at, c.target));
        match self {
            Self::Normally => Preference::Any,
            Self::ToOriginal { strict } => {
                last().map_or(Preference::Any, |connection| Preference::Original {
                    target: connection.target,
                    strict,
                })
            }
            Self::ToDifferent { strict } => {
                let mut targets: Vec<TargetId> = connections().map(|c| c.target).collect();
                targets.sort();
                targets.dedup();
                if targets.is_empty() {
                    Preference::Any
                } else {
                    Preference::NotThese { targets, strict }
                }
            }
        }
    }
}

impl Preference {
    /// Whether none is preferred.
    #[must_use]
    pub fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }

    /// What it says of a target.
    #[must_use]
    pub fn place(&self, of: TargetId) -> Place {
        let (wanted, strict) = match self {
            Self::Any => (true, false),
            Self::Original { target, strict } => (*target == of, *strict),
            Self::NotThese { targets, strict } => (!targets.contains(&of), *strict),
        };
        match (wanted, strict) {
            (true, _) => Place::First,
            (false, false) => Place::Later,
            (false, true) => Place::Never,
        }
    }

    /// Why a target does not come first, for the trace; none if it does.
    #[must_use]
    pub fn sentence(&self, of: TargetId) -> Option<&'static str> {
        match (self, self.place(of)) {
            (_, Place::First) | (Self::Any, _) => None,
            (Self::Original { .. }, Place::Later) => {
                Some("A duplicate: the target the caller knows is asked first.")
            }
            (Self::Original { .. }, Place::Never) => {
                Some("A duplicate goes only to the target the caller was connected with last.")
            }
            (Self::NotThese { .. }, Place::Later) => {
                Some("A duplicate: targets the caller does not know are asked first.")
            }
            (Self::NotThese { .. }, Place::Never) => {
                Some("A duplicate goes only to targets the caller was not connected with before.")
            }
        }
    }
}
