//! Runs thousands of calls from one seed, with faults, and checks that nothing that must hold breaks.
//!
//! Level 1 drives the domain alone, level 2 the use cases on a database. The same seed gives the
//! same world, callers and faults; at level 1 it gives the same run, down to the last event.

mod carrier;
mod cli;
mod fault;
mod l1;
mod l2;
mod reference;
mod report;
mod world;
mod zone;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
