//! Whom of a group to ring, with the reasons in words.

use serde::{Deserialize, Serialize};

use crate::caps::CapReached;
use crate::id::TargetId;
use crate::money::Micros;
use crate::routing::Verdict;
use crate::rtb::bid::Bid;

/// Whom to ring next, with the reasons.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expansion {
    /// Rung now: several at once or one, in order; nobody if the group takes no call.
    pub now: Vec<TargetId>,
    /// Rung after that, in order, if they still can then.
    pub then: Vec<TargetId>,
    /// Why the group as a whole takes no call: paused, closed or full.
    pub refused: Option<GroupRefusal>,
    /// One for each member, in the order they are rung in.
    pub lines: Vec<MemberLine>,
    /// Of a ring tree, whom to ask for bids before anybody can be rung.
    pub asks: Vec<TargetId>,
    /// For how long, in milliseconds.
    pub deadline_ms: u32,
    /// Who is to confirm its bid before it is rung.
    pub confirms: Option<TargetId>,
    /// The bid of whom to ring now.
    pub bid: Option<Bid>,
    /// An auction was held.
    pub nobody_bid: bool,
}

/// Why a group takes no call, whoever of it is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupRefusal {
    Paused,
    /// `until` reads "until 9:00 am CT" or "for Christmas Day until Mon 9:00 am CT".
    Closed {
        until: String,
    },
    CapReached(CapReached),
    /// The call waited so long for bids that there is no time for another auction.
    NoTime,
}

/// What was decided about a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberLine {
    pub target: TargetId,
    pub priority: u32,
    pub part: Part,
}

/// A member's part in a ring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Rung now, with so many others.
    Rung { with: u32 },
    /// Could be rung, but another entry of the plan has the call.
    Open,
    /// Rung after so many others.
    Waits { after: u32 },
    /// Bid so much net, and is in this place.
    Bids { net: Micros, place: u32 },
    /// Cannot take the call.
    Refused(Verdict),
    /// The group takes no call.
    GroupRefused,
}

impl Expansion {
    /// The group's verdict, if it cannot take the call.
    #[must_use]
    pub fn refusal(&self) -> Option<Verdict> {
        match &self.refused {
            Some(GroupRefusal::Paused) => Some(Verdict::GroupPaused),
            Some(GroupRefusal::Closed { until }) => Some(Verdict::Closed {
                until: until.clone(),
            }),
            Some(GroupRefusal::CapReached(reached)) => Some(Verdict::CapReached(*reached)),
            Some(GroupRefusal::NoTime) => Some(Verdict::NoAuctionTime),
            None if !self.is_exhausted() => None,
            None if self.nobody_bid => Some(Verdict::NobodyBid),
            None => Some(Verdict::NobodyInGroup),
        }
    }

    /// Whether there is nobody to ring: the route is done, and the plan goes on without it.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.now.is_empty() && self.asks.is_empty()
    }

    /// The group's own line in the trace.
    #[must_use]
    pub fn sentence(&self) -> String {
        let s = |n: usize| if n == 1 { "" } else { "s" };
        match (&self.refused, self.now.len()) {
            (Some(refusal), _) => refusal.sentence(),
            (None, 0) if !self.asks.is_empty() => {
                format!("Asks {} bidder{}.", self.asks.len(), s(self.asks.len()))
            }
            (None, 0) => "None of its targets can take the call.".to_owned(),
            (None, now) => {
                let then = match self.then.len() {
                    0 => String::new(),
                    n => format!(", then up to {n} more"),
                };
                format!("Rings {now} target{}{then}.", s(now))
            }
        }
    }
}

impl GroupRefusal {
    /// One sentence with the actual figures.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Paused => "The group is paused.".to_owned(),
            Self::Closed { until } => format!("Closed {until}."),
            Self::CapReached(reached) => reached.sentence(),
            Self::NoTime => Verdict::NoAuctionTime.sentence(),
        }
    }
}

impl Part {
    /// The member's line in the trace.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Open => "Could take the call.".to_owned(),
            Self::Rung { with: 0 } => "Rings now.".to_owned(),
            Self::Rung { with: 1 } => {
                "Rings now, with one other. The first to answer has the caller.".to_owned()
            }
            Self::Rung { with } => {
                format!("Rings now, with {with} others. The first to answer has the caller.")
            }
            Self::Waits { after: 1 } => "Rings next, after one other.".to_owned(),
            Self::Waits { after } => format!("Rings later, after {after} others."),
            Self::Bids { net, place: 1 } => format!("Rings now: its bid of {net} is the best."),
            Self::Bids { net, place } => format!("Bid {net}, in place {place}."),
            Self::Refused(verdict) => verdict.sentence(),
            Self::GroupRefused => "Its group takes no call.".to_owned(),
        }
    }
}
