//! Corrections of what buyers owe and publishers are owed, as people ask for them.

pub mod bulk;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::id::{BuyerId, CallId, PublisherId};
use crate::invalid::FieldErrors;
use crate::ledger::adjustment::{ADJUSTMENT_MAX, Change, REASON_CHARS_MAX};
use crate::ledger::entry::Party;
use crate::money::Micros;

/// The most calls that are corrected at once.
pub const CALLS_MAX: usize = 1_000;
/// The longest request id.
const REQUEST_CHARS_MAX: usize = 64;

/// What a person asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AdjustForm {
    /// Call ids with commas between.
    pub calls: String,
    /// "revenue" or "payout".
    pub side: String,
    /// Buyer or publisher id; empty for the call's own.
    pub party: String,
    /// "by", "to" or "void".
    pub change: String,
    /// Empty with "void".
    pub amount: String,
    pub reason: String,
    /// The same request corrects once.
    pub request: String,
}

/// A conversion that a person knows of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConvertForm {
    /// What it was worth; may be empty.
    pub amount: String,
    /// The same request converts once.
    pub request: String,
}

impl ConvertForm {
    /// The amount, if one was said.
    ///
    /// # Errors
    /// At `amount` or `request`.
    pub fn check(&self) -> Result<Option<Micros>, FieldErrors> {
        let mut errors = FieldErrors::default();
        check_request(&self.request, &mut errors);
        let amount = match self.amount.trim() {
            "" => None,
            text => match Micros::parse(text) {
                Err(error) => {
                    errors.add("amount", "malformed", error.to_string());
                    None
                }
                Ok(amount) if !(0..=ADJUSTMENT_MAX.0).contains(&amount.0) => {
                    let message = format!("Enter an amount from $0.00 to {ADJUSTMENT_MAX}.");
                    errors.add("amount", "out_of_range", message);
                    None
                }
                Ok(amount) => Some(amount),
            },
        };
        errors.check()?;
        Ok(amount)
    }
}

pub(super) fn check_request(request: &str, errors: &mut FieldErrors) {
    let request = request.trim();
    let long = request.chars().count() > REQUEST_CHARS_MAX;
    if request.is_empty() || long || request.contains(char::is_control) {
        let message = format!("Name the request in 1 to {REQUEST_CHARS_MAX} characters.");
        errors.add("request", "malformed", message);
    }
}

/// A checked correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub calls: Vec<CallId>,
    /// What changes: one amount, or one of each side.
    pub parts: Vec<Part>,
    pub reason: String,
    pub request: String,
}

/// One amount of a correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub whose: Whose,
    pub change: Change,
}

/// Whose amount is corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// What the call's buyer owes.
    Buyer,
    /// What the call's publisher is owed.
    Publisher,
    This(Party),
}

/// What became of one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrected {
    pub call: CallId,
    /// "(214) 555-0187, Thu, Nov 19, 2:33:40 pm ET"; empty for a call that is not there.
    pub label: String,
    pub done: bool,
    /// "Revenue corrected by −$5.00.", or why nothing changed.
    pub text: String,
}

impl AdjustForm {
    /// Checks all fields.
    ///
    /// # Errors
    /// At `calls`, `side`, `party`, `change`, `amount`, `reason` or `request`.
    pub fn check(&self) -> Result<Correction, FieldErrors> {
        let mut errors = FieldErrors::default();
        let calls = check_calls(&self.calls, &mut errors);
        let whose = self.whose(&mut errors);
        let change = check_change("", &self.change, &self.amount, &mut errors);
        let reason = check_reason(&self.reason, &mut errors);
        check_request(&self.request, &mut errors);
        errors.check()?;
        Ok(Correction {
            calls,
            parts: vec![Part { whose, change }],
            reason,
            request: self.request.trim().to_owned(),
        })
    }

    fn whose(&self, errors: &mut FieldErrors) -> Whose {
        let own = self.party.trim().is_empty();
        let found = match self.side.as_str() {
            "revenue" if own => Some(Whose::Buyer),
            "payout" if own => Some(Whose::Publisher),
            "revenue" => (self.party.parse::<BuyerId>().ok()).map(|b| Whose::This(Party::Buyer(b))),
            "payout" => {
                (self.party.parse::<PublisherId>().ok()).map(|p| Whose::This(Party::Publisher(p)))
            }
            _ => {
                errors.add("side", "unknown", "Choose revenue or payout.");
                return Whose::Buyer;
            }
        };
        found.unwrap_or_else(|| {
            errors.add("party", "unknown", "Choose a buyer or a publisher.");
            Whose::Buyer
        })
    }
}

