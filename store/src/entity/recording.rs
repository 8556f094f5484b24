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
    /// How loud it is, once somebody looked.
    #[sea_orm(column_type = "Text", nullable)]
    pub wave: Option<String>,
    /// Since when nobody hears it any more.
    pub doomed_at: Option<i64>,
    /// The person who deleted it; none for the rule.
    #[sea_orm(column_type = "Text", nullable)]
    pub doomed_by: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub doom_reason: Option<String>,
    /// The rule that deleted it.
    pub doom_days: Option<i64>,
    /// When the carrier is asked (again); none before and after.
    pub next_try_at: Option<i64>,
    pub tries: i64,
    /// When the carrier had deleted it.
    pub deleted_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
