//! The architecture as a check: which crate may use which, who may see a framework at all, and the
//! source rules that no lint knows.

mod graph;
mod rules;
mod sources;

use crate::root::Root;
use anyhow::Result;
use std::process::ExitCode;

/// Prints every violation; fails when there is one.
pub fn command(root: &Root) -> Result<ExitCode> {
    let found = violations(root)?;
    for violation in &found {
        eprintln!("  {violation}");
    }
    if found.is_empty() {
        println!("[edges] crate edges, dependency bans and source rules hold");
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "[edges] {} violations; ARCHITECTURE.md says why these rules exist",
        found.len()
    );
    Ok(ExitCode::FAILURE)
}

/// Everything that breaks a rule, in words.
pub fn violations(root: &Root) -> Result<Vec<String>> {
    let graph = graph::load(root)?;
    let mut found = rules::check(&graph);
    found.extend(sources::check(root)?);
    Ok(found)
}
