//! Conversion webhooks with what came in, and which list blocks came from.

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
    // The id is random, and the only secret: it stands in the address.
    "CREATE TABLE webhook (
        account_id BIGINT NOT NULL REFERENCES account (id),
        id {uuid} PRIMARY KEY,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL,
        campaign_id {uuid},
        parameters TEXT NOT NULL,
        enabled BOOLEAN NOT NULL,
        created_at BIGINT NOT NULL,
        UNIQUE (account_id, id),
        FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id)
    )",
    "CREATE UNIQUE INDEX webhook_name ON webhook (account_id, name_key)",
    "CREATE TABLE webhook_delivery (
        account_id BIGINT NOT NULL,
        id {serial},
        webhook_id {uuid} NOT NULL,
        at BIGINT NOT NULL,
        call_text TEXT NOT NULL,
        revenue_text TEXT NOT NULL,
        event_text TEXT NOT NULL,
        outcome TEXT NOT NULL,
        message TEXT NOT NULL,
        FOREIGN KEY (account_id, webhook_id) REFERENCES webhook (account_id, id)
    )",
    "CREATE INDEX webhook_delivery_of ON webhook_delivery (account_id, webhook_id, id)",
    // The name of the list a block was imported with; empty for one that a person entered.
    "ALTER TABLE block ADD COLUMN source TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX block_by_source ON block (account_id, source) WHERE source <> ''",
];
