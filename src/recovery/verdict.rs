//! What recovery says of a caller and of each route, in words.

use serde::{Deserialize, Serialize};

use crate::routing::Verdict;
use crate::time::length_text;

/// Why a caller is sent on or is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryVerdict {
    Rerouted {
        /// Which time it is, from 1.
        number: u32,
        max: u32,
        lasted_s: u32,
        within_s: u32,
    },
    Off,
    /// They never talked: that is a missed dial, which routing answers with the next attempt.
    NotConnected,
    CallerGone,
    /// Not the target hung up.
    NotByTarget,
    LongEnough {
        lasted_s: u32,
        within_s: u32,
    },
    UsedUp {
        max: u32,
    },
    NobodyLeft,
}

/// Whether a route may take a caller who is sent on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteVerdict {
    May,
    /// It is the target that hung up.
    HungUp,
    /// It takes no part in recovery.
    Excluded,
    /// The caller was connected with more targets than it tolerates.
    TooManyConnects {
        connects: u32,
        max: u32,
    },
    Refused(Verdict),
}

impl RecoveryVerdict {
    /// One sentence with the actual figures.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Rerouted {
                number,
                max,
                lasted_s,
                within_s,
            } => format!(
                "The target hung up after {}, sooner than {}: sent on, {number} of {max} times.",
                length_text(*lasted_s),
                length_text(*within_s)
            ),
            Self::Off => "Revenue recovery is off.".to_owned(),
            Self::NotConnected => "Caller and target were not connected.".to_owned(),
            Self::CallerGone => "The caller is gone.".to_owned(),
            Self::NotByTarget => "It was not the target that hung up.".to_owned(),
            Self::LongEnough { lasted_s, within_s } => format!(
                "They talked for {}; only conversations under {} are recovered.",
                length_text(*lasted_s),
                length_text(*within_s)
            ),
            Self::UsedUp { max: 1 } => "The caller was sent on once already.".to_owned(),
            Self::UsedUp { max } => format!("The caller was sent on {max} times already."),
            Self::NobodyLeft => "No other target can take the caller.".to_owned(),
        }
    }
}

impl RouteVerdict {
    /// One sentence with the actual figures.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::May => "Can take the caller.".to_owned(),
            Self::HungUp => "Hung up on this caller.".to_owned(),
            Self::Excluded => "Takes no callers that others hung up on.".to_owned(),
            Self::TooManyConnects { connects, max } => {
                let s = if *connects == 1 { "" } else { "s" };
                format!(
                    "The caller talked to {connects} target{s} before; it takes callers with at most {max}."
                )
            }
            Self::Refused(verdict) => verdict.sentence(),
        }
    }
}
