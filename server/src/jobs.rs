//! Work that nobody waits for: calls the carrier went silent about, sessions that ended.

use crate::health::Health;
use crate::public::pulse::Pulse;
use service::Services;
use std::sync::Arc;
use std::time::Duration;
use store::{Db, DbSessionStore};
use tokio_util::sync::CancellationToken;

/// Rounds between two sweeps of ended sessions.
const SESSIONS_EACH: u64 = 240;

/// What the jobs work with.
#[derive(Clone)]
pub struct Jobs {
    pub services: Services,
    pub db: Db,
    pub health: Arc<Health>,
    pub pulse: Pulse,
    pub every: Duration,
}

/// Sweeps until the server stops. A round is never cut off in the middle.
pub async fn run(jobs: Jobs, stopping: CancellationToken) {
    jobs.health.jobs_ran(jobs.services.clock.now().secs());
    let mut rounds = 0_u64;
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(jobs.every) => {}
        }
        sweep_calls(&jobs).await;
        if rounds.is_multiple_of(SESSIONS_EACH) {
            sweep_sessions(&jobs).await;
        }
        rounds += 1;
        jobs.health.jobs_ran(jobs.services.clock.now().secs());
    }
}

async fn sweep_calls(jobs: &Jobs) {
    match jobs.services.engine.sweep(jobs.services.clock.now()).await {
        Ok(report) => {
            if report.closed + report.failed > 0 {
                tracing::info!(
                    looked_at = report.looked_at,
                    closed = report.closed,
                    failed = report.failed,
                    "swept calls"
                );
                jobs.pulse.beat();
            }
            metrics::counter!("sweep_closed_total").increment(u64::from(report.closed));
            metrics::counter!("sweep_failed_total").increment(u64::from(report.failed));
        }
        Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "a sweep failed"),
    }
}

async fn sweep_sessions(jobs: &Jobs) {
    if let Err(error) = jobs.services.users.sweep(jobs.services.clock.now()).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "old failed sign-ins could not be forgotten"
        );
    }
    let Ok(now) = time::OffsetDateTime::from_unix_timestamp(jobs.services.clock.now().secs())
    else {
        return;
    };
    match DbSessionStore::new(jobs.db.clone()).sweep(now).await {
        Ok(0) => {}
        Ok(ended) => tracing::info!(ended, "removed ended sessions"),
        Err(error) => tracing::error!(
            error = &error as &dyn std::error::Error,
            "ended sessions could not be removed"
        ),
    }
}
