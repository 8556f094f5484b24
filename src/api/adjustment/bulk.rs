//! Corrections of many calls at once: revenue, payout or both, and what they would do.

use serde::{Deserialize, Serialize};

use super::{Correction, Part, Whose, check_calls, check_change, check_reason, check_request};
use crate::id::CallId;
use crate::invalid::FieldErrors;

/// What a person asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BulkForm {
    /// Call ids with commas between.
    pub calls: String,
    pub revenue: PartForm,
    pub payout: PartForm,
    pub reason: String,
    /// The same request corrects once.
    pub request: String,
}

/// How one side changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PartForm {
    /// "by", "to" or "void"; empty leaves it.
    pub change: String,
    /// Looked at with "by" and "to" alone.
    pub amount: String,
}

/// What a correction would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkPreview {
    /// Calls that change.
    pub calls: u32,
    pub sides: Vec<SidePreview>,
    /// Calls that stay as they are.
    pub skipped: Vec<Skipped>,
    /// The id of the request that carries it out.
    pub request: String,
}

/// What it would do to one side of all calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SidePreview {
    /// "Revenue" or "Payout".
    pub side: String,
    /// Calls whose amount changes.
    pub calls: u32,
    /// Of these: amounts that stop at nothing.
    pub floored: u32,
    /// What the changing amounts sum up to, "$1,250.00".
    pub before: String,
    pub after: String,
    /// "−$40.00".
    pub difference: String,
}

/// A call that stays as it is, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    pub call: CallId,
    /// As [`Corrected::label`](super::Corrected::label).
    pub label: String,
    pub why: String,
}

impl BulkForm {
    /// Checks all fields.
    ///
    /// # Errors
    /// At `calls`, `revenue.change`, `revenue.amount`, `payout.change`, `payout.amount`, `reason` or
    /// `request`.
    pub fn check(&self) -> Result<Correction, FieldErrors> {
        let mut errors = FieldErrors::default();
        let calls = check_calls(&self.calls, &mut errors);
        let mut parts = Vec::new();
        for (name, whose, form) in [
            ("revenue", Whose::Buyer, &self.revenue),
            ("payout", Whose::Publisher, &self.payout),
        ] {
            if !form.change.is_empty() {
                let within = format!("{name}.");
                let change = check_change(&within, &form.change, &form.amount, &mut errors);
                parts.push(Part { whose, change });
            }
        }
        if parts.is_empty() {
            let message = "Choose what changes: revenue, payout or both.";
            errors.add("revenue.change", "required", message);
        }
        let reason = check_reason(&self.reason, &mut errors);
        check_request(&self.request, &mut errors);
        errors.check()?;
        Ok(Correction {
            calls,
            parts,
            reason,
            request: self.request.trim().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::adjustment::Change;
    use crate::money::Micros;

    fn form(revenue: (&str, &str), payout: (&str, &str)) -> BulkForm {
        let part = |(change, amount): (&str, &str)| PartForm {
            change: change.into(),
            amount: amount.into(),
        };
        BulkForm {
            calls: "00000000-0000-0001-0000-000000000007".into(),
            revenue: part(revenue),
            payout: part(payout),
            reason: "Agreed.".into(),
            request: "r1".into(),
        }
    }

    fn changes(form: &BulkForm) -> Vec<Change> {
        let parts = form.check().expect("a correction").parts;
        parts.iter().map(|part| part.change).collect()
    }

    #[test]
    fn either_side_or_both_change() {
        let five = Change::By(Micros(-5_000_000));
        assert_eq!(changes(&form(("by", "-5"), ("", ""))), [five]);
        let both = form(("void", "what was typed before"), ("to", "2.5"));
        assert_eq!(
            changes(&both),
            [Change::Void, Change::To(Micros(2_500_000))]
        );
    }

    #[test]
    fn errors_stand_at_their_fields() {
        let fields = |form: BulkForm| {
            let errors = form.check().expect_err("broken").0;
            errors.into_iter().map(|e| e.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(form(("", ""), ("", ""))), ["revenue.change"]);
        assert_eq!(
            fields(form(("by", ""), ("to", "-1"))),
            ["revenue.amount", "payout.amount"]
        );
        assert_eq!(fields(form(("twice", "1"), ("", ""))), ["revenue.change"]);
    }
}
