//! Level 2: the use cases on SQLite, with fake ports and a clock that jumps.
//!
//! Deliveries that are due together run at once, some are cut off in the middle, servers restart.
//! The world, the callers and the faults come from the seed; which of two deliveries at once is
//! first does not, so a run is repeatable in what is asked of it, not to the last byte.

mod check;
mod ports;
mod run;
mod set_up;
mod tell;

use anyhow::Context as _;

use crate::report::{Report, Violation};
use run::Run;

/// Simulates so many calls of one seed.
///
/// # Errors
/// If there is no database to run on; a violation is a value.
pub fn run(seed: u64, calls: u64) -> anyhow::Result<Result<Report, Violation>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("a runtime")?;
    runtime.block_on(async {
        let mut run = Run::new(seed, calls).await?;
        let done = match run.all().await {
            Ok(()) => run.settle().await,
            Err(what) => Err(what),
        };
        Ok(match done {
            Ok(()) => Ok(run.finish()),
            Err(what) => Err(Violation {
                tail: run.tail(),
                what,
            }),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_through_the_use_cases_hold_what_must_hold() {
        let report = run(3, 60)
            .expect("a database")
            .map_err(|v| v.what + "\n" + &v.tail)
            .expect("holds");
        assert_eq!(report.calls, 60);
        assert!(report.decisions > 0);
        assert!(report.outcomes.contains_key("connected"), "{report:?}");
        assert!(report.faults.contains_key("cut off"), "{report:?}");
    }
}
