//! The `rtb_id` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rtb_id")]
pub struct Model {
    pub account_id: i64,
    #[sea_orm(primary_key)]
    pub seq: i64,
    pub id: Uuid,
    pub campaign_id: Uuid,
    pub publisher_id: i64,
    pub enabled: bool,
    #[sea_orm(column_type = "Text")]
    pub settings: String,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
