//! `make run`: from a fresh clone to a server with a demo account and calls that arrive.

use crate::front::{self, Profile};
use crate::proc::Job;
use crate::root::{OUTPUT_NAME, Root};
use crate::setup;
use anyhow::{Context, Result};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;

/// What the server is started with unless the caller says otherwise.
const DEMO: &[&str] = &["serve", "--demo"];

/// Builds everything and becomes the server.
pub fn run(root: &Root, args: &[String]) -> Result<()> {
    say("1/3 tools");
    setup::setup(root, false)?;
    say("2/3 browser bundle");
    front::build(root, Profile::Release)?;
    say("3/3 server");
    let server = build_server(root)?;
    let error = server_job(root, &server, args).command().exec();
    Err(error).with_context(|| format!("cannot start {}", server.display()))
}

/// Compiles the server in the profile that is quick to build; where it lies.
pub fn build_server(root: &Root) -> Result<PathBuf> {
    Job::cargo(root)
        .args(["build", "--locked", "-p", "server"])
        .minutes(40)
        .must()
        .context("the server did not compile; the lines above say why")?;
    Ok(root.target.join("debug").join(OUTPUT_NAME))
}

/// The command that starts a server with the bundle in `target/site`.
pub fn server_job(root: &Root, server: &std::path::Path, args: &[String]) -> Job {
    let job = Job::new(server, &root.dir).envs(&Root::site_env(&root.site()));
    if args.is_empty() {
        job.args(DEMO)
    } else {
        job.args(args)
    }
}

fn say(text: &str) {
    eprintln!("[run] {text}");
}
