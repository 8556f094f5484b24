//! What a decision says about a route, in words.

use serde::{Deserialize, Serialize};

use crate::caps::CapReached;
use crate::caps::dollars::DollarCapReached;
use crate::money::Micros;
use crate::tag::filter::Refusal;
use crate::time::length_text;

/// What a decision said about a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Gets the call: one of `open` routes in its priority, with this share of them in percent.
    Won {
        open: u32,
        share_percent: u32,
        by_turn: bool,
        /// The figures that decided, where it was neither weight nor turn.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// Could have taken it, but another of the same priority was chosen.
    NotDrawn {
        share_percent: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// Was not looked at closely: an earlier priority took the call.
    NotNeeded,
    /// Could take it, but a duplicate goes to others first.
    NotPreferred {
        reason: String,
    },
    RouteOff,
    TargetPaused,
    BuyerPaused,
    /// Paused by itself because it missed its calls.
    AutoPaused {
        until: String,
    },
    /// The person behind it takes no calls now: "away", "since 2:15 pm ET". The second may be empty.
    AgentHeld {
        word: String,
        when: String,
    },
    /// Outside its hours; `until` reads "until 9:00 am CT" or "on every day of the week".
    Closed {
        until: String,
    },
    /// The call is not one that route, target or buyer takes.
    Filtered {
        by: FilterOf,
        refusal: Refusal,
    },
    /// The buyer or target had this caller before.
    Restricted {
        reason: String,
    },
    /// A duplicate may not go there.
    DuplicateRefused {
        reason: String,
    },
    /// Pays less than makes up for what the publisher was promised.
    Unprofitable {
        pays: Micros,
        least: Micros,
    },
    /// Asks for a longer conversation than the publisher was told.
    AsksLonger {
        asks_s: u32,
        longest_s: u32,
    },
    CapReached(CapReached),
    DollarCapReached(DollarCapReached),
    /// Takes no callers that another target hung up on, or not this one.
    NotRerouted {
        reason: String,
    },
    /// The whole group is paused.
    GroupPaused,
    /// None of the group's targets can take the call; its members say why.
    NobodyInGroup,
    /// Could take it, but the group that has the call is not through.
    GroupGoesOn,
    /// The campaign dials no more entries of its plan for one call.
    AttemptsUsed,
    /// Rang earlier in this call without connecting.
    AlreadyTried,
    /// The line was taken by another call a moment ago.
    LineTaken,
    /// Bids for its calls, so it takes them through a ring tree only.
    BiddersOnly,
    /// Nobody of the ring tree made a bid that counts; its members say why.
    NobodyBid,
    /// Was asked, and its answer is no bid that counts.
    NoBid {
        reason: String,
    },
    /// Could not take the call when the others were asked for bids.
    NotAsked,
    BidExpired,
    /// The ring tree rings its winner only, who did not connect.
    WinnerOnly,
    /// The caller waited too long for bids already.
    NoAuctionTime,
}

/// Whose filter it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterOf {
    Route,
    Target,
    Buyer,
}

impl Verdict {
    /// "Won", "Not eligible" or "Not needed".
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Won { .. } => "Won",
            Self::NotDrawn { .. }
            | Self::NotNeeded
            | Self::NotPreferred { .. }
            | Self::GroupGoesOn => "Not needed",
            _ => "Not eligible",
        }
    }

    /// One sentence with the actual figures.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Won {
                open: 1, why: None, ..
            } => "Open, and the only candidate left in its priority.".to_owned(),
            Self::Won { why: Some(why), .. } => why.clone(),
            Self::Won {
                open,
                by_turn: true,
                ..
            } => format!("Its turn: it waited longest of {open} open candidates."),
            Self::Won {
                open,
                share_percent,
                ..
            } => {
                format!("Drawn by weight: {share_percent}% of calls among {open} open candidates.")
            }
            Self::NotDrawn { why: Some(why), .. } => {
                format!("Open, but another of the same priority came first. {why}")
            }
            Self::NotDrawn { share_percent, .. } => {
                format!(
                    "Open, but another of the same priority got this call. Its share was {share_percent}%."
                )
            }
            Self::NotNeeded => "An earlier priority took the call.".to_owned(),
            Self::GroupPaused => "The group is paused.".to_owned(),
            Self::NobodyInGroup => "None of its targets can take the call.".to_owned(),
            Self::GroupGoesOn => "The group that has the call rings on.".to_owned(),
            Self::AttemptsUsed => "The campaign dials no more for one call.".to_owned(),
            Self::RouteOff => "Switched off in this routing plan.".to_owned(),
            Self::TargetPaused => "The target is paused.".to_owned(),
            Self::BuyerPaused => "The buyer is paused.".to_owned(),
            Self::AutoPaused { until } => format!("Paused {until}: it missed its calls."),
            Self::AgentHeld { word, when } if when.is_empty() => format!("The agent is {word}."),
            Self::AgentHeld { word, when } => format!("The agent is {word} {when}."),
            Self::Closed { until } => format!("Closed {until}."),
            Self::Filtered { by, refusal } => {
                let whose = match by {
                    FilterOf::Route => "route",
                    FilterOf::Target => "target",
                    FilterOf::Buyer => "buyer",
                };
                format!("Not for this {whose}. {}", refusal.sentence())
            }
            Self::NotPreferred { reason }
            | Self::Restricted { reason }
            | Self::DuplicateRefused { reason }
            | Self::NotRerouted { reason } => reason.clone(),
            Self::Unprofitable { pays, least } => {
                format!("Pays {pays}; the call must make {least} for what its publisher was bid.")
            }
            Self::AsksLonger {
                asks_s,
                longest_s: 0,
            } => format!(
                "Pays for a conversation of {} only, and its publisher was promised to be paid for any.",
                length_text(*asks_s)
            ),
            Self::AsksLonger { asks_s, longest_s } => format!(
                "Pays for a conversation of {} only; its publisher was promised to be paid after {}.",
                length_text(*asks_s),
                length_text(*longest_s)
            ),
            Self::CapReached(reached) => reached.sentence(),
            Self::DollarCapReached(reached) => reached.sentence(),
            Self::AlreadyTried => "Already rang for this call.".to_owned(),
            Self::BiddersOnly => {
                "Bids for its calls: it takes them through a ring tree only.".to_owned()
            }
            Self::NobodyBid => "Nobody made a bid that counts.".to_owned(),
            Self::NoBid { reason } => reason.clone(),
            Self::NotAsked => {
                "Was not asked for a bid: it could not take the call at that moment.".to_owned()
            }
            Self::BidExpired => "Its bid no longer holds.".to_owned(),
            Self::WinnerOnly => {
                "The winner did not connect, and the ring tree goes to no other bid.".to_owned()
            }
            Self::NoAuctionTime => {
                "The caller waited too long for bids already to hold another auction.".to_owned()
            }
            Self::LineTaken => "Another call took its last free line a moment ago.".to_owned(),
        }
    }

    /// Whether the call goes there.
    #[must_use]
    pub fn won(&self) -> bool {
        matches!(self, Self::Won { .. })
    }
}
