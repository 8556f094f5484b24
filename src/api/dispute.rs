//! Disputes: what a manager files for a buyer, what is decided, and how they are shown.

use serde::{Deserialize, Serialize};

use super::adjustment::check_request;
use super::money::{EntryRow, signed};
use super::page::{Choice, Stamp};
use crate::id::{BuyerId, CallId, DisputeId};
use crate::invalid::FieldErrors;
use crate::ledger::adjustment::{ADJUSTMENT_MAX, delta};
use crate::ledger::dispute::{Act, Reason, Refund, Reversal, State, check_comment};
use crate::money::Micros;

/// Which disputes; all of it stands in the URL.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DisputeQuery {
    /// A [`State`] code, or "all"; empty are the open ones.
    pub state: String,
    /// Buyer id; empty for all.
    pub buyer: String,
    /// The last id of the page before.
    pub after: String,
}

impl DisputeQuery {
    /// The state asked for; none for all of them.
    ///
    /// # Errors
    /// `unknown` at `state`.
    pub fn state(&self) -> Result<Option<State>, FieldErrors> {
        match self.state.as_str() {
            "" => Ok(Some(State::Open)),
            "all" => Ok(None),
            code => State::from_code(code).map(Some).ok_or_else(|| {
                FieldErrors::one("state", "unknown", "There is no such state of a dispute.")
            }),
        }
    }
}

/// A page of disputes, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputePage {
    pub rows: Vec<DisputeRow>,
    /// All that fit, on every page.
    pub total: u64,
    /// Open ones of the account, whatever is asked for.
    pub open: u64,
    /// Whether the account ever had one.
    pub any: bool,
    /// What to ask for the next page with; empty on the last one.
    pub next: String,
    pub buyers: Vec<Choice>,
    /// The name of the buyer asked for; empty for all.
    pub buyer_name: String,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeRow {
    pub id: DisputeId,
    pub call: CallId,
    pub opened: Stamp,
    /// "(214) 555-0187", masked for roles that may not see it.
    pub caller: String,
    pub buyer: String,
    /// "The caller is outside our area".
    pub reason: String,
    /// What the buyer was charged, "$25.00": before anything was given back.
    pub charged: String,
    /// What was given back; empty until it is approved.
    pub returned: String,
    pub state: State,
    /// "3 h", "12 d": since it was opened, or until it was decided.
    pub age: String,
}

/// A dispute with its history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeView {
    pub row: DisputeRow,
    pub buyer: BuyerId,
    /// "Thu, Nov 19, 2:33:40 pm ET": when the call came.
    pub call_arrived: Stamp,
    pub campaign: String,
    /// In order.
    pub steps: Vec<StepRow>,
    /// What its approval entered.
    pub entries: Vec<EntryRow>,
    /// What can be decided; none for who may not, and once it is decided.
    pub deciding: Option<Deciding>,
    /// The id of the request that opens it again; none where that cannot be.
    pub reopening: Option<String>,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRow {
    /// "Opened", "Rejected".
    pub word: String,
    pub state: State,
    pub at: Stamp,
    /// "Dana Weiss".
    pub by: String,
    /// May be empty.
    pub comment: String,
}

/// What an approval can give back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deciding {
    pub buyer: String,
    /// What the buyer owes for the call now.
    pub owed: Micros,
    /// What publishers are owed for it now, with their names.
    pub paid: Vec<(String, Micros)>,
    /// The id of the next request.
    pub request: String,
}

/// An entry that an approval would make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewRow {
    /// "Revenue", "Payout".
    pub kind: &'static str,
    pub party: String,
    /// What it does to the profit: "−$25.00".
    pub amount: String,
    /// What is left of the side: "$0.00".
    pub left: String,
}

impl Deciding {
    /// The entries that a reversal would make.
    #[must_use]
    pub fn preview(&self, reversal: Reversal) -> Vec<PreviewRow> {
        let row = |kind, party: &str, before: Micros, refund: Refund| {
            let added = delta(before, refund.change()?);
            (added != Micros::ZERO).then(|| PreviewRow {
                kind,
                party: party.to_owned(),
                amount: signed(match kind {
                    "Payout" => Micros(added.0.saturating_neg()),
                    _ => added,
                }),
                left: Micros(before.0.saturating_add(added.0)).exact(),
            })
        };
        let revenue = row("Revenue", &self.buyer, self.owed, reversal.revenue);
        let payouts = self
            .paid
            .iter()
            .filter_map(|(who, paid)| row("Payout", who, *paid, reversal.payout));
        revenue.into_iter().chain(payouts).collect()
    }
}

