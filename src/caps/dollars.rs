//! Caps in money: how much is spent per hour, per day, per month and ever.

use serde::{Deserialize, Serialize};

use super::CapKind;
use crate::money::Micros;
use crate::time::Windows;

/// Limits in money; none is unlimited (Ringba's `…SumCap`, domain-reference 2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DollarCaps {
    pub hourly: Option<Micros>,
    pub daily: Option<Micros>,
    pub monthly: Option<Micros>,
    pub total: Option<Micros>,
}

/// What was spent, in the windows named beside it; nothing in any later window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    pub windows: Windows,
    pub hour: Micros,
    pub day: Micros,
    pub month: Micros,
    pub total: Micros,
}

/// A cap in money that stands in the way, with its figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DollarCapReached {
    pub kind: CapKind,
    pub spent: Micros,
    pub limit: Micros,
    /// What the refused call would have added.
    pub price: Micros,
}

impl Spent {
    /// What counts in the given windows; as with calls, windows never go back.
    #[must_use]
    pub fn within(&self, windows: &Windows) -> Self {
        let kept = |sum: Micros, stored: i64, asked: i64| {
            if stored >= asked { sum } else { Micros::ZERO }
        };
        Self {
            windows: self.windows.latest(windows),
            hour: kept(self.hour, self.windows.hour, windows.hour),
            day: kept(self.day, self.windows.day, windows.day),
            month: kept(self.month, self.windows.month, windows.month),
            total: self.total,
        }
    }

    /// After one more amount in the given windows.
    #[must_use]
    pub fn plus(&self, price: Micros, windows: &Windows) -> Self {
        let base = self.within(windows);
        let more = |sum: Micros| Micros(sum.0.saturating_add(price.0));
        Self {
            windows: base.windows,
            hour: more(base.hour),
            day: more(base.day),
            month: more(base.month),
            total: more(base.total),
        }
    }
}

impl DollarCaps {
    /// The first cap that leaves no room for a price, if any. A cap is never exceeded: a price
    /// that does not fit whole is refused, and a full cap refuses even a price of nothing.
    #[must_use]
    pub fn reached(
        &self,
        spent: &Spent,
        windows: &Windows,
        price: Micros,
    ) -> Option<DollarCapReached> {
        let used = spent.within(windows);
        [
            (CapKind::Hourly, self.hourly, used.hour),
            (CapKind::Daily, self.daily, used.day),
            (CapKind::Monthly, self.monthly, used.month),
            (CapKind::Total, self.total, used.total),
        ]
        .into_iter()
        .find_map(|(kind, limit, spent)| {
            limit
                .filter(|limit| spent >= *limit || spent.plus(price).is_none_or(|sum| sum > *limit))
                .map(|limit| DollarCapReached {
                    kind,
                    spent,
                    limit,
                    price,
                })
        })
    }
}

impl DollarCapReached {
    /// "Daily cap reached: $480.00 of $500.00, and this call is $25.00."
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self {
            spent,
            limit,
            price,
            ..
        } = self;
        let cap = match self.kind {
            CapKind::Concurrent => "Cap",
            CapKind::Hourly => "Hourly cap",
            CapKind::Daily => "Daily cap",
            CapKind::Monthly => "Monthly cap",
            CapKind::Total => "All-time cap",
        };
        format!("{cap} reached: {spent} of {limit}, and this call is {price}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn windows(day: i64) -> Windows {
        Windows {
            hour: day * 24,
            day,
            month: 1,
        }
    }

    #[test]
    fn a_price_that_does_not_fit_is_refused_with_the_figures() {
        let caps = DollarCaps {
            daily: Some(Micros(500_000_000)),
            ..DollarCaps::default()
        };
        let spent = Spent::default().plus(Micros(480_000_000), &windows(1));
        let price = Micros(25_000_000);
        let reached = caps.reached(&spent, &windows(1), price).expect("reached");
        assert_eq!(
            reached.sentence(),
            "Daily cap reached: $480.00 of $500.00, and this call is $25.00."
        );
        assert_eq!(caps.reached(&spent, &windows(1), Micros(20_000_000)), None);
        assert_eq!(caps.reached(&spent, &windows(2), price), None);
    }

    proptest! {
        #[test]
        fn what_is_let_through_never_exceeds_a_cap(
            limit in 0_i64..200, prices in prop::collection::vec((0_i64..40, 1_i64..3), 0..30),
        ) {
            let caps = DollarCaps { daily: Some(Micros(limit)), total: Some(Micros(limit * 2)), ..DollarCaps::default() };
            let mut spent = Spent::default();
            for (price, day) in prices {
                if caps.reached(&spent, &windows(day), Micros(price)).is_none() {
                    spent = spent.plus(Micros(price), &windows(day));
                }
                prop_assert!(spent.day.0 <= limit && spent.total.0 <= limit * 2);
            }
        }
    }
}
