//! How long recordings live, who hears them, and targets that are never recorded.

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

const STATEMENTS: &[&str] = &[
    "ALTER TABLE target ADD COLUMN recording_blocked BOOLEAN NOT NULL DEFAULT FALSE",
    // None keeps them for ever.
    "ALTER TABLE account ADD COLUMN recording_days BIGINT",
    "ALTER TABLE account ADD COLUMN listen_from TEXT NOT NULL DEFAULT 'manager'",
    // None follows the account, 0 keeps them for ever.
    "ALTER TABLE campaign ADD COLUMN recording_days BIGINT",
    "ALTER TABLE recording ADD COLUMN wave TEXT",
    // Deletion: wanted, by whom and why or after how many days; when to ask the carrier; done.
    "ALTER TABLE recording ADD COLUMN doomed_at BIGINT",
    "ALTER TABLE recording ADD COLUMN doomed_by TEXT",
    "ALTER TABLE recording ADD COLUMN doom_reason TEXT",
    "ALTER TABLE recording ADD COLUMN doom_days BIGINT",
    "ALTER TABLE recording ADD COLUMN next_try_at BIGINT",
    "ALTER TABLE recording ADD COLUMN tries BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE recording ADD COLUMN deleted_at BIGINT",
    // What the retention rule looks for, and what waits for the carrier.
    "CREATE INDEX recording_kept ON recording (account_id, created_at) WHERE doomed_at IS NULL",
    "CREATE INDEX recording_doomed ON recording (account_id, next_try_at) WHERE next_try_at IS NOT NULL",
];
