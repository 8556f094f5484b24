//! Whom of a group to ring, with the reasons in words.

use serde::{Deserialize, Serialize};

use crate::caps::CapReached;
use crate::id::TargetId;
use crate::routing::Verdict;

/// Whom to ring next, with the reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expansion {
    /// Rung now: several at once or one, in order; nobody if the group takes no call.
    pub now: Vec<TargetId>,
    /// Rung after that, in order, if they still can then.
    pub then: Vec<TargetId>,
    /// Why the group as a whole takes no call: paused, closed or full.
    pub refused: Option<GroupRefusal>,
    /// One for each member, in the order they are rung in.
    pub lines: Vec<MemberLine>,
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
            None => self.now.is_empty().then_some(Verdict::NobodyInGroup),
        }
    }

    /// Whether there is nobody to ring: the route is done, and the plan goes on without it.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.now.is_empty()
    }

    /// The group's own line in the trace.
    #[must_use]
    pub fn sentence(&self) -> String {
        let s = |n: usize| if n == 1 { "" } else { "s" };
        match (&self.refused, self.now.len()) {
            (Some(refusal), _) => refusal.sentence(),
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
            Self::Refused(verdict) => verdict.sentence(),
            Self::GroupRefused => "Its group takes no call.".to_owned(),
        }
    }
}
