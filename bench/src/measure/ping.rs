//! What it costs to answer publishers' pings that ask no bidder.

use super::{Kind, World, middle, say, sent, times};
use crate::figures::Times;
use crate::load::{Pace, Wanted};
use crate::ping;
use crate::prepare::Purpose;
use crate::server::Server;
use anyhow::{Context, Result};
use std::time::Duration;

/// Pings a second, as asked for.
const RATE: f64 = 1_000.0;
const SETTINGS: &[(&str, &str)] = &[("CALLCENTER__RTB__SIP_HOST", ping::SIP_HOST)];

impl World {
    /// A bid for each ping, at the rate asked for: the round in the middle. And beside it a server
    /// that only answers, at the same rate in turns.
    pub(super) fn pings(&self, kind: Kind, ceiling: &Server) -> Result<(Times, Times)> {
        let database = self.prepared(kind, Purpose::Pings)?;
        let binary = self.product.as_ref().context("no program to measure")?;
        let server = Server::product(binary, &database, SETTINGS, &self.scratch)?;
        steadily(&server, self.plan.warm_up)?;
        let (mut bare, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..self.plan.rounds {
            bare.push(self.steady(ceiling, RATE, self.plan.half)?);
            ours.push(steadily(&server, self.plan.half)?);
        }
        let bare = middle(bare, |times| times.p99)?;
        let ours = middle(ours, |times| times.p99)?;
        say(&format!(
            "  {:.0} pings/s: p50 {:.1} ms, p99 {:.1} ms, ceiling {:.1} ms",
            ours.rate, ours.p50, ours.p99, bare.p99
        ));
        Ok((bare, ours))
    }
}

fn steadily(server: &Server, time: Duration) -> Result<Times> {
    let count = (RATE * time.as_secs_f64()).ceil().max(1.0) as usize;
    let requests = ping::pings(&server.address.to_string(), count);
    let outcome = sent(
        server,
        requests,
        Pace::Open(RATE),
        Wanted::Always(ping::BID),
    )?;
    Ok(times(&outcome))
}
