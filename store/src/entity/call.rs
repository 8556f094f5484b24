//! The `call` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "call")]
pub struct Model {
    pub account_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub carrier_sid: String,
    pub campaign_id: Option<Uuid>,
    pub target_id: Option<i64>,
    pub buyer_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub caller: String,
    #[sea_orm(column_type = "Text")]
    pub caller_text: String,
    #[sea_orm(column_type = "Text")]
    pub caller_state: String,
    #[sea_orm(column_type = "Text")]
    pub dialed: String,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub outcome: Option<String>,
    pub attempts: i64,
    pub connected_s: i64,
    pub duration_s: Option<i64>,
    pub has_recording: bool,
    pub arrived_at: i64,
    pub ended_at: Option<i64>,
    pub next_check_at: Option<i64>,
    /// Whether there is a `next_check_at`: an indexed column that does not change with each event.
    pub is_open: bool,
    pub version: i64,
    #[sea_orm(column_type = "Text")]
    pub session: String,
    #[sea_orm(column_type = "Text")]
    pub tags: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
