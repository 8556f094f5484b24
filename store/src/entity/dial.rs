//! The `dial` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dial")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub call_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub attempt: i64,
    pub campaign_id: Uuid,
    pub target_id: i64,
    pub publisher_id: Option<i64>,
    pub started_at: i64,
    pub ended_at: i64,
    #[sea_orm(column_type = "Text")]
    pub result: String,
    pub rang_s: i64,
    pub talked_s: i64,
    #[sea_orm(column_type = "Text")]
    pub ended_by: String,
    pub revenue: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
