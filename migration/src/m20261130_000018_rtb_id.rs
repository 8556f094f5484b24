//! RTB ids: what publishers ask, and what they were answered.

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
        crate::run(manager, STATEMENTS).await?;
        match manager.get_database_backend() {
            DbBackend::Postgres => crate::run(manager, ROOM_FOR_UPDATES).await,
            _ => Ok(()),
        }
    }
}

/// As for the usage of targets: its row changes with every ping.
const ROOM_FOR_UPDATES: &[&str] = &["ALTER TABLE rtb_id_usage SET (fillfactor = 20)"];

const STATEMENTS: &[&str] = &[
    "CREATE TABLE rtb_id (
        account_id BIGINT NOT NULL REFERENCES account (id),
        seq {serial},
        id {uuid} NOT NULL UNIQUE,
        campaign_id {uuid} NOT NULL,
        publisher_id BIGINT NOT NULL,
        enabled BOOLEAN NOT NULL,
        settings TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        UNIQUE (account_id, id),
        FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id),
        FOREIGN KEY (account_id, publisher_id) REFERENCES publisher (account_id, id)
    )",
    "CREATE UNIQUE INDEX rtb_id_pair ON rtb_id (account_id, campaign_id, publisher_id)",
    // A row of its own, for it changes with every ping and the settings hardly ever.
    "CREATE TABLE rtb_id_usage (
        account_id BIGINT NOT NULL,
        rtb_id {uuid} NOT NULL,
        span BIGINT NOT NULL DEFAULT 0,
        pings BIGINT NOT NULL DEFAULT 0,
        test_span BIGINT NOT NULL DEFAULT 0,
        test_pings BIGINT NOT NULL DEFAULT 0,
        PRIMARY KEY (account_id, rtb_id),
        FOREIGN KEY (account_id, rtb_id) REFERENCES rtb_id (account_id, id)
    )",
    // The id is that of the call that may come.
    "CREATE TABLE rtb_bid (
        account_id BIGINT NOT NULL,
        id {uuid} NOT NULL PRIMARY KEY,
        rtb_id {uuid} NOT NULL,
        campaign_id {uuid} NOT NULL,
        publisher_id BIGINT NOT NULL,
        environment TEXT NOT NULL,
        asked_at BIGINT NOT NULL,
        caller TEXT NOT NULL,
        number TEXT,
        amount BIGINT,
        code BIGINT,
        expires_at BIGINT NOT NULL,
        came_at BIGINT,
        reserved TEXT,
        detail TEXT NOT NULL,
        UNIQUE (account_id, id),
        FOREIGN KEY (account_id, rtb_id) REFERENCES rtb_id (account_id, id),
        FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id),
        FOREIGN KEY (account_id, publisher_id) REFERENCES publisher (account_id, id)
    )",
    "CREATE INDEX rtb_bid_by_caller ON rtb_bid (account_id, caller, expires_at)",
    "CREATE INDEX rtb_bid_by_number ON rtb_bid (account_id, number, expires_at) WHERE number IS NOT NULL",
    "CREATE INDEX rtb_bid_by_reserved ON rtb_bid (expires_at) WHERE reserved IS NOT NULL",
    // Sums of a stretch of time are read from it alone.
    "CREATE INDEX rtb_bid_by_time ON rtb_bid (account_id, asked_at, publisher_id, rtb_id, environment, code, amount, came_at)",
    // Those that nobody asks about any more are found by it.
    "CREATE INDEX rtb_bid_by_age ON rtb_bid (asked_at)",
    // Until when a bid without a known caller has the number to itself.
    "ALTER TABLE phone_number ADD COLUMN bid_until BIGINT NOT NULL DEFAULT 0",
    // What bidders are asked for a publisher's ping comes before the call, which may never come: so the
    // reference to the call goes, which SQLite can only do with a new table.
    "CREATE TABLE rtb_ping_again (
        account_id BIGINT NOT NULL,
        id {serial},
        call_id {uuid} NOT NULL,
        group_id BIGINT NOT NULL,
        target_id BIGINT NOT NULL,
        asked_at BIGINT NOT NULL,
        place BIGINT NOT NULL,
        took_ms BIGINT NOT NULL,
        confirms BOOLEAN NOT NULL,
        verdict TEXT NOT NULL,
        amount BIGINT,
        net BIGINT,
        bid_id TEXT,
        detail TEXT NOT NULL,
        UNIQUE (account_id, id),
        FOREIGN KEY (account_id, group_id) REFERENCES target_group (account_id, id),
        FOREIGN KEY (account_id, target_id) REFERENCES target (account_id, id)
    )",
    "INSERT INTO rtb_ping_again (account_id, call_id, group_id, target_id, asked_at, place, took_ms,
        confirms, verdict, amount, net, bid_id, detail)
        SELECT account_id, call_id, group_id, target_id, asked_at, place, took_ms,
        confirms, verdict, amount, net, bid_id, detail FROM rtb_ping ORDER BY id",
    "DROP TABLE rtb_ping",
    "ALTER TABLE rtb_ping_again RENAME TO rtb_ping",
    "CREATE INDEX rtb_ping_by_call ON rtb_ping (account_id, call_id)",
    "CREATE INDEX rtb_ping_by_target ON rtb_ping (account_id, target_id, asked_at)",
    "CREATE INDEX rtb_ping_by_time ON rtb_ping (account_id, asked_at, target_id, confirms, verdict, net)",
    "CREATE INDEX rtb_ping_by_bid ON rtb_ping (account_id, bid_id)",
];
