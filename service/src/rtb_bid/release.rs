//! What bids hold is given back when no call came, and old bids are forgotten.

use domain::call::reservation::Reservation;
use domain::id::CallId;
use domain::time::Timestamp;
use futures_util::future::join_all;
use store::TenantScope;

use super::RtbBids;
use crate::error::Error;

/// Reservations that are read at once to be given back.
const RELEASED_AT_ONCE: u64 = 500;
/// Reservations that are given back at the same moment.
const RELEASED_TOGETHER: usize = 8;
/// Bids that are forgotten in one transaction.
const FORGOTTEN_AT_ONCE: u64 = 1_000;
/// For how long bids are kept that had no call, in seconds: 90 days.
const KEPT_S: i64 = 90 * 86_400;

/// What is held for a call that did not come.
type Expired = (TenantScope, CallId, Reservation);

impl RtbBids {
    /// Gives back what is held for calls that did not come in time; for how many.
    ///
    /// # Errors
    /// What the database says of which they are.
    pub async fn release_expired(&self, now: Timestamp) -> Result<usize, Error> {
        let mut released = 0;
        loop {
            let conn = self.db.read().await?;
            let platform = conn.platform();
            let expired = platform.expired_reservations(now, RELEASED_AT_ONCE).await?;
            drop(conn);
            let before = released;
            for some in expired.chunks(RELEASED_TOGETHER) {
                let each = some.iter().map(|one| self.release(one, now));
                released += join_all(each)
                    .await
                    .into_iter()
                    .filter(|done| *done)
                    .count();
            }
            if released == before {
                return Ok(released);
            }
        }
    }

    /// Gives one back. One that cannot be given back must not keep the others.
    async fn release(&self, (scope, bid, reserved): &Expired, now: Timestamp) -> bool {
        let release = async {
            let conn = self.db.write_step().await?;
            let released = conn.tenant(scope).release_bid(*bid, reserved, now).await?;
            conn.commit().await?;
            Ok::<bool, Error>(released)
        };
        release.await.unwrap_or_else(|failure| {
            tracing::error!(
                %bid,
                error = &failure as &dyn std::error::Error,
                "what a bid holds could not be given back"
            );
            false
        })
    }

    /// Forgets bids that had no call and are old; how many.
    ///
    /// # Errors
    /// What the database says.
    pub async fn forget(&self, now: Timestamp) -> Result<u64, Error> {
        let mut forgotten = 0;
        loop {
            let conn = self.db.write().await?;
            let platform = conn.platform();
            let before = now.plus_secs(-KEPT_S);
            let gone = platform.forget_bids(before, FORGOTTEN_AT_ONCE).await?;
            conn.commit().await?;
            forgotten += gone;
            if gone < FORGOTTEN_AT_ONCE {
                return Ok(forgotten);
            }
        }
    }
}
