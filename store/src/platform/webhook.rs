//! Whose a webhook is.

use domain::id::WebhookId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::Platform;
use crate::entity::webhook;
use crate::error::StoreError;
use crate::repo::webhook::{WebhookRecord, record};
use crate::scope::TenantScope;

#[expect(
    clippy::disallowed_methods,
    reason = "the id in the address is random: who knows it was told it"
)]
impl Platform<'_> {
    /// The account of a webhook's address, and the webhook. Whether it takes anything is for the
    /// caller to see: it may be paused.
    ///
    /// # Errors
    /// What the database says.
    pub async fn scope_for_webhook(
        &self,
        id: WebhookId,
    ) -> Result<Option<(TenantScope, WebhookRecord)>, StoreError> {
        let found = webhook::Entity::find()
            .filter(webhook::Column::Id.eq(id.0))
            .one(self.conn)
            .await?;
        let Some(row) = found else {
            return Ok(None);
        };
        Ok(Some((TenantScope::mint(row.account_id), record(row)?)))
    }
}
