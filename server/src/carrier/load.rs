//! Many calls at a steady rate, and what became of them.

use super::walk::{CallSpec, Carrier};
use serde::Serialize;
use std::time::Duration;
use tokio::task::JoinSet;

/// What became of many calls.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub calls: u64,
    pub connected: u64,
    pub not_connected: u64,
    /// Calls that the server did not carry to their end, with the first reasons.
    pub broken: u64,
    pub reasons: Vec<String>,
}

/// Reasons kept: more of the same help nobody.
const REASONS_MAX: usize = 5;

/// Places `count` calls, `rate` a second, each from another caller, and waits for all.
pub async fn place(carrier: &Carrier, first: &CallSpec, count: u64, rate: f64) -> Summary {
    let mut summary = Summary::default();
    let mut calls = JoinSet::new();
    let mut ticks =
        tokio::time::interval(Duration::from_secs_f64(1.0 / rate.clamp(0.01, 10_000.0)));
    for n in 0..count {
        ticks.tick().await;
        let (carrier, mut spec) = (carrier.clone(), first.clone());
        spec.sid = carrier.new_sid("CA");
        spec.from = numbered(&first.from, n);
        calls.spawn(async move { carrier.call(&spec, &mut |_| {}).await });
        while let Some(done) = calls.try_join_next() {
            summary.count(done);
        }
    }
    while let Some(done) = calls.join_next().await {
        summary.count(done);
    }
    summary
}

/// The same number with other last digits.
fn numbered(number: &str, n: u64) -> String {
    if n == 0 || number.len() < 8 || !number.is_ascii() {
        return number.to_owned();
    }
    let (head, tail) = number.split_at(number.len() - 4);
    let start: u64 = tail.parse().unwrap_or(0);
    format!("{head}{:04}", (start + n) % 10_000)
}

impl Summary {
    fn count(
        &mut self,
        done: Result<Result<super::CallReport, super::Problem>, tokio::task::JoinError>,
    ) {
        self.calls += 1;
        match done {
            Ok(Ok(report)) if report.connected_to.is_some() => self.connected += 1,
            Ok(Ok(_)) => self.not_connected += 1,
            Ok(Err(problem)) => self.broke(problem.to_string()),
            Err(error) => self.broke(error.to_string()),
        }
    }

    fn broke(&mut self, reason: String) {
        self.broken += 1;
        if self.reasons.len() < REASONS_MAX && !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }
}
