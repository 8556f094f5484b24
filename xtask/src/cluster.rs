//! A throw-away PostgreSQL as users meet it: plain, over TLS with a certificate that is checked, and
//! behind PgBouncer in transaction mode.
//!
//! Invariants: it lives in one temporary folder and on loopback ports of its own, never touches a
//! cluster of the machine, and ends with this program, however that ends.

pub(crate) mod pgbouncer;
pub(crate) mod postgres;
mod tls;

use crate::proc::{self, Job};
use crate::root::Root;
use anyhow::{Context, Result, bail};
use std::fs;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take until it answers.
const START: Duration = Duration::from_secs(60);

/// What every role of the cluster logs in with: it listens on loopback and lives for one run.
const PASSWORD: &str = "callcenter";

/// How much the cluster may lose when the machine stops.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Everything; nothing waits for the disk. For tests.
    None,
    /// Nothing that was committed, as in production. For measurements.
    Full,
}

/// A running PostgreSQL with a PgBouncer before it.
pub struct Cluster {
    dir: PathBuf,
    postgres: Server,
    pgbouncer: Server,
    port: u16,
    pool_port: u16,
}

impl Cluster {
    /// Starts both and waits until they answer.
    pub fn start(durability: Durability) -> Result<Self> {
        let start = Instant::now();
        let owner = Owner::find()?;
        let dir = std::env::temp_dir().join(format!("callcenter-postgres-{}", std::process::id()));
        fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
        let guard = RemoveOnDrop(Some(dir.clone()));
        tls::make(&dir, &owner)?;
        let port = free_port()?;
        let postgres = postgres::start(&dir, &owner, port, durability)?;
        let pool_port = free_port()?;
        let pgbouncer = pgbouncer::start(&dir, &owner, port, pool_port)?;
        guard.keep();
        let cluster = Self {
            dir,
            postgres,
            pgbouncer,
            port,
            pool_port,
        };
        cluster.check()?;
        eprintln!(
            "[postgres] ready in {:.1} s: plain and TLS on port {port}, PgBouncer on port {pool_port}",
            start.elapsed().as_secs_f32()
        );
        Ok(cluster)
    }

    /// A plain connection over TCP.
    pub fn url(&self) -> String {
        format!(
            "postgres://callcenter:{PASSWORD}@127.0.0.1:{}/callcenter?sslmode=disable",
            self.port
        )
    }

    /// A connection that must be encrypted and whose certificate is checked.
    pub fn url_tls(&self) -> String {
        format!(
            "postgres://callcenter_tls:{PASSWORD}@127.0.0.1:{}/callcenter_tls?sslmode=verify-full&sslrootcert={}",
            self.port,
            tls::authority(&self.dir).display()
        )
    }

    /// A connection through PgBouncer in transaction mode.
    pub fn url_pgbouncer(&self) -> String {
        format!(
            "postgres://callcenter_pool:{PASSWORD}@127.0.0.1:{}/callcenter_pool?sslmode=disable",
            self.pool_port
        )
    }

    /// The variables that tests read.
    pub fn env(&self) -> Vec<(String, String)> {
        vec![
            ("TEST_DATABASE_URL".to_owned(), self.url()),
            ("TEST_DATABASE_URL_TLS".to_owned(), self.url_tls()),
            (
                "TEST_DATABASE_URL_PGBOUNCER".to_owned(),
                self.url_pgbouncer(),
            ),
        ]
    }

