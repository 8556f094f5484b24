//! Child processes that always end: each in a group of its own, with a deadline, ended as a group
//! on failure and when this program is told to stop.

use anyhow::{Context, Result, bail};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

static STOP: AtomicBool = AtomicBool::new(false);

/// How often a waiting loop looks at its child and at the stop flag.
const TICK: Duration = Duration::from_millis(40);

/// What a group gets between the polite signal and the final one.
const GRACE: Duration = Duration::from_secs(5);

/// Turns SIGINT, SIGTERM and SIGHUP into a flag that every waiting loop obeys.
pub fn catch_signals() -> Result<()> {
    ctrlc::set_handler(|| STOP.store(true, Ordering::SeqCst))
        .context("cannot install a signal handler")
}

/// Whether this program was told to stop.
pub fn stopping() -> bool {
    STOP.load(Ordering::SeqCst)
}

/// Sleeps one tick of a waiting loop; fails when this program was told to stop.
pub fn tick() -> Result<()> {
    if stopping() {
        bail!("interrupted");
    }
    thread::sleep(TICK);
    Ok(())
}

/// One command with everything that bounds it.
pub struct Job {
    program: OsString,
    args: Vec<OsString>,
    cwd: PathBuf,
    env: Vec<(String, String)>,
    without: Vec<String>,
    deadline: Duration,
    log: Option<PathBuf>,
    quiet_stdout: bool,
    quiet: bool,
}

/// How a job ended and what it wrote.
pub struct Outcome {
    /// The exit status; `None` when the deadline passed and the job was ended.
    pub status: Option<ExitStatus>,
    /// Standard output alone.
    pub stdout: String,
    /// Both streams, in the order the lines came.
    pub all: String,
}

impl Outcome {
    /// Whether the job ended by itself with success.
    pub fn success(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }

    /// The end in words.
    pub fn describe(&self) -> String {
        self.status.map_or_else(
            || "took too long and was ended".to_owned(),
            |status| status.to_string(),
        )
    }
}

impl Job {
    /// A command that runs in `cwd`.
    pub fn new(program: impl AsRef<OsStr>, cwd: &Path) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            args: Vec::new(),
            cwd: cwd.to_owned(),
            env: Vec::new(),
            without: Vec::new(),
            deadline: Duration::from_secs(20 * 60),
            log: None,
            quiet_stdout: false,
            quiet: false,
        }
    }

    /// A cargo command. What an outer `cargo run` tells this program of its own package is taken away:
    /// build scripts ask for it (ring's for `CARGO_PKG_NAME`), and whether they were called from here or
    /// by hand would compile half the dependencies again.
    pub fn cargo(root: &crate::root::Root) -> Self {
        let mut job = Self::new("cargo", &root.dir).env("CARGO_TARGET_DIR", root.target.display());
        let told = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        job.without = told.filter(|name| is_of_a_package(name)).collect();
        job
    }

    /// Adds arguments.
    pub fn args<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(mut self, args: I) -> Self {
        self.args
            .extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Names packages, each with `-p`.
    pub fn packages(self, packages: &[&str]) -> Self {
        self.args(packages.iter().flat_map(|package| ["-p", *package]))
    }

    /// Sets one variable.
    pub fn env(mut self, key: &str, value: impl ToString) -> Self {
        self.env.push((key.to_owned(), value.to_string()));
        self
    }

    /// Sets many variables.
    pub fn envs(mut self, pairs: &[(String, String)]) -> Self {
        self.env.extend_from_slice(pairs);
        self
    }

    /// Ends the job after this many minutes.
    pub fn minutes(mut self, minutes: u64) -> Self {
        self.deadline = Duration::from_secs(minutes * 60);
        self
    }

    /// Writes both streams to a file as well.
    pub fn log(mut self, path: &Path) -> Self {
        self.log = Some(path.to_owned());
        self
    }

    /// Keeps standard output off the terminal: it is for programs.
    pub fn quiet_stdout(mut self) -> Self {
        self.quiet_stdout = true;
        self
    }

    /// Keeps both streams off the terminal.
    pub fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// The command in words, for messages.
    pub fn words(&self) -> String {
        let mut words = vec![self.program.to_string_lossy().into_owned()];
        words.extend(
            self.args
                .iter()
                .map(|arg| arg.to_string_lossy().into_owned()),
        );
        words.join(" ")
    }

    /// The command for `std::process`, for the callers that need more than `run`.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).current_dir(&self.cwd);
        for key in &self.without {
            command.env_remove(key);
        }
        command.envs(self.env.iter().map(|(key, value)| (key, value)));
        command
    }

    /// Runs to the end or to the deadline, showing and keeping what it writes.
    pub fn run(&self) -> Result<Outcome> {
        let mut child = self
            .command()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .with_context(|| {
                format!(
                    "cannot start `{}`: is it installed? `make setup`",
                    self.words()
                )
            })?;
        let sink = Sink::new(self)?;
        let stdout = child
            .stdout
            .take()
            .map(|pipe| sink.follow(pipe, Stream::Out, self));
        let stderr = child
            .stderr
            .take()
            .map(|pipe| sink.follow(pipe, Stream::Err, self));
        let status = wait(&mut child, self.deadline);
        if !matches!(status, Ok(Some(_))) {
            end_group(&mut child);
        }
        // A grandchild that outlives its parent would hold the pipes open: end what is left.
        signal_group(child.id(), "KILL");
        for reader in [stdout, stderr].into_iter().flatten() {
            let _ = reader.join();
        }
        let (stdout, all) = sink.into_text();
        Ok(Outcome {
            status: status?,
            stdout,
            all,
        })
    }

    /// Runs and fails unless the command succeeds.
    pub fn must(&self) -> Result<Outcome> {
        let outcome = self.run()?;
        if !outcome.success() {
            if self.quiet {
                eprint!("{}", tail(&outcome.all, 40));
            }
            bail!("`{}` failed ({})", self.words(), outcome.describe());
        }
        Ok(outcome)
    }
}

