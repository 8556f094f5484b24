//! The programs that are measured, each a process of its own that ends with this one.

use crate::floor::POOL;
use crate::form;
use crate::http::Connection;
use crate::load::on_one_thread;
use crate::pool::NUMBERS;
use anyhow::{Context, Result, anyhow, bail};
use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a program may take until it is ready.
const START: Duration = Duration::from_secs(60);

/// A running program that answers on an address.
#[derive(Debug)]
pub struct Server {
    name: &'static str,
    child: Child,
    log: PathBuf,
    pub address: SocketAddr,
}

impl Server {
    /// The ceiling: this very program in another role.
    pub fn ceiling(scratch: &Path) -> Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("ceiling").arg(address.to_string());
        Self::start("ceiling", command, address, scratch)
    }

    /// The plain Express handlers.
    pub fn express(folder: &Path, database: &str, scratch: &Path) -> Result<Self> {
        let address = free_address()?;
        let mut command = Command::new("node");
        command
            .arg("server.js")
            .current_dir(folder)
            .env("NODE_ENV", "production")
            .env("PORT", address.port().to_string())
            .env("DATABASE_URL", database)
            .env("CONNECTIONS", POOL.to_string())
            .env("NUMBERS", NUMBERS.to_string());
        Self::start("express", command, address, scratch)
    }

    /// The product over a prepared database, with the settings a new installation has but for these.
    pub fn product(
        binary: &Path,
        database: &str,
        settings: &[(&str, &str)],
        scratch: &Path,
    ) -> Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(binary);
        for (name, _) in std::env::vars_os() {
            let ours = [
                "CALLCENTER_",
                "DATABASE_URL",
                "PUBLIC_BASE_URL",
                "SESSION_SECRET",
                "TWILIO_",
            ];
            if name
                .to_str()
                .is_some_and(|name| ours.iter().any(|prefix| name.starts_with(prefix)))
            {
                command.env_remove(name);
            }
        }
        command
            .arg("serve")
            .env("CALLCENTER_ADDR", address.to_string())
            .env("CALLCENTER__DATA__DIR", scratch)
            .env("DATABASE_URL", database)
            .env("PUBLIC_BASE_URL", format!("http://{address}"))
            .env("TWILIO_ACCOUNT_SID", form::ACCOUNT_SID)
            .env("TWILIO_AUTH_TOKEN", form::TOKEN)
            // Nobody listens on this port: a run must not leave the machine.
            .env("TWILIO_API_BASE_URL", "http://127.0.0.1:9")
            .envs(settings.iter().copied());
        Self::start("callcenter", command, address, scratch)
    }

    fn start(
        name: &'static str,
        mut command: Command,
        address: SocketAddr,
        scratch: &Path,
    ) -> Result<Self> {
        let log = scratch.join(format!("{name}-{}.log", address.port()));
        let file = fs::File::create(&log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let mut server = Self {
            name,
            child,
            log,
            address,
        };
        server.wait_until_ready()?;
        Ok(server)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let start = Instant::now();
        let request = format!("GET /readyz HTTP/1.1\r\nhost: {}\r\n\r\n", self.address);
        loop {
            let ready = on_one_thread(async {
                let mut connection = Connection::open(self.address).await?;
                let answer = tokio::time::timeout(
                    Duration::from_secs(5),
                    connection.send(request.as_bytes()),
                )
                .await??;
                Ok(answer.status == 200)
            });
            if ready.unwrap_or(false) {
                return Ok(());
            }
            let ended = self.child.try_wait()?;
            if ended.is_some() || start.elapsed() > START {
                bail!(
                    "{} did not get ready; its log:\n{}",
                    self.name,
                    self.log_end()
                );
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The end of what the program printed.
    pub fn log_end(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// How long the log is by now, in bytes.
    pub fn log_length(&self) -> Result<u64> {
        Ok(fs::metadata(&self.log)?.len())
    }

    /// What was printed since the log was so long.
    pub fn log_since(&self, length: u64) -> Result<String> {
        let mut file = fs::File::open(&self.log)?;
        file.seek(SeekFrom::Start(length))?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        Ok(text)
    }

    /// Resident memory in megabytes: now, and the most it ever was. Only Linux tells.
    pub fn memory(&self) -> Result<Memory> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .context("memory is read from /proc, which only Linux has")?;
        let megabytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|rest| {
                rest.trim()
                    .trim_end_matches("kB")
                    .trim()
                    .parse::<f64>()
                    .ok()
            })
            .map(|kilobytes| kilobytes * 1024.0 / 1e6)
            .ok_or_else(|| anyhow!("no {name} in /proc"))
        };
        Ok(Memory {
            resident: megabytes("VmRSS:")?,
            peak: megabytes("VmHWM:")?,
        })
    }
}

/// Megabytes of a process.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    pub resident: f64,
    pub peak: f64,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}
