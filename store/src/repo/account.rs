//! The account's own settings.

use domain::access::Role;
use domain::account::AccountSettings;
use domain::id::UserId;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect};

use super::{from_json, to_json};
use crate::entity::account::{Column, Entity};
use crate::entity::{app_user, membership};
use crate::error::StoreError;
use crate::scope::Tenant;

/// A person of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRecord {
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the account's own row and its members, by the scope's id"
)]
impl Tenant<'_> {
    /// What the account says of all its calls.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the account is gone.
    pub async fn account_settings(&self) -> Result<AccountSettings, StoreError> {
        let row = Entity::find_by_id(self.account()).one(self.conn).await?;
        from_json("account", &row.ok_or(StoreError::NotFound)?.settings)
    }

    /// Replaces what the account says of all its calls.
    ///
    /// # Errors
    /// What the database says.
    pub async fn set_account_settings(&self, settings: &AccountSettings) -> Result<(), StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::Settings, Expr::value(to_json("account", settings)?))
            .filter(Column::Id.eq(self.account()));
        update.exec(self.conn).await?;
        self.bump_generation().await
    }

    /// The account's members, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn members(&self) -> Result<Vec<MemberRecord>, StoreError> {
        let rows: Vec<(i64, String, String, String)> = membership::Entity::find()
            .select_only()
            .column(membership::Column::UserId)
            .column(app_user::Column::Name)
            .column(app_user::Column::Email)
            .column(membership::Column::Role)
            .join(
                JoinType::InnerJoin,
                membership::Entity::belongs_to(app_user::Entity)
                    .from(membership::Column::UserId)
                    .to(app_user::Column::Id)
                    .into(),
            )
            .filter(membership::Column::AccountId.eq(self.account()))
            .order_by_asc(app_user::Column::Name)
            .into_tuple()
            .all(self.conn)
            .await?;
        rows.into_iter()
            .map(|(id, name, email, role)| {
                Ok(MemberRecord {
                    user: UserId(id),
                    name,
                    email,
                    role: Role::from_code(&role)
                        .ok_or_else(|| StoreError::corrupt("membership", &role))?,
                })
            })
            .collect()
    }

    /// The names of the account's members.
    ///
    /// # Errors
    /// What the database says.
    pub async fn member_names(&self) -> Result<Vec<(UserId, String)>, StoreError> {
        let rows: Vec<(i64, String)> = membership::Entity::find()
            .select_only()
            .column(membership::Column::UserId)
            .column(app_user::Column::Name)
            .join(
                JoinType::InnerJoin,
                membership::Entity::belongs_to(app_user::Entity)
                    .from(membership::Column::UserId)
                    .to(app_user::Column::Id)
                    .into(),
            )
            .filter(membership::Column::AccountId.eq(self.account()))
            .into_tuple()
            .all(self.conn)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(id, name)| (UserId(id), name))
            .collect())
    }
}
