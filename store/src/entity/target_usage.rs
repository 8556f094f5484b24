//! The `target_usage` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "target_usage")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub target_id: i64,
    pub live: i64,
    pub peak_live: i64,
    pub window_hour: i64,
    pub window_day: i64,
    pub window_month: i64,
    pub hour_count: i64,
    pub day_count: i64,
    pub month_count: i64,
    pub total_count: i64,
    pub last_claimed_at: Option<i64>,
    pub hour_spent: i64,
    pub day_spent: i64,
    pub month_spent: i64,
    pub total_spent: i64,
    pub last_freed_at: Option<i64>,
    /// A pause nobody ordered, as JSON.
    #[sea_orm(column_type = "Text", nullable)]
    pub pause: Option<String>,
    /// Whether the agent behind the target takes calls; none for a target that is no agent.
    #[sea_orm(column_type = "Text", nullable)]
    pub status: Option<String>,
    pub status_since: Option<i64>,
    pub wrap_until: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
