//! The `route` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "route")]
pub struct Model {
    pub account_id: i64,
    #[sea_orm(primary_key)]
    pub id: i64,
    pub campaign_id: Uuid,
    /// Exactly one of target and group is named.
    pub target_id: Option<i64>,
    pub priority: i64,
    pub weight: i64,
    pub is_on: bool,
    pub place: i64,
    /// What the domain calls `RouteTerms`, as JSON.
    #[sea_orm(column_type = "Text")]
    pub terms: String,
    pub group_id: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
