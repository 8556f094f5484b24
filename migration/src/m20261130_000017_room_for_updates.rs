//! Room beside rows that change with every call.
//!
//! PostgreSQL writes a changed row anew. Where its page has room the new one stays there and no index
//! changes (HOT); where the page is full of other targets' rows, each call moves its row to another page
//! and touches the index. SQLite changes rows in place.

use sea_orm::DbBackend;
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
        match manager.get_database_backend() {
            DbBackend::Postgres => crate::run(manager, STATEMENTS).await,
            _ => Ok(()),
        }
    }
}

const STATEMENTS: &[&str] = &[
    "ALTER TABLE target_usage SET (fillfactor = 20)",
    "ALTER TABLE target_group_usage SET (fillfactor = 20)",
    "ALTER TABLE payout_usage SET (fillfactor = 20)",
];
