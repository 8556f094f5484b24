//! The `recording` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recording")]
pub struct Model {
    pub account_id: i64,
    #[sea_orm(primary_key)]
    pub id: i64,
    pub call_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub carrier_sid: String,
    pub duration_s: i64,
    pub channels: i64,
    pub voicemail: bool,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
