//! A call that goes on writes less: no index holds a column that changes with its events.
//!
//! PostgreSQL rewrites a row without touching any index (heap-only) as long as no indexed column
//! changes and the page has room. `next_check_at` and `state` change with nearly every event; what
//! the sweeper and the views of live calls look for is one flag that changes once in a call's life.

use sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::prelude::*;

#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

const STATEMENTS: &[&str] = &[
    "ALTER TABLE call ADD COLUMN is_open BOOLEAN NOT NULL DEFAULT FALSE",
    "UPDATE call SET is_open = TRUE WHERE next_check_at IS NOT NULL",
    "DROP INDEX call_by_check",
    "DROP INDEX call_by_state",
    "CREATE INDEX call_open ON call (account_id, arrived_at) WHERE is_open",
    // The carrier's address of a recording follows from its id.
    "ALTER TABLE recording DROP COLUMN url",
];

/// Room for later versions of a row on its own page.
const ROOM: &str = "ALTER TABLE call SET (fillfactor = 60)";

#[expect(
    elided_lifetimes_in_paths,
    reason = "the trait's own signature leaves it out, and the two must agree"
)]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, STATEMENTS).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared(ROOM).await?;
        }
        Ok(())
    }
}
