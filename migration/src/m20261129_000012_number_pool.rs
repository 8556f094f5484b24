//! Number pools, the scripts on advertisers' pages, and the visits they tell of.

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
    "CREATE TABLE pool (
        account_id BIGINT NOT NULL,
        id {serial},
        name TEXT NOT NULL,
        name_key TEXT NOT NULL,
        campaign_id {uuid} NOT NULL,
        idle_s BIGINT NOT NULL CHECK (idle_s > 0),
        closed_s BIGINT NOT NULL CHECK (closed_s >= 0),
        rotation TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        UNIQUE (account_id, id),
        UNIQUE (account_id, id, campaign_id),
        CONSTRAINT pool_name UNIQUE (account_id, name_key),
        FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id)
    )",
    "CREATE INDEX pool_by_campaign ON pool (account_id, campaign_id)",
    "CREATE UNIQUE INDEX number_of_campaign ON phone_number (account_id, id, campaign_id)",
    // One row a number, so it is in one pool at most; and it has its pool's campaign, or the schema
    // would refuse the row.
    "CREATE TABLE pool_number (
        account_id BIGINT NOT NULL,
        number_id BIGINT NOT NULL,
        pool_id BIGINT NOT NULL,
        campaign_id {uuid} NOT NULL,
        visitor TEXT,
        visit_id {uuid},
        landing TEXT,
        free_at BIGINT NOT NULL,
        PRIMARY KEY (account_id, number_id),
        CONSTRAINT pool_number_visitor UNIQUE (account_id, pool_id, visitor),
        FOREIGN KEY (account_id, number_id, campaign_id) REFERENCES phone_number (account_id, id, campaign_id),
        FOREIGN KEY (account_id, pool_id, campaign_id) REFERENCES pool (account_id, id, campaign_id)
    )",
    "CREATE INDEX pool_number_free ON pool_number (account_id, pool_id, free_at, number_id)",
    "CREATE INDEX pool_number_of_visit ON pool_number (account_id, visit_id)",
    "CREATE TABLE dni_tag (
        account_id BIGINT NOT NULL REFERENCES account (id),
        id {uuid} NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL,
        pool_id BIGINT,
        number_id BIGINT,
        publisher_id BIGINT,
        origins TEXT NOT NULL,
        swap TEXT NOT NULL,
        fallback TEXT,
        enabled BOOLEAN NOT NULL,
        created_at BIGINT NOT NULL,
        CHECK ((pool_id IS NULL) <> (number_id IS NULL)),
        UNIQUE (account_id, id),
        CONSTRAINT dni_tag_name UNIQUE (account_id, name_key),
        FOREIGN KEY (account_id, pool_id) REFERENCES pool (account_id, id),
        FOREIGN KEY (account_id, number_id) REFERENCES phone_number (account_id, id),
        FOREIGN KEY (account_id, publisher_id) REFERENCES publisher (account_id, id)
    )",
    "CREATE INDEX dni_tag_by_pool ON dni_tag (account_id, pool_id)",
    "CREATE TABLE visit (
        account_id BIGINT NOT NULL,
        id {uuid} NOT NULL PRIMARY KEY,
        tag_id {uuid} NOT NULL,
        publisher_id BIGINT,
        visitor TEXT NOT NULL,
        shown TEXT NOT NULL,
        number TEXT,
        leased_at BIGINT,
        held_until BIGINT,
        started_at BIGINT NOT NULL,
        seen_at BIGINT NOT NULL,
        landing TEXT NOT NULL,
        source TEXT NOT NULL,
        medium TEXT NOT NULL,
        campaign TEXT NOT NULL,
        country TEXT NOT NULL,
        region TEXT NOT NULL,
        city TEXT NOT NULL,
        device TEXT NOT NULL,
        tags TEXT NOT NULL,
        pages TEXT NOT NULL,
        FOREIGN KEY (account_id, tag_id) REFERENCES dni_tag (account_id, id),
        FOREIGN KEY (account_id, publisher_id) REFERENCES publisher (account_id, id)
    )",
    "CREATE INDEX visit_by_number ON visit (account_id, number, leased_at) WHERE leased_at IS NOT NULL",
    "CREATE INDEX visit_by_time ON visit (account_id, started_at, id)",
    "CREATE INDEX visit_by_tag ON visit (account_id, tag_id, started_at)",
    // The call of a visitor. Visits may be forgotten before calls are.
    "ALTER TABLE call ADD COLUMN visit_id {uuid}",
    "CREATE INDEX call_by_visit ON call (account_id, visit_id) WHERE visit_id IS NOT NULL",
];
