//! Ring trees: groups whose members bid, and what was asked and answered.

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
    // How the auction is held; null for a group that rings its members without one.
    "ALTER TABLE target_group ADD COLUMN auction TEXT",
    "ALTER TABLE target_group_member ADD COLUMN weight BIGINT NOT NULL DEFAULT 1",
    "CREATE TABLE rtb_ping (
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
        FOREIGN KEY (account_id, call_id) REFERENCES call (account_id, id),
        FOREIGN KEY (account_id, group_id) REFERENCES target_group (account_id, id),
        FOREIGN KEY (account_id, target_id) REFERENCES target (account_id, id)
    )",
    "CREATE INDEX rtb_ping_by_call ON rtb_ping (account_id, call_id)",
    "CREATE INDEX rtb_ping_by_target ON rtb_ping (account_id, target_id, asked_at)",
    // Sums of a stretch of time are read from it alone.
    "CREATE INDEX rtb_ping_by_time ON rtb_ping (account_id, asked_at, target_id, confirms, verdict, net)",
    "CREATE INDEX rtb_ping_by_bid ON rtb_ping (account_id, bid_id)",
];
