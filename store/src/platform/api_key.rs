//! Whose a key is.

use domain::time::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{Platform, text};
use crate::entity::{account, api_key, idempotency};
use crate::error::StoreError;
use crate::repo::api_key::{ApiKeyRecord, record};
use crate::scope::TenantScope;

/// A key that was presented, and what it opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHolder {
    pub scope: TenantScope,
    pub account_name: String,
    /// IANA zone of the account.
    pub zone: String,
    pub key: ApiKeyRecord,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the secret proves whose account it is"
)]
impl Platform<'_> {
    /// The account of a key, by the hash of its secret. Whether it still holds is for the caller to
    /// see: it may have ended.
    ///
    /// # Errors
    /// What the database says.
    pub async fn scope_for_api_key(
        &self,
        secret_hash: &str,
    ) -> Result<Option<KeyHolder>, StoreError> {
        let found = api_key::Entity::find()
            .filter(api_key::Column::SecretHash.eq(text(secret_hash)))
            .one(self.conn)
            .await?;
        let Some(row) = found else {
            return Ok(None);
        };
        let account: Option<(String, String)> = account::Entity::find_by_id(row.account_id)
            .select_only()
            .column(account::Column::Name)
            .column(account::Column::Zone)
            .into_tuple()
            .one(self.conn)
            .await?;
        let (account_name, zone) = account.ok_or(StoreError::NotFound)?;
        Ok(Some(KeyHolder {
            scope: TenantScope::mint(row.account_id),
            account_name,
            zone,
            key: record(row)?,
        }))
    }

    /// Forgets requests sent before a moment, of all accounts; returns how many.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sweep_requests(&self, before: Timestamp) -> Result<u64, StoreError> {
        let gone = idempotency::Entity::delete_many()
            .filter(idempotency::Column::CreatedAt.lt(before.0))
            .exec(self.conn)
            .await?;
        Ok(gone.rows_affected)
    }
}
