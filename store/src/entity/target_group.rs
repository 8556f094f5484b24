//! The `target_group` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "target_group")]
pub struct Model {
    pub account_id: i64,
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The name in lower case, which is what must differ.
    #[sea_orm(column_type = "Text")]
    pub name_key: String,
    #[sea_orm(column_type = "Text")]
    pub activity: String,
    #[sea_orm(column_type = "Text")]
    pub ring_order: String,
    pub ring_timeout_s: i64,
    #[sea_orm(column_type = "Text")]
    pub zone: String,
    #[sea_orm(column_type = "Text")]
    pub hours: String,
    #[sea_orm(column_type = "Text")]
    pub holidays: String,
    pub cap_concurrent: Option<i64>,
    pub cap_hourly: Option<i64>,
    pub cap_daily: Option<i64>,
    pub cap_monthly: Option<i64>,
    pub cap_total: Option<i64>,
    pub created_at: i64,
    /// How the auction is held; null for a group without one.
    #[sea_orm(column_type = "Text", nullable)]
    pub auction: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
