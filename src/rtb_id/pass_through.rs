//! Pass-through: a publisher is offered what our own routes would pay now, less a margin.

use serde::{Deserialize, Serialize};

use super::modifier::{CompiledModifier, Modified, modify};
use crate::money::Micros;
use crate::tag::Tags;

/// What a pass-through bid is worked out by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassThrough {
    /// The most that is ever offered.
    pub max: Micros,
    pub margin: Margin,
    /// What must be left of what the target pays after all modifiers.
    pub min_margin: Micros,
    /// More may be offered than the target pays.
    pub at_loss: bool,
}

/// What stays here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "of", content = "value")]
pub enum Margin {
    /// Hundredths of a percent of what the target pays.
    Share(u32),
    Amount(Micros),
}

/// How a bid came about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Priced {
    /// What the target pays.
    pub target: Micros,
    /// That less the margin.
    pub baseline: Micros,
    pub modified: Modified,
    /// The most that could be offered: the set maximum, and what keeps the margin.
    pub max: Micros,
    /// What is offered, to the micro; a publisher is told whole cents of it.
    pub bid: Micros,
}

impl PassThrough {
    /// Works a bid out.
    #[must_use]
    pub fn price(&self, target: Micros, rules: &[CompiledModifier], tags: &Tags) -> Priced {
        let baseline = self.margin.leaves(target).max(Micros::ZERO);
        let modified = modify(baseline, rules, tags);
        let kept = Micros(target.0.saturating_sub(self.min_margin.0));
        let max = if self.at_loss {
            self.max
        } else {
            self.max.min(kept)
        }
        .max(Micros::ZERO);
        let bid = modified.bid.min(max);
        Priced {
            target,
            baseline,
            modified,
            max,
            bid,
        }
    }
}

impl Margin {
    fn leaves(self, target: Micros) -> Micros {
        match self {
            Self::Share(basis_points) => {
                let kept = 10_000 - i128::from(basis_points.min(10_000));
                let left = (i128::from(target.0) * kept + 5_000).div_euclid(10_000);
                Micros(i64::try_from(left).unwrap_or(i64::MAX))
            }
            Self::Amount(amount) => Micros(target.0.saturating_sub(amount.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtb_id::modifier::{Adjustment, Modifier};
    use crate::tag::filter::Filter;
    use crate::tag::list::BulkLists;
    use proptest::prelude::*;

    fn rules() -> PassThrough {
        PassThrough {
            max: Micros(100_000_000),
            margin: Margin::Share(2_000),
            min_margin: Micros::ZERO,
            at_loss: false,
        }
    }

    fn always(adjustment: Adjustment) -> Vec<CompiledModifier> {
        let rule = Modifier {
            filter: Filter::default(),
            adjustment,
        };
        vec![CompiledModifier::new(&rule, &BulkLists::default()).unwrap()]
    }

    #[test]
    fn the_margin_is_taken_as_the_field_takes_it() {
        // domain-reference 1b: 56.06 × (1 − 20 %) = 44.848, shown as 44.85.
        let priced = rules().price(Micros(56_060_000), &[], &Tags::default());
        assert_eq!(priced.bid, Micros(44_848_000));
        assert_eq!(priced.bid.to_string(), "$44.85");
        assert_eq!(priced.max, Micros(56_060_000), "no loss");
        let amount = PassThrough {
            margin: Margin::Amount(Micros(10_000_000)),
            ..rules()
        };
        assert_eq!(
            amount.price(Micros(56_060_000), &[], &Tags::default()).bid,
            Micros(46_060_000)
        );
        assert_eq!(
            amount.price(Micros(5_000_000), &[], &Tags::default()).bid,
            Micros::ZERO
        );
    }

    #[test]
    fn modifiers_do_not_make_a_loss_unless_it_is_allowed() {
        let twice = always(Adjustment::Multiply(2_000_000));
        let price = |rules: PassThrough| rules.price(Micros(50_000_000), &twice, &Tags::default());
        assert_eq!(price(rules()).bid, Micros(50_000_000));
        let kept = PassThrough {
            min_margin: Micros(3_000_000),
            ..rules()
        };
        assert_eq!(price(kept).bid, Micros(47_000_000));
        let loss = PassThrough {
            at_loss: true,
            ..kept
        };
        assert_eq!(price(loss).bid, Micros(80_000_000));
        let capped = PassThrough {
            max: Micros(60_000_000),
            ..loss
        };
        assert_eq!(price(capped).bid, Micros(60_000_000));
    }

    proptest! {
        #[test]
        fn never_at_a_loss_and_never_above_the_most(
            target in 0_i64..200_000_000, share in 0_u32..10_000, factor in 0_i64..5_000_000,
            min_margin in 0_i64..5_000_000,
        ) {
            let rules = PassThrough {
                max: Micros(100_000_000),
                margin: Margin::Share(share),
                min_margin: Micros(min_margin),
                at_loss: false,
            };
            let bid = rules.price(Micros(target), &always(Adjustment::Multiply(factor)), &Tags::default()).bid;
            prop_assert!(bid >= Micros::ZERO && bid <= rules.max);
            prop_assert!(bid == Micros::ZERO || bid.0 <= target - min_margin);
        }
    }
}