/// Whether cargo sets this variable for the program it runs, about that program's package, or it
/// changes what a build is made of.
fn is_of_a_package(name: &str) -> bool {
    const ALONE: [&str; 6] = [
        "CARGO",
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
        "CARGO_PRIMARY_PACKAGE",
        "LEPTOS_OUTPUT_NAME",
        // The bundle is compiled without Clippy, which switches optimisations off.
        "RUSTC_WORKSPACE_WRAPPER",
    ];
    name.starts_with("CARGO_PKG_") || ALONE.contains(&name)
}

/// The last `lines` lines of a text.
pub fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    let mut kept = all[all.len().saturating_sub(lines)..].join("\n");
    kept.push('\n');
    kept
}

/// Waits for a child: its status, or `None` at the deadline.
pub fn wait(child: &mut Child, deadline: Duration) -> Result<Option<ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() > deadline {
            return Ok(None);
        }
        tick()?;
    }
}

/// Ends a child and its group: politely, then for good.
pub fn end_group(child: &mut Child) {
    signal_group(child.id(), "TERM");
    let start = Instant::now();
    while start.elapsed() < GRACE {
        if matches!(child.try_wait(), Ok(Some(_))) {
            return;
        }
        thread::sleep(TICK);
    }
    signal_group(child.id(), "KILL");
    let _ = child.wait();
}

fn signal_group(leader: u32, signal: &str) {
    let _ = Command::new("kill")
        .args([&format!("-{signal}"), "--", &format!("-{leader}")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

/// Sends a signal to one process.
pub fn signal(pid: u32, signal: &str) {
    let _ = Command::new("kill")
        .args([&format!("-{signal}"), &pid.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

#[derive(Default)]
struct Text {
    stdout: String,
    all: String,
    log: Option<File>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stream {
    Out,
    Err,
}

struct Sink(Arc<Mutex<Text>>);

impl Sink {
    fn new(job: &Job) -> Result<Self> {
        let log = match &job.log {
            Some(path) => {
                let mut file = File::options().create(true).append(true).open(path)?;
                writeln!(file, "$ {}", job.words())?;
                Some(file)
            }
            None => None,
        };
        Ok(Self(Arc::new(Mutex::new(Text {
            log,
            ..Text::default()
        }))))
    }

    fn follow(
        &self,
        pipe: impl Read + Send + 'static,
        stream: Stream,
        job: &Job,
    ) -> thread::JoinHandle<()> {
        let text = Arc::clone(&self.0);
        let is_stdout = stream == Stream::Out;
        let for_people = !(is_stdout && job.quiet_stdout);
        let show = for_people && !job.quiet;
        thread::spawn(move || {
            let mut reader = BufReader::new(pipe);
            let mut line = Vec::new();
            while matches!(reader.read_until(b'\n', &mut line), Ok(read) if read > 0) {
                let shown = String::from_utf8_lossy(&line);
                if show {
                    eprint!("{shown}");
                }
                let mut text = text.lock().unwrap_or_else(PoisonError::into_inner);
                if is_stdout {
                    text.stdout.push_str(&shown);
                }
                if for_people {
                    if let Some(log) = &mut text.log {
                        let _ = log.write_all(&line);
                    }
                    text.all.push_str(&shown);
                }
                line.clear();
            }
        })
    }

    fn into_text(self) -> (String, String) {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (
            std::mem::take(&mut text.stdout),
            std::mem::take(&mut text.all),
        )
    }
}

/// Whether a program is on the PATH.
pub fn on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}
