//! Level 1: the domain alone. Usage in a map, a clock that jumps, no database and no waiting.

mod run;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use domain::draw::Draw;
use domain::time::Timestamp;

use crate::report::{Report, Violation};
use run::{Item, Run};

/// Simulates so many calls of one seed.
///
/// # Errors
/// The first thing that must hold and did not.
pub fn run(seed: u64, calls: u64) -> Result<Report, Violation> {
    let mut run = Run::new(seed, calls);
    let done = run.all();
    match done {
        Ok(()) => Ok(run.finish()),
        Err(what) => Err(Violation {
            tail: run.tail(),
            what,
        }),
    }
}

/// What is to happen, earliest first; in the order of asking where two are due at once.
#[derive(Debug, Default)]
struct Agenda {
    heap: BinaryHeap<Reverse<(Timestamp, u64)>>,
    items: std::collections::BTreeMap<u64, Item>,
    next: u64,
}

impl Agenda {
    fn push(&mut self, at: Timestamp, item: Item) {
        self.next += 1;
        self.heap.push(Reverse((at, self.next)));
        self.items.insert(self.next, item);
    }

    fn pop(&mut self) -> Option<(Timestamp, Item)> {
        let Reverse((at, n)) = self.heap.pop()?;
        self.items.remove(&n).map(|item| (at, item))
    }
}

/// How long until the next caller: mostly seconds, sometimes the night.
fn pause(draw: &mut Draw) -> i64 {
    let millis = match draw.below(1_000) {
        0..=1 => 3_600_000 + draw.below(40_000_000),
        2..=40 => 60_000 + draw.below(600_000),
        _ => draw.below(12_000),
    };
    i64::try_from(millis).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_run() {
        let once = run(11, 300).map_err(|v| v.what).expect("holds");
        let again = run(11, 300).map_err(|v| v.what).expect("holds");
        assert_eq!(once, again);
        assert_ne!(
            once.digest,
            run(12, 300).map_err(|v| v.what).expect("holds").digest
        );
    }

    #[test]
    fn a_run_meets_every_outcome_and_every_fault() {
        let mut report = Report::default();
        for seed in 1..=6 {
            report.add(&run(seed, 400).map_err(|v| v.what).expect("holds"));
        }
        assert_eq!(report.calls, 2_400);
        for outcome in domain::call::record::Outcome::ALL {
            assert!(
                report.outcomes.contains_key(outcome.code()),
                "no call ended as {}",
                outcome.code()
            );
        }
        for fault in [
            "lost",
            "delayed",
            "duplicated",
            "restart",
            "claim lost",
            "outage",
            "set-up changed",
        ] {
            assert!(report.faults.contains_key(fault), "no {fault}");
        }
    }
}
