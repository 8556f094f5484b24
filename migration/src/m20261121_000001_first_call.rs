//! Accounts, people, campaigns, buyers, targets, numbers, routes and calls.
//!
//! Every table of an account starts with `account_id`, and references carry it along: a row of one
//! account cannot point to a row of another even if the program asked for it.

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
    "CREATE TABLE account (
        id {serial},
        name TEXT NOT NULL UNIQUE,
        zone TEXT NOT NULL,
        generation BIGINT NOT NULL DEFAULT 1,
        created_at BIGINT NOT NULL
    )",
    "CREATE TABLE app_user (
        id {serial},
        email TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        password_hash TEXT NOT NULL,
        created_at BIGINT NOT NULL
    )",
    "CREATE TABLE membership (
        account_id BIGINT NOT NULL REFERENCES account (id),
        user_id BIGINT NOT NULL REFERENCES app_user (id),
        role TEXT NOT NULL,
        PRIMARY KEY (account_id, user_id)
    )",
    "CREATE INDEX membership_by_user ON membership (user_id)",
    "CREATE TABLE web_session (
        id TEXT PRIMARY KEY,
        data TEXT NOT NULL,
        expires_at BIGINT NOT NULL
    )",
    "CREATE INDEX web_session_by_expiry ON web_session (expires_at)",
    "CREATE TABLE login_throttle (
        subject TEXT PRIMARY KEY,
        failures BIGINT NOT NULL,
        blocked_until BIGINT NOT NULL,
        updated_at BIGINT NOT NULL
    )",
    "CREATE TABLE campaign (
        account_id BIGINT NOT NULL REFERENCES account (id),
        id {uuid} NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        vertical TEXT NOT NULL,
        activity TEXT NOT NULL,
        distribution TEXT NOT NULL,
        attempts_max BIGINT NOT NULL,
        recording TEXT NOT NULL,
        fallback TEXT NOT NULL,
        version BIGINT NOT NULL,
        created_at BIGINT NOT NULL,
        UNIQUE (account_id, id),
        CONSTRAINT campaign_name UNIQUE (account_id, name)
    )",
    "CREATE TABLE buyer (
        account_id BIGINT NOT NULL REFERENCES account (id),
        id {serial},
        name TEXT NOT NULL,
        activity TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        UNIQUE (account_id, id),
        CONSTRAINT buyer_name UNIQUE (account_id, name)
    )",
    "CREATE TABLE target (
        account_id BIGINT NOT NULL,
        id {serial},
        buyer_id BIGINT NOT NULL,
        name TEXT NOT NULL,
        activity TEXT NOT NULL,
        destination TEXT NOT NULL,
        ring_timeout_s BIGINT NOT NULL,
        caller_id TEXT NOT NULL,
        whisper TEXT,
        zone TEXT NOT NULL,
        hours TEXT NOT NULL,
        cap_concurrent BIGINT CHECK (cap_concurrent >= 0),
        cap_hourly BIGINT CHECK (cap_hourly >= 0),
        cap_daily BIGINT CHECK (cap_daily >= 0),
        cap_monthly BIGINT CHECK (cap_monthly >= 0),
        cap_total BIGINT CHECK (cap_total >= 0),
        created_at BIGINT NOT NULL,
        UNIQUE (account_id, id),
        CONSTRAINT target_name UNIQUE (account_id, buyer_id, name),
        FOREIGN KEY (account_id, buyer_id) REFERENCES buyer (account_id, id)
    )",
    "CREATE TABLE target_usage (
        account_id BIGINT NOT NULL,
        target_id BIGINT NOT NULL,
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
        PRIMARY KEY (account_id, target_id),
        FOREIGN KEY (account_id, target_id) REFERENCES target (account_id, id)
    )",
    "CREATE TABLE phone_number (
        account_id BIGINT NOT NULL REFERENCES account (id),
        id {serial},
        e164 TEXT NOT NULL,
        label TEXT NOT NULL,
        campaign_id {uuid},
        created_at BIGINT NOT NULL,
        UNIQUE (account_id, id),
        CONSTRAINT number_e164 UNIQUE (e164),
        FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id)
    )",
    "CREATE INDEX number_by_campaign ON phone_number (account_id, campaign_id)",
    "CREATE TABLE route (
        account_id BIGINT NOT NULL,
        id {serial},
        campaign_id {uuid} NOT NULL,
        target_id BIGINT NOT NULL,
        priority BIGINT NOT NULL,
        weight BIGINT NOT NULL,
        is_on BOOLEAN NOT NULL,
        place BIGINT NOT NULL,
        UNIQUE (account_id, id),
        CONSTRAINT route_target UNIQUE (account_id, campaign_id, target_id),
        FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id),
        FOREIGN KEY (account_id, target_id) REFERENCES target (account_id, id)
    )",
    "CREATE INDEX route_by_target ON route (account_id, target_id)",
    "CREATE TABLE call (
        account_id BIGINT NOT NULL REFERENCES account (id),
        id {uuid} NOT NULL PRIMARY KEY,
        carrier_sid TEXT NOT NULL,
        campaign_id {uuid},
        target_id BIGINT,
        buyer_id BIGINT,
        caller TEXT NOT NULL,
        caller_text TEXT NOT NULL,
        caller_state TEXT NOT NULL,
        dialed TEXT NOT NULL,
        state TEXT NOT NULL,
        outcome TEXT,
        attempts BIGINT NOT NULL,
        connected_s BIGINT NOT NULL,
        duration_s BIGINT,
        has_recording BOOLEAN NOT NULL,
        arrived_at BIGINT NOT NULL,
        ended_at BIGINT,
        next_check_at BIGINT,
        version BIGINT NOT NULL,
        session TEXT NOT NULL,
        tags TEXT NOT NULL,
        UNIQUE (account_id, id),
        CONSTRAINT call_carrier_sid UNIQUE (carrier_sid),
        FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id),
        FOREIGN KEY (account_id, target_id) REFERENCES target (account_id, id),
        FOREIGN KEY (account_id, buyer_id) REFERENCES buyer (account_id, id)
    )",
    "CREATE INDEX call_by_time ON call (account_id, arrived_at, id)",
    "CREATE INDEX call_by_campaign ON call (account_id, campaign_id, arrived_at, id)",
    "CREATE INDEX call_by_target ON call (account_id, target_id, arrived_at, id)",
    "CREATE INDEX call_by_state ON call (account_id, state)",
    "CREATE INDEX call_by_number ON call (account_id, dialed, arrived_at)",
    "CREATE INDEX call_by_check ON call (next_check_at) WHERE next_check_at IS NOT NULL",
    "CREATE TABLE call_event (
        account_id BIGINT NOT NULL,
        call_id {uuid} NOT NULL,
        seq BIGINT NOT NULL,
        at BIGINT NOT NULL,
        delivery TEXT,
        entries TEXT NOT NULL,
        reply TEXT,
        PRIMARY KEY (account_id, call_id, seq),
        CONSTRAINT call_event_delivery UNIQUE (account_id, call_id, delivery),
        FOREIGN KEY (account_id, call_id) REFERENCES call (account_id, id)
    )",
    "CREATE TABLE recording (
        account_id BIGINT NOT NULL,
        id {serial},
        call_id {uuid} NOT NULL,
        carrier_sid TEXT NOT NULL,
        url TEXT NOT NULL,
        duration_s BIGINT NOT NULL,
        channels BIGINT NOT NULL,
        voicemail BOOLEAN NOT NULL,
        created_at BIGINT NOT NULL,
        UNIQUE (account_id, id),
        CONSTRAINT recording_carrier_sid UNIQUE (account_id, carrier_sid),
        FOREIGN KEY (account_id, call_id) REFERENCES call (account_id, id)
    )",
    "CREATE INDEX recording_by_call ON recording (account_id, call_id)",
];
