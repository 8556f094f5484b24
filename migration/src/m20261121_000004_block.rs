//! Blocked callers.

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
        crate::run(manager, TABLES).await
    }
}

const TABLES: &[&str] = &[
    "CREATE TABLE block (
        account_id BIGINT NOT NULL REFERENCES account (id),
        id {serial},
        pattern TEXT NOT NULL,
        campaign_id {uuid},
        expires_at BIGINT,
        note TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        UNIQUE (account_id, id),
        FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id)
    )",
    // Null is not equal to null: a pattern once in each campaign, and once for all of them.
    "CREATE UNIQUE INDEX block_everywhere ON block (account_id, pattern) WHERE campaign_id IS NULL",
    "CREATE UNIQUE INDEX block_in_campaign ON block (account_id, pattern, campaign_id) WHERE campaign_id IS NOT NULL",
    // What every arriving call looks up.
    "CREATE INDEX block_by_pattern ON block (account_id, pattern)",
];
