//! A process that runs functions, from both sides: a line of JSON is asked, a line of JSON answered.

use super::{COMMAND, engine};
use rustix::time::ClockId;
use std::ffi::OsStr;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// How much of a processor's time one run may have in all, with the engine's start: then the process ends
/// itself.
const RUN_MAX: Duration = Duration::from_millis(100);
/// How long it may take: nobody waits for an answer any more.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// How often that is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What is asked: the body of a function and its input.
type Asked<'a> = (&'a str, &'a str);
type Said = Result<Option<String>, String>;

/// Why nothing was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failed {
    /// The process was not there any more.
    Gone,
    /// It ended while it ran the function.
    Ended,
}

/// The process, as the server sees it. It ends with this value.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    asks: ChildStdin,
    says: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts one; it is told nothing of the server's surroundings.
    pub(super) fn start(program: &OsStr) -> io::Result<Self> {
        let mut child = Command::new(program)
            .arg(COMMAND)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(asks), Some(says)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("a process without a way to it"));
        };
        Ok(Self {
            child,
            asks,
            says: BufReader::new(says),
        })
    }

    /// Runs a function.
    pub(super) fn run(&mut self, body: &str, input: &str) -> Result<Said, Failed> {
        let asked: Asked<'_> = (body, input);
        let mut line = serde_json::to_vec(&asked).map_err(|_| Failed::Gone)?;
        line.push(b'\n');
        let sent = self.asks.write_all(&line).and_then(|()| self.asks.flush());
        sent.map_err(|_| Failed::Gone)?;
        let mut said = String::new();
        match self.says.read_line(&mut said) {
            Ok(read) if read > 0 => serde_json::from_str(&said).map_err(|_| Failed::Ended),
            _ => Err(Failed::Ended),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The process itself: runs what it is asked to until nobody asks any more.
///
/// # Errors
/// If what is asked cannot be read, or nobody reads what is said.
pub fn serve() -> io::Result<()> {
    let watch = Watch::start();
    let mut asked = String::new();
    let (mut asks, mut says) = (io::stdin().lock(), io::stdout().lock());
    loop {
        asked.clear();
        if asks.read_line(&mut asked)? == 0 {
            return Ok(());
        }
        let (body, input): (String, String) = serde_json::from_str(&asked)?;
        watch.begins();
        let said: Said = engine::run(&body, &input);
        watch.ends();
        let mut line = serde_json::to_vec(&said)?;
        line.push(b'\n');
        says.write_all(&line)?;
        says.flush()?;
    }
}

/// Ends this process if a run takes too long, whatever it is busy with.
struct Watch(mpsc::Sender<Run>);

#[derive(PartialEq, Eq)]
enum Run {
    Begins,
    Ends,
}

impl Watch {
    fn start() -> Self {
        let (told, tells) = mpsc::channel();
        thread::spawn(move || {
            while let Ok(Run::Begins) = tells.recv() {
                let began = engine::spent(ClockId::ProcessCPUTime);
                let mut waited = Duration::ZERO;
                while tells.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
                    waited += LOOK_EVERY;
                    let spent = engine::spent(ClockId::ProcessCPUTime).saturating_sub(began);
                    if spent > RUN_MAX || waited > WAIT_MAX {
                        // The server reads the end of what is said.
                        std::process::exit(1);
                    }
                }
            }
        });
        Self(told)
    }

    fn begins(&self) {
        // The other end lives as long as this process.
        let _ = self.0.send(Run::Begins);
    }

    fn ends(&self) {
        let _ = self.0.send(Run::Ends);
    }
}
