//! Money and the rules about it: publishers, the ledger, what dials came to, settings of each noun.
//!
//! Settings that only the domain reads are JSON: what it does not find it takes as its default.

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
        crate::run(manager, TABLES).await?;
        crate::run(manager, SETTINGS).await?;
        let publisher = match manager.get_database_backend() {
            DbBackend::Postgres => PUBLISHER_POSTGRES,
            _ => PUBLISHER_SQLITE,
        };
        crate::run(manager, publisher).await?;
        crate::run(manager, INDEXES).await
    }
}

const TABLES: &[&str] = &[
    "CREATE TABLE publisher (
        account_id BIGINT NOT NULL REFERENCES account (id),
        id {serial},
        name TEXT NOT NULL,
        name_key TEXT NOT NULL,
        activity TEXT NOT NULL,
        sub_id TEXT NOT NULL,
        terms TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        UNIQUE (account_id, id),
        CONSTRAINT publisher_name UNIQUE (account_id, name_key)
    )",
    "CREATE TABLE payout_usage (
        account_id BIGINT NOT NULL,
        publisher_id BIGINT NOT NULL,
        rule_id BIGINT NOT NULL,
        window_hour BIGINT NOT NULL DEFAULT 0,
        window_day BIGINT NOT NULL DEFAULT 0,
        window_month BIGINT NOT NULL DEFAULT 0,
        hour_count BIGINT NOT NULL DEFAULT 0,
        day_count BIGINT NOT NULL DEFAULT 0,
        month_count BIGINT NOT NULL DEFAULT 0,
        total_count BIGINT NOT NULL DEFAULT 0,
        hour_spent BIGINT NOT NULL DEFAULT 0,
        day_spent BIGINT NOT NULL DEFAULT 0,
        month_spent BIGINT NOT NULL DEFAULT 0,
        total_spent BIGINT NOT NULL DEFAULT 0,
        PRIMARY KEY (account_id, publisher_id, rule_id),
        FOREIGN KEY (account_id, publisher_id) REFERENCES publisher (account_id, id)
    )",
    "CREATE TABLE bulk_list (
        account_id BIGINT NOT NULL REFERENCES account (id),
        id {serial},
        name TEXT NOT NULL,
        name_key TEXT NOT NULL,
        entries TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        UNIQUE (account_id, id),
        CONSTRAINT bulk_list_name UNIQUE (account_id, name_key)
    )",
    "CREATE TABLE ledger_entry (
        account_id BIGINT NOT NULL,
        call_id {uuid} NOT NULL,
        entry_key TEXT NOT NULL,
        kind TEXT NOT NULL,
        buyer_id BIGINT,
        publisher_id BIGINT,
        amount BIGINT NOT NULL,
        at BIGINT NOT NULL,
        author_id BIGINT,
        reason TEXT NOT NULL,
        PRIMARY KEY (account_id, call_id, entry_key),
        FOREIGN KEY (account_id, call_id) REFERENCES call (account_id, id),
        FOREIGN KEY (account_id, buyer_id) REFERENCES buyer (account_id, id),
        FOREIGN KEY (account_id, publisher_id) REFERENCES publisher (account_id, id)
    )",
    // What became of each target a call was sent to, written once it is over.
    "CREATE TABLE dial (
        account_id BIGINT NOT NULL,
        call_id {uuid} NOT NULL,
        attempt BIGINT NOT NULL,
        campaign_id {uuid} NOT NULL,
        target_id BIGINT NOT NULL,
        publisher_id BIGINT,
        started_at BIGINT NOT NULL,
        ended_at BIGINT NOT NULL,
        result TEXT NOT NULL,
        rang_s BIGINT NOT NULL,
        talked_s BIGINT NOT NULL,
        ended_by TEXT NOT NULL,
        revenue BIGINT NOT NULL,
        PRIMARY KEY (account_id, call_id, attempt),
        FOREIGN KEY (account_id, call_id) REFERENCES call (account_id, id),
        FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id),
        FOREIGN KEY (account_id, target_id) REFERENCES target (account_id, id),
        FOREIGN KEY (account_id, publisher_id) REFERENCES publisher (account_id, id)
    )",
    "CREATE TABLE dispute (
        account_id BIGINT NOT NULL,
        id {serial},
        call_id {uuid} NOT NULL,
        buyer_id BIGINT NOT NULL,
        state TEXT NOT NULL,
        body TEXT NOT NULL,
        version BIGINT NOT NULL,
        opened_at BIGINT NOT NULL,
        UNIQUE (account_id, id),
        CONSTRAINT dispute_of_buyer UNIQUE (account_id, call_id, buyer_id),
        FOREIGN KEY (account_id, call_id) REFERENCES call (account_id, id),
        FOREIGN KEY (account_id, buyer_id) REFERENCES buyer (account_id, id)
    )",
];

