//! The order of a run: everything that is compared is measured in turns, round by round, so that a
//! machine that slows down slows all of them; the middle round counts.

mod assign;
mod ping;

use crate::calls::{Call, Until};
use crate::course::{self, Carried, Course};
use crate::figures::{LiveCalls, Measured, Run, Times, WholeCalls};
use crate::floor::Floor;
use crate::form;
use crate::load::{self, Outcome, Pace, Wanted};
use crate::prepare::{self, Purpose};
use crate::server::Server;
use crate::{auction, decision};
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
    /// Rounds in which few and many targets are compared, and how long each takes.
    pub turns: usize,
    pub turn: Duration,
    pub calls: Duration,
    /// Of visitors who ask for numbers, in a round: as fast as it goes, at half of it, and of whole
    /// visits.
    pub assigns: Duration,
    /// Visits that are stored where many are.
    pub visits: u32,
    /// Decisions of each kind.
    pub decisions: u32,
    /// Auctions one after the other, and rounds of 200 at once; the same without an auction.
    pub auctions: u32,
    pub auction_rounds: u32,
}

impl Plan {
    /// As reported.
    pub const FULL: Self = Self {
        rounds: 3,
        warm_up: Duration::from_secs(2),
        floor: Duration::from_secs(3),
        max: Duration::from_secs(4),
        half: Duration::from_secs(6),
        turns: 9,
        turn: Duration::from_secs(3),
        calls: Duration::from_secs(8),
        assigns: Duration::from_secs(3),
        visits: 1_000_000,
        decisions: 4_000,
        auctions: 400,
        auction_rounds: 10,
    };
    /// To see that everything works; the figures mean little.
    pub const SHORT: Self = Self {
        rounds: 1,
        warm_up: Duration::from_millis(300),
        floor: Duration::from_secs(1),
        max: Duration::from_secs(1),
        half: Duration::from_secs(1),
        turns: 3,
        turn: Duration::from_secs(1),
        calls: Duration::from_secs(1),
        assigns: Duration::from_secs(1),
        visits: 20_000,
        decisions: 50,
        auctions: 20,
        auction_rounds: 1,
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
        say("auctions");
        let auctions = auction::measure(self.plan.auctions, self.plan.auction_rounds)?;
        say("decisions");
        Ok(Run {
            auctions,
            decisions: decision::measure(self.plan.decisions),
            ceiling: top,
            databases,
        })
    }

    /// Measures only what it costs to lend numbers, for work on that; says the figures.
    pub fn lending(&self) -> Result<()> {
        let ceiling = Server::ceiling(&self.scratch)?;
        let express = Server::express(&self.express, &self.postgres, &self.scratch)?;
        for (kind, simplest) in [(Kind::Sqlite, &ceiling), (Kind::Postgres, &express)] {
            let found = self.assigns(kind, simplest)?;
            let ratio = found.fresh.rate / found.simplest.rate;
            let full = found.full.rate / found.fresh.rate;
            say(&format!(
                "  {ratio:.3} of the simplest ({:.0}/s), {full:.2} with visits stored",
                found.simplest.rate
            ));
        }
        Ok(())
    }

    /// Measures only what it costs to bid to publishers, for work on that; says the figures.
    pub fn bidding(&self) -> Result<()> {
        let ceiling = Server::ceiling(&self.scratch)?;
        for kind in [Kind::Sqlite, Kind::Postgres] {
            self.pings(kind, &ceiling)?;
        }
        Ok(())
    }

