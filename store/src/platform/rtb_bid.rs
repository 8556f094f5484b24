//! Bids across accounts: what is held for calls that did not come, and bids that nobody asks about any
//! more.

use domain::call::reservation::Reservation;
use domain::id::CallId;
use domain::time::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::Platform;
use crate::entity::rtb_bid;
use crate::error::StoreError;
use crate::repo::from_json;
use crate::scope::TenantScope;

#[expect(
    clippy::disallowed_methods,
    reason = "the lookups of the jobs, which mint scopes"
)]
impl Platform<'_> {
    /// Bids that hold something though they expired, longest ago first, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn expired_reservations(
        &self,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<(TenantScope, CallId, Reservation)>, StoreError> {
        use rtb_bid::Column as B;
        let rows: Vec<(i64, uuid::Uuid, Option<String>)> = rtb_bid::Entity::find()
            .select_only()
            .columns([B::AccountId, B::Id, B::Reserved])
            .filter(B::Reserved.is_not_null())
            .filter(B::CameAt.is_null())
            .filter(B::ExpiresAt.lte(now.0))
            .order_by_asc(B::ExpiresAt)
            .limit(limit)
            .into_tuple()
            .all(self.conn)
            .await?;
        let of_row = |(account, id, reserved): (i64, uuid::Uuid, Option<String>)| {
            match from_json("rtb_bid", &reserved?) {
                Ok(reserved) => Some((TenantScope::mint(account), CallId(id), reserved)),
                Err(error) => {
                    // One that cannot be read must not keep all others from being given back.
                    tracing::error!(bid = %id, %error, "what a bid holds cannot be read");
                    None
                }
            }
        };
        Ok(rows.into_iter().filter_map(of_row).collect())
    }

    /// Forgets bids of all accounts that were made before a moment and had no call, at most `limit` of
    /// them; how many.
    ///
    /// # Errors
    /// What the database says.
    pub async fn forget_bids(&self, before: Timestamp, limit: u64) -> Result<u64, StoreError> {
        use rtb_bid::Column as B;
        let old = rtb_bid::Entity::find()
            .select_only()
            .column(B::Id)
            .filter(B::AskedAt.lt(before.0))
            .filter(B::CameAt.is_null())
            .filter(B::Reserved.is_null())
            .limit(limit)
            .into_query();
        let gone = rtb_bid::Entity::delete_many()
            .filter(B::Id.in_subquery(old))
            .exec(self.conn)
            .await?;
        Ok(gone.rows_affected)
    }
}
