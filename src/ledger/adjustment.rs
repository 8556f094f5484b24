//! Corrections: entries a person adds, never edits of what was entered.

use serde::{Deserialize, Serialize};

use super::Ledger;
use super::entry::{Author, Entry, EntryKey, Kind, Party, Side};
use crate::invalid::FieldErrors;
use crate::money::Micros;
use crate::time::Timestamp;

/// The longest reason, in characters.
pub const REASON_CHARS_MAX: usize = 500;
/// The largest correction of one call, in whole units of the currency: larger ones are slips.
pub const ADJUSTMENT_MAX: Micros = Micros(100_000_000_000);

/// How an amount is corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// More, or less if below zero; never to less than nothing.
    By(Micros),
    /// To exactly this.
    To(Micros),
    /// To nothing.
    Void,
}

/// Why an amount is corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A person saw fit.
    Manual,
    /// A buyer's dispute was approved.
    Dispute,
}

/// A wanted correction of what one party owes or is owed for a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    /// The id of the request: one that is sent twice corrects once.
    pub request: String,
    pub party: Party,
    pub change: Change,
    pub cause: Cause,
    pub author: Author,
    pub reason: String,
    pub at: Timestamp,
}

/// The entries that carry out a correction: one, or none if nothing would change or the request
/// was carried out before.
///
/// The floor is zero: what a buyer owes and what a publisher is owed for one call never falls
/// below nothing (issue 3, Money).
///
/// # Errors
/// `required` or `too_long` at `reason`, `out_of_range` at `amount`, `unknown` at `party` for the
/// carrier, whose charges are not ours to correct.
pub fn adjust(ledger: &Ledger, wanted: &Adjustment) -> Result<Vec<Entry>, FieldErrors> {
    let mut errors = FieldErrors::default();
    let reason = reason(&wanted.reason, &mut errors);
    check_amount(wanted.change, &mut errors);
    let side = match wanted.party {
        Party::Buyer(_) => Side::Revenue,
        Party::Publisher(_) => Side::Payout,
        Party::Carrier => {
            errors.add("party", "unknown", "Choose a buyer or a publisher.");
            Side::Cost
        }
    };
    errors.check()?;

    let key = EntryKey::new("adjustment", &wanted.request);
    let before = ledger.balance(wanted.party).side(side);
    let amount = delta(before, wanted.change);
    if ledger.get(&key).is_some() || amount == Micros::ZERO {
        return Ok(Vec::new());
    }
    Ok(vec![Entry {
        key,
        kind: kind(side, wanted.cause),
        party: wanted.party,
        amount,
        at: wanted.at,
        author: wanted.author,
        reason,
    }])
}

/// What is added to an amount to make a change of it, down to zero at most. An amount that is
/// below zero already, which no rule makes, is lifted to zero by any change that lowers it.
#[must_use]
pub fn delta(before: Micros, change: Change) -> Micros {
    let after = match change {
        Change::By(more) => before.0.saturating_add(more.0),
        Change::To(exactly) => exactly.0,
        Change::Void => 0,
    };
    Micros(after.max(0).saturating_sub(before.0))
}

fn kind(side: Side, cause: Cause) -> Kind {
    match (side, cause) {
        (Side::Revenue, Cause::Manual) => Kind::RevenueAdjustment,
        (Side::Revenue, Cause::Dispute) => Kind::DisputeReversal,
        (Side::Payout | Side::Cost, Cause::Manual) => Kind::PayoutAdjustment,
        (Side::Payout | Side::Cost, Cause::Dispute) => Kind::PayoutReversal,
    }
}

fn reason(text: &str, errors: &mut FieldErrors) -> String {
    let text = text.trim();
    if text.is_empty() {
        errors.add(
            "reason",
            "required",
            "Say why, for whoever reads this later.",
        );
    } else if text.chars().count() > REASON_CHARS_MAX {
        let message = format!("Use at most {REASON_CHARS_MAX} characters.");
        errors.add("reason", "too_long", message);
    }
    text.to_owned()
}

