//! Carrier accounts and orders for numbers across accounts: who signs, and what the jobs have to do.

use domain::id::{AccountId, PoolId};
use domain::time::Timestamp;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
};

use super::Platform;
use crate::entity::{carrier_account, carrier_number, number_order, phone_number, pool};
use crate::error::StoreError;
use crate::repo::carrier_account::{CarrierAccountRecord, record};
use crate::repo::number_order::{self as order, OrderRecord};
use crate::repo::pool::{PoolRecord, record as pool_record};
use crate::scope::TenantScope;

#[expect(
    clippy::disallowed_methods,
    reason = "the lookups of the webhook door and the jobs, which mint scopes"
)]
impl Platform<'_> {
    /// Whose carrier account this is.
    ///
    /// # Errors
    /// What the database says.
    pub async fn holder_of_carrier_account(
        &self,
        sid: &str,
    ) -> Result<Option<(TenantScope, CarrierAccountRecord)>, StoreError> {
        let row = carrier_account::Entity::find()
            .filter(carrier_account::Column::Sid.eq(sid))
            .one(self.conn)
            .await?;
        Ok(row.map(|row| (TenantScope::mint(row.account_id), record(row))))
    }

    /// Orders that go on by now, longest waiting first, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn due_orders(
        &self,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<(TenantScope, OrderRecord)>, StoreError> {
        let rows = number_order::Entity::find()
            .filter(number_order::Column::DueAt.lte(now.0))
            .order_by_asc(number_order::Column::DueAt)
            .limit(limit)
            .all(self.conn)
            .await?;
        rows.into_iter()
            .map(|row| {
                let scope = TenantScope::mint(row.account_id);
                order::record(row).map(|order| (scope, order))
            })
            .collect()
    }

    /// Pools that grow by themselves and did not since `before`, behind `after`, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn growing_pools(
        &self,
        before: Timestamp,
        after: PoolId,
        limit: u64,
    ) -> Result<Vec<(TenantScope, PoolRecord)>, StoreError> {
        let rows = pool::Entity::find()
            .filter(pool::Column::GrowMost.is_not_null())
            .filter(pool::Column::GrownAt.lte(before.0))
            .filter(pool::Column::Id.gt(after.0))
            .order_by_asc(pool::Column::Id)
            .limit(limit)
            .all(self.conn)
            .await?;
        rows.into_iter()
            .map(|row| {
                let scope = TenantScope::mint(row.account_id);
                pool_record(row).map(|pool| (scope, pool))
            })
            .collect()
    }

    /// Accounts behind `after` with numbers that were compared with the carrier's before `before` or
    /// never, or with orders that ended since `failed_since` and may have bought unheard; at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn accounts_to_compare(
        &self,
        before: Timestamp,
        failed_since: Timestamp,
        after: AccountId,
        limit: u64,
    ) -> Result<Vec<TenantScope>, StoreError> {
        let mut due: Vec<i64> = phone_number::Entity::find()
            .select_only()
            .column(phone_number::Column::AccountId)
            .join(
                JoinType::LeftJoin,
                phone_number::Entity::belongs_to(carrier_number::Entity)
                    .from(phone_number::Column::Id)
                    .to(carrier_number::Column::NumberId)
                    .into(),
            )
            .filter(phone_number::Column::AccountId.gt(after.0))
            .filter(
                Condition::any()
                    .add(carrier_number::Column::CheckedAt.is_null())
                    .add(carrier_number::Column::CheckedAt.lt(before.0)),
            )
            .distinct()
            .order_by_asc(phone_number::Column::AccountId)
            .limit(limit)
            .into_tuple()
            .all(self.conn)
            .await?;
        let failed: Vec<i64> = number_order::Entity::find()
            .select_only()
            .column(number_order::Column::AccountId)
            .filter(number_order::Column::AccountId.gt(after.0))
            .filter(number_order::Column::EndedAt.gte(failed_since.0))
            .filter(number_order::Column::Progress.not_like("%\"bought\"%"))
            .distinct()
            .order_by_asc(number_order::Column::AccountId)
            .limit(limit)
            .into_tuple()
            .all(self.conn)
            .await?;
        due.extend(failed);
        due.sort_unstable();
        due.dedup();
        due.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(due.into_iter().map(TenantScope::mint).collect())
    }
}
