//! The `phone_number` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "phone_number")]
pub struct Model {
    pub account_id: i64,
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(column_type = "Text")]
    pub e164: String,
    #[sea_orm(column_type = "Text")]
    pub label: String,
    pub campaign_id: Option<Uuid>,
    pub created_at: i64,
    pub publisher_id: Option<i64>,
    pub enrich_key: Option<Uuid>,
    /// Until when a bid without a known caller has it to itself.
    pub bid_until: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
