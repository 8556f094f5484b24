//! Answers kept for requests that are sent twice.

use domain::id::ApiKeyId;
use domain::time::Timestamp;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter,
};

use crate::entity::idempotency::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

/// Which request: the key it came with and the token its sender chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestToken<'a> {
    pub key: ApiKeyId,
    pub token: &'a str,
}

/// An answer to give again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    pub status: u16,
    pub location: Option<String>,
    pub body: String,
}

/// What is known of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRecord {
    /// SHA-256 of what was asked.
    pub request_hash: String,
    pub created_at: Timestamp,
    /// None while it is being worked on.
    pub answer: Option<KeptAnswer>,
}

impl Tenant<'_> {
    /// Takes a request on; false if it was taken on before.
    ///
    /// # Errors
    /// What the database says.
    #[expect(
        clippy::disallowed_methods,
        reason = "stamped; a token that is taken is no error here"
    )]
    pub async fn take_request(
        &self,
        request: RequestToken<'_>,
        request_hash: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let row = self.stamp::<Entity>(ActiveModel {
            account_id: NotSet,
            key_id: Set(request.key.0),
            token: Set(request.token.to_owned()),
            request_hash: Set(request_hash.to_owned()),
            created_at: Set(now.0),
            status: Set(None),
            location: Set(None),
            body: Set(None),
        });
        let place = [Column::AccountId, Column::KeyId, Column::Token];
        let made = Entity::insert(row)
            .on_conflict(OnConflict::columns(place).do_nothing().to_owned())
            .exec_without_returning(self.conn)
            .await?;
        Ok(made == 1)
    }

    /// What is known of a request.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if it was never sent, or so long ago that it is forgotten.
    pub async fn request(&self, request: RequestToken<'_>) -> Result<RequestRecord, StoreError> {
        let row = self
            .select::<Entity>()
            .filter(Column::KeyId.eq(request.key.0))
            .filter(Column::Token.eq(request.token))
            .one(self.conn)
            .await?;
        row.map(record).ok_or(StoreError::NotFound)
    }

    /// Keeps the answer of a request that was taken on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if it is forgotten.
    pub async fn answer_request(
        &self,
        request: RequestToken<'_>,
        answer: &KeptAnswer,
    ) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::Status, Expr::value(i64::from(answer.status)))
            .col_expr(Column::Location, Expr::value(answer.location.clone()))
            .col_expr(Column::Body, Expr::value(answer.body.clone()))
            .filter(Column::KeyId.eq(request.key.0))
            .filter(Column::Token.eq(request.token));
        exactly_one(update.exec(self.conn).await?.rows_affected)
    }

    /// Forgets a request, answered or not.
    ///
    /// # Errors
    /// What the database says.
    pub async fn drop_request(&self, request: RequestToken<'_>) -> Result<(), StoreError> {
        self.delete::<Entity>()
            .filter(Column::KeyId.eq(request.key.0))
            .filter(Column::Token.eq(request.token))
            .exec(self.conn)
            .await?;
        Ok(())
    }

    /// Forgets a request that is not answered, if it was taken on at `since`: one that failed may
    /// be tried again.
    ///
    /// # Errors
    /// What the database says.
    pub async fn forget_request(
        &self,
        request: RequestToken<'_>,
        since: Timestamp,
    ) -> Result<(), StoreError> {
        self.delete::<Entity>()
            .filter(Column::KeyId.eq(request.key.0))
            .filter(Column::Token.eq(request.token))
            .filter(Column::CreatedAt.eq(since.0))
            .filter(Column::Status.is_null())
            .exec(self.conn)
            .await?;
        Ok(())
    }
}

fn record(row: Model) -> RequestRecord {
    let status = row.status.and_then(|status| u16::try_from(status).ok());
    RequestRecord {
        request_hash: row.request_hash,
        created_at: Timestamp(row.created_at),
        answer: status.map(|status| KeptAnswer {
            status,
            location: row.location,
            body: row.body.unwrap_or_default(),
        }),
    }
}