    /// Each way in answers, and over TLS it is TLS.
    fn check(&self) -> Result<()> {
        for (url, encrypted) in [
            (self.url(), "f"),
            (self.url_tls(), "t"),
            (self.url_pgbouncer(), "f"),
        ] {
            let query = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
            let answer = Job::new(postgres::program("psql")?, Path::new("/"))
                .args([&url, "-XAtc", query])
                .env("PGCONNECT_TIMEOUT", 10)
                .minutes(1)
                .quiet()
                .must()?
                .stdout;
            if answer.trim() != encrypted {
                bail!(
                    "PostgreSQL answered `{}` to `{query}`, expected `{encrypted}`",
                    answer.trim()
                );
            }
        }
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.pgbouncer.end("TERM");
        self.postgres.end("INT");
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Runs a command beside a durable cluster, with the variables set.
pub fn with_postgres(root: &Root, command: &[String]) -> Result<ExitCode> {
    let Some((program, args)) = command.split_first() else {
        bail!("with-postgres needs a command: cargo xtask with-postgres -- COMMAND");
    };
    let cluster = Cluster::start(Durability::Full)?;
    let mut child = Job::new(program, &root.dir)
        .args(args)
        .envs(&cluster.env())
        .command()
        .process_group(0)
        .stdin(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start `{program}`"))?;
    let status = proc::wait(&mut child, Duration::from_secs(3600));
    if !matches!(status, Ok(Some(_))) {
        proc::end_group(&mut child);
    }
    Ok(match status? {
        Some(status) if status.success() => ExitCode::SUCCESS,
        Some(_) => ExitCode::FAILURE,
        None => bail!("`{program}` took over an hour and was ended"),
    })
}

/// Who the servers run as: neither of the two starts as root.
struct Owner {
    ids: Option<(u32, u32)>,
}

impl Owner {
    fn find() -> Result<Self> {
        if id(&["-u"])? != 0 {
            return Ok(Self { ids: None });
        }
        let ids = (id(&["-u", "postgres"]), id(&["-g", "postgres"]));
        let (Ok(user), Ok(group)) = ids else {
            bail!("no user `postgres` to run PostgreSQL as: `make setup` installs it");
        };
        Ok(Self {
            ids: Some((user, group)),
        })
    }

    fn give(&self, path: &Path) -> Result<()> {
        if let Some((user, group)) = self.ids {
            std::os::unix::fs::chown(path, Some(user), Some(group))
                .with_context(|| format!("cannot give {} to postgres", path.display()))?;
        }
        Ok(())
    }

    /// A command as the owner. With `setpriv` the kernel ends it even when this program is killed.
    fn command(&self, program: &Path, dies_by: &str) -> Command {
        if proc::on_path("setpriv") {
            let mut command = Command::new("setpriv");
            if let Some((user, group)) = self.ids {
                command.args([
                    format!("--reuid={user}"),
                    format!("--regid={group}"),
                    "--clear-groups".to_owned(),
                ]);
            }
            command
                .args(["--pdeathsig", dies_by])
                .arg("--")
                .arg(program);
            return command;
        }
        let mut command = Command::new(program);
        if let Some((user, group)) = self.ids {
            command.uid(user).gid(group);
        }
        command
    }
}

fn id(args: &[&str]) -> Result<u32> {
    let output = Command::new("id")
        .args(args)
        .stderr(Stdio::null())
        .output()
        .context("cannot run `id`")?;
    String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .with_context(|| format!("`id {}` names nobody", args.join(" ")))
}

/// A server process and the log it writes.
struct Server {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Server {
    fn start(name: &'static str, mut command: Command, log: PathBuf) -> Result<Self> {
        let file =
            fs::File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name}: `make setup` installs it"))?;
        Ok(Self { name, child, log })
    }

    /// Waits until `ready` says so; fails with the log when the server ends or is late.
    fn until(&mut self, mut ready: impl FnMut() -> bool) -> Result<()> {
        let start = Instant::now();
        while !ready() {
            let ended = self.child.try_wait()?;
            if ended.is_some() || start.elapsed() > START {
                let log = fs::read_to_string(&self.log).unwrap_or_default();
                bail!(
                    "{} did not start; its log ends:\n{}",
                    self.name,
                    proc::tail(&log, 20)
                );
            }
            proc::tick()?;
        }
        Ok(())
    }

    fn end(&mut self, signal: &str) {
        proc::signal(self.child.id(), signal);
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(5) {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        proc::end_group(&mut self.child);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.end("INT");
        }
    }
}

struct RemoveOnDrop(Option<PathBuf>);

impl RemoveOnDrop {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for RemoveOnDrop {
    fn drop(&mut self) {
        if let Some(dir) = &self.0 {
            let _ = fs::remove_dir_all(dir);
        }
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
