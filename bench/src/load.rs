//! The load generator, the same for everything measured.
//!
//! Closed loop: each connection asks again as soon as it was answered; this finds the most that a
//! server does. Open loop: requests become due at a fixed rate whether or not earlier ones were
//! answered, and the time of an answer counts from the moment its request was due, so that a stall
//! is charged to every request it held up (no coordinated omission).

use crate::http::Connection;
use anyhow::{Context, Result, anyhow, bail};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Connections, each with one request under way.
pub const CONNECTIONS: usize = 32;
/// Beyond its planned time a run waits this long for answers, then it has failed.
const GRACE: Duration = Duration::from_secs(20);

/// When requests are sent.
#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// As fast as answers come, for a time or until all requests are used.
    Closed(Duration),
    /// All requests, so many a second.
    Open(f64),
}

/// What a run found.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub seconds: f64,
    /// Microseconds, in order.
    latencies: Vec<u32>,
}

impl Outcome {
    /// From times in any order.
    pub fn new(elapsed: Duration, mut latencies: Vec<u32>) -> Self {
        latencies.sort_unstable();
        Self {
            seconds: elapsed.as_secs_f64(),
            latencies,
        }
    }

    /// Answers.
    pub fn count(&self) -> usize {
        self.latencies.len()
    }

    /// Answers a second.
    pub fn rate(&self) -> f64 {
        self.count() as f64 / self.seconds
    }

    /// The time, in milliseconds, within which this part of the answers came.
    pub fn percentile(&self, part: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let index = ((self.latencies.len() as f64 * part).ceil() as usize).saturating_sub(1);
        self.latencies
            .get(index.min(last))
            .map_or(0.0, |micros| f64::from(*micros) / 1e3)
    }
}

/// Runs work of the generator on one thread of its own.
pub fn on_one_thread<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

/// Sends requests; every answer must be a 200 that holds `<Response>`.
pub fn run(address: SocketAddr, requests: Vec<Vec<u8>>, pace: Pace) -> Result<Outcome> {
    let limit = match pace {
        Pace::Closed(time) => time,
        Pace::Open(rate) => Duration::from_secs_f64(requests.len() as f64 / rate),
    };
    on_one_thread(async move {
        let shared = Shared::new(requests, pace);
        let mut connections = Vec::with_capacity(CONNECTIONS);
        for _ in 0..CONNECTIONS {
            connections.push(Connection::open(address).await?);
        }
        let start = Instant::now();
        let pacer = shared.start_pacer(start);
        let mut workers = JoinSet::new();
        for connection in connections {
            workers.spawn(work(connection, Arc::clone(&shared), start));
        }
        let mut latencies = Vec::new();
        let answered = tokio::time::timeout(limit + GRACE, async {
            while let Some(part) = workers.join_next().await {
                latencies.extend(part??);
            }
            Ok::<(), anyhow::Error>(())
        })
        .await;
        let elapsed = start.elapsed();
        // Whatever happened, the pacer ends with its schedule, and nobody waits for its permits.
        if let (Ok(Ok(())), Some(pacer)) = (&answered, pacer) {
            pacer.join().map_err(|_| anyhow!("the pacer died"))?;
        }
        answered.context("the server did not answer all requests in time")??;
        if latencies.is_empty() {
            bail!("no answer at all");
        }
        Ok(Outcome::new(elapsed, latencies))
    })
}

struct Shared {
    requests: Vec<Vec<u8>>,
    pace: Pace,
    next: AtomicUsize,
    /// Requests that are due and not yet taken (open loop).
    due: Semaphore,
}

impl Shared {
    fn new(requests: Vec<Vec<u8>>, pace: Pace) -> Arc<Self> {
        Arc::new(Self {
            requests,
            pace,
            next: AtomicUsize::new(0),
            due: Semaphore::new(0),
        })
    }

    /// A thread that makes requests due: tokio's timers are a millisecond coarse, a sleeping
    /// thread is not.
    fn start_pacer(self: &Arc<Self>, start: Instant) -> Option<std::thread::JoinHandle<()>> {
        let Pace::Open(rate) = self.pace else {
            return None;
        };
        let shared = Arc::clone(self);
        Some(std::thread::spawn(move || {
            for index in 0..shared.requests.len() {
                let wait = due(start, index, rate).saturating_duration_since(Instant::now());
                if !wait.is_zero() {
                    std::thread::sleep(wait);
                }
                shared.due.add_permits(1);
            }
            // Workers that wait for more learn that there is none.
            shared.due.add_permits(CONNECTIONS);
        }))
    }
}

fn due(start: Instant, index: usize, rate: f64) -> Instant {
    start + Duration::from_secs_f64(index as f64 / rate)
}

async fn work(mut connection: Connection, shared: Arc<Shared>, start: Instant) -> Result<Vec<u32>> {
    let mut latencies = Vec::new();
    loop {
        if let Pace::Open(_) = shared.pace {
            shared.due.acquire().await?.forget();
        }
        let index = shared.next.fetch_add(1, Ordering::Relaxed);
        let Some(request) = shared.requests.get(index) else {
            break;
        };
        let from = match shared.pace {
            Pace::Closed(time) if start.elapsed() >= time => break,
            Pace::Closed(_) => Instant::now(),
            Pace::Open(rate) => due(start, index, rate),
        };
        let answer = connection.send(request).await?;
        if answer.status != 200 || !answer.body.contains("<Response>") {
            bail!(
                "answered {} with `{}`",
                answer.status,
                answer.body.chars().take(200).collect::<String>()
            );
        }
        latencies.push(u32::try_from(from.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    Ok(latencies)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let outcome = Outcome::new(Duration::from_secs(2), (1..=200).rev().collect());
        assert!((outcome.rate() - 100.0).abs() < 1e-9);
        assert!((outcome.percentile(0.5) - 0.1).abs() < 1e-9);
        assert!((outcome.percentile(0.99) - 0.198).abs() < 1e-9);
        assert!((outcome.percentile(1.0) - 0.2).abs() < 1e-9);
        assert!(Outcome::default().percentile(0.99).abs() < 1e-9);
    }

    #[test]
    fn a_stall_is_charged_to_the_requests_it_held_up() {
        let start = Instant::now();
        assert_eq!(due(start, 0, 100.0), start);
        assert_eq!(due(start, 50, 100.0) - start, Duration::from_millis(500));
    }
}
