//! Carrier accounts, orders for numbers, and what the carrier says of the numbers an account has.

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
    // A carrier account is one company's: whoever holds its token can sign for all its calls.
    "CREATE TABLE carrier_account (
        account_id BIGINT NOT NULL PRIMARY KEY REFERENCES account (id),
        sid TEXT NOT NULL,
        name TEXT NOT NULL,
        token TEXT NOT NULL,
        former_token TEXT,
        former_until BIGINT,
        saved_at BIGINT NOT NULL,
        CONSTRAINT carrier_account_sid UNIQUE (sid)
    )",
    "CREATE TABLE carrier_number (
        account_id BIGINT NOT NULL,
        number_id BIGINT NOT NULL,
        sid TEXT,
        monthly BIGINT,
        checked_at BIGINT NOT NULL,
        drift TEXT NOT NULL,
        owned BOOLEAN NOT NULL,
        PRIMARY KEY (account_id, number_id),
        FOREIGN KEY (account_id, number_id) REFERENCES phone_number (account_id, id)
    )",
    "CREATE INDEX carrier_number_by_check ON carrier_number (checked_at)",
    "CREATE TABLE number_order (
        account_id BIGINT NOT NULL REFERENCES account (id),
        id {uuid} NOT NULL PRIMARY KEY,
        carrier_sid TEXT NOT NULL,
        request {uuid} NOT NULL,
        e164 TEXT NOT NULL,
        monthly BIGINT,
        label TEXT NOT NULL,
        campaign_id {uuid},
        publisher_id BIGINT,
        pool_id BIGINT,
        ordered_by TEXT NOT NULL,
        ordered_at BIGINT NOT NULL,
        progress TEXT NOT NULL,
        due_at BIGINT,
        ended_at BIGINT,
        dismissed BOOLEAN NOT NULL,
        CHECK ((due_at IS NULL) = (ended_at IS NOT NULL)),
        CONSTRAINT number_order_request UNIQUE (account_id, request, e164),
        FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id),
        FOREIGN KEY (account_id, publisher_id) REFERENCES publisher (account_id, id)
    )",
    // Two open orders for one number would buy it for one and fail the other.
    "CREATE UNIQUE INDEX number_order_open ON number_order (e164) WHERE ended_at IS NULL",
    "CREATE INDEX number_order_due ON number_order (due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX number_order_of_pool ON number_order (account_id, pool_id, ordered_at)",
    "CREATE INDEX number_order_by_end ON number_order (account_id, ended_at)",
    "ALTER TABLE pool ADD COLUMN area TEXT",
    "ALTER TABLE pool ADD COLUMN grow_most BIGINT",
    "ALTER TABLE pool ADD COLUMN grow_budget BIGINT",
    "ALTER TABLE pool ADD COLUMN grown_at BIGINT NOT NULL DEFAULT 0",
    "CREATE INDEX number_order_by_time ON number_order (account_id, ordered_at)",
];
