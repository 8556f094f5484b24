//! Keys for programs, and the answers kept for requests that are sent twice.

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
    // Nobody who made a key has to stay a member for it to work: `created_by` only tells.
    "CREATE TABLE api_key (
        account_id BIGINT NOT NULL REFERENCES account (id),
        id {serial},
        name TEXT NOT NULL,
        prefix TEXT NOT NULL,
        secret_hash TEXT NOT NULL,
        scopes TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        created_by BIGINT REFERENCES app_user (id),
        last_used_at BIGINT,
        expires_at BIGINT,
        revoked_at BIGINT,
        UNIQUE (account_id, id)
    )",
    "CREATE UNIQUE INDEX api_key_secret ON api_key (secret_hash)",
    // A row without a status is a request that is being worked on.
    "CREATE TABLE idempotency (
        account_id BIGINT NOT NULL,
        key_id BIGINT NOT NULL,
        token TEXT NOT NULL,
        request_hash TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        status BIGINT,
        location TEXT,
        body TEXT,
        PRIMARY KEY (account_id, key_id, token),
        FOREIGN KEY (account_id, key_id) REFERENCES api_key (account_id, id)
    )",
    "CREATE INDEX idempotency_by_age ON idempotency (created_at)",
];
