//! The part of the report about numbers lent to visitors.

use crate::figures::{Measured, Run, Times, simplest_title};
use std::fmt::Write as _;

pub(super) fn section(out: &mut String, run: &Run) {
    out.push_str("\n## Numbers for visitors, as fast as it goes\n\n| | assigns/s | p50 ms | p99 ms | of the simplest | got a number |\n|---|---:|---:|---:|---:|---:|\n");
    for measured in &run.databases {
        fastest(out, measured);
    }
    out.push_str("\n## Numbers for visitors, at half of what ours does without visits stored\n\n| | assigns/s | p50 ms | p99 ms | p99 inside the server ms |\n|---|---:|---:|---:|---:|\n");
    for measured in &run.databases {
        half(out, measured);
    }
    out.push_str("\n## Whole visits\n\n| | visits/s | assigns/s | p99 ms of a request |\n|---|---:|---:|---:|\n");
    for measured in &run.databases {
        let whole = &measured.assigns.whole;
        let _ = writeln!(
            out,
            "| {} | {:.0} | {:.0} | {:.1} |",
            measured.title, whole.visits_per_s, whole.assigns_per_s, whole.p99
        );
    }
}

fn fastest(out: &mut String, measured: &Measured) {
    let (title, assigns) = (measured.title, &measured.assigns);
    let mut row = |name: &str, times: &Times, share: String| {
        let _ = writeln!(
            out,
            "| {name}, {title} | {:.0} | {:.2} | {:.2} | {:.2} | {share} |",
            times.rate,
            times.p50,
            times.p99,
            times.rate / assigns.simplest.rate
        );
    };
    row(
        simplest_title(measured.key),
        &assigns.simplest,
        String::new(),
    );
    let share = format!("{:.1} %", assigns.share * 100.0);
    row("ours, no visits stored", &assigns.fresh, share.clone());
    let full = format!("ours, {} visits stored", assigns.stored);
    row(&full, &assigns.full, share);
    let _ = writeln!(
        out,
        "| *moved by the visits, {title}* | {:+.1} % | | | | |",
        (assigns.by_fresh() - 1.0) * 100.0
    );
}

fn half(out: &mut String, measured: &Measured) {
    let (title, assigns) = (measured.title, &measured.assigns);
    let full = format!("{} visits stored", assigns.stored);
    for (name, half) in [
        ("no visits stored", &assigns.fresh_half),
        (full.as_str(), &assigns.full_half),
    ] {
        let _ = writeln!(
            out,
            "| {name}, {title} | {:.0} | {:.2} | {:.2} | less than {:.0} |",
            half.times.rate, half.times.p50, half.times.p99, half.inside_p99
        );
    }
}

/// What the rows mean.
pub(super) const ROWS: &str = "\
- **assigns**: a page of a new visitor asks for a number (`/dni/v1/assign`), and in the time that counts nothing else is asked. Each takes one of 5,000 numbers of a pool and stores a lease and a visit; one committed transaction may hold several. Visitors come in bursts of up to 4,000, in which the pool does not run out; between two bursts, in time that does not count, SQL ages the leases by the five minutes that they last, and on PostgreSQL `VACUUM` follows, for ours as for Express. Where less than 99 of 100 visitors get a number the run is not valid and ends.
- **a bare JSON handler**: axum with `Json<Value>` in and as much JSON out, for the same requests. It stores nothing.
- **Express and pg, one UPDATE**: `express.json`, one prepared `UPDATE leases … WHERE number = (SELECT … ORDER BY expires_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING number` over 16 connections, with an index on `expires_at`; no tag, no origin, no visit, and whoever asks again gets another number.
- **visits stored**: a month of visits of the same tag and pool, copies of one that the product stored, before the server was started. Both servers are measured by turns, at the same rates. The one without visits stores those of its own run.
- **inside the server**: what the product's log says a request took, which is in whole milliseconds.
- **whole visits**: a landing asks for a number, the next page asks again and keeps it, a beat, the leaving; each connection tells one visit after the other. Here everything counts, and a number is free when its visitor has left.
";