    /// Measures only what live calls hold, for work on that; says the figures.
    pub fn memory(&self) -> Result<()> {
        for kind in [Kind::Sqlite, Kind::Postgres] {
            let found = self.live_calls(kind)?;
            say(&format!(
                "  {:.0} MB idle, {:.0} MB at most",
                found.idle, found.peak
            ));
        }
        Ok(())
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
        let express_times = match &express {
            Some(server) => {
                let fastest = middle(expresses, |times| times.rate)?;
                say(&format!(
                    "  Express {:.0} requests/s, p99 {:.1} ms",
                    fastest.rate, fastest.p99
                ));
                let half = self.steady(server, fastest.rate / 2.0, self.plan.half)?;
                Some((fastest, half))
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
        let rounds = (self.plan.rounds, self.plan.half);
        let (ceiling_half, voice_half) =
            self.in_turns(ceiling, &product, voice.rate / 2.0, rounds)?;
        say(&format!(
            "  at half load p99 {:.1} ms, ceiling {:.1} ms",
            voice_half.p99, ceiling_half.p99
        ));
        drop(product);
        // Both begin empty: the calls stored so far must not weigh on one of them.
        let few = self.must_product(kind, Purpose::Few)?;
        let many = self.must_product(kind, Purpose::Many)?;
        for server in [&few, &many] {
            self.warm_up(server)?;
        }
        let turns = (self.plan.turns, self.plan.turn);
        let (few, many) = self.in_turns(&few, &many, voice.rate / 2.0, turns)?;
        say(&format!(
            "  with {} targets p99 {:.1} ms, with eight {:.1} ms",
            prepare::TARGETS_MANY,
            many.p99,
            few.p99
        ));
        let calls = self.whole_calls(kind)?;
        let memory = self.live_calls(kind)?;
        let assigns = self.assigns(kind, express.as_ref().unwrap_or(ceiling))?;
        let (ceiling_pings, pings) = self.pings(kind, ceiling)?;
        Ok(Measured {
            key,
            title,
            version,
            floor,
            voice,
            ceiling_half,
            voice_half,
            few,
            many,
            calls,
            memory,
            express: express_times,
            assigns,
            ceiling_pings,
            pings,
        })
    }

    /// The product over a fresh database.
    fn product(&self, kind: Kind, purpose: Purpose) -> Result<Option<Server>> {
        let Some(binary) = &self.product else {
            return Ok(None);
        };
        let database = self.prepared(kind, purpose)?;
        Ok(Some(Server::product(
            binary,
            &database,
            &[],
            &self.scratch,
        )?))
    }

    /// A fresh database; its address.
    fn prepared(&self, kind: Kind, purpose: Purpose) -> Result<String> {
        match kind {
            Kind::Sqlite => prepare::sqlite(&self.scratch, purpose),
            Kind::Postgres => prepare::postgres(&self.postgres, purpose),
        }
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

    fn steady(&self, server: &Server, rate: f64, time: Duration) -> Result<Times> {
        let count = (rate * time.as_secs_f64()).ceil().max(1.0) as usize;
        let requests = form::arrivals(&server.address.to_string(), count);
        send(server, requests, Pace::Open(rate))
    }

    /// Two servers in turns, both at this rate: so many rounds of this length. What the disk does at a
    /// moment meets both, and the round in the middle counts. Each is the first in every other round:
    /// the second one meets what the first has left to the disk.
    fn in_turns(
        &self,
        one: &Server,
        other: &Server,
        rate: f64,
        (rounds, time): (usize, Duration),
    ) -> Result<(Times, Times)> {
        let (mut of_one, mut of_other) = (Vec::new(), Vec::new());
        for round in 0..rounds {
            let mut turns = [(one, &mut of_one), (other, &mut of_other)];
            if round % 2 == 1 {
                turns.reverse();
            }
            for (server, found) in turns {
                found.push(self.steady(server, rate, time)?);
            }
        }
        Ok((
            middle(of_one, |times| times.p99)?,
            middle(of_other, |times| times.p99)?,
        ))
    }

    fn whole_calls(&self, kind: Kind) -> Result<WholeCalls> {
        let server = self.must_product(kind, Purpose::Calls)?;
        let whole = Call(Until::Ended);
        carry(&server, usize::MAX, self.plan.warm_up, whole)?;
        let carried = carry(&server, usize::MAX, self.plan.calls, whole)?;
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
        let carried = carry(&server, LIVE, limit, Call(Until::Talking))?;
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
    let outcome = sent(server, requests, pace, Wanted::Always("<Response>"))?;
    Ok(times(&outcome))
}

fn sent(server: &Server, requests: Vec<Vec<u8>>, pace: Pace, wanted: Wanted) -> Result<Outcome> {
    load::run(server.address, requests, pace, wanted)
        .with_context(|| format!("a run failed; the server's log:\n{}", server.log_end()))
}

fn carry<C: Course>(server: &Server, count: usize, time: Duration, course: C) -> Result<Carried> {
    course::carry(server.address, count, time, course).with_context(|| {
        format!(
            "not all was carried; the server's log:\n{}",
            server.log_end()
        )
    })
}

fn times(outcome: &Outcome) -> Times {
    Times {
        rate: outcome.rate(),
        p50: outcome.percentile(0.5),
        p99: outcome.percentile(0.99),
    }
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
