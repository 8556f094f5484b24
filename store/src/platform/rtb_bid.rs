//! Bids across accounts: what is held for calls that did not come, and bids that nobody asks about any
//! more.

use domain::call::reservation::Reservation;
use domain::id::CallId;
use domain::time::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

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
            .filter(B::ExpiresAt.lte(now.0))
            .order_by_asc(B::ExpiresAt)
            .limit(limit)
            .into_tuple()
            .all(self.conn)
            .await?;
        rows.into_iter()
            .filter_map(|(account, id, reserved)| Some((account, id, reserved?)))
            .map(|(account, id, reserved)| {
                let reserved = from_json("rtb_bid", &reserved)?;
                Ok((TenantScope::mint(account), CallId(id), reserved))
            })
            .collect()
    }

    /// Forgets bids of all accounts that were made before a moment and had no call; how many.
    ///
    /// # Errors
    /// What the database says.
    pub async fn forget_bids(&self, before: Timestamp) -> Result<u64, StoreError> {
        let gone = rtb_bid::Entity::delete_many()
            .filter(rtb_bid::Column::AskedAt.lt(before.0))
            .filter(rtb_bid::Column::CameAt.is_null())
            .filter(rtb_bid::Column::Reserved.is_null())
            .exec(self.conn)
            .await?;
        Ok(gone.rows_affected)
    }
}
