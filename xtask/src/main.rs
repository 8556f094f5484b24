//! The build driver behind the Makefile: the browser bundle, the crate-edge check, the test run,
//! the set-up of a fresh machine.
//!
//! Invariants: no step needs anything but the package registries; every child process ends when
//! this one does; a failure names the command to try next. Lists of packages are explicit, because
//! building the whole workspace at once would unify `app`'s two features and break hydration.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks to its user"
)]

mod cluster;
mod dev;
mod dist;
mod edges;
mod front;
mod proc;
mod python;
mod root;
mod serve;
mod setup;
mod test;

use anyhow::{Result, bail};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  setup [--tests] [--bench]   install what is missing (Node tools, Debian packages)
  front [--debug]             build the browser bundle and the style sheet into target/site
        [--check-budget]      and fail when the first load is too heavy
  edges                       check crate edges, dependency bans and source rules
  run [-- ARGS]               build, then serve the demo on 127.0.0.1:3000
  dev                         the same, rebuilt and restarted when a file changes
  test [--only A,B] [--skip C] [--list]
                              everything; ends with `N passed, N failed`
  check                       the part of `test` that runs no tests
  dist                        release build into dist/
  with-postgres -- COMMAND    run COMMAND beside a durable throw-away PostgreSQL";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let Err(error) = proc::catch_signals() {
        eprintln!("xtask: {error:#}");
        return ExitCode::FAILURE;
    }
    match dispatch(&args) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Result<ExitCode> {
    let Some((command, rest)) = args.split_first() else {
        println!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    };
    let root = root::Root::find()?;
    match command.as_str() {
        "setup" => {
            let asks = |flag: &str| rest.iter().any(|arg| arg == flag);
            setup::setup(&root, asks("--tests"))?;
            if asks("--bench") {
                setup::bench(&root)?;
            }
        }
        "front" => front_command(&root, rest)?,
        "edges" => return edges::command(&root),
        "run" => serve::run(&root, after_dashes(rest))?,
        "dev" => dev::dev(&root, after_dashes(rest))?,
        "dist" => dist::dist(&root)?,
        "test" => return test::command(&root, rest),
        "check" => return test::check(&root),
        "with-postgres" => return cluster::with_postgres(&root, after_dashes(rest)),
        "help" | "--help" | "-h" => println!("{USAGE}"),
        other => bail!("no command `{other}`\n\n{USAGE}"),
    }
    Ok(ExitCode::SUCCESS)
}

fn front_command(root: &root::Root, args: &[String]) -> Result<()> {
    let mut profile = front::Profile::Release;
    let mut check_budget = false;
    for arg in args {
        match arg.as_str() {
            "--release" => profile = front::Profile::Release,
            "--debug" => profile = front::Profile::Debug,
            "--check-budget" => check_budget = true,
            other => bail!("`front` knows no `{other}`\n\n{USAGE}"),
        }
    }
    let site = front::build(root, profile)?;
    if check_budget {
        front::budget::check(root, &site)?;
    }
    Ok(())
}

fn after_dashes(args: &[String]) -> &[String] {
    match args.split_first() {
        Some((first, rest)) if first == "--" => rest,
        _ => args,
    }
}
