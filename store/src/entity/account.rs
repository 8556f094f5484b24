//! The `account` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub zone: String,
    pub generation: i64,
    pub created_at: i64,
    /// Settings of the whole account as JSON.
    #[sea_orm(column_type = "Text")]
    pub settings: String,
    pub recording_days: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub listen_from: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
