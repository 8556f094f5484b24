//! The money of a call, in words.

use serde::{Deserialize, Serialize};

use super::page::Stamp;
use crate::ledger::totals::{Totals, clamped};
use crate::money::Micros;

/// Revenue − payout − cost = profit, in cents, so that it adds up on the screen. All of it is empty
/// for what is not settled: a live call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// "$36.20".
    pub revenue: String,
    pub payout: String,
    pub cost: String,
    pub profit: String,
    /// The profit is below nothing.
    pub loss: bool,
}

impl Sums {
    /// The sums of a call that is over, or of many calls.
    #[must_use]
    pub fn of(totals: &Totals) -> Self {
        let profit = profit(totals);
        Self {
            revenue: totals.revenue.to_string(),
            payout: totals.payout.to_string(),
            cost: totals.cost.to_string(),
            profit: profit.to_string(),
            loss: profit < Micros::ZERO,
        }
    }

    /// Whether there is nothing to show yet.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.revenue.is_empty()
    }
}

/// What is left of the amounts as they are shown: rounded first, then subtracted.
#[must_use]
pub fn profit(totals: &Totals) -> Micros {
    let cents = i128::from(totals.revenue.cents())
        - i128::from(totals.payout.cents())
        - i128::from(totals.cost.cents());
    clamped(cents * 10_000)
}

/// An entry of a call's ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryRow {
    pub key: String,
    pub at: Stamp,
    /// "Revenue", "Payout corrected".
    pub kind: String,
    /// "Crestline Insurance", "Carrier".
    pub party: String,
    /// What it does to the profit, as exact as it is: "−$0.0085".
    pub amount: String,
    /// A sentence.
    pub reason: String,
    /// Who entered it; empty for a rule.
    pub by: String,
}

/// The money of one call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyView {
    pub sums: Sums,
    /// By time.
    pub entries: Vec<EntryRow>,
    /// "+$11.0585": the entries' exact sum; empty without entries.
    pub sum: String,
    /// Why nothing was earned or paid, and what is awaited: sentences.
    pub notes: Vec<String>,
    /// Why it is a duplicate; empty if it is none.
    pub duplicate: String,
    /// None for who may not correct it, and while it lives.
    pub correcting: Option<Correcting>,
}

/// What can be corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correcting {
    /// Who pays; empty if no buyer had the call.
    pub buyer: String,
    /// Who is paid; empty if the number is nobody's.
    pub publisher: String,
    /// Whether a conversion may still be told.
    pub may_convert: bool,
    /// The id of the next request.
    pub request: String,
}

/// "+$36.20" or "−$0.0085": an amount with its sign.
#[must_use]
pub fn signed(amount: Micros) -> String {
    if amount > Micros::ZERO {
        format!("+{}", amount.exact())
    } else {
        amount.exact()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_amount_has_its_sign() {
        assert_eq!(signed(Micros(36_200_000)), "+$36.20");
        assert_eq!(signed(Micros(-8_500)), "\u{2212}$0.0085");
        assert_eq!(signed(Micros::ZERO), "$0.00");
    }

    proptest! {
        #[test]
        fn the_equation_adds_up_as_it_is_read(
            revenue in 0_i64..90_000_000, payout in 0_i64..90_000_000, cost in 0_i64..900_000,
        ) {
            let totals = Totals { revenue: Micros(revenue), payout: Micros(payout), cost: Micros(cost) };
            let sums = Sums::of(&totals);
            let read = |text: &str| Micros::parse(text).expect("an amount").0;
            prop_assert_eq!(
                read(&sums.revenue) - read(&sums.payout) - read(&sums.cost),
                read(&sums.profit)
            );
            prop_assert_eq!(sums.loss, read(&sums.profit) < 0);
        }
    }
}
