//! The report for people and the list for programs.

mod assign;

use crate::figures::{Measured, Run, Times};
use anyhow::{Context, Result};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What a report says about its circumstances.
#[derive(Debug)]
pub struct Head {
    /// The day, as handed in.
    pub date: String,
    pub facts: Vec<(&'static str, String)>,
    pub warnings: Vec<String>,
}

/// Writes `RESULTS.md` and `results.json` into a folder.
pub fn write(folder: &Path, head: &Head, run: &Run) -> Result<()> {
    let save = |name: &str, text: String| {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    };
    save("RESULTS.md", markdown(head, run))?;
    save(
        "results.json",
        serde_json::to_string_pretty(&run.figures())? + "\n",
    )
}

/// The figures that were asked for, one a line.
pub fn verdicts(run: &Run) -> String {
    let mut out = String::new();
    for verdict in run.verdicts() {
        let word = if verdict.passed { "PASS" } else { "FAIL" };
        let _ = writeln!(
            out,
            "{word}  {}: {} (wanted: {})",
            verdict.what, verdict.found, verdict.wanted
        );
    }
    out
}

fn markdown(head: &Head, run: &Run) -> String {
    let mut out = String::from(
        "# What a call and a visitor cost\n\nWritten by `make bench`; do not edit. One run on one machine: compare figures within it, not with another machine's.\n\n",
    );
    for warning in &head.warnings {
        let _ = writeln!(out, "> {warning}\n");
    }
    let _ = writeln!(out, "| | |\n|---|---|\n| date | {} |", head.date);
    for (name, value) in &head.facts {
        let _ = writeln!(out, "| {name} | {} |", value.replace('|', "/"));
    }
    for measured in &run.databases {
        let _ = writeln!(out, "| {} | {} |", measured.title, measured.version);
    }
    out.push_str("\n## What was asked for\n\n| | figure | found | wanted |\n|---|---|---|---|\n");
    for verdict in run.verdicts() {
        let word = if verdict.passed { "PASS" } else { "FAIL" };
        let _ = writeln!(
            out,
            "| {word} | {} | {} | {} |",
            verdict.what, verdict.found, verdict.wanted
        );
    }
    out.push_str("\n## As fast as it goes\n\n| | a second | p50 ms | p99 ms | of the ceiling |\n|---|---:|---:|---:|---:|\n");
    fastest(&mut out, run);
    out.push_str("\n## At half of what our webhook does\n\n| | requests/s | p50 ms | p99 ms | added p99 ms |\n|---|---:|---:|---:|---:|\n");
    for measured in &run.databases {
        half(&mut out, measured);
    }
    out.push_str("\n## Whole calls and memory\n\n| | calls completed/s | events/s | events a call | p99 ms of an event | MB idle | MB live | MB at most |\n|---|---:|---:|---:|---:|---:|---:|---:|\n");
    for measured in &run.databases {
        let (calls, memory) = (&measured.calls, &measured.memory);
        let _ = writeln!(
            out,
            "| {} | {:.0} | {:.0} | {:.0} | {:.1} | {:.0} | {:.0} | {:.0} |",
            measured.title,
            calls.calls_per_s,
            calls.events_per_s,
            calls.events_per_call,
            calls.p99,
            memory.idle,
            memory.live,
            memory.peak
        );
    }
    assign::section(&mut out, run);
    pings(&mut out, run);
    let decisions = &run.decisions;
    let _ = writeln!(
        out,
        "\n## One decision\n\n| 500 routes | median µs | p99 µs |\n|---|---:|---:|\n| with hours, filters, caps, restrictions, history | {:.0} | {:.0} |\n| always open to everybody | {:.0} | |",
        decisions.full_p50, decisions.full_p99, decisions.plain_p50
    );
    auctions(&mut out, run);
    out.push_str(ROWS);
    out.push_str(assign::ROWS);
    out.push_str(GENERATOR);
    out
}

fn pings(out: &mut String, run: &Run) {
    out.push_str(
        "\n## Bids to publishers\n\n| | pings/s | p50 ms | p99 ms |\n|---|---:|---:|---:|\n",
    );
    for measured in &run.databases {
        let title = measured.title;
        for (name, times) in [
            ("ceiling, beside", measured.ceiling_pings),
            ("our bids,", measured.pings),
        ] {
            let _ = writeln!(
                out,
                "| {name} {title} | {:.0} | {:.2} | {:.2} |",
                times.rate, times.p50, times.p99
            );
        }
    }
}

fn auctions(out: &mut String, run: &Run) {
    out.push_str("\n## Auctions of 20 bidders\n\n| | p50 ms | p99 ms |\n|---|---:|---:|\n");
    let auctions = &run.auctions;
    for (name, times) in [
        ("an auction", auctions.alone.held),
        (
            "asking the same bidders, without an auction",
            auctions.alone.bare,
        ),
        ("200 auctions at once, each", auctions.at_once.held),
        ("200 times asking at once, each", auctions.at_once.bare),
    ] {
        let _ = writeln!(out, "| {name} | {:.2} | {:.2} |", times.p50, times.p99);
    }
    let _ = writeln!(
        out,
        "\nBidders answer after 1 to {:.0} ms from a process of their own: most bid, some bid nothing, refuse or answer with no JSON. Both sides send the same requests by the same client; an auction renders, parses, judges and ranks.",
        auctions.slowest_ms
    );
}

fn fastest(out: &mut String, run: &Run) {
    let share = |rate: f64| rate / run.ceiling.rate;
    let mut row = |name: &str, times: &Times| {
        let _ = writeln!(
            out,
            "| {name} | {:.0} | {:.2} | {:.2} | {:.2} |",
            times.rate,
            times.p50,
            times.p99,
            share(times.rate)
        );
    };
    row("ceiling", &run.ceiling);
    for measured in &run.databases {
        if let Some((express, _)) = &measured.express {
            row("Express and pg, one INSERT", express);
        }
        row(
            &format!("our voice webhook, {}", measured.title),
            &measured.voice,
        );
    }
    for measured in &run.databases {
        let _ = writeln!(
            out,
            "| plain commits, {} | {:.0} | | | |",
            measured.title, measured.floor
        );
    }
    for measured in &run.databases {
        let _ = writeln!(
            out,
            "\nOn {} our webhook starts {:.2} calls for each plain commit{}.",
            measured.title,
            measured.voice.rate / measured.floor,
            measured
                .express
                .as_ref()
                .map_or_else(String::new, |(express, _)| format!(
                    ", and {:.2} for each request of Express",
                    measured.voice.rate / express.rate
                ))
        );
    }
}

fn half(out: &mut String, measured: &Measured) {
    let mut row = |name: &str, times: &Times, added: Option<f64>| {
        let added = added.map_or_else(String::new, |added| format!("{added:.2}"));
        let _ = writeln!(
            out,
            "| {name} | {:.0} | {:.2} | {:.2} | {added} |",
            times.rate, times.p50, times.p99
        );
    };
    row(
        &format!("ceiling at the load of {}", measured.title),
        &measured.ceiling_half,
        None,
    );
    row(
        &format!("our voice webhook, {}", measured.title),
        &measured.voice_half,
        Some(measured.added_p99()),
    );
    if let Some((_, express)) = &measured.express {
        row("Express at half of what Express does", express, None);
    }
}

const ROWS: &str = "
## What the rows mean

- **ceiling**: an axum handler that parses the same form and returns fixed XML. No signature, no database: nothing built on axum is faster.
- **plain commits**: one `INSERT` of a small row per transaction, through the driver below our store (sqlx), durable: SQLite with WAL and `synchronous=FULL` over one connection, PostgreSQL with `fsync` and `synchronous_commit` on from 32 tasks over 16 connections, as many as the product has.
- **Express and pg**: what one would write first: `express.urlencoded`, one prepared `INSERT` over 16 connections, fixed TwiML. One process, no signature check, no routing.
- **our voice webhook**: the release program with the settings of a new installation. Each request is a new call: signature checked, number and campaign found, one of eight open targets decided, its capacity claimed, call and trace stored, one durable commit, TwiML answered.
- **half load**: requests at half of the rate that our webhook reached. The ceiling gets the same rate. Times count from the moment a request was due, not from when it could be sent.
- **bids to publishers**: each ping asks about another caller and is answered with a bid by SIP, which a fixed price makes; tags read, blocklist and history looked at, one of eight open targets decided, its capacity held and the bid stored in one durable commit. No bidder is asked.
- **whole calls**: every request that the carrier makes for a connected and recorded call: arrival, four states of the dialed leg, the dial's result, the recording, the end.
- **memory**: resident memory (`VmRSS`) of a server started for it: before the first call, with live calls whose target has answered, and the most it had (`VmHWM`).
";

const GENERATOR: &str = "
One load generator of ours sends everything: one thread, 32 kept-alive connections over loopback, requests built and signed ahead of time (for whole calls and whole visits as they go, because each follows from our answers). It shares the processors with what it measures. An answer without TwiML ends the run, as does one with an error. Rounds alternate between the things compared, and the middle one of three counts.
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::sample;

