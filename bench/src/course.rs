//! Courses: requests of which each follows from the answers before it, such as those of a whole call.
//! Every connection carries one course after another.

use crate::http::Connection;
use crate::load::{CONNECTIONS, Outcome, on_one_thread};
use anyhow::{Context, Result, bail};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// A run never takes longer than this, whatever the server does.
const LIMIT: Duration = Duration::from_secs(60);

/// What is told from its beginning to its end.
pub trait Course: Copy + Send + 'static {
    /// Carries one of somebody new.
    fn carry(self, line: &mut Line) -> impl Future<Output = Result<()>> + Send;
}

/// What a run of courses found.
#[derive(Debug, Clone)]
pub struct Carried {
    /// Courses carried as far as wanted.
    pub count: usize,
    /// Answers to all requests of these courses.
    pub events: Outcome,
}

impl Carried {
    /// Courses a second.
    pub fn rate(&self) -> f64 {
        self.count as f64 / self.events.seconds
    }
}

/// Carries at most `count` courses, or as many as begin within `time`.
pub fn carry<C: Course>(
    address: SocketAddr,
    count: usize,
    time: Duration,
    course: C,
) -> Result<Carried> {
    on_one_thread(async move {
        let taken = Arc::new(AtomicUsize::new(0));
        let mut lines = Vec::with_capacity(CONNECTIONS);
        for _ in 0..CONNECTIONS {
            lines.push(Line {
                host: address.to_string(),
                connection: Connection::open(address).await?,
                latencies: Vec::new(),
            });
        }
        let start = Instant::now();
        let mut workers = JoinSet::new();
        for mut line in lines {
            let taken = Arc::clone(&taken);
            workers.spawn(async move {
                let mut carried = 0;
                while start.elapsed() < time && taken.fetch_add(1, Ordering::Relaxed) < count {
                    course.carry(&mut line).await?;
                    carried += 1;
                }
                Ok::<_, anyhow::Error>((carried, line.latencies))
            });
        }
        let (mut courses, mut latencies) = (0, Vec::new());
        tokio::time::timeout(LIMIT, async {
            while let Some(part) = workers.join_next().await {
                let (carried, some) = part??;
                courses += carried;
                latencies.extend(some);
            }
            Ok::<(), anyhow::Error>(())
        })
        .await
        .context("not all was carried in time")??;
        Ok(Carried {
            count: courses,
            events: Outcome::new(start.elapsed(), latencies),
        })
    })
}

/// A connection that carries one course after another.
#[derive(Debug)]
pub struct Line {
    host: String,
    connection: Connection,
    /// Microseconds, as they came.
    latencies: Vec<u32>,
}

impl Line {
    /// The server, as a request names it.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Sends a request to this path; the answer's text.
    pub async fn send(&mut self, path: &str, request: &[u8]) -> Result<String> {
        let sent = Instant::now();
        let answer = self.connection.send(request).await?;
        self.latencies
            .push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
        if answer.status != 200 && answer.status != 204 {
            bail!("{path} answered {} with `{}`", answer.status, answer.body);
        }
        Ok(answer.body.to_owned())
    }
}
