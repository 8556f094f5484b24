//! Whose number it is that somebody sends what they know of a caller to.

use domain::id::{EnrichKey, NumberId};
use domain::time::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::Platform;
use crate::entity::{enrichment, phone_number};
use crate::error::StoreError;
use crate::scope::TenantScope;

#[expect(
    clippy::disallowed_methods,
    reason = "the key in the address is random: who knows it was told it"
)]
impl Platform<'_> {
    /// The number whose address this is, and its account.
    ///
    /// # Errors
    /// What the database says.
    pub async fn scope_for_enrichment(
        &self,
        key: EnrichKey,
    ) -> Result<Option<(TenantScope, NumberId)>, StoreError> {
        use phone_number::Column as C;
        let found: Option<(i64, i64)> = phone_number::Entity::find()
            .select_only()
            .columns([C::AccountId, C::Id])
            .filter(C::EnrichKey.eq(key.0))
            .into_tuple()
            .one(self.conn)
            .await?;
        Ok(found.map(|(account, number)| (TenantScope::mint(account), NumberId(number))))
    }

    /// Forgets what was sent before a moment, of all accounts; how much it was.
    ///
    /// # Errors
    /// What the database says.
    pub async fn forget_enrichment(&self, before: Timestamp) -> Result<u64, StoreError> {
        let gone = enrichment::Entity::delete_many()
            .filter(enrichment::Column::SentAt.lt(before.0))
            .exec(self.conn)
            .await?;
        Ok(gone.rows_affected)
    }
}
