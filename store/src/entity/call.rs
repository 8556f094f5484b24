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
    pub publisher_id: Option<i64>,
    /// Sums of the call's ledger entries, in micros.
    pub revenue: i64,
    pub payout: i64,
    pub cost: i64,
    /// A revenue rule was met.
    pub converted: bool,
    /// A payout rule was met.
    pub paid: bool,
    pub is_duplicate: bool,
    /// The group of the target, if it was rung with one.
    pub group_id: Option<i64>,
    /// The visit of the caller on an advertiser's page, if one is known.
    pub visit_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
