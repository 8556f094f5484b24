//! A buyer's dispute of a call: opened within a window, decided once, carried out by entries.
//!
//! Invariants:
//! - a call has at most one dispute for each of its buyers, and it is approved at most once: the
//!   entries of an approval are keyed by the buyer, so that not even two of them pay back twice;
//! - what was decided stays in its history, with author and time; a rejected dispute is approved
//!   only after it was opened again;
//! - a request that is sent twice acts once.
//!
//! Ringba has a request with approve and reject (domain-reference 5, Adjustments) and publishes
//! no more about it: window, reasons and reopening are ours.

mod act;
mod approval;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::id::{ApiKeyId, BuyerId, UserId};
use crate::ledger::entry::Author;
use crate::time::Timestamp;

pub use act::{ActError, Deed, check_comment};
pub use approval::{Refund, Reversal};

/// The longest comment, in characters.
pub const COMMENT_CHARS_MAX: usize = 1_000;
/// For how many days after the end of a call it may be disputed, unless the account says otherwise.
pub const WINDOW_DAYS_DEFAULT: u32 = 30;
/// The longest window, in days.
pub const WINDOW_DAYS_MAX: u32 = 365;

/// A buyer's dispute of one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    pub buyer: BuyerId,
    pub reason: Reason,
    /// What was done, in order; the first is always its opening.
    pub steps: Vec<Step>,
}

/// One thing done to a dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The id of the request that did it: the same request does nothing more.
    pub request: String,
    pub act: Act,
    pub by: Actor,
    pub at: Timestamp,
    /// In the words of who did it; may be empty.
    pub comment: String,
}

/// What can be done to a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Open { reason: Reason },
    Approve(Reversal),
    Reject,
    Withdraw,
    Reopen,
}

/// How a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for a decision.
    Open,
    /// Money was given back. Final.
    Approved,
    Rejected,
    /// The buyer took it back.
    Withdrawn,
}

/// Why a buyer does not want to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The caller wanted something else.
    WrongService,
    /// The caller is where the buyer does not work.
    WrongArea,
    /// The caller is the buyer's customer already.
    OwnCustomer,
    /// The same caller was paid for before.
    Duplicate,
    /// Nobody was on the line, or a machine.
    NobodyThere,
    /// The caller sells something or plays a prank.
    Spam,
    /// The two could not hear each other.
    BadLine,
    /// As the comment says.
    Other,
}

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// Somebody who signs in for a buyer.
    Buyer { user: UserId, buyer: BuyerId },
    /// Somebody of the account.
    Member { user: UserId, role: Role },
    /// A program that may correct money.
    Key { key: ApiKeyId },
}

impl Dispute {
    /// How it stands: what was done last.
    #[must_use]
    pub fn state(&self) -> State {
        self.steps
            .last()
            .map_or(State::Open, |step| step.act.leads_to())
    }

    /// The reversal that was approved, and the step that did it.
    #[must_use]
    pub fn approval(&self) -> Option<(&Step, Reversal)> {
        self.steps.iter().find_map(|step| match step.act {
            Act::Approve(reversal) => Some((step, reversal)),
            _ => None,
        })
    }
}

impl Step {
    /// "Rejected", "Approved", for the history.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.act {
            Act::Open { .. } => "Opened",
            Act::Approve(_) => "Approved",
            Act::Reject => "Rejected",
            Act::Withdraw => "Withdrawn",
            Act::Reopen => "Opened again",
        }
    }
}

impl Act {
    /// The state it leads to.
    #[must_use]
    pub fn leads_to(&self) -> State {
        match self {
            Self::Open { .. } | Self::Reopen => State::Open,
            Self::Approve(_) => State::Approved,
            Self::Reject => State::Rejected,
            Self::Withdraw => State::Withdrawn,
        }
    }
}

impl State {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Open, Self::Approved, Self::Rejected, Self::Withdrawn];

    /// "Open", "Approved".
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Approved => "Approved",
            Self::Rejected => "Rejected",
            Self::Withdrawn => "Withdrawn",
        }
    }

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of a stored word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

impl Reason {
    /// All reasons, as offered.
    pub const ALL: [Self; 8] = [
        Self::WrongService,
        Self::WrongArea,
        Self::OwnCustomer,
        Self::Duplicate,
        Self::NobodyThere,
        Self::Spam,
        Self::BadLine,
        Self::Other,
    ];

    /// "The caller wanted something else".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::WrongService => "The caller wanted something else",
            Self::WrongArea => "The caller is outside our area",
            Self::OwnCustomer => "The caller was our customer already",
            Self::Duplicate => "We paid for this caller before",
            Self::NobodyThere => "Nobody was on the line",
            Self::Spam => "A sales or prank call",
            Self::BadLine => "The line was too bad to talk",
            Self::Other => "Another reason",
        }
    }

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::WrongService => "wrong_service",
            Self::WrongArea => "wrong_area",
            Self::OwnCustomer => "own_customer",
            Self::Duplicate => "duplicate",
            Self::NobodyThere => "nobody_there",
            Self::Spam => "spam",
            Self::BadLine => "bad_line",
            Self::Other => "other",
        }
    }

    /// The reason of a stored word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

impl Actor {
    /// Whose name stands at the step, and at the entries that carry it out.
    #[must_use]
    pub fn author(&self) -> Author {
        match self {
            Self::Buyer { user, .. } | Self::Member { user, .. } => Author::User(*user),
            Self::Key { key } => Author::Key(*key),
        }
    }

    /// Whether they may decide: managers of the account and above, and keys that may do as much. A
    /// buyer never decides about its own money.
    #[must_use]
    pub fn decides(&self) -> bool {
        match self {
            Self::Member { role, .. } => *role >= Role::Manager,
            Self::Key { .. } => true,
            Self::Buyer { .. } => false,
        }
    }

    /// Whether they may open or take back a dispute of a buyer: its own people, and those who
    /// decide, on its behalf.
    #[must_use]
    pub fn speaks_for(&self, of: BuyerId) -> bool {
        matches!(self, Self::Buyer { buyer, .. } if *buyer == of) || self.decides()
    }
}
