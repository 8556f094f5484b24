//! What it costs to lend numbers to visitors.
//!
//! What counts is the time in which visitors ask, and in it nothing is done but asking: their numbers
//! come back between the bursts, by the database's own hand (`pool.rs`), ours as those of Express.
//! Through our own `leave` they would come back at the price of a transaction for each, which Express
//! does not pay, and which a page that just goes quiet does not cause. Whole visits, with all that
//! they cost, are measured by themselves.

use super::{Kind, World, carry, middle, say, sent, times};
use crate::figures::{Assigns, HalfLoad, Times, WholeVisits};
use crate::load::{Outcome, Pace, Wanted};
use crate::pool::{BURST, Pool};
use crate::prepare::Purpose;
use crate::server::Server;
use crate::visits::{ASKS, Visit};
use crate::{log, stored, visitor};
use anyhow::{Context, Result, bail};
use std::time::Duration;

/// All visitors come from one address; the usual limit for each would be what is measured.
const SETTINGS: &[(&str, &str)] = &[("CALLCENTER__DNI__VISITORS_PER_MINUTE", "1000000000")];
/// The part of the visitors that must get a number. A run in which more get none is not valid: to
/// refuse costs less.
const SHARE_MIN: f64 = 0.99;
/// How long one visitor may take.
const ONE: Duration = Duration::from_secs(5);

impl World {
    /// Lending without visits stored and with many, and beside it the simplest that could do it, by
    /// turns.
    pub(super) fn assigns(&self, kind: Kind, simplest: &Server) -> Result<Assigns> {
        let database = self.prepared(kind, Purpose::Visitors)?;
        let server = self.lender(&database)?;
        let full_database = self.prepared(kind, Purpose::Stored)?;
        let full_server = self.lender_with_visits(&full_database)?;
        let simplest_pool = match kind {
            Kind::Sqlite => Pool::Endless,
            Kind::Postgres => Pool::express(&self.postgres)?,
        };
        let mut simplest = Site::new(simplest, simplest_pool);
        let mut fresh = Site::new(&server, Pool::ours(&database)?);
        let mut full = Site::new(&full_server, Pool::ours(&full_database)?);

        for site in [&mut simplest, &mut fresh, &mut full] {
            site.as_fast_as_it_goes(self.plan.warm_up)?;
        }
        for _ in 0..self.plan.rounds {
            for site in [&mut simplest, &mut fresh, &mut full] {
                site.round(self.plan.assigns)?;
            }
        }
        let fastest = fresh.middle_round()?;
        say(&format!("  {:.0} assigns/s", fastest.rate));
        let (fresh_half, full_half) = self.half_loads(&mut fresh, &mut full, fastest.rate / 2.0)?;
        say(&format!(
            "  at half load p99 {:.1} ms, inside the server less than {:.0} ms",
            fresh_half.times.p99, fresh_half.inside_p99
        ));
        Ok(Assigns {
            simplest: simplest.middle_round()?,
            fresh: fastest,
            full: full.middle_round()?,
            fresh_half,
            full_half,
            stored: self.plan.visits,
            share: fresh.share.min(full.share),
            whole: self.whole_visits(&mut fresh)?,
        })
    }

    fn lender(&self, database: &str) -> Result<Server> {
        let binary = self.product.as_ref().context("no program to measure")?;
        Server::product(binary, database, SETTINGS, &self.scratch)
    }

    /// The same when a month of visits is stored.
    fn lender_with_visits(&self, database: &str) -> Result<Server> {
        let server = self.lender(database)?;
        // The one that all others are copies of.
        let one = visitor::landings(&server.address.to_string(), 1);
        let wanted = Wanted::Always(visitor::NUMBER);
        sent(&server, one, Pace::Closed(ONE), wanted)?;
        drop(server);
        say(&format!("  {} visits are stored", self.plan.visits));
        stored::add(database, self.plan.visits)?;
        self.lender(database)
    }

    fn half_loads(
        &self,
        fresh: &mut Site<'_>,
        full: &mut Site<'_>,
        rate: f64,
    ) -> Result<(HalfLoad, HalfLoad)> {
        let (mut of_fresh, mut of_full) = (Vec::new(), Vec::new());
        for _ in 0..self.plan.rounds {
            of_fresh.push(fresh.steady(rate, self.plan.assigns)?);
            of_full.push(full.steady(rate, self.plan.assigns)?);
        }
        Ok((middle_half(&of_fresh)?, middle_half(&of_full)?))
    }

