//! The order of a run: everything that is compared is measured in turns, round by round, so that a
//! machine that slows down slows all of them; the middle round counts.

use crate::calls::{self, Until};
use crate::figures::{LiveCalls, Measured, Run, Times, WholeCalls};
use crate::floor::Floor;
use crate::form;
use crate::load::{self, Pace};
use crate::prepare::{self, Purpose};
use crate::server::Server;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Calls that are live when memory is read.
const LIVE: usize = 1_000;
/// More requests than any server here answers in one round.
const REQUESTS_MAX: usize = 60_000;
/// What the carrier's own pace leaves for things to settle before memory is read.
const SETTLE: Duration = Duration::from_secs(2);

/// How long everything takes.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub rounds: usize,
    pub warm_up: Duration,
    pub floor: Duration,
    pub max: Duration,
    pub half: Duration,
    pub calls: Duration,
}

impl Plan {
    /// As reported.
    pub const FULL: Self = Self {
        rounds: 3,
        warm_up: Duration::from_secs(2),
        floor: Duration::from_secs(3),
        max: Duration::from_secs(4),
        half: Duration::from_secs(6),
        calls: Duration::from_secs(8),
    };
    /// To see that everything works; the figures mean little.
    pub const SHORT: Self = Self {
        rounds: 1,
        warm_up: Duration::from_millis(300),
        floor: Duration::from_secs(1),
        max: Duration::from_secs(1),
        half: Duration::from_secs(1),
        calls: Duration::from_secs(1),
    };
}

/// What a run needs.
#[derive(Debug)]
pub struct World {
    pub plan: Plan,
    /// The product's program; none measures only what it is compared with.
    pub product: Option<PathBuf>,
    pub express: PathBuf,
    pub postgres: String,
    /// Databases and logs; gone after the run.
    pub scratch: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgres,
}

impl World {
    /// Measures everything.
    pub fn run(&self) -> Result<Run> {
        let ceiling = Server::ceiling(&self.scratch)?;
        self.warm_up(&ceiling)?;
        say("ceiling");
        let mut highest = Vec::new();
        for _ in 0..self.plan.rounds {
            highest.push(self.fastest(&ceiling)?);
        }
        let top = middle(highest, |times| times.rate)?;
        say(&format!(
            "  {:.0} requests/s, p99 {:.2} ms",
            top.rate, top.p99
        ));
        let mut databases = Vec::new();
        for kind in [Kind::Sqlite, Kind::Postgres] {
            databases.push(self.database(kind, &ceiling)?);
        }
        Ok(Run {
            ceiling: top,
            databases,
        })
    }

    fn database(&self, kind: Kind, ceiling: &Server) -> Result<Measured> {
        let (key, title) = match kind {
            Kind::Sqlite => ("sqlite", "SQLite"),
            Kind::Postgres => ("postgres", "PostgreSQL"),
        };
        say(title);
        let mut floor = match kind {
            Kind::Sqlite => Floor::sqlite(&self.scratch.join("floor.db"))?,
            Kind::Postgres => Floor::postgres(&self.postgres)?,
        };
        let version = floor.version()?;
        floor.measure(self.plan.warm_up)?;
        let express = match kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(Server::express(
                &self.express,
                &self.postgres,
                &self.scratch,
            )?),
        };
        let product = self.product(kind, Purpose::Voice)?;
        for server in express.iter().chain(&product) {
            self.warm_up(server)?;
        }

