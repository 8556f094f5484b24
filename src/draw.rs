//! Randomness as an argument: a stream of numbers derived from a call, the same on every machine.

use crate::id::CallId;

/// A pseudo-random stream. The algorithm (SplitMix64, Steele et al. 2014) is pinned: a recorded
/// call must draw the same numbers after any upgrade, or replays would lie.
#[derive(Debug, Clone)]
pub struct Draw {
    state: u64,
}

impl Draw {
    /// A stream from a bare seed.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The stream of one decision of one call: `salt` is the number of the decision.
    #[must_use]
    pub fn for_call(call: CallId, salt: u64) -> Self {
        let bits = call.0.as_u128();
        let folded = (bits >> 64) as u64 ^ (bits as u64).rotate_left(32);
        let mut draw = Self {
            state: folded ^ salt.wrapping_mul(0x9E37_79B9_7F4A_7C15),
        };
        draw.next_u64();
        draw
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`, without modulo bias worth noticing (multiply-shift); 0 for 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The high half of a 64 by 64 product fits.
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// True with a chance of `percent` in a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// The index of the entry that a draw proportional to `weights` falls on; none if all are 0.
    pub fn weighted(&mut self, weights: &[u64]) -> Option<usize> {
        let total: u64 = weights.iter().sum();
        if total == 0 {
            return None;
        }
        let mut left = self.below(total);
        for (i, weight) in weights.iter().enumerate() {
            if left < *weight {
                return Some(i);
            }
            left -= weight;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_same_call_draws_the_same_numbers_for_ever() {
        let mut draw = Draw::for_call(CallId(Uuid::from_u128(42)), 1);
        let drawn = [draw.below(1000), draw.below(1000), draw.below(1000)];
        let mut again = Draw::for_call(CallId(Uuid::from_u128(42)), 1);
        assert_eq!(
            drawn,
            [again.below(1000), again.below(1000), again.below(1000)]
        );
        // SplitMix64's published first output for seed 0.
        assert_eq!(Draw::from_seed(0).next_u64(), 0xE220_A839_7B1D_CDAF);
    }

    #[test]
    fn weights_converge_on_their_shares() {
        let mut counts = [0_u32; 3];
        let mut draw = Draw::from_seed(7);
        for _ in 0..100_000 {
            counts[draw.weighted(&[50, 40, 10]).expect("weights")] += 1;
        }
        for (count, share) in counts.iter().zip([50_000_i64, 40_000, 10_000]) {
            assert!((i64::from(*count) - share).abs() < 1_000, "{counts:?}");
        }
        assert_eq!(draw.weighted(&[0, 0]), None);
        assert_eq!(draw.weighted(&[0, 3]), Some(1));
    }
}
