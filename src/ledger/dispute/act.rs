//! What may be done to a dispute, by whom and when.

use super::{Act, Actor, COMMENT_CHARS_MAX, Dispute, Reason, State, Step};
use crate::id::BuyerId;
use crate::invalid::FieldErrors;
use crate::ledger::Ledger;
use crate::ledger::entry::{Entry, Party};
use crate::money::Micros;
use crate::time::Timestamp;

/// A wanted step, and the facts it is judged by.
#[derive(Debug, Clone)]
pub struct Deed<'a> {
    /// The id of the request: one that is sent twice acts once.
    pub request: String,
    pub buyer: BuyerId,
    pub act: Act,
    pub by: Actor,
    pub comment: String,
    pub now: Timestamp,
    /// The entries of the call.
    pub ledger: &'a Ledger,
    /// None while the caller is on the line.
    pub call_ended_at: Option<Timestamp>,
    /// For how many days after that a buyer may dispute.
    pub window_days: u32,
}

/// Why a step is not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// Not for this person to do.
    #[error("{0}")]
    Denied(&'static str),
    /// Not now: what it is in stands in the way. Also what somebody else decided a moment ago.
    #[error("{0}")]
    Refused(String),
    /// Something of the form is missing or wrong.
    #[error("The form has errors.")]
    Invalid(FieldErrors),
}

impl Deed<'_> {
    /// The dispute after the step, and the entries that carry it out: none unless it approves.
    /// A request that was carried out before gives the dispute as it is, and no entries.
    ///
    /// # Errors
    /// Why it is not done; the dispute stays as it is.
    pub fn apply(&self, dispute: Option<&Dispute>) -> Result<(Dispute, Vec<Entry>), ActError> {
        self.allowed()?;
        if let Some(done) = dispute
            && done.buyer == self.buyer
            && done.steps.iter().any(|step| step.request == self.request)
        {
            return Ok((done.clone(), Vec::new()));
        }
        let before = self.fits(dispute)?;
        self.check()?;
        let step = Step {
            request: self.request.clone(),
            act: self.act,
            by: self.by,
            at: self.now,
            comment: self.comment.trim().to_owned(),
        };
        let mut dispute = before.cloned().unwrap_or_else(|| Dispute {
            buyer: self.buyer,
            reason: self.reason(),
            steps: Vec::new(),
        });
        let entries = match self.act {
            Act::Approve(reversal) => reversal
                .entries(&dispute, &step, self.ledger)
                .map_err(ActError::Invalid)?,
            Act::Open { .. } | Act::Reject | Act::Withdraw | Act::Reopen => Vec::new(),
        };
        dispute.steps.push(step);
        Ok((dispute, entries))
    }

    fn allowed(&self) -> Result<(), ActError> {
        let (allowed, no) = match self.act {
            Act::Open { .. } => (
                self.by.speaks_for(self.buyer),
                "Only the buyer or a manager may dispute a call.",
            ),
            Act::Withdraw => (
                self.by.speaks_for(self.buyer),
                "Only the buyer or a manager may take a dispute back.",
            ),
            Act::Approve(_) | Act::Reject => (
                self.by.decides(),
                "Only a manager may decide about a dispute.",
            ),
            Act::Reopen => (
                self.by.decides(),
                "Only a manager may open a dispute again.",
            ),
        };
        if allowed {
            Ok(())
        } else {
            Err(ActError::Denied(no))
        }
    }

    /// The dispute the step is added to, if the step fits what was done before.
    fn fits<'d>(&self, dispute: Option<&'d Dispute>) -> Result<Option<&'d Dispute>, ActError> {
        let refused = |why: &str| Err(ActError::Refused(why.to_owned()));
        let Some(dispute) = dispute.filter(|dispute| dispute.buyer == self.buyer) else {
            return match self.act {
                Act::Open { .. } => self.may_open().map(|()| None),
                _ => refused("This buyer has not disputed the call."),
            };
        };
        match (self.act, dispute.state()) {
            (Act::Open { .. }, State::Open) => refused("The call is disputed already."),
            (Act::Open { .. }, _) => {
                refused("The call was disputed before. A manager can open that dispute again.")
            }
            (Act::Approve(_) | Act::Reject | Act::Withdraw, State::Open) => Ok(Some(dispute)),
            (Act::Reopen, State::Rejected | State::Withdrawn) => Ok(Some(dispute)),
            (Act::Reopen, State::Open) => refused("The dispute is open already."),
            (_, State::Approved) => refused("The dispute was approved, and the money given back."),
            (_, State::Rejected) => {
                refused("The dispute was rejected. Open it again to decide anew.")
            }
            (_, State::Withdrawn) => {
                refused("The dispute was withdrawn. Open it again to decide about it.")
            }
        }
    }

    fn may_open(&self) -> Result<(), ActError> {
        let refused = |why: String| Err(ActError::Refused(why));
        let Some(ended) = self.call_ended_at else {
            return refused("The call is not over yet.".to_owned());
        };
        let owed = self.ledger.balance(Party::Buyer(self.buyer)).revenue;
        if owed <= Micros::ZERO {
            return refused("This call was not charged.".to_owned());
        }
        // The account's own people may correct at any time, so the window is the buyer's.
        let until = ended.plus_secs(i64::from(self.window_days) * 86_400);
        if self.now > until && !self.by.decides() {
            let days = self.window_days;
            let s = if days == 1 { "" } else { "s" };
            return refused(format!(
                "Calls can be disputed for {days} day{s} after their end."
            ));
        }
        Ok(())
    }

    fn check(&self) -> Result<(), ActError> {
        check_comment(self.act, &self.comment).map_err(ActError::Invalid)
    }

    fn reason(&self) -> Reason {
        match self.act {
            Act::Open { reason } => reason,
            _ => Reason::Other,
        }
    }
}

/// Whether a comment fits what is done.
///
/// # Errors
/// `required` or `too_long` at `comment`.
pub fn check_comment(act: Act, comment: &str) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    let comment = comment.trim();
    if comment.chars().count() > COMMENT_CHARS_MAX {
        let message = format!("Use at most {COMMENT_CHARS_MAX} characters.");
        errors.add("comment", "too_long", message);
    }
    let wanted = match act {
        Act::Open {
            reason: Reason::Other,
        } => "Say what was wrong with the call.",
        Act::Reject => "Say why, for the buyer.",
        Act::Reopen => "Say why, for whoever reads this later.",
        Act::Open { .. } | Act::Approve(_) | Act::Withdraw => "",
    };
    if comment.is_empty() && !wanted.is_empty() {
        errors.add("comment", "required", wanted);
    }
    errors.check()
}
