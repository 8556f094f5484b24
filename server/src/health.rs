//! How the server is: `/healthz`, `/readyz`, `/metrics`.

use crate::client;
use crate::state::AppState;
use crate::telemetry;
use axum::Json;
use axum::extract::State;
use axum::http::{Extensions, HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use secrecy::ExposeSecret as _;
use serde_json::json;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;
use store::Db;
use subtle::ConstantTimeEq as _;

/// How long the database may take to say that it is there.
const PING_MAX: Duration = Duration::from_secs(2);

/// What readiness is judged by.
#[derive(Debug)]
pub struct Health {
    db: Db,
    migrated: AtomicBool,
    /// When the jobs last ended a round, in seconds; negative where this process runs none.
    jobs_at: AtomicI64,
    /// How old that may be, in seconds.
    jobs_age_max: i64,
}

impl Health {
    /// Of a server over this database; `every` is the time between two rounds of its jobs.
    #[must_use]
    pub fn new(db: Db, every: Duration) -> Self {
        let age = i64::try_from(every.as_secs())
            .unwrap_or(i64::MAX / 4)
            .saturating_mul(3)
            .saturating_add(30);
        Self {
            db,
            migrated: AtomicBool::new(false),
            jobs_at: AtomicI64::new(-1),
            jobs_age_max: age,
        }
    }

    /// The schema is the newest.
    pub fn migrated(&self) {
        self.migrated.store(true, Ordering::Relaxed);
    }

    /// The jobs ended a round, or are about to begin their first.
    pub fn jobs_ran(&self, now_s: i64) {
        self.jobs_at.store(now_s, Ordering::Relaxed);
    }

    fn jobs(&self, now_s: i64) -> &'static str {
        match self.jobs_at.load(Ordering::Relaxed) {
            ..0 => "elsewhere",
            at if now_s - at <= self.jobs_age_max => "ok",
            _ => "stuck",
        }
    }
}

/// The process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// The server can do its work: database, schema and jobs.
pub async fn ready(State(state): State<AppState>) -> Response {
    let health = &state.health;
    let database = match tokio::time::timeout(PING_MAX, health.db.ping()).await {
        Ok(Ok(())) => "ok",
        Ok(Err(_)) => "down",
        Err(_) => "slow",
    };
    let migrations = if health.migrated.load(Ordering::Relaxed) {
        "ok"
    } else {
        "pending"
    };
    let jobs = health.jobs(state.services.clock.now().secs());
    let stopping = state.stopping.is_cancelled();
    let good = database == "ok" && migrations == "ok" && jobs != "stuck" && !stopping;
    let status = if good {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(json!({ "ready": good, "database": database, "migrations": migrations, "jobs": jobs, "stopping": stopping }))).into_response()
}

/// Measurements, for this machine or whoever has the token.
pub async fn measurements(
    State(state): State<AppState>,
    extensions: Extensions,
    headers: HeaderMap,
) -> Response {
    let token = state.metrics_token.expose_secret();
    let told = headers
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "));
    let known = !token.is_empty()
        && told.is_some_and(|told| told.as_bytes().ct_eq(token.as_bytes()).into());
    if !known && !client::is_local(&extensions, &headers) {
        return StatusCode::NOT_FOUND.into_response();
    }
    match telemetry::measurements() {
        Some(handle) => (
            [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
            handle.render(),
        )
            .into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
