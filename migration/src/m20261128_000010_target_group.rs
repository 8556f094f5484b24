//! Groups of targets: who is in them, what they have used, and entries of plans that lead to one.

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
        let changes = match manager.get_database_backend() {
            DbBackend::Postgres => CHANGES_POSTGRES,
            _ => CHANGES_SQLITE,
        };
        crate::run(manager, changes).await?;
        crate::run(manager, INDEXES).await
    }
}

const TABLES: &[&str] = &[
    "CREATE TABLE target_group (
        account_id BIGINT NOT NULL REFERENCES account (id),
        id {serial},
        name TEXT NOT NULL,
        name_key TEXT NOT NULL,
        activity TEXT NOT NULL,
        ring_order TEXT NOT NULL,
        ring_timeout_s BIGINT NOT NULL,
        zone TEXT NOT NULL,
        hours TEXT NOT NULL,
        holidays TEXT NOT NULL,
        cap_concurrent BIGINT CHECK (cap_concurrent >= 0),
        cap_hourly BIGINT CHECK (cap_hourly >= 0),
        cap_daily BIGINT CHECK (cap_daily >= 0),
        cap_monthly BIGINT CHECK (cap_monthly >= 0),
        cap_total BIGINT CHECK (cap_total >= 0),
        created_at BIGINT NOT NULL,
        UNIQUE (account_id, id),
        CONSTRAINT target_group_name UNIQUE (account_id, name_key)
    )",
    "CREATE TABLE target_group_member (
        account_id BIGINT NOT NULL,
        group_id BIGINT NOT NULL,
        target_id BIGINT NOT NULL,
        priority BIGINT NOT NULL,
        place BIGINT NOT NULL,
        PRIMARY KEY (account_id, group_id, target_id),
        FOREIGN KEY (account_id, group_id) REFERENCES target_group (account_id, id),
        FOREIGN KEY (account_id, target_id) REFERENCES target (account_id, id)
    )",
    "CREATE TABLE target_group_usage (
        account_id BIGINT NOT NULL,
        group_id BIGINT NOT NULL,
        live BIGINT NOT NULL DEFAULT 0 CHECK (live >= 0),
        peak_live BIGINT NOT NULL DEFAULT 0,
        window_hour BIGINT NOT NULL DEFAULT 0,
        window_day BIGINT NOT NULL DEFAULT 0,
        window_month BIGINT NOT NULL DEFAULT 0,
        hour_count BIGINT NOT NULL DEFAULT 0,
        day_count BIGINT NOT NULL DEFAULT 0,
        month_count BIGINT NOT NULL DEFAULT 0,
        total_count BIGINT NOT NULL DEFAULT 0,
        last_claimed_at BIGINT,
        last_freed_at BIGINT,
        PRIMARY KEY (account_id, group_id),
        FOREIGN KEY (account_id, group_id) REFERENCES target_group (account_id, id)
    )",
];

const CHANGES_POSTGRES: &[&str] = &[
    "ALTER TABLE route ALTER COLUMN target_id DROP NOT NULL",
    "ALTER TABLE route ADD COLUMN group_id BIGINT",
    "ALTER TABLE route ADD CONSTRAINT route_one_end CHECK ((target_id IS NULL) <> (group_id IS NULL))",
    "ALTER TABLE route ADD CONSTRAINT route_group UNIQUE (account_id, campaign_id, group_id)",
    "ALTER TABLE route ADD FOREIGN KEY (account_id, group_id) REFERENCES target_group (account_id, id)",
    "ALTER TABLE call ADD COLUMN group_id BIGINT",
    "ALTER TABLE call ADD FOREIGN KEY (account_id, group_id) REFERENCES target_group (account_id, id)",
];

/// SQLite neither drops a NOT NULL nor adds a reference of two columns. Nothing refers to routes, so
/// their table is made anew; calls get triggers that refuse the same rows.
const CHANGES_SQLITE: &[&str] = &[
    "CREATE TABLE route_new (
        account_id BIGINT NOT NULL,
        id {serial},
        campaign_id {uuid} NOT NULL,
        target_id BIGINT,
        priority BIGINT NOT NULL,
        weight BIGINT NOT NULL,
        is_on BOOLEAN NOT NULL,
        place BIGINT NOT NULL,
        terms TEXT NOT NULL DEFAULT '{}',
        group_id BIGINT,
        UNIQUE (account_id, id),
        CONSTRAINT route_target UNIQUE (account_id, campaign_id, target_id),
        CONSTRAINT route_group UNIQUE (account_id, campaign_id, group_id),
        CONSTRAINT route_one_end CHECK ((target_id IS NULL) <> (group_id IS NULL)),
        FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id),
        FOREIGN KEY (account_id, target_id) REFERENCES target (account_id, id),
        FOREIGN KEY (account_id, group_id) REFERENCES target_group (account_id, id)
    )",
    "INSERT INTO route_new (account_id, id, campaign_id, target_id, priority, weight, is_on, place, terms)
        SELECT account_id, id, campaign_id, target_id, priority, weight, is_on, place, terms FROM route",
    "DROP TABLE route",
    "ALTER TABLE route_new RENAME TO route",
    "CREATE INDEX route_by_target ON route (account_id, target_id)",
    "ALTER TABLE call ADD COLUMN group_id BIGINT",
    "CREATE TRIGGER call_group_added BEFORE INSERT ON call
        WHEN NEW.group_id IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM target_group WHERE account_id = NEW.account_id AND id = NEW.group_id)
        BEGIN SELECT RAISE(ABORT, 'FOREIGN KEY constraint failed'); END",
    "CREATE TRIGGER call_group_changed BEFORE UPDATE OF group_id ON call
        WHEN NEW.group_id IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM target_group WHERE account_id = NEW.account_id AND id = NEW.group_id)
        BEGIN SELECT RAISE(ABORT, 'FOREIGN KEY constraint failed'); END",
];

const INDEXES: &[&str] = &[
    "CREATE INDEX route_by_group ON route (account_id, group_id)",
    "CREATE INDEX target_group_member_by_target ON target_group_member (account_id, target_id)",
];