/// What the drawer of a call says about its disputes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallDisputes {
    /// Oldest first.
    pub all: Vec<CallDispute>,
    /// What is needed to open one; none for who may not, and where nothing can be disputed.
    pub opening: Option<Opening>,
}

/// A dispute beside its call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallDispute {
    pub id: DisputeId,
    pub state: State,
    pub buyer: String,
    pub reason: String,
    pub steps: Vec<StepRow>,
    /// Whether this person may decide about it now.
    pub decides: bool,
}

/// What is needed to open a dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Buyers who were charged and have not disputed the call.
    pub buyers: Vec<Choice>,
    /// That the buyer's own time for it is over, in a sentence; empty while it is not.
    pub late: String,
    /// The id of the next request.
    pub request: String,
}

/// What a manager types to open a dispute for a buyer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DisputeForm {
    /// Buyer id; empty for the one who was charged.
    pub buyer: String,
    /// A [`Reason`] code.
    pub reason: String,
    pub comment: String,
    /// The same request opens once.
    pub request: String,
}

/// A checked opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDispute {
    /// None for the one who was charged.
    pub buyer: Option<BuyerId>,
    pub reason: Reason,
    pub comment: String,
    pub request: String,
}

impl DisputeForm {
    /// Checks all fields.
    ///
    /// # Errors
    /// At `buyer`, `reason`, `comment` or `request`.
    pub fn check(&self) -> Result<NewDispute, FieldErrors> {
        let mut errors = FieldErrors::default();
        let buyer = match self.buyer.trim() {
            "" => None,
            id => {
                let id = id.parse().ok();
                if id.is_none() {
                    errors.add("buyer", "unknown", "Choose a buyer.");
                }
                id
            }
        };
        let reason = Reason::from_code(&self.reason);
        if reason.is_none() {
            errors.add("reason", "required", "Choose what was wrong.");
        }
        let reason = reason.unwrap_or(Reason::BadLine);
        let comment = comment(Act::Open { reason }, &self.comment, &mut errors);
        check_request(&self.request, &mut errors);
        errors.check()?;
        Ok(NewDispute {
            buyer,
            reason,
            comment,
            request: self.request.trim().to_owned(),
        })
    }
}

/// What is typed to decide about a dispute.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DecideForm {
    /// "approve", "reject", "withdraw" or "reopen".
    pub act: String,
    /// What the buyer gets back: an amount, or "all"; empty and 0 are nothing. Looked at with
    /// "approve" alone, as the next.
    pub revenue: String,
    /// What is taken back from publishers.
    pub payout: String,
    pub comment: String,
    /// The same request acts once.
    pub request: String,
}

/// A checked act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub act: Act,
    pub comment: String,
    pub request: String,
}

impl DecideForm {
    /// Checks all fields.
    ///
    /// # Errors
    /// At `act`, `revenue`, `payout`, `comment` or `request`.
    pub fn check(&self) -> Result<Decision, FieldErrors> {
        let mut errors = FieldErrors::default();
        let act = match self.act.as_str() {
            "approve" => errors.take(self.reversal()).map(Act::Approve),
            "reject" => Some(Act::Reject),
            "withdraw" => Some(Act::Withdraw),
            "reopen" => Some(Act::Reopen),
            _ => {
                errors.add("act", "unknown", "Choose what becomes of the dispute.");
                None
            }
        };
        let act = act.unwrap_or(Act::Withdraw);
        let comment = comment(act, &self.comment, &mut errors);
        check_request(&self.request, &mut errors);
        errors.check()?;
        Ok(Decision {
            act,
            comment,
            request: self.request.trim().to_owned(),
        })
    }

    /// What an approval gives back.
    ///
    /// # Errors
    /// At `revenue` or `payout`.
    pub fn reversal(&self) -> Result<Reversal, FieldErrors> {
        let mut errors = FieldErrors::default();
        let revenue = errors.take(refund("revenue", &self.revenue));
        let payout = errors.take(refund("payout", &self.payout));
        match (revenue, payout) {
            (Some(revenue), Some(payout)) => {
                let reversal = Reversal { revenue, payout };
                reversal.check()?;
                Ok(reversal)
            }
            _ => Err(errors),
        }
    }
}

