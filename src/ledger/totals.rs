//! What entries sum up to.

use serde::{Deserialize, Serialize};

use super::entry::{Entry, Side};
use crate::money::Micros;

/// The three totals of a call, or of any set of entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// What buyers owe.
    pub revenue: Micros,
    /// What publishers are owed.
    pub payout: Micros,
    /// What the carrier charges.
    pub cost: Micros,
}

impl Totals {
    /// The sums of entries, the same in any order: amounts are added exactly and only the result
    /// is held within what [`Micros`] can be.
    #[must_use]
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let (mut revenue, mut payout, mut cost) = (0_i128, 0_i128, 0_i128);
        for entry in entries {
            let sum = match entry.kind.side() {
                Side::Revenue => &mut revenue,
                Side::Payout => &mut payout,
                Side::Cost => &mut cost,
            };
            *sum += i128::from(entry.amount.0);
        }
        Self {
            revenue: clamped(revenue),
            payout: clamped(payout),
            cost: clamped(cost),
        }
    }

    /// These and others.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self {
            revenue: Micros(self.revenue.0.saturating_add(other.revenue.0)),
            payout: Micros(self.payout.0.saturating_add(other.payout.0)),
            cost: Micros(self.cost.0.saturating_add(other.cost.0)),
        }
    }

    /// One of the three.
    #[must_use]
    pub fn side(&self, side: Side) -> Micros {
        match side {
            Side::Revenue => self.revenue,
            Side::Payout => self.payout,
            Side::Cost => self.cost,
        }
    }

    /// Revenue less payout: "Profit" of reports (domain-reference 5, `profitGross`).
    #[must_use]
    pub fn profit(&self) -> Micros {
        clamped(i128::from(self.revenue.0) - i128::from(self.payout.0))
    }

    /// Revenue less payout and cost: "Profit net telco" (domain-reference 5, `profitNet`).
    #[must_use]
    pub fn profit_after_cost(&self) -> Micros {
        clamped(i128::from(self.revenue.0) - i128::from(self.payout.0) - i128::from(self.cost.0))
    }
}

pub(crate) fn clamped(sum: i128) -> Micros {
    Micros(i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX }))
}

#[cfg(test)]
mod tests {
    use super::super::entry::Kind;
    use super::super::entry::tests::entry;
    use super::*;

    #[test]
    fn profit_is_what_is_left() {
        let totals = Totals::of(&[
            entry("a:1", Kind::Revenue, 25_000_000),
            entry("a:2", Kind::Payout, 18_000_000),
            entry("a:3", Kind::Telephony, 40_001),
        ]);
        assert_eq!(totals.profit(), Micros(7_000_000));
        assert_eq!(totals.profit_after_cost(), Micros(6_959_999));
        assert_eq!(totals.profit_after_cost().to_string(), "$6.96");
    }

    #[test]
    fn a_sum_that_passes_through_the_limit_is_still_exact() {
        let totals = Totals::of(&[
            entry("a:1", Kind::Revenue, i64::MAX),
            entry("a:2", Kind::Revenue, 5),
            entry("a:3", Kind::RevenueAdjustment, -10),
        ]);
        assert_eq!(totals.revenue, Micros(i64::MAX - 5));
    }
}
