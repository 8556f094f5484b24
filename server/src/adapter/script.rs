//! Runs the functions that read bidders' answers, each apart from the server: in a process of its own
//! that holds nothing, is told nothing but the function and the answer, and can be ended whatever the
//! engine is busy with (ADR 18).

mod engine;
mod worker;

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use domain::rtb::answer::Scripts;

pub use worker::serve;
use worker::{Failed, Worker};

/// What the program is called with to be such a process.
pub const COMMAND: &str = "run-functions";
/// Processes that wait for the next function; more are ended when they are not needed.
const IDLE_MAX: usize = 4;

/// Processes that run functions.
pub struct Sandbox {
    program: OsString,
    idle: Mutex<Vec<Worker>>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Runs them in processes of a `callcenter` program.
    #[must_use]
    pub fn new(program: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
            idle: Mutex::default(),
        }
    }

    /// Runs them in processes of this very program.
    ///
    /// # Errors
    /// If it is not known where this program lies.
    pub fn of_this_program() -> io::Result<Self> {
        // What runs, even when a newer one has been put into its place.
        let running = PathBuf::from("/proc/self/exe");
        if running.exists() {
            return Ok(Self::new(running));
        }
        Ok(Self::new(std::env::current_exe()?))
    }

    fn idle(&self) -> Option<Worker> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop()
    }

    fn keep(&self, worker: Worker) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_MAX {
            idle.push(worker);
        }
    }
}

impl Scripts for Sandbox {
    fn run(&self, body: &str, input: &str) -> Result<Option<String>, String> {
        loop {
            let waiting = self.idle();
            let is_new = waiting.is_none();
            let started = waiting.map_or_else(|| Worker::start(&self.program), Ok);
            let Ok(mut worker) = started else {
                return Err("the engine could not be started".to_owned());
            };
            match worker.run(body, input) {
                Ok(said) => {
                    self.keep(worker);
                    return said;
                }
                // It had ended while it waited; somebody may have ended it.
                Err(Failed::Gone) if !is_new => {}
                Err(Failed::Gone) => return Err("the engine could not be started".to_owned()),
                Err(Failed::Ended) => return Err(engine::too_long()),
            }
        }
    }
}
