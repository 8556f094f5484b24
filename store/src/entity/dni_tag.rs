//! The `dni_tag` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dni_tag")]
pub struct Model {
    pub account_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub name_key: String,
    pub pool_id: Option<i64>,
    pub number_id: Option<i64>,
    pub publisher_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub origins: String,
    #[sea_orm(column_type = "Text")]
    pub swap: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub fallback: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub click_ids: String,
    pub enabled: bool,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
