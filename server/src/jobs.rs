//! Work that nobody waits for: calls the carrier went silent about, recordings that got too old,
//! sessions that ended.

use crate::health::Health;
use crate::public::pulse::Pulse;
use service::Services;
use std::sync::Arc;
use std::time::Duration;
use store::{Db, DbSessionStore};
use tokio_util::sync::CancellationToken;

/// Rounds between two sweeps of ended sessions.
const SESSIONS_EACH: u64 = 240;

/// Rounds between two sweeps of recordings; they are kept for days.
const RECORDINGS_EACH: u64 = 6;

/// Rounds between two comparisons of numbers with the carrier's; each account is due once an hour.
const NUMBERS_EACH: u64 = 20;

/// How often what bids hold is looked at: each has seconds of its own.
const BIDS_EVERY: Duration = Duration::from_secs(1);

/// How long nobody looks after open orders, where none was placed at this server.
const ORDERS_EVERY: Duration = Duration::from_secs(1);

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
        if rounds.is_multiple_of(RECORDINGS_EACH) {
            sweep_recordings(&jobs).await;
        }
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

async fn sweep_recordings(jobs: &Jobs) {
    match jobs
        .services
        .recordings
        .sweep(jobs.services.clock.now())
        .await
    {
        Ok(report) => {
            if report.withdrawn + report.deleted + report.failed > 0 {
                tracing::info!(
                    withdrawn = report.withdrawn,
                    deleted = report.deleted,
                    failed = report.failed,
                    "swept recordings"
                );
            }
            metrics::counter!("recordings_deleted_total").increment(u64::from(report.deleted));
            metrics::counter!("recordings_delete_failed_total").increment(u64::from(report.failed));
        }
        Err(error) => tracing::error!(
            error = &error as &dyn std::error::Error,
            "recordings could not be swept"
        ),
    }
}

async fn sweep_sessions(jobs: &Jobs) {
    if let Err(error) = jobs.services.users.sweep(jobs.services.clock.now()).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "old failed sign-ins could not be forgotten"
        );
    }
    let services = &jobs.services;
    if let Err(error) = services.idempotency.sweep(services.clock.now()).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "answers a day old could not be forgotten"
        );
    }
    if let Err(error) = services.enrichments.forget(services.clock.now()).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "what was sent of callers two days ago could not be forgotten"
        );
    }
    if let Err(error) = services.rtb_bids.forget(services.clock.now()).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "bids of months ago could not be forgotten"
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

/// Gives back what is held for calls that publishers were bid for and that did not come, until the server
/// stops.
pub async fn release_bids(services: Services, stopping: CancellationToken) {
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(BIDS_EVERY) => {}
        }
        match services
            .rtb_bids
            .release_expired(services.clock.now())
            .await
        {
            Ok(0) => {}
            Ok(released) => {
                metrics::counter!("rtb_bids_released_total")
                    .increment(u64::try_from(released).unwrap_or(u64::MAX));
            }
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "what bids hold could not be given back"
            ),
        }
    }
}

/// Looks after numbers until the server stops: pools that grow, and whether the carrier has all numbers as
/// we want them. Apart from the sweeps: the carrier may be slow, and calls do not wait for that.
pub async fn look_after_numbers(jobs: Jobs, stopping: CancellationToken) {
    let mut rounds = 0_u64;
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(jobs.every) => {}
        }
        grow_pools(&jobs).await;
        if rounds.is_multiple_of(NUMBERS_EACH) {
            compare_numbers(&jobs).await;
        }
        rounds += 1;
    }
}

async fn grow_pools(jobs: &Jobs) {
    match jobs
        .services
        .pools
        .grow_due(jobs.services.clock.now())
        .await
    {
        Ok(0) => {}
        Ok(ordered) => {
            metrics::counter!("pool_numbers_ordered_total").increment(u64::from(ordered));
            jobs.pulse.beat();
        }
        Err(error) => tracing::error!(
            error = &error as &dyn std::error::Error,
            "pools could not be looked at"
        ),
    }
}

async fn compare_numbers(jobs: &Jobs) {
    let now = jobs.services.clock.now();
    match jobs.services.carrier_numbers.compare_due(now).await {
        Ok(0) => {}
        Ok(accounts) => tracing::debug!(accounts, "compared numbers with the carrier's"),
        Err(error) => tracing::error!(
            error = &error as &dyn std::error::Error,
            "numbers could not be compared with the carrier's"
        ),
    }
}

/// Carries out orders for numbers until the server stops: at once where one was placed here, and
/// others as they go on.
pub async fn carry_out_orders(services: Services, pulse: Pulse, stopping: CancellationToken) {
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            () = services.number_orders.placed() => {}
            () = tokio::time::sleep(ORDERS_EVERY) => {}
        }
        match services.number_orders.work().await {
            Ok(0) => {}
            Ok(steps) => {
                metrics::counter!("number_order_steps_total").increment(u64::from(steps));
                pulse.beat();
            }
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "orders for numbers could not be looked at"
            ),
        }
    }
}
