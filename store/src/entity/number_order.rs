//! The `number_order` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "number_order")]
pub struct Model {
    pub account_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub carrier_sid: String,
    pub request: Uuid,
    #[sea_orm(column_type = "Text")]
    pub e164: String,
    pub monthly: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub label: String,
    pub campaign_id: Option<Uuid>,
    pub publisher_id: Option<i64>,
    pub pool_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub ordered_by: String,
    pub ordered_at: i64,
    #[sea_orm(column_type = "Text")]
    pub progress: String,
    pub due_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub dismissed: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
