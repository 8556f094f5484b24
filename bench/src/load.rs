//! The load generator, the same for everything measured.
//!
//! Closed loop: each connection asks again as soon as it was answered; this finds the most that a
//! server does. Open loop: requests become due at a fixed rate whether or not earlier ones were
//! answered, and the time of an answer counts from the moment its request was due, so that a stall
//! is charged to every request it held up (no coordinated omission).

use crate::http::{Answer, Connection};
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

/// What tells that an answer is as it should be.
#[derive(Debug, Clone, Copy)]
pub enum Wanted {
    /// Every answer holds this text: one without it ends the run.
    Always(&'static str),
    /// An answer without this text is counted as a miss.
    Mostly(&'static str),
}

impl Wanted {
    /// Whether an answer is as it should be; what must not be at all is an error.
    fn judge(self, answer: &Answer<'_>) -> Result<bool> {
        let (text, may_miss) = match self {
            Self::Always(text) => (text, false),
            Self::Mostly(text) => (text, true),
        };
        let good = answer.status == 200 && answer.body.contains(text);
        if good || (may_miss && answer.status == 200) {
            return Ok(good);
        }
        bail!(
            "answered {} with `{}`",
            answer.status,
            answer.body.chars().take(200).collect::<String>()
        );
    }
}

/// What a run found.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub seconds: f64,
    /// Answers without what was asked for.
    missed: usize,
    /// Microseconds, in order.
    latencies: Vec<u32>,
}

impl Outcome {
    /// From times in any order.
    pub fn new(elapsed: Duration, mut latencies: Vec<u32>) -> Self {
        latencies.sort_unstable();
        Self {
            seconds: elapsed.as_secs_f64(),
            missed: 0,
            latencies,
        }
    }

    /// This run and one after it, as one.
    pub fn then(mut self, next: Self) -> Self {
        self.seconds += next.seconds;
        self.missed += next.missed;
        self.latencies.extend(next.latencies);
        self.latencies.sort_unstable();
        self
    }

    /// Answers.
    pub fn count(&self) -> usize {
        self.latencies.len()
    }

    /// Answers a second.
    pub fn rate(&self) -> f64 {
        self.count() as f64 / self.seconds
    }

    /// The part of the answers that held what was asked for.
    pub fn share(&self) -> f64 {
        1.0 - self.missed as f64 / self.count().max(1) as f64
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

/// Sends requests; every answer must be a 200, and as it is wanted.
pub fn run(
    address: SocketAddr,
    requests: Vec<Vec<u8>>,
    pace: Pace,
    wanted: Wanted,
) -> Result<Outcome> {
    let limit = match pace {
        Pace::Closed(time) => time,
        Pace::Open(rate) => Duration::from_secs_f64(requests.len() as f64 / rate),
    };
    on_one_thread(async move {
        let shared = Shared::new(requests, pace, wanted);
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
        let (mut latencies, mut missed) = (Vec::new(), 0);
        let answered = tokio::time::timeout(limit + GRACE, async {
            while let Some(part) = workers.join_next().await {
                let part = part??;
                latencies.extend(part.latencies);
                missed += part.missed;
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
        Ok(Outcome {
            missed,
            ..Outcome::new(elapsed, latencies)
        })
    })
}

struct Shared {
    requests: Vec<Vec<u8>>,
    pace: Pace,
    wanted: Wanted,
    next: AtomicUsize,
    /// Requests that are due and not yet taken (open loop).
    due: Semaphore,
}

impl Shared {
    fn new(requests: Vec<Vec<u8>>, pace: Pace, wanted: Wanted) -> Arc<Self> {
        Arc::new(Self {
            requests,
            pace,
            wanted,
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

/// What one connection found.
#[derive(Default)]
struct Part {
    /// Microseconds, as they came.
    latencies: Vec<u32>,
    missed: usize,
}

async fn work(mut connection: Connection, shared: Arc<Shared>, start: Instant) -> Result<Part> {
    let mut found = Part::default();
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
        let good = shared.wanted.judge(&answer)?;
        found
            .latencies
            .push(u32::try_from(from.elapsed().as_micros()).unwrap_or(u32::MAX));
        found.missed += usize::from(!good);
    }
    Ok(found)
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
    fn runs_after_each_other_are_one() {
        let part = |seconds, latencies: Vec<u32>, missed| Outcome {
            missed,
            ..Outcome::new(Duration::from_secs(seconds), latencies)
        };
        let both = part(1, vec![4_000, 1_000], 1).then(part(2, vec![3_000, 2_000], 0));
        assert_eq!(both.count(), 4);
        assert!((both.seconds - 3.0).abs() < 1e-9);
        assert!((both.percentile(0.5) - 2.0).abs() < 1e-9);
        assert!((both.share() - 0.75).abs() < 1e-9);
        assert!((Outcome::default().share() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn an_answer_that_misses_what_was_asked_for_is_counted_or_ends_the_run() {
        let answer = |status, body| Answer { status, body };
        let mostly = Wanted::Mostly("+1");
        assert!(mostly.judge(&answer(200, "a +1 b")).unwrap());
        assert!(!mostly.judge(&answer(200, "none")).unwrap());
        assert!(mostly.judge(&answer(503, "+1")).is_err());
        assert!(Wanted::Always("+1").judge(&answer(200, "none")).is_err());
    }

    #[test]
    fn a_stall_is_charged_to_the_requests_it_held_up() {
        let start = Instant::now();
        assert_eq!(due(start, 0, 100.0), start);
        assert_eq!(due(start, 50, 100.0) - start, Duration::from_millis(500));
    }
}
