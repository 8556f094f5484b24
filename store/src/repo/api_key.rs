//! Keys for programs.

use domain::api_key::Scopes;
use domain::id::{ApiKeyId, UserId};
use domain::time::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, QueryFilter, QueryOrder,
};

use crate::entity::api_key::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

/// A key to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyInput {
    pub name: String,
    /// The beginning of the key, for people.
    pub prefix: String,
    /// SHA-256 of the whole key, in hex.
    pub secret_hash: String,
    pub scopes: Scopes,
    pub created_by: Option<UserId>,
    pub expires_at: Option<Timestamp>,
}

/// A key as stored; the key itself is nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyRecord {
    pub id: ApiKeyId,
    pub name: String,
    pub prefix: String,
    pub scopes: Scopes,
    pub created_at: Timestamp,
    pub created_by: Option<UserId>,
    pub last_used_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

impl Tenant<'_> {
    /// All keys, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn api_keys(&self) -> Result<Vec<ApiKeyRecord>, StoreError> {
        let rows = self
            .select::<Entity>()
            .order_by_desc(Column::Id)
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// Adds a key.
    ///
    /// # Errors
    /// [`Constraint::ApiKeySecret`](crate::Constraint::ApiKeySecret) if there is one of this secret.
    pub async fn add_api_key(
        &self,
        new: &ApiKeyInput,
        now: Timestamp,
    ) -> Result<ApiKeyId, StoreError> {
        let row = ActiveModel {
            account_id: NotSet,
            id: NotSet,
            name: Set(new.name.clone()),
            prefix: Set(new.prefix.clone()),
            secret_hash: Set(new.secret_hash.clone()),
            scopes: Set(new.scopes.to_string()),
            created_at: Set(now.0),
            created_by: Set(new.created_by.map(|user| user.0)),
            last_used_at: Set(None),
            expires_at: Set(new.expires_at.map(|at| at.0)),
            revoked_at: Set(None),
        };
        Ok(ApiKeyId(self.insert::<Entity>(row).await?.id))
    }

    /// Ends a key; one that was ended before stays as it is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn revoke_api_key(&self, id: ApiKeyId, now: Timestamp) -> Result<(), StoreError> {
        let first = Expr::col(Column::RevokedAt).if_null(now.0);
        let update = self
            .update::<Entity>()
            .col_expr(Column::RevokedAt, first)
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)
    }

    /// Notes that a key was used.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn touch_api_key(&self, id: ApiKeyId, now: Timestamp) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::LastUsedAt, Expr::value(now.0))
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)
    }
}

/// A row as the services know it.
pub(crate) fn record(row: Model) -> Result<ApiKeyRecord, StoreError> {
    Ok(ApiKeyRecord {
        id: ApiKeyId(row.id),
        name: row.name,
        prefix: row.prefix,
        scopes: row
            .scopes
            .parse()
            .map_err(|e| StoreError::corrupt("api_key", e))?,
        created_at: Timestamp(row.created_at),
        created_by: row.created_by.map(UserId),
        last_used_at: row.last_used_at.map(Timestamp),
        expires_at: row.expires_at.map(Timestamp),
        revoked_at: row.revoked_at.map(Timestamp),
    })
}
