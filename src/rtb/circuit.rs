//! Leaving a bidder alone that fails: after several failures in a row it is not asked for a while, then
//! once, and again by whether that went well.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Failures in a row after which a bidder is left alone.
pub const FAILURES_MAX: u32 = 5;
/// For how long at first, in seconds; twice as long after each failed try.
const REST_S: i64 = 10;
/// And at most.
const REST_S_MAX: i64 = 300;
/// For how long one try keeps the others out, in seconds: no ping takes longer.
const TRY_S: i64 = 10;

/// How a bidder's host has fared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circuit {
    /// In a row.
    failures: u32,
    /// Not asked before then; none while all is well.
    rests_until: Option<Timestamp>,
    /// How long the last rest was, in seconds.
    rest_s: i64,
    /// One ping is under way to see whether all is well again.
    trying: bool,
}

impl Circuit {
    /// Whether a ping may be sent. After a rest one is let through as a try, and nobody else until it is
    /// known how that went.
    pub fn admits(&mut self, now: Timestamp) -> bool {
        match self.rests_until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                self.rests_until = Some(now.plus_secs(TRY_S));
                self.trying = true;
                true
            }
        }
    }

    /// A ping was answered, with whatever.
    pub fn answered(&mut self) {
        *self = Self::default();
    }

    /// A ping was not answered.
    pub fn failed(&mut self, now: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        let begins = self.rests_until.is_none() && self.failures >= FAILURES_MAX;
        // Pings that were under way when a rest began say nothing new.
        if begins || self.trying {
            self.rest_s = (self.rest_s * 2).clamp(REST_S, REST_S_MAX);
            self.rests_until = Some(now.plus_secs(self.rest_s));
            self.trying = false;
        }
    }

    /// Until when it is left alone; none while it is asked.
    #[must_use]
    pub fn rests_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.rests_until.filter(|until| now < *until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(1_000 + secs)
    }

    #[test]
    fn a_bidder_that_fails_is_left_alone_longer_each_time() {
        let mut circuit = Circuit::default();
        for _ in 0..FAILURES_MAX - 1 {
            assert!(circuit.admits(at(0)));
            circuit.failed(at(0));
        }
        assert!(circuit.admits(at(0)), "not yet");
        circuit.failed(at(0));
        assert!(!circuit.admits(at(9)));
        assert!(circuit.admits(at(10)), "one try");
        assert!(!circuit.admits(at(10)), "and one only");
        circuit.failed(at(11));
        assert!(!circuit.admits(at(30)));
        assert_eq!(circuit.rests_until(at(12)), Some(at(31)), "20 s now");
        let mut now = 31;
        circuit.failed(at(30));
        assert_eq!(circuit.rests_until(at(30)), Some(at(31)), "a late failure");
        for _ in 0..10 {
            assert!(circuit.admits(at(now)));
            circuit.failed(at(now));
            now += 300;
        }
        assert!(circuit.admits(at(now)), "never longer than five minutes");
    }

    #[test]
    fn one_answer_makes_all_well() {
        let mut circuit = Circuit::default();
        for _ in 0..FAILURES_MAX {
            circuit.failed(at(0));
        }
        assert!(circuit.admits(at(10)));
        circuit.answered();
        assert!(circuit.admits(at(10)) && circuit.admits(at(10)));
        circuit.failed(at(11));
        assert!(circuit.admits(at(11)), "it counts from the beginning");
    }

    #[test]
    fn a_try_that_is_never_heard_of_does_not_keep_others_out_for_ever() {
        let mut circuit = Circuit::default();
        for _ in 0..FAILURES_MAX {
            circuit.failed(at(0));
        }
        assert!(circuit.admits(at(10)));
        assert!(circuit.admits(at(20)));
    }
}
