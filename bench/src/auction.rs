//! What an auction costs beyond asking, as the server's own example measures it (ADR 16): the same
//! client, bidders and requests with an auction and without.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::env;
use std::process::Command;

/// The program, beside this one.
const PROGRAM: &str = "examples/auction";

/// Milliseconds of auctions and of bare fan-outs.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Auctions {
    pub alone: Pair,
    /// 200 at once.
    pub at_once: Pair,
    /// How long the slowest bidder waits before it answers.
    pub slowest_ms: f64,
}

/// With an auction and without.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Pair {
    pub held: Spread,
    pub bare: Spread,
}

/// Of many.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Spread {
    pub p50: f64,
    pub p99: f64,
}

impl Pair {
    /// The 99th percentile with an auction by that without.
    pub fn ratio(&self) -> f64 {
        self.held.p99 / self.bare.p99
    }
}

/// So many auctions one after the other, and so many rounds of 200 at once.
pub fn measure(auctions: u32, rounds: u32) -> Result<Auctions> {
    let own = env::current_exe()?;
    let program = own.parent().context("no folder")?.join(PROGRAM);
    let run = Command::new(&program)
        .args([auctions.to_string(), rounds.to_string()])
        .output()
        .with_context(|| format!("cannot run {}: use `make bench`", program.display()))?;
    let said = String::from_utf8_lossy(&run.stderr);
    ensure!(run.status.success(), "auctions failed: {said}");
    serde_json::from_slice(&run.stdout).context("auctions: no figures")
}
