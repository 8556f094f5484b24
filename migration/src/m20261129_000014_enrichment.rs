//! Enrichment: each number has an address of its own to which is sent what is known of a caller.

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
    // Random, not the number's id: whoever knows the address may send to it.
    "ALTER TABLE phone_number ADD COLUMN enrich_key {uuid}",
    "UPDATE phone_number SET enrich_key = {random}",
    "CREATE UNIQUE INDEX phone_number_enrich_key ON phone_number (enrich_key)",
    "CREATE TABLE enrichment (
        account_id BIGINT NOT NULL,
        number_id BIGINT NOT NULL,
        caller TEXT NOT NULL,
        tags TEXT NOT NULL,
        sent_at BIGINT NOT NULL,
        PRIMARY KEY (account_id, number_id, caller),
        FOREIGN KEY (account_id, number_id) REFERENCES phone_number (account_id, id)
    )",
    "CREATE INDEX enrichment_by_age ON enrichment (sent_at)",
];
