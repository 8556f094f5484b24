//! How a bidder fares: what its pings came to and how long it takes, and when that got worse.

use serde::{Deserialize, Serialize};

use super::ping::PingVerdict;

/// Pings of the last hour from which its figures say something.
const PINGS_MIN: u32 = 20;
/// The share of pings without an answer, in percent, from which a bidder is in trouble.
const UNANSWERED_PERCENT: u32 = 20;

/// What the pings of a stretch of time came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    pub pings: u32,
    /// Bids that counted.
    pub bids: u32,
    pub wins: u32,
    /// Calls that its bids brought it, and those of them that connected.
    pub dialed: u32,
    pub connected: u32,
    /// Pings that were not answered in time or not at all.
    pub unanswered: u32,
    /// The time that half of the answers took at most, in milliseconds; none without any.
    pub p50_ms: Option<u32>,
    /// The time that 95 of 100 took at most.
    pub p95_ms: Option<u32>,
}

impl Health {
    /// Counts pings that came to a verdict. Those that were never sent are none.
    pub fn count(&mut self, verdict: PingVerdict, pings: u32) {
        if verdict.is_unsent() {
            return;
        }
        self.pings += pings;
        if verdict.is_bid() {
            self.bids += pings;
        }
        match verdict {
            PingVerdict::Won => self.wins += pings,
            PingVerdict::TimedOut | PingVerdict::Late | PingVerdict::Unreachable => {
                self.unanswered += pings;
            }
            _ => {}
        }
    }

    /// Takes in how long pings took, in any order.
    pub fn time(&mut self, mut took_ms: Vec<u32>) {
        took_ms.sort_unstable();
        let at = |percent: usize| {
            let rank = (took_ms.len() * percent).div_ceil(100);
            took_ms.get(rank.saturating_sub(1)).copied()
        };
        self.p50_ms = at(50);
        self.p95_ms = at(95);
    }

    /// What got worse, as a sentence: `self` is the last hour, `usual` the days before it.
    #[must_use]
    pub fn degraded(&self, usual: &Self) -> Option<String> {
        if self.pings < PINGS_MIN {
            return None;
        }
        let unanswered = percent(self.unanswered, self.pings);
        if unanswered >= UNANSWERED_PERCENT && unanswered > percent(usual.unanswered, usual.pings) {
            return Some(format!(
                "{unanswered}% of its pings in the last hour were not answered."
            ));
        }
        let (now, before) = (
            percent(self.bids, self.pings),
            percent(usual.bids, usual.pings),
        );
        if usual.pings >= PINGS_MIN && before >= 10 && now * 2 < before {
            return Some(format!(
                "It bid for {now}% of its pings in the last hour; usually it is {before}%."
            ));
        }
        None
    }
}

/// How many of a hundred; 0 of none.
#[must_use]
pub fn percent(part: u32, whole: u32) -> u32 {
    let of = u64::from(part) * 100;
    let half = u64::from(whole) / 2;
    match u64::from(whole) {
        0 => 0,
        whole => u32::try_from((of + half) / whole).unwrap_or(100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(counts: &[(PingVerdict, u32)]) -> Health {
        let mut health = Health::default();
        for (verdict, pings) in counts {
            health.count(*verdict, *pings);
        }
        health
    }

    #[test]
    fn what_was_not_sent_is_no_ping() {
        let all = health(&[
            (PingVerdict::Won, 2),
            (PingVerdict::Outbid, 3),
            (PingVerdict::TimedOut, 4),
            (PingVerdict::CircuitOpen, 50),
            (PingVerdict::OverLimit, 50),
            (PingVerdict::ZeroBid, 1),
        ]);
        assert_eq!(
            (all.pings, all.bids, all.wins, all.unanswered),
            (10, 5, 2, 4)
        );
    }

    #[test]
    fn times_are_told_by_rank() {
        let mut health = Health::default();
        health.time((1..=100).rev().collect());
        assert_eq!((health.p50_ms, health.p95_ms), (Some(50), Some(95)));
        health.time(vec![7]);
        assert_eq!((health.p50_ms, health.p95_ms), (Some(7), Some(7)));
        health.time(Vec::new());
        assert_eq!(health.p50_ms, None);
    }

    #[test]
    fn only_what_got_worse_is_told() {
        let well = health(&[(PingVerdict::Won, 50), (PingVerdict::ZeroBid, 50)]);
        let slow = health(&[(PingVerdict::Won, 15), (PingVerdict::TimedOut, 5)]);
        let words = slow.degraded(&well);
        assert_eq!(
            words.as_deref(),
            Some("25% of its pings in the last hour were not answered.")
        );
        // It always was like that.
        assert_eq!(slow.degraded(&slow), None);
        let shy = health(&[(PingVerdict::Won, 4), (PingVerdict::ZeroBid, 16)]);
        assert_eq!(
            shy.degraded(&well).as_deref(),
            Some("It bid for 20% of its pings in the last hour; usually it is 50%.")
        );
        let few = health(&[(PingVerdict::TimedOut, 19)]);
        assert_eq!(few.degraded(&well), None);
        assert_eq!(percent(1, 3), 33);
        assert_eq!(percent(2, 3), 67);
        assert_eq!(percent(1, 0), 0);
    }
}