/// Call ids with commas between, each once.
fn check_calls(calls: &str, errors: &mut FieldErrors) -> Vec<CallId> {
    let texts = calls.split(',').map(str::trim);
    let ids: Result<BTreeSet<CallId>, _> = texts
        .filter(|text| !text.is_empty())
        .map(str::parse)
        .collect();
    match ids {
        Ok(ids) if ids.is_empty() => errors.add("calls", "required", "Choose a call."),
        Ok(ids) if ids.len() > CALLS_MAX => {
            let message = format!("Choose at most {CALLS_MAX} calls.");
            errors.add("calls", "too_many", message);
        }
        Ok(ids) => return ids.into_iter().collect(),
        Err(_) => errors.add("calls", "malformed", "That is not the id of a call."),
    }
    Vec::new()
}

fn check_reason(reason: &str, errors: &mut FieldErrors) -> String {
    // What is no letter has no place in a sentence, nor in PostgreSQL.
    let reason: String = reason
        .chars()
        .filter(|c| !c.is_control() || *c == '\n')
        .collect();
    let reason = reason.trim();
    if reason.is_empty() {
        errors.add(
            "reason",
            "required",
            "Say why, for whoever reads this later.",
        );
    } else if reason.chars().count() > REASON_CHARS_MAX {
        let message = format!("Use at most {REASON_CHARS_MAX} characters.");
        errors.add("reason", "too_long", message);
    }
    reason.to_owned()
}

/// How an amount changes; `within` is the part of the form it stands in, "" or "revenue.".
fn check_change(within: &str, change: &str, amount: &str, errors: &mut FieldErrors) -> Change {
    let least = match change {
        "void" => return Change::Void,
        "by" => -ADJUSTMENT_MAX.0,
        "to" => 0,
        _ => {
            let message = "Choose how the amount changes.";
            errors.add(&format!("{within}change"), "unknown", message);
            return Change::Void;
        }
    };
    let field = format!("{within}amount");
    match Micros::parse(amount) {
        Err(error) => errors.add(&field, "malformed", error.to_string()),
        Ok(amount) if !(least..=ADJUSTMENT_MAX.0).contains(&amount.0) => {
            let message = format!(
                "Enter an amount from {} to {ADJUSTMENT_MAX}.",
                Micros(least)
            );
            errors.add(&field, "out_of_range", message);
        }
        Ok(amount) if change == "by" => return Change::By(amount),
        Ok(amount) => return Change::To(amount),
    }
    Change::Void
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: &str = "00000000-0000-0001-0000-000000000007";

    fn form() -> AdjustForm {
        AdjustForm {
            calls: format!("{CALL}, {CALL},"),
            side: "revenue".into(),
            change: "by".into(),
            amount: "-5".into(),
            reason: " Agreed on the phone. ".into(),
            request: "r1".into(),
            ..AdjustForm::default()
        }
    }

    #[test]
    fn a_call_named_twice_is_corrected_once() {
        let correction = form().check().expect("a correction");
        assert_eq!(correction.calls, [CALL.parse().expect("an id")]);
        let five_less = Part {
            whose: Whose::Buyer,
            change: Change::By(Micros(-5_000_000)),
        };
        assert_eq!(correction.parts, [five_less]);
        assert_eq!(correction.reason, "Agreed on the phone.");
        let of_a_publisher = AdjustForm {
            side: "payout".into(),
            party: "7".into(),
            change: "void".into(),
            amount: "what was typed before".into(),
            ..form()
        };
        let correction = of_a_publisher.check().expect("a correction");
        let party = Party::Publisher(PublisherId(7));
        let all = Part {
            whose: Whose::This(party),
            change: Change::Void,
        };
        assert_eq!(correction.parts, [all]);
    }

    #[test]
    fn errors_stand_at_their_fields() {
        let broken = AdjustForm {
            calls: "x".into(),
            party: "x".into(),
            change: "to".into(),
            reason: String::new(),
            request: String::new(),
            ..form()
        };
        let errors = broken.check().expect_err("broken");
        let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["calls", "party", "amount", "reason", "request"]);
        let nothing = AdjustForm::default().check().expect_err("nothing");
        let fields: Vec<&str> = nothing.0.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["calls", "side", "change", "reason", "request"]);
    }
}