    fn whole_visits(&self, site: &mut Site<'_>) -> Result<WholeVisits> {
        site.pool.give_back()?;
        carry(site.server, usize::MAX, self.plan.warm_up, Visit)?;
        let carried = carry(site.server, usize::MAX, self.plan.assigns, Visit)?;
        let found = WholeVisits {
            visits_per_s: carried.rate(),
            assigns_per_s: carried.rate() * ASKS as f64,
            p99: carried.events.percentile(0.99),
        };
        say(&format!("  {:.0} whole visits/s", found.visits_per_s));
        Ok(found)
    }
}

/// A server that lends numbers, where they come from, and what was found so far.
struct Site<'a> {
    server: &'a Server,
    pool: Pool,
    rounds: Vec<Times>,
    /// The smallest part of the visitors of a run that got a number.
    share: f64,
}

impl<'a> Site<'a> {
    fn new(server: &'a Server, pool: Pool) -> Self {
        Self {
            server,
            pool,
            rounds: Vec::new(),
            share: 1.0,
        }
    }

    fn round(&mut self, time: Duration) -> Result<()> {
        let found = self.as_fast_as_it_goes(time)?;
        self.rounds.push(times(&found));
        Ok(())
    }

    fn middle_round(&self) -> Result<Times> {
        middle(self.rounds.clone(), |times| times.rate)
    }

    /// Bursts until visitors have asked for so long.
    fn as_fast_as_it_goes(&mut self, time: Duration) -> Result<Outcome> {
        let mut all = Outcome::default();
        while all.seconds < time.as_secs_f64() {
            all = all.then(self.burst(BURST, Pace::Closed(time))?);
        }
        self.valid(all)
    }

    /// As many visitors as come at this rate in this time.
    fn steady(&mut self, rate: f64, time: Duration) -> Result<HalfLoad> {
        let log_length = self.server.log_length()?;
        let mut all = Outcome::default();
        let mut left = (rate * time.as_secs_f64()).ceil().max(1.0) as usize;
        while left > 0 {
            let visitors = left.min(BURST);
            all = all.then(self.burst(visitors, Pace::Open(rate))?);
            left -= visitors;
        }
        let all = self.valid(all)?;
        let inside = log::took(&self.server.log_since(log_length)?, visitor::ASSIGN);
        if inside.count() != all.count() {
            bail!(
                "the server's log tells of {} of {} requests",
                inside.count(),
                all.count()
            );
        }
        Ok(HalfLoad {
            times: times(&all),
            inside_p99: inside.percentile(0.99),
        })
    }

    /// So many new visitors ask, at most as many as there are numbers for.
    fn burst(&mut self, visitors: usize, pace: Pace) -> Result<Outcome> {
        self.pool.give_back()?;
        let requests = visitor::landings(&self.server.address.to_string(), visitors);
        sent(self.server, requests, pace, Wanted::Mostly(visitor::NUMBER))
    }

    fn valid(&mut self, found: Outcome) -> Result<Outcome> {
        let share = found.share();
        if share <= SHARE_MIN {
            bail!(
                "not valid: {:.1} % of the visitors got a number",
                share * 100.0
            );
        }
        self.share = self.share.min(share);
        Ok(found)
    }
}

/// Of what the visitors met the round in the middle, and of what the server says of itself.
fn middle_half(rounds: &[HalfLoad]) -> Result<HalfLoad> {
    let outside = rounds.iter().map(|round| round.times).collect();
    let inside = rounds.iter().map(|round| round.inside_p99).collect();
    Ok(HalfLoad {
        times: middle(outside, |times: &Times| times.p99)?,
        inside_p99: middle(inside, |p99: &f64| *p99)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_a_half_load_have_a_middle_of_their_own() {
        let round = |p99, inside_p99| HalfLoad {
            times: Times {
                rate: 100.0,
                p50: 1.0,
                p99,
            },
            inside_p99,
        };
        let found = middle_half(&[round(9.0, 1.0), round(5.0, 3.0), round(7.0, 2.0)]).unwrap();
        assert!((found.times.p99 - 7.0).abs() < 1e-9);
        assert!((found.inside_p99 - 2.0).abs() < 1e-9);
        assert!(middle_half(&[]).is_err());
    }
}
