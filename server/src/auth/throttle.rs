//! How many sign-ins one peer may try. The services count failures by email in the database, for all
//! servers; this is the cheap gate before the costly password hash.

use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

/// Old entries are dropped each time so many tries came in.
const SWEEP_EACH: u32 = 1_000;

/// See the module.
#[derive(Debug)]
pub struct PeerThrottle {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    tries: AtomicU32,
}

impl PeerThrottle {
    /// Lets through so many tries a minute from each peer.
    #[must_use]
    pub fn per_minute(tries: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(tries).unwrap_or(NonZeroU32::MIN));
        Self {
            limiter: RateLimiter::keyed(quota),
            tries: AtomicU32::new(0),
        }
    }

    /// Counts a try.
    ///
    /// # Errors
    /// Seconds to wait, if there were too many.
    pub fn check(&self, peer: Option<IpAddr>) -> Result<(), u32> {
        if self.tries.fetch_add(1, Ordering::Relaxed) % SWEEP_EACH == SWEEP_EACH - 1 {
            self.limiter.retain_recent();
        }
        let peer = network(peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
        self.limiter.check_key(&peer).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.limiter.clock().now());
            u32::try_from(wait.as_secs())
                .unwrap_or(u32::MAX)
                .saturating_add(1)
        })
    }
}

/// A person with IPv6 has a whole /64; counting addresses would count nothing.
fn network(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6(std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        },
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_peer_is_stopped_and_another_is_not() {
        let throttle = PeerThrottle::per_minute(3);
        let peer = |text: &str| Some(text.parse().expect("address"));
        for last in 1..=3 {
            assert_eq!(throttle.check(peer(&format!("2001:db8::{last}"))), Ok(()));
        }
        assert!(
            throttle
                .check(peer("2001:db8::9"))
                .is_err_and(|wait| (1..=61).contains(&wait))
        );
        assert_eq!(throttle.check(peer("192.0.2.1")), Ok(()));
    }
}
