//! Whose rows: scopes that prove a relation, and the handle that adds the filter.

use domain::id::AccountId;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DeleteMany, EntityTrait, FromQueryResult, IntoActiveModel,
    QueryFilter, Select, UpdateMany,
};

use crate::db::Conn;
use crate::error::StoreError;

/// A proof that the holder may work in one account.
///
/// There is no constructor: a scope comes from a lookup of [`Platform`](crate::Platform) that found
/// the relation (a membership, a number, a carrier's call, a due check).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TenantScope {
    account: AccountId,
}

impl TenantScope {
    pub(crate) fn mint(account: i64) -> Self {
        Self {
            account: AccountId(account),
        }
    }

    /// The account it is about.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }
}

/// A table whose rows belong to an account.
pub(crate) trait TenantOwned: EntityTrait {
    const ACCOUNT: Self::Column;
}

/// The tables of one account, on one connection.
#[derive(Debug, Clone, Copy)]
pub struct Tenant<'c> {
    pub(crate) conn: &'c Conn,
    scope: TenantScope,
}

impl<'c> Tenant<'c> {
    pub(crate) fn new(conn: &'c Conn, scope: TenantScope) -> Self {
        Self { conn, scope }
    }

    pub(crate) fn account(&self) -> i64 {
        self.scope.account.0
    }

    /// Rows of this account.
    #[expect(clippy::disallowed_methods, reason = "the place that adds the filter")]
    pub(crate) fn select<E: TenantOwned>(&self) -> Select<E> {
        E::find().filter(E::ACCOUNT.eq(self.account()))
    }

    /// Changes to rows of this account.
    #[expect(clippy::disallowed_methods, reason = "the place that adds the filter")]
    pub(crate) fn update<E: TenantOwned>(&self) -> UpdateMany<E> {
        E::update_many().filter(E::ACCOUNT.eq(self.account()))
    }

    /// Deletion of rows of this account.
    #[expect(clippy::disallowed_methods, reason = "the place that adds the filter")]
    pub(crate) fn delete<E: TenantOwned>(&self) -> DeleteMany<E> {
        E::delete_many().filter(E::ACCOUNT.eq(self.account()))
    }

    /// Inserts a row into this account, whatever account the row claims, and returns it.
    #[expect(
        clippy::disallowed_methods,
        reason = "the place that stamps the account"
    )]
    pub(crate) async fn insert<E>(&self, row: E::ActiveModel) -> Result<E::Model, StoreError>
    where
        E: TenantOwned,
        E::Model: IntoActiveModel<E::ActiveModel> + FromQueryResult,
        E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
    {
        Ok(E::insert(self.stamp::<E>(row))
            .exec_with_returning(self.conn)
            .await?)
    }

    /// Inserts rows into this account, whatever account they claim.
    #[expect(
        clippy::disallowed_methods,
        reason = "the place that stamps the account"
    )]
    pub(crate) async fn insert_all<E>(
        &self,
        rows: impl IntoIterator<Item = E::ActiveModel>,
    ) -> Result<(), StoreError>
    where
        E: TenantOwned,
        E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
    {
        let rows = rows.into_iter().map(|row| self.stamp::<E>(row));
        E::insert_many(rows)
            .exec_without_returning(self.conn)
            .await?;
        Ok(())
    }

    /// Inserts rows into this account, whatever account they claim, and returns them.
    #[expect(
        clippy::disallowed_methods,
        reason = "the place that stamps the account"
    )]
    pub(crate) async fn insert_all_back<E>(
        &self,
        rows: impl IntoIterator<Item = E::ActiveModel>,
    ) -> Result<Vec<E::Model>, StoreError>
    where
        E: TenantOwned,
        E::Model: IntoActiveModel<E::ActiveModel> + FromQueryResult,
        E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
    {
        let rows = rows.into_iter().map(|row| self.stamp::<E>(row));
        Ok(E::insert_many(rows).exec_with_returning(self.conn).await?)
    }

    /// Inserts a row without asking for it back.
    #[expect(
        clippy::disallowed_methods,
        reason = "the place that stamps the account"
    )]
    pub(crate) async fn insert_quietly<E>(&self, row: E::ActiveModel) -> Result<(), StoreError>
    where
        E: TenantOwned,
        E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
    {
        E::insert(self.stamp::<E>(row))
            .exec_without_returning(self.conn)
            .await?;
        Ok(())
    }

    /// The row as one of this account, whatever account it claims.
    pub(crate) fn stamp<E>(&self, mut row: E::ActiveModel) -> E::ActiveModel
    where
        E: TenantOwned,
        E::ActiveModel: ActiveModelTrait<Entity = E>,
    {
        row.set(E::ACCOUNT, self.account().into());
        row
    }

    /// Says that a configuration row changed: cached plans of this account are out of date. Runs in
    /// the transaction of the change, so that no plan is cached between the two.
    ///
    /// # Errors
    /// What the database says.
    pub async fn bump_generation(&self) -> Result<(), StoreError> {
        use crate::entity::account;
        #[expect(
            clippy::disallowed_methods,
            reason = "the account's own row, by the scope's id"
        )]
        let update = account::Entity::update_many()
            .col_expr(
                account::Column::Generation,
                Expr::col(account::Column::Generation).add(1),
            )
            .filter(account::Column::Id.eq(self.account()));
        update.exec(self.conn).await?;
        Ok(())
    }
}

/// One row must have been changed: none means that the account has no such row.
pub(crate) fn exactly_one(rows: u64) -> Result<(), StoreError> {
    if rows == 1 {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}
