//! How often somebody may do something, counted in memory of each server.

use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

/// Who stayed away is forgotten each time so many were counted.
const SWEEP_EACH: u32 = 1_000;

/// So many times a minute for each key, all at once if need be.
#[derive(Debug)]
pub struct Limit<K: Hash + Eq + Clone> {
    limiter: DefaultKeyedRateLimiter<K>,
    counted: AtomicU32,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    /// Lets each key through so many times a minute.
    #[must_use]
    pub fn per_minute(most: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(most).unwrap_or(NonZeroU32::MIN));
        Self {
            limiter: RateLimiter::keyed(quota),
            counted: AtomicU32::new(0),
        }
    }

    /// Counts one.
    ///
    /// # Errors
    /// Seconds to wait, if there were too many.
    pub fn check(&self, key: &K) -> Result<(), u32> {
        if self.counted.fetch_add(1, Ordering::Relaxed) % SWEEP_EACH == SWEEP_EACH - 1 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(key).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.limiter.clock().now());
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
            seconds.saturating_add(1)
        })
    }
}

/// Whose address it is: a person with IPv6 has a whole /64, so counting addresses would count nothing.
#[must_use]
pub fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_is_stopped_and_another_is_not() {
        let limit = Limit::per_minute(3);
        let check = |text: &str| limit.check(&network(text.parse().expect("address")));
        for last in 1..=3 {
            assert_eq!(check(&format!("2001:db8::{last}")), Ok(()));
        }
        assert!(check("2001:db8::9").is_err_and(|wait| (1..=61).contains(&wait)));
        assert_eq!(check("2001:db8:0:1::9"), Ok(()));
        assert_eq!(check("192.0.2.1"), Ok(()));
        assert_eq!(
            network("::ffff:192.0.2.1".parse().expect("address")),
            network("192.0.2.1".parse().expect("address"))
        );
    }
}