fn refund(field: &str, text: &str) -> Result<Refund, FieldErrors> {
    match text.trim() {
        "" => return Ok(Refund::Nothing),
        "all" => return Ok(Refund::Full),
        _ => {}
    }
    match Micros::parse(text) {
        Err(error) => Err(FieldErrors::one(field, "malformed", &error.to_string())),
        Ok(Micros::ZERO) => Ok(Refund::Nothing),
        Ok(amount) if (1..=ADJUSTMENT_MAX.0).contains(&amount.0) => Ok(Refund::Part(amount)),
        Ok(_) => {
            let message = format!("Enter an amount from $0.00 to {ADJUSTMENT_MAX}.");
            Err(FieldErrors::one(field, "out_of_range", &message))
        }
    }
}

/// A comment without what is no letter.
fn comment(act: Act, text: &str, errors: &mut FieldErrors) -> String {
    let text: String = text
        .chars()
        .filter(|c| !c.is_control() || *c == '\n')
        .collect();
    errors.take(check_comment(act, &text));
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(act: &str, revenue: &str, payout: &str) -> DecideForm {
        DecideForm {
            act: act.into(),
            revenue: revenue.into(),
            payout: payout.into(),
            comment: "Heard the recording.".into(),
            request: "r1".into(),
        }
    }

    fn fields(errors: &FieldErrors) -> Vec<&str> {
        errors.0.iter().map(|e| e.field.as_str()).collect()
    }

    #[test]
    fn amounts_say_how_much_of_each_side_is_given_back() {
        let act = |form: DecideForm| form.check().expect("a decision").act;
        let part = Refund::Part(Micros(2_500_000));
        let approved = |revenue, payout| Act::Approve(Reversal { revenue, payout });
        assert_eq!(
            act(decide("approve", "2.5", "")),
            approved(part, Refund::Nothing)
        );
        assert_eq!(
            act(decide("approve", "0", "all")),
            approved(Refund::Nothing, Refund::Full)
        );
        assert_eq!(act(decide("reject", "no amount", "")), Act::Reject);
        for (form, wrong) in [
            (decide("approve", "", "0.00"), vec!["revenue"]),
            (decide("approve", "-1", "x"), vec!["revenue", "payout"]),
            (decide("forget", "", ""), vec!["act"]),
        ] {
            assert_eq!(fields(&form.check().expect_err("wrong")), wrong);
        }
        let silent = DecideForm {
            comment: "\u{0} ".into(),
            ..decide("reject", "", "")
        };
        assert_eq!(fields(&silent.check().expect_err("wrong")), ["comment"]);
    }

    #[test]
    fn an_opening_names_its_reason_and_another_one_in_words() {
        let form = |reason: &str, comment: &str| DisputeForm {
            reason: reason.into(),
            comment: comment.into(),
            request: "r1".into(),
            ..DisputeForm::default()
        };
        let new = form("wrong_area", " Ohio ").check().expect("a dispute");
        assert_eq!(
            (new.reason, new.comment.as_str(), new.buyer),
            (Reason::WrongArea, "Ohio", None)
        );
        for (form, wrong) in [
            (form("other", ""), vec!["comment"]),
            (DisputeForm::default(), vec!["reason", "request"]),
        ] {
            assert_eq!(fields(&form.check().expect_err("wrong")), wrong);
        }
    }

    #[test]
    fn a_preview_says_what_is_left() {
        let deciding = Deciding {
            buyer: "Crestline".to_owned(),
            owed: Micros(25_000_000),
            paid: vec![("QuoteDock".to_owned(), Micros(18_000_000))],
            request: "r1".to_owned(),
        };
        let rows = |revenue, payout| {
            let rows = deciding.preview(Reversal { revenue, payout });
            let texts = rows.into_iter().map(|r| (r.kind, r.amount, r.left));
            texts.collect::<Vec<_>>()
        };
        let text = |kind, amount: &str, left: &str| (kind, amount.to_owned(), left.to_owned());
        assert_eq!(
            rows(Refund::Full, Refund::Full),
            [
                text("Revenue", "\u{2212}$25.00", "$0.00"),
                text("Payout", "+$18.00", "$0.00")
            ]
        );
        assert_eq!(
            rows(Refund::Part(Micros(99_000_000)), Refund::Nothing),
            [text("Revenue", "\u{2212}$25.00", "$0.00")]
        );
        assert_eq!(
            rows(Refund::Nothing, Refund::Part(Micros(8_000_000))),
            [text("Payout", "+$8.00", "$10.00")]
        );
    }
}
