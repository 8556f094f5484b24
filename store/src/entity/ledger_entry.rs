//! The `ledger_entry` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub call_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    #[sea_orm(column_type = "Text")]
    pub entry_key: String,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub buyer_id: Option<i64>,
    pub publisher_id: Option<i64>,
    pub amount: i64,
    pub at: i64,
    pub author_id: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub author_key_id: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
