//! Setting a target's counts back to zero, and taking that back.

use serde::{Deserialize, Serialize};

use super::Usage;
use crate::invalid::FieldErrors;
use crate::money::Micros;
use crate::time::Windows;

/// What a reset took out of a target's counts, in the windows that ran then.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub windows: Windows,
    pub hour: u32,
    pub day: u32,
    pub month: u32,
    pub total: u32,
    pub hour_spent: Micros,
    pub day_spent: Micros,
    pub month_spent: Micros,
    pub total_spent: Micros,
}

/// The most calls and money that a person can put back: no target had more.
const CALLS_MAX: u32 = 1_000_000_000;
/// See [`CALLS_MAX`].
const SPENT_MAX: Micros = Micros(1_000_000_000_000_000);

impl Counts {
    /// What a reset takes out. Calls in progress stay counted, because one that does not count in
    /// the end is taken out then. Their money is not known apart from the rest and goes with it.
    #[must_use]
    pub fn of(usage: &Usage) -> Self {
        let over = |count: u32| count.saturating_sub(usage.live);
        Self {
            windows: usage.windows,
            hour: over(usage.hour),
            day: over(usage.day),
            month: over(usage.month),
            total: over(usage.total),
            hour_spent: usage.hour_spent,
            day_spent: usage.day_spent,
            month_spent: usage.month_spent,
            total_spent: usage.total_spent,
        }
    }

    /// Whether they can be put back.
    ///
    /// # Errors
    /// `out_of_range` at `counts`.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let calls = [self.hour, self.day, self.month, self.total];
        let money = [
            self.hour_spent,
            self.day_spent,
            self.month_spent,
            self.total_spent,
        ];
        let fits = calls.iter().all(|n| *n <= CALLS_MAX)
            && money
                .iter()
                .all(|sum| (Micros::ZERO..=SPENT_MAX).contains(sum));
        if fits {
            Ok(())
        } else {
            let message = "These counts cannot be put back.";
            Err(FieldErrors::one("counts", "out_of_range", message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_in_progress_stay_counted() {
        let usage = Usage {
            live: 2,
            hour: 1,
            day: 5,
            total: 9,
            day_spent: Micros(7),
            ..Usage::default()
        };
        let counts = Counts::of(&usage);
        assert_eq!((counts.hour, counts.day, counts.total), (0, 3, 7));
        assert_eq!(counts.day_spent, Micros(7));
        assert_eq!(counts.check(), Ok(()));
        let forged = Counts {
            day_spent: Micros(-1),
            ..counts
        };
        assert!(forged.check().is_err());
    }
}
