//! The entries of an approved dispute.

use serde::{Deserialize, Serialize};

use super::{Dispute, Step};
use crate::invalid::FieldErrors;
use crate::ledger::Ledger;
use crate::ledger::adjustment::{Adjustment, Cause, Change, adjust};
use crate::ledger::entry::{Entry, Party, Side};
use crate::money::Micros;

/// What an approval gives back, of each side: a buyer can be paid back while the publisher keeps
/// its payout (Ringba's corrections are switched apart as well: domain-reference 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversal {
    /// Of what the buyer owes for the call.
    pub revenue: Refund,
    /// Of what the call's publishers are owed.
    pub payout: Refund,
}

/// How much of an amount is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refund {
    Nothing,
    /// All of it.
    Full,
    /// So much, or all of it if it is less.
    Part(Micros),
}

impl Reversal {
    /// All of both sides.
    pub const FULL: Self = Self {
        revenue: Refund::Full,
        payout: Refund::Full,
    };

    /// The entries that give it back: at most one for the buyer and one for each publisher. They
    /// take no side below zero, and are keyed by the buyer: approved again they are the same.
    pub(super) fn entries(
        self,
        dispute: &Dispute,
        step: &Step,
        ledger: &Ledger,
    ) -> Result<Vec<Entry>, FieldErrors> {
        self.check()?;
        let said = match step.comment.as_str() {
            "" => format!("Dispute approved: {}.", dispute.reason.words()),
            comment => format!("Dispute approved: {}. {comment}", dispute.reason.words()),
        };
        let correction = |party: Party, request: String, change: Change| Adjustment {
            request,
            party,
            change,
            cause: Cause::Dispute,
            author: step.by.author(),
            reason: said
                .chars()
                .take(crate::ledger::adjustment::REASON_CHARS_MAX)
                .collect(),
            at: step.at,
        };
        let buyer = dispute.buyer;
        let mut entries = Vec::new();
        if let Some(change) = self.revenue.change() {
            let request = format!("dispute-{buyer}");
            let party = Party::Buyer(buyer);
            entries.extend(adjust(ledger, &correction(party, request, change))?);
        }
        if let Some(change) = self.payout.change() {
            for party in ledger.parties(Side::Payout) {
                let Party::Publisher(publisher) = party else {
                    continue;
                };
                let request = format!("dispute-{buyer}-payout-{publisher}");
                entries.extend(adjust(ledger, &correction(party, request, change))?);
            }
        }
        Ok(entries)
    }

    /// Whether it gives anything back, and only amounts above nothing.
    ///
    /// # Errors
    /// `required` or `out_of_range` at `revenue` or `payout`.
    pub fn check(self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        for (field, refund) in [("revenue", self.revenue), ("payout", self.payout)] {
            if let Refund::Part(amount) = refund
                && amount <= Micros::ZERO
            {
                errors.add(field, "out_of_range", "Enter an amount above $0.00.");
            }
        }
        if self.revenue == Refund::Nothing && self.payout == Refund::Nothing {
            errors.add(
                "revenue",
                "required",
                "Say how much is given back, or reject the dispute.",
            );
        }
        errors.check()
    }
}

impl Refund {
    /// What it does to an amount; none if it leaves it.
    #[must_use]
    pub fn change(self) -> Option<Change> {
        match self {
            Self::Nothing => None,
            Self::Full => Some(Change::Void),
            Self::Part(amount) => Some(Change::By(Micros(amount.0.saturating_neg()))),
        }
    }
}
