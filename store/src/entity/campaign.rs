//! The `campaign` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign")]
pub struct Model {
    pub account_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The name in lower case, which is what must differ; none for a duplicate from before that rule.
    #[sea_orm(column_type = "Text", nullable)]
    pub name_key: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub vertical: String,
    #[sea_orm(column_type = "Text")]
    pub activity: String,
    #[sea_orm(column_type = "Text")]
    pub distribution: String,
    pub attempts_max: i64,
    #[sea_orm(column_type = "Text")]
    pub recording: String,
    #[sea_orm(column_type = "Text")]
    pub fallback: String,
    pub version: i64,
    pub created_at: i64,
    /// What the domain calls `CampaignSettings`, as JSON.
    #[sea_orm(column_type = "Text")]
    pub settings: String,
    pub recording_days: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
