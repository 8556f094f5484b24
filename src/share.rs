//! Shares of a whole, in percent, as people read them: they sum to exactly a hundred.

/// The share of each weight in whole percents, by largest remainder: every share is the exact one
/// rounded down or up, and together they make 100. All zero where there is nothing to share.
#[must_use]
pub fn percents(weights: &[u64]) -> Vec<u32> {
    let total: u128 = weights.iter().copied().map(u128::from).sum();
    if total == 0 {
        return vec![0; weights.len()];
    }
    let exact = |weight: &u64| u128::from(*weight) * 100;
    let mut shares: Vec<u32> = weights
        .iter()
        .map(|w| u32::try_from(exact(w) / total).unwrap_or(100))
        .collect();
    let missing = 100 - shares.iter().sum::<u32>();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    // Stable, so that of equal remainders the first in the list is rounded up.
    by_remainder.sort_by_key(|at| std::cmp::Reverse(exact(&weights[*at]) % total));
    for at in by_remainder.into_iter().take(missing as usize) {
        shares[at] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_are_not_all_rounded_up() {
        assert_eq!(percents(&[7, 1]), [88, 12]);
        assert_eq!(percents(&[1, 1, 1]), [34, 33, 33]);
        assert_eq!(percents(&[5, 0]), [100, 0]);
        assert_eq!(percents(&[0, 0]), [0, 0]);
        assert_eq!(percents(&[]), [0_u32; 0]);
    }

    proptest! {
        #[test]
        fn shares_sum_to_a_hundred_and_are_off_by_less_than_one(weights in prop::collection::vec(0_u64..=1_000, 1..12)) {
            let total: u64 = weights.iter().sum();
            prop_assume!(total > 0);
            let shares = percents(&weights);
            prop_assert_eq!(shares.iter().sum::<u32>(), 100);
            for (weight, share) in weights.iter().zip(&shares) {
                prop_assert!((u64::from(*share) * total).abs_diff(weight * 100) < total);
            }
        }

        #[test]
        fn who_weighs_more_gets_no_less(weights in prop::collection::vec(0_u64..=1_000, 2..12)) {
            let shares = percents(&weights);
            for (a, x) in weights.iter().zip(&shares) {
                for (b, y) in weights.iter().zip(&shares) {
                    prop_assert!(a <= b || x >= y);
                }
            }
        }
    }
}