        let (mut floors, mut voices, mut expresses) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.plan.rounds {
            floors.push(floor.measure(self.plan.floor)?);
            for (server, found) in [(&product, &mut voices), (&express, &mut expresses)] {
                if let Some(server) = server {
                    found.push(self.fastest(server)?);
                }
            }
        }
        floor.close()?;
        let floor = middle(floors, |rate| *rate)?;
        say(&format!("  {floor:.0} plain commits/s"));
        let express = match &express {
            Some(server) => {
                let fastest = middle(expresses, |times| times.rate)?;
                say(&format!(
                    "  Express {:.0} requests/s, p99 {:.1} ms",
                    fastest.rate, fastest.p99
                ));
                Some((fastest, self.steady(server, fastest.rate / 2.0)?))
            }
            None => None,
        };
        let Some(product) = product else {
            bail!("nothing more to measure without CALLCENTER_BIN (the callcenter program)");
        };
        let voice = middle(voices, |times| times.rate)?;
        say(&format!(
            "  {:.0} calls started/s, p99 {:.1} ms, {:.2} of the plain commits",
            voice.rate,
            voice.p99,
            voice.rate / floor
        ));
        let (ceiling_half, voice_half) = self.half_load(ceiling, &product, voice.rate / 2.0)?;
        say(&format!(
            "  at half load p99 {:.1} ms, ceiling {:.1} ms",
            voice_half.p99, ceiling_half.p99
        ));
        drop(product);
        let calls = self.whole_calls(kind)?;
        let memory = self.live_calls(kind)?;
        Ok(Measured {
            key,
            title,
            version,
            floor,
            voice,
            ceiling_half,
            voice_half,
            calls,
            memory,
            express,
        })
    }

    /// The product over a fresh database.
    fn product(&self, kind: Kind, purpose: Purpose) -> Result<Option<Server>> {
        let Some(binary) = &self.product else {
            return Ok(None);
        };
        let database = match kind {
            Kind::Sqlite => prepare::sqlite(&self.scratch, purpose)?,
            Kind::Postgres => prepare::postgres(&self.postgres, purpose)?,
        };
        Ok(Some(Server::product(binary, &database, &self.scratch)?))
    }

    fn must_product(&self, kind: Kind, purpose: Purpose) -> Result<Server> {
        self.product(kind, purpose)?
            .context("no program to measure")
    }

    fn warm_up(&self, server: &Server) -> Result<()> {
        self.closed(server, self.plan.warm_up).map(|_| ())
    }

    fn fastest(&self, server: &Server) -> Result<Times> {
        self.closed(server, self.plan.max)
    }

    fn closed(&self, server: &Server, time: Duration) -> Result<Times> {
        let requests = form::arrivals(&server.address.to_string(), REQUESTS_MAX);
        send(server, requests, Pace::Closed(time))
    }

    fn steady(&self, server: &Server, rate: f64) -> Result<Times> {
        let count = (rate * self.plan.half.as_secs_f64()).ceil().max(1.0) as usize;
        let requests = form::arrivals(&server.address.to_string(), count);
        send(server, requests, Pace::Open(rate))
    }

    /// The ceiling and our webhook in turns, both at this rate.
    fn half_load(&self, ceiling: &Server, product: &Server, rate: f64) -> Result<(Times, Times)> {
        let (mut below, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..self.plan.rounds {
            below.push(self.steady(ceiling, rate)?);
            ours.push(self.steady(product, rate)?);
        }
        Ok((
            middle(below, |times| times.p99)?,
            middle(ours, |times| times.p99)?,
        ))
    }

    fn whole_calls(&self, kind: Kind) -> Result<WholeCalls> {
        let server = self.must_product(kind, Purpose::Calls)?;
        let carry = |time| {
            calls::carry(server.address, usize::MAX, time, Until::Ended).with_context(|| {
                format!(
                    "a call was not carried; the server's log:\n{}",
                    server.log_end()
                )
            })
        };
        carry(self.plan.warm_up)?;
        let carried = carry(self.plan.calls)?;
        let found = WholeCalls {
            calls_per_s: carried.rate(),
            events_per_s: carried.events.rate(),
            events_per_call: carried.events.count() as f64 / carried.count as f64,
            p99: carried.events.percentile(0.99),
        };
        say(&format!(
            "  {:.0} calls completed/s, {:.0} events/s",
            found.calls_per_s, found.events_per_s
        ));
        Ok(found)
    }

    fn live_calls(&self, kind: Kind) -> Result<LiveCalls> {
        let server = self.must_product(kind, Purpose::Memory)?;
        let idle = server.memory()?.resident;
        let limit = Duration::from_secs(60);
        let carried =
            calls::carry(server.address, LIVE, limit, Until::Talking).with_context(|| {
                format!(
                    "a call was not carried; the server's log:\n{}",
                    server.log_end()
                )
            })?;
        std::thread::sleep(SETTLE);
        let memory = server.memory()?;
        say(&format!(
            "  {:.0} MB with {} live calls",
            memory.resident, carried.count
        ));
        Ok(LiveCalls {
            count: carried.count,
            idle,
            live: memory.resident,
            peak: memory.peak,
        })
    }
}

fn send(server: &Server, requests: Vec<Vec<u8>>, pace: Pace) -> Result<Times> {
    let outcome = load::run(server.address, requests, pace)
        .with_context(|| format!("a run failed; the server's log:\n{}", server.log_end()))?;
    Ok(Times {
        rate: outcome.rate(),
        p50: outcome.percentile(0.5),
        p99: outcome.percentile(0.99),
    })
}

/// The one in the middle by a measure.
fn middle<T>(mut all: Vec<T>, by: impl Fn(&T) -> f64) -> Result<T> {
    all.sort_by(|a, b| by(a).total_cmp(&by(b)));
    let at = all.len() / 2;
    all.into_iter().nth(at).context("no round was run")
}

fn say(text: &str) {
    eprintln!("[bench] {text}");
}

/// A folder of this run that goes with the value.
#[derive(Debug)]
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// In the temporary folder, as the PostgreSQL that `xtask with-postgres` starts: both databases
    /// wait for the same disk.
    pub fn new() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("callcenter-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self(folder))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A leftover in the temporary folder harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_round_counts() {
        assert!((middle(vec![3.0, 1.0, 2.0], |v| *v).unwrap() - 2.0).abs() < 1e-9);
        assert!(middle(Vec::<f64>::new(), |v| *v).is_err());
    }
}
