//! `make bench`: what the voice webhook, lending numbers to visitors and bidding to publishers cost, beside a ceiling, a floor
//! and plain Express handlers measured in the same run.
//!
//! Invariants: everything is measured by one generator over loopback and nothing leaves the machine;
//! every run is bounded in requests and time; a figure that misses what was asked for is reported,
//! and only a run that could not be measured fails.
#![expect(clippy::print_stderr, reason = "a command-line tool talks to its user")]

mod auction;
mod calls;
mod ceiling;
mod course;
mod decision;
mod figures;
mod floor;
mod form;
mod http;
mod load;
mod log;
mod machine;
mod measure;
mod ping;
mod pool;
mod prepare;
mod report;
mod server;
mod stored;
mod visitor;
mod visits;

use anyhow::{Context, Result, bail};
use measure::{Plan, Scratch, World};
use report::Head;
use std::env;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: bench [--date YYYY-MM-DD] [--out FOLDER] [--short]
       bench decision    prints what one decision over 500 routes costs, and writes nothing
       bench lending [--short]    prints what it costs to lend numbers, and writes nothing
       bench auction [--short]    prints what an auction costs beyond asking, and writes nothing
       bench pings [--short]      prints what it costs to bid to publishers, and writes nothing
       bench memory      prints what live calls hold, and writes nothing
  --date   the day to write into the report
  --out    where RESULTS.md and results.json go (default: bench)
  --short  see that everything works; the figures mean little
environment: TEST_DATABASE_URL (a durable PostgreSQL), CALLCENTER_BIN (the program to measure)";

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let done = match args.split_first() {
        Some((role, rest)) if role == "ceiling" => serve_ceiling(rest),
        Some((role, [])) if role == "decision" => print_decisions(),
        Some((role, rest)) if role == "auction" => print_auctions(rest),
        Some((role, rest)) if role == "lending" => print_lending(rest),
        Some((role, rest)) if role == "pings" => print_pings(rest),
        Some((role, [])) if role == "memory" => print_memory(),
        _ => bench(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn serve_ceiling(args: &[String]) -> Result<()> {
    let address = args.first().context(USAGE)?.parse()?;
    ceiling::serve(address)
}

fn print_decisions() -> Result<()> {
    let found = decision::measure(Plan::FULL.decisions);
    writeln!(
        io::stdout(),
        "full: {:.0} µs median, {:.0} µs p99; plain: {:.0} µs median",
        found.full_p50,
        found.full_p99,
        found.plain_p50
    )?;
    Ok(())
}

fn print_auctions(args: &[String]) -> Result<()> {
    let plan = read(args)?.plan;
    let found = auction::measure(plan.auctions, plan.auction_rounds)?;
    for (name, pair) in [("alone", found.alone), ("200 at once", found.at_once)] {
        writeln!(
            io::stdout(),
            "{name}: p99 {:.2} ms, {:.2} ms without an auction: {:.3}",
            pair.held.p99,
            pair.bare.p99,
            pair.ratio()
        )?;
    }
    Ok(())
}

fn print_lending(args: &[String]) -> Result<()> {
    let scratch = Scratch::new()?;
    world(read(args)?.plan, &scratch)?.lending()
}

fn print_pings(args: &[String]) -> Result<()> {
    let scratch = Scratch::new()?;
    world(read(args)?.plan, &scratch)?.bidding()
}

fn print_memory() -> Result<()> {
    let scratch = Scratch::new()?;
    world(Plan::FULL, &scratch)?.memory()
}

struct Args {
    date: String,
    out: PathBuf,
    plan: Plan,
}

fn read(args: &[String]) -> Result<Args> {
    let mut read = Args {
        date: "not told".to_owned(),
        out: PathBuf::from("bench"),
        plan: Plan::FULL,
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || {
            args.next()
                .cloned()
                .with_context(|| format!("{arg} needs a value\n{USAGE}"))
        };
        match arg.as_str() {
            "--date" => read.date = value()?,
            "--out" => read.out = PathBuf::from(value()?),
            "--short" => read.plan = Plan::SHORT,
            other => bail!("`{other}` is not known\n{USAGE}"),
        }
    }
    Ok(read)
}

fn bench(args: &[String]) -> Result<()> {
    let args = read(args)?;
    let scratch = Scratch::new()?;
    let world = world(args.plan, &scratch)?;
    let head = head(args, scratch.path());
    let run = world.run()?;
    let (head, out) = head;
    report::write(&out, &head, &run)?;
    for warning in &head.warnings {
        eprintln!("[bench] {warning}");
    }
    eprint!("{}", report::verdicts(&run));
    eprintln!(
        "[bench] written: {0}/RESULTS.md and {0}/results.json",
        out.display()
    );
    Ok(())
}

fn world(plan: Plan, scratch: &Scratch) -> Result<World> {
    let world = World {
        plan,
        product: env::var_os("CALLCENTER_BIN").map(PathBuf::from),
        express: PathBuf::from("bench/express"),
        postgres: env::var("TEST_DATABASE_URL")
            .context("no TEST_DATABASE_URL: run `make bench`, which starts a PostgreSQL")?,
        scratch: scratch.path().to_owned(),
    };
    if !world.express.join("node_modules").is_dir() {
        bail!("bench/express has no node_modules: run `make bench`, which installs them");
    }
    Ok(world)
}

/// What stands above the figures, taken before anything runs.
fn head(args: Args, scratch: &Path) -> (Head, PathBuf) {
    let mut facts = machine::facts(scratch);
    facts.push(("commit", machine::commit()));
    facts.push(("compiler", machine::version_of("rustc")));
    facts.push(("Node", machine::version_of("node")));
    let mut warnings = Vec::new();
    if args.plan.rounds < Plan::FULL.rounds {
        warnings
            .push("A short run, to see that everything works: the figures mean little.".to_owned());
    }
    if cfg!(debug_assertions) {
        warnings.push(
            "The generator was built without optimisation: the figures mean little.".to_owned(),
        );
    }
    if machine::is_busy() {
        warnings.push("The machine was at work with other things when the run began: the figures are too low.".to_owned());
    }
    if machine::is_memory(scratch) {
        warnings.push("The databases lay in memory, so no commit waited for a disk: set TMPDIR to a folder on a disk.".to_owned());
    }
    (
        Head {
            date: args.date,
            facts,
            warnings,
        },
        args.out,
    )
}
