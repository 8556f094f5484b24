//! When a pool buys numbers by itself, and how many.

use serde::{Deserialize, Serialize};

use crate::money::Micros;

/// The most numbers a pool may grow to.
pub const MOST_MAX: u32 = 5_000;
/// Seconds between two times that a pool grows: what was bought shows its effect first.
pub const EACH_S: i64 = 300;
/// Numbers that are bought at once at most.
const STEP_MAX: u32 = 10;
/// A pool is nearly used up when so many of a hundred of its numbers are lent.
const NEARLY_PERCENT: u64 = 90;
/// It grows by so many of a hundred of its size (a peer scales by 20 %; domain-reference 3).
const STEP_PERCENT: u32 = 20;

/// How far a pool may grow by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grow {
    /// Numbers at most.
    pub most: u32,
    /// What all its numbers may cost a month; none for no bound.
    pub budget: Option<Micros>,
}

/// A pool as it stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    pub size: u32,
    /// Numbers that visitors have at this moment.
    pub lent: u32,
    /// Visitors of the last [`EACH_S`] for whom there was none.
    pub misses: u64,
    /// Numbers that are being bought for it.
    pub ordered: u32,
    /// What its numbers and those being bought cost a month, as far as that is known.
    pub monthly: Micros,
    /// Those of which it is not: they are taken to cost what another one does.
    pub unpriced: u32,
    /// All orders of the last hour failed: more of them would fail, too.
    pub failing: bool,
    /// What another one costs a month; none where the carrier does not say.
    pub price: Option<Micros>,
}

/// What a pool does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    /// Buys so many.
    Buy(u32),
    /// There are numbers for everybody.
    Enough,
    /// The ones that are being bought come first.
    Ordered,
    /// What was ordered last could not be bought.
    Failing,
    AtMost,
    /// Another one would cost more than it may.
    OverBudget,
    /// There is a budget and no price, so that it could not be kept.
    NoPrice,
}

/// Whether a pool buys numbers now.
#[must_use]
pub fn growth(grow: Grow, now: Standing) -> Growth {
    let nearly = u64::from(now.lent) * 100 >= u64::from(now.size) * NEARLY_PERCENT;
    if now.misses == 0 && (now.size == 0 || !nearly) {
        return Growth::Enough;
    }
    if now.ordered > 0 {
        return Growth::Ordered;
    }
    if now.failing {
        return Growth::Failing;
    }
    let room = grow.most.saturating_sub(now.size);
    if room == 0 {
        return Growth::AtMost;
    }
    let step = now.size.saturating_mul(STEP_PERCENT).div_ceil(100);
    let wanted = step.clamp(1, STEP_MAX).min(room);
    match (grow.budget, now.price) {
        (None, _) => Growth::Buy(wanted),
        (Some(_), None) => Growth::NoPrice,
        (Some(budget), Some(price)) => {
            let unpriced = i64::from(now.unpriced).saturating_mul(price.0);
            let spent = now.monthly.0.saturating_add(unpriced);
            let left = budget.0.saturating_sub(spent).max(0);
            let affordable = match price.0 {
                0 => u32::MAX,
                price => u32::try_from(left / price.max(1)).unwrap_or(u32::MAX),
            };
            match wanted.min(affordable) {
                0 => Growth::OverBudget,
                n => Growth::Buy(n),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GROW: Grow = Grow {
        most: 100,
        budget: Some(Micros(115_000_000)),
    };

    fn standing(size: u32, lent: u32, misses: u64) -> Standing {
        Standing {
            size,
            lent,
            misses,
            ordered: 0,
            monthly: Micros(i64::from(size) * 1_150_000),
            unpriced: 0,
            failing: false,
            price: Some(Micros(1_150_000)),
        }
    }

    #[test]
    fn it_grows_by_a_fifth_when_it_is_nearly_used_up_or_missed_somebody() {
        assert_eq!(growth(GROW, standing(20, 17, 0)), Growth::Enough);
        assert_eq!(growth(GROW, standing(20, 18, 0)), Growth::Buy(4));
        assert_eq!(growth(GROW, standing(20, 3, 1)), Growth::Buy(4));
        assert_eq!(growth(GROW, standing(80, 80, 9)), Growth::Buy(10));
        assert_eq!(growth(GROW, standing(0, 0, 0)), Growth::Enough);
        assert_eq!(growth(GROW, standing(0, 0, 3)), Growth::Buy(1));
    }

    #[test]
    fn it_stops_at_what_it_may() {
        assert_eq!(growth(GROW, standing(98, 98, 1)), Growth::Buy(2));
        assert_eq!(growth(GROW, standing(100, 100, 1)), Growth::AtMost);
        let dear = Grow {
            budget: Some(Micros(24_000_000)),
            ..GROW
        };
        assert_eq!(growth(dear, standing(19, 19, 1)), Growth::Buy(1));
        assert_eq!(growth(dear, standing(20, 20, 1)), Growth::OverBudget);
        let no_price = Standing {
            price: None,
            ..standing(20, 20, 1)
        };
        assert_eq!(growth(GROW, no_price), Growth::NoPrice);
        let free = Grow {
            budget: None,
            ..GROW
        };
        assert_eq!(growth(free, no_price), Growth::Buy(4));
        let ordered = Standing {
            ordered: 1,
            ..standing(20, 20, 1)
        };
        assert_eq!(growth(GROW, ordered), Growth::Ordered);
        let failing = Standing {
            failing: true,
            ..standing(20, 20, 1)
        };
        assert_eq!(growth(GROW, failing), Growth::Failing);
        // Numbers that were typed in cost something, too.
        let typed_in = Standing {
            monthly: Micros::ZERO,
            unpriced: 20,
            ..standing(20, 20, 1)
        };
        assert_eq!(growth(dear, typed_in), Growth::OverBudget);
    }

    proptest! {
        /// Whatever happens, neither the limit nor the budget is passed.
        #[test]
        fn never_past_the_limit_or_the_budget(
            most in 1u32..200, budget in 0i64..300_000_000, size in 0u32..200, lent in 0u32..200, misses in 0u64..9, price in 0i64..9_000_000, unpriced in 0u32..200,
        ) {
            let grow = Grow { most, budget: Some(Micros(budget)) };
            let unpriced = unpriced.min(size);
            let monthly = Micros(i64::from(size - unpriced) * price);
            let now = Standing { size, lent, misses, monthly, unpriced, price: Some(Micros(price)), ..Standing::default() };
            if let Growth::Buy(n) = growth(grow, now) {
                prop_assert!(n >= 1 && size + n <= most);
                prop_assert!(i64::from(size + n) * price <= budget);
            }
        }
    }
}
