//! What a run came to, and the log that proves two runs equal.

use std::collections::{BTreeMap, VecDeque};

/// Lines of the log kept for a failure.
const TAIL: usize = 400;
/// Lines of the log printed with a failure.
const SHOWN: usize = 60;

/// Counts of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub calls: u64,
    pub events: u64,
    pub decisions: u64,
    pub outcomes: BTreeMap<&'static str, u64>,
    pub faults: BTreeMap<&'static str, u64>,
    /// Of the whole log, in order.
    pub digest: u64,
}

impl Report {
    /// Adds the counts of another run.
    pub fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.events += other.events;
        self.decisions += other.decisions;
        for (name, n) in &other.outcomes {
            *self.outcomes.entry(name).or_default() += n;
        }
        for (name, n) in &other.faults {
            *self.faults.entry(name).or_default() += n;
        }
        self.digest = fold(self.digest, &other.digest.to_le_bytes());
    }

    /// Counts a fault that was put in.
    pub fn fault(&mut self, name: &'static str) {
        *self.faults.entry(name).or_default() += 1;
    }

    /// The report as people read it.
    pub fn text(&self, seconds: f64) -> String {
        let list = |map: &BTreeMap<&'static str, u64>| {
            map.iter()
                .map(|(name, n)| format!("{name} {n}"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let rate = if seconds > 0.0 {
            self.calls as f64 / seconds
        } else {
            0.0
        };
        format!(
            "calls      {}\noutcomes   {}\nevents     {}\ndecisions  {}\nfaults     {}\ndigest     {:016x}\nrate       {rate:.0} calls per second ({seconds:.1} s)",
            self.calls,
            list(&self.outcomes),
            self.events,
            self.decisions,
            list(&self.faults),
            self.digest,
        )
    }
}

/// The log of a run: all of it in the digest, the end of it in words.
#[derive(Debug, Default)]
pub struct Log {
    pub digest: u64,
    tail: VecDeque<(usize, String)>,
}

impl Log {
    /// Adds a line about a call.
    pub fn line(&mut self, call: usize, text: String) {
        self.digest = fold(self.digest, text.as_bytes());
        if self.tail.len() == TAIL {
            self.tail.pop_front();
        }
        self.tail.push_back((call, text));
    }

    /// The last lines, and before them what is left of those about one call.
    pub fn tail(&self, call: Option<usize>) -> String {
        let late = self.tail.len().saturating_sub(SHOWN);
        let of_call = self
            .tail
            .iter()
            .take(late)
            .filter(|(c, _)| Some(*c) == call);
        of_call
            .chain(self.tail.iter().skip(late))
            .map(|(c, text)| format!("  call {c:<6} {text}\n"))
            .collect()
    }
}

/// FNV-1a, 64 bits: pinned, so that a digest means the same on any machine.
fn fold(digest: u64, bytes: &[u8]) -> u64 {
    let start = if digest == 0 {
        0xCBF2_9CE4_8422_2325
    } else {
        digest
    };
    bytes.iter().fold(start, |d, b| {
        (d ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

/// Something that must hold did not.
#[derive(Debug)]
pub struct Violation {
    pub what: String,
    /// The end of the log.
    pub tail: String,
}