const SETTINGS: &[&str] = &[
    "ALTER TABLE account ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE campaign ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE buyer ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE target ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE route ADD COLUMN terms TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE target_usage ADD COLUMN hour_spent BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE target_usage ADD COLUMN day_spent BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE target_usage ADD COLUMN month_spent BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE target_usage ADD COLUMN total_spent BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE target_usage ADD COLUMN last_freed_at BIGINT",
    // A pause nobody ordered, as JSON; none while the target takes calls.
    "ALTER TABLE target_usage ADD COLUMN pause TEXT",
    "ALTER TABLE call ADD COLUMN revenue BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE call ADD COLUMN payout BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE call ADD COLUMN cost BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE call ADD COLUMN converted BOOLEAN NOT NULL DEFAULT FALSE",
    "ALTER TABLE call ADD COLUMN paid BOOLEAN NOT NULL DEFAULT FALSE",
    "ALTER TABLE call ADD COLUMN is_duplicate BOOLEAN NOT NULL DEFAULT FALSE",
];

const PUBLISHER_POSTGRES: &[&str] = &[
    "ALTER TABLE phone_number ADD COLUMN publisher_id BIGINT",
    "ALTER TABLE phone_number ADD FOREIGN KEY (account_id, publisher_id) REFERENCES publisher (account_id, id)",
    "ALTER TABLE call ADD COLUMN publisher_id BIGINT",
    "ALTER TABLE call ADD FOREIGN KEY (account_id, publisher_id) REFERENCES publisher (account_id, id)",
];

/// SQLite adds no reference of two columns to a table that is there. Nothing refers to numbers, so
/// their table is made anew; calls, which much refers to, get triggers that refuse the same rows.
const PUBLISHER_SQLITE: &[&str] = &[
    "CREATE TABLE phone_number_new (
        account_id BIGINT NOT NULL REFERENCES account (id),
        id {serial},
        e164 TEXT NOT NULL,
        label TEXT NOT NULL,
        campaign_id {uuid},
        created_at BIGINT NOT NULL,
        publisher_id BIGINT,
        UNIQUE (account_id, id),
        CONSTRAINT number_e164 UNIQUE (e164),
        FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id),
        FOREIGN KEY (account_id, publisher_id) REFERENCES publisher (account_id, id)
    )",
    "INSERT INTO phone_number_new (account_id, id, e164, label, campaign_id, created_at)
        SELECT account_id, id, e164, label, campaign_id, created_at FROM phone_number",
    "DROP TABLE phone_number",
    "ALTER TABLE phone_number_new RENAME TO phone_number",
    "CREATE INDEX number_by_campaign ON phone_number (account_id, campaign_id)",
    "ALTER TABLE call ADD COLUMN publisher_id BIGINT",
    "CREATE TRIGGER call_publisher_added BEFORE INSERT ON call
        WHEN NEW.publisher_id IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM publisher WHERE account_id = NEW.account_id AND id = NEW.publisher_id)
        BEGIN SELECT RAISE(ABORT, 'FOREIGN KEY constraint failed'); END",
    "CREATE TRIGGER call_publisher_changed BEFORE UPDATE OF publisher_id ON call
        WHEN NEW.publisher_id IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM publisher WHERE account_id = NEW.account_id AND id = NEW.publisher_id)
        BEGIN SELECT RAISE(ABORT, 'FOREIGN KEY constraint failed'); END",
];

const INDEXES: &[&str] = &[
    "CREATE INDEX number_by_publisher ON phone_number (account_id, publisher_id)",
    "CREATE INDEX call_by_publisher ON call (account_id, publisher_id, arrived_at, id)",
    "CREATE INDEX call_by_caller ON call (account_id, caller_text, arrived_at)",
    "CREATE INDEX ledger_entry_by_time ON ledger_entry (account_id, at)",
    "CREATE INDEX dial_by_target ON dial (account_id, target_id, ended_at)",
    "CREATE INDEX dial_by_campaign ON dial (account_id, campaign_id, ended_at)",
    "CREATE INDEX dispute_by_state ON dispute (account_id, state, opened_at)",
];
