//! The `rtb_bid` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rtb_bid")]
pub struct Model {
    pub account_id: i64,
    /// Of the call that may come for it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub rtb_id: Uuid,
    pub campaign_id: Uuid,
    pub publisher_id: i64,
    #[sea_orm(column_type = "Text")]
    pub environment: String,
    pub asked_at: i64,
    /// Empty where the ping did not say.
    #[sea_orm(column_type = "Text")]
    pub caller: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub number: Option<String>,
    /// None where nothing was offered.
    pub amount: Option<i64>,
    /// Why nothing was.
    pub code: Option<i64>,
    pub expires_at: i64,
    /// When a call came for it.
    pub came_at: Option<i64>,
    /// What is held for its call.
    #[sea_orm(column_type = "Text", nullable)]
    pub reserved: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub detail: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
