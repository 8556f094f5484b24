//! The `target` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "target")]
pub struct Model {
    pub account_id: i64,
    #[sea_orm(primary_key)]
    pub id: i64,
    pub buyer_id: i64,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The name in lower case, which is what must differ; none for a duplicate from before that rule.
    #[sea_orm(column_type = "Text", nullable)]
    pub name_key: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub activity: String,
    #[sea_orm(column_type = "Text")]
    pub destination: String,
    pub ring_timeout_s: i64,
    #[sea_orm(column_type = "Text")]
    pub caller_id: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub whisper: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub zone: String,
    #[sea_orm(column_type = "Text")]
    pub hours: String,
    pub cap_concurrent: Option<i64>,
    pub cap_hourly: Option<i64>,
    pub cap_daily: Option<i64>,
    pub cap_monthly: Option<i64>,
    pub cap_total: Option<i64>,
    pub created_at: i64,
    /// What the domain calls `TargetSettings`, as JSON.
    #[sea_orm(column_type = "Text")]
    pub settings: String,
    pub recording_blocked: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
