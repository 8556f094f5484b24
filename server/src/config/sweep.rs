//! The sweeper.

use serde::Deserialize;
use std::time::Duration;

/// Settings of the job that reconciles calls the carrier went silent about.
#[derive(Debug, Clone, Deserialize)]
pub struct Sweep {
    pub every_ms: u64,
    pub grace_ms: u64,
}

impl Sweep {
    /// The time between two sweeps.
    #[must_use]
    pub fn every(&self) -> Duration {
        Duration::from_millis(self.every_ms)
    }

    /// How long a call may be silent past its deadline, in milliseconds.
    #[must_use]
    pub fn grace_ms(&self) -> i64 {
        i64::try_from(self.grace_ms).unwrap_or(i64::MAX)
    }
}
