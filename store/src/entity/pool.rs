//! The `pool` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pool")]
pub struct Model {
    pub account_id: i64,
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub name_key: String,
    pub campaign_id: Uuid,
    pub idle_s: i64,
    pub closed_s: i64,
    #[sea_orm(column_type = "Text")]
    pub rotation: String,
    pub created_at: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub area: Option<String>,
    pub grow_most: Option<i64>,
    pub grow_budget: Option<i64>,
    pub grown_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