fn check_amount(change: Change, errors: &mut FieldErrors) {
    let (amount, least) = match change {
        Change::By(amount) => (amount, -ADJUSTMENT_MAX.0),
        Change::To(amount) => (amount, 0),
        Change::Void => return,
    };
    if !(least..=ADJUSTMENT_MAX.0).contains(&amount.0) {
        let message = format!(
            "Enter an amount from {} to {ADJUSTMENT_MAX}.",
            Micros(least)
        );
        errors.add("amount", "out_of_range", message);
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::tests::entry;
    use super::*;
    use crate::id::{BuyerId, PublisherId, UserId};
    use crate::testing::NOON_ISH;
    use proptest::prelude::*;

    const BUYER: Party = Party::Buyer(BuyerId(1));
    const PUBLISHER: Party = Party::Publisher(PublisherId(1));

    fn wanted(party: Party, change: Change) -> Adjustment {
        Adjustment {
            request: "r1".to_owned(),
            party,
            change,
            cause: Cause::Manual,
            author: Author::User(UserId(3)),
            reason: "Wrong number.".to_owned(),
            at: NOON_ISH,
        }
    }

    fn call() -> Ledger {
        Ledger::of([
            entry("revenue:1", Kind::Revenue, 25_000_000),
            entry("payout:1", Kind::Payout, 18_000_000),
        ])
    }

    fn adjusted(mut ledger: Ledger, wanted: &Adjustment) -> Ledger {
        for entry in adjust(&ledger, wanted).expect("an adjustment") {
            ledger.append(entry);
        }
        ledger
    }

    #[test]
    fn amounts_change_by_to_and_to_nothing() {
        let revenue = |change| adjusted(call(), &wanted(BUYER, change)).totals();
        let dollars = |n: i64| Micros(n * 1_000_000);
        assert_eq!(revenue(Change::By(dollars(5))).revenue, dollars(30));
        assert_eq!(revenue(Change::By(dollars(-5))).revenue, dollars(20));
        assert_eq!(revenue(Change::By(dollars(-99))).revenue, dollars(0));
        assert_eq!(revenue(Change::To(dollars(7))).revenue, dollars(7));
        assert_eq!(revenue(Change::Void).revenue, dollars(0));
        assert_eq!(revenue(Change::Void).payout, dollars(18));
        let payout = adjusted(call(), &wanted(PUBLISHER, Change::Void));
        assert_eq!(payout.totals().payout, dollars(0));
    }

    #[test]
    fn a_request_sent_twice_or_without_effect_appends_nothing() {
        let by_five = wanted(BUYER, Change::By(Micros(5_000_000)));
        let once = adjusted(call(), &by_five);
        assert_eq!(adjust(&once, &by_five), Ok(vec![]));
        let same = wanted(BUYER, Change::To(Micros(25_000_000)));
        assert_eq!(adjust(&call(), &same), Ok(vec![]));
        // A buyer without entries owes nothing, so there is nothing to void.
        let stranger = wanted(Party::Buyer(BuyerId(9)), Change::Void);
        assert_eq!(adjust(&call(), &stranger), Ok(vec![]));
    }

    #[test]
    fn an_approved_dispute_is_told_apart_from_a_correction() {
        let dispute = |party| Adjustment {
            cause: Cause::Dispute,
            ..wanted(party, Change::Void)
        };
        let kind = |party| adjust(&call(), &dispute(party)).expect("entries")[0].kind;
        assert_eq!(kind(BUYER), Kind::DisputeReversal);
        assert_eq!(kind(PUBLISHER), Kind::PayoutReversal);
    }

    #[test]
    fn errors_stand_at_their_fields() {
        let broken = Adjustment {
            reason: " ".to_owned(),
            ..wanted(Party::Carrier, Change::To(Micros(-1)))
        };
        let errors = adjust(&call(), &broken).expect_err("broken");
        let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["reason", "amount", "party"]);
        assert_eq!(
            errors.message("amount").as_deref(),
            Some("Enter an amount from $0.00 to $100,000.00.")
        );
    }

    proptest! {
        #[test]
        fn no_series_of_corrections_goes_below_nothing(
            changes in prop::collection::vec(prop_oneof![
                (-60_000_000_i64..60_000_000).prop_map(|m| Change::By(Micros(m))),
                (0_i64..60_000_000).prop_map(|m| Change::To(Micros(m))),
                Just(Change::Void),
            ], 0..10),
        ) {
            let mut ledger = call();
            for (i, change) in changes.into_iter().enumerate() {
                let before = ledger.totals();
                let request = Adjustment { request: i.to_string(), ..wanted(BUYER, change) };
                ledger = adjusted(ledger, &request);
                let after = ledger.totals().revenue;
                prop_assert!(after >= Micros::ZERO);
                match change {
                    Change::By(more) => prop_assert_eq!(after.0, (before.revenue.0 + more.0).max(0)),
                    Change::To(exactly) => prop_assert_eq!(after, exactly),
                    Change::Void => prop_assert_eq!(after, Micros::ZERO),
                }
                prop_assert_eq!(ledger.totals().payout, before.payout);
            }
        }
    }
}
