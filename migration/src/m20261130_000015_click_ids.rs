//! Click ids of other networks: a tag knows the parameters of those its site buys from.

use sea_orm_migration::prelude::*;

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[expect(
    elided_lifetimes_in_paths,
    reason = "the trait's own signature leaves it out, and the two must agree"
)]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, STATEMENTS).await
    }
}

const STATEMENTS: &[&str] =
    &["ALTER TABLE dni_tag ADD COLUMN click_ids TEXT NOT NULL DEFAULT '[]'"];
