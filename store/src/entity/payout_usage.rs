//! The `payout_usage` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payout_usage")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub publisher_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub rule_id: i64,
    pub window_hour: i64,
    pub window_day: i64,
    pub window_month: i64,
    pub hour_count: i64,
    pub day_count: i64,
    pub month_count: i64,
    pub total_count: i64,
    pub hour_spent: i64,
    pub day_spent: i64,
    pub month_spent: i64,
    pub total_spent: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
