//! The `rtb_id_usage` table.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rtb_id_usage")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub rtb_id: Uuid,
    /// The span that the pings were counted in.
    pub span: i64,
    pub pings: i64,
    pub test_span: i64,
    pub test_pings: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::scope::TenantOwned for Entity {
    const ACCOUNT: Column = Column::AccountId;
}
