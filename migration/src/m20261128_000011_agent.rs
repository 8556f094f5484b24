//! Agents: whose target it is, whether that person takes calls, and what they wrote of them.

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
    "CREATE TABLE agent (
        account_id BIGINT NOT NULL,
        target_id BIGINT NOT NULL,
        user_id BIGINT NOT NULL,
        created_at BIGINT NOT NULL,
        PRIMARY KEY (account_id, target_id),
        CONSTRAINT agent_person UNIQUE (account_id, user_id),
        FOREIGN KEY (account_id, target_id) REFERENCES target (account_id, id),
        FOREIGN KEY (account_id, user_id) REFERENCES membership (account_id, user_id)
    )",
    "CREATE TABLE wrap_up (
        account_id BIGINT NOT NULL,
        call_id {uuid} NOT NULL,
        target_id BIGINT NOT NULL,
        user_id BIGINT NOT NULL,
        note TEXT NOT NULL,
        dispositions TEXT NOT NULL,
        saved_at BIGINT NOT NULL,
        PRIMARY KEY (account_id, call_id, target_id),
        FOREIGN KEY (account_id, call_id) REFERENCES call (account_id, id),
        FOREIGN KEY (account_id, target_id) REFERENCES agent (account_id, target_id)
    )",
    // Beside what is counted, so that a decision reads them in the one query there is.
    "ALTER TABLE target_usage ADD COLUMN status TEXT",
    "ALTER TABLE target_usage ADD COLUMN status_since BIGINT",
    "ALTER TABLE target_usage ADD COLUMN wrap_until BIGINT",
];
