//! The `pool_number` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pool_number")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number_id: i64,
    pub pool_id: i64,
    pub campaign_id: Uuid,
    #[sea_orm(column_type = "Text", nullable)]
    pub visitor: Option<String>,
    pub visit_id: Option<Uuid>,
    #[sea_orm(column_type = "Text", nullable)]
    pub landing: Option<String>,
    pub free_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