    #[test]
    fn a_report_names_what_failed() {
        let head = Head {
            date: "2026-11-21".to_owned(),
            facts: vec![("memory", "8 | 16".to_owned())],
            warnings: Vec::new(),
        };
        let text = markdown(&head, &sample());
        assert!(text.contains("| FAIL | added p99 over the ceiling at half load, PostgreSQL | 16.0 ms | at most 15 ms |"), "{text}");
        assert!(text.contains("| memory | 8 / 16 |"));
        assert!(text.contains("| PASS | assigns with 1000000 visits stored by those without, PostgreSQL | 0.95 | 0.85 to 1.15 |"), "{text}");
        assert!(
            text.contains("| *moved by the visits, PostgreSQL* | -5.0 % |"),
            "{text}"
        );
        assert!(
            text.contains("| no visits stored, PostgreSQL | 4000 | 1.00 | 4.50 | less than 3 |"),
            "{text}"
        );
        let all = verdicts(&sample());
        assert!(
            all.lines()
                .any(|line| line.starts_with("PASS  calls started")),
            "{all}"
        );
    }

    #[test]
    fn programs_get_the_agreed_fields() {
        let value = serde_json::to_value(sample().figures()).unwrap();
        let first = value[0].as_object().unwrap();
        let mut fields: Vec<&str> = first.keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(
            fields,
            [
                "baseline",
                "baseline_name",
                "name",
                "ratio",
                "unit",
                "value"
            ]
        );
    }
}
