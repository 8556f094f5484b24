//! The `rtb_ping` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rtb_ping")]
pub struct Model {
    pub account_id: i64,
    #[sea_orm(primary_key)]
    pub id: i64,
    pub call_id: Uuid,
    pub group_id: i64,
    pub target_id: i64,
    pub asked_at: i64,
    /// Among the pings that were kept together, the order they were sent in.
    pub place: i64,
    pub took_ms: i64,
    pub confirms: bool,
    #[sea_orm(column_type = "Text")]
    pub verdict: String,
    pub amount: Option<i64>,
    pub net: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub bid_id: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub detail: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
