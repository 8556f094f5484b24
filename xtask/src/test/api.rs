//! The public API against its own description: schemathesis makes up requests from the document the
//! server itself serves, well-formed ones and others, and looks at every answer.

use super::count::{self, Count};
use super::world::World;
use crate::proc::{self, end_group};
use crate::python;
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// The demo's key (`callcenter demo --json`).
const KEY: &str = "ccp_live_DemoKeyOfNorthgateCallsNotForRealUseAtAl";
/// How long the server may take until it answers: it makes 30 days of calls first.
const START: Duration = Duration::from_secs(120);

/// A demo server with a database of its own, ended with this value.
struct Demo {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Drop for Demo {
    fn drop(&mut self) {
        end_group(&mut self.child);
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Runs schemathesis against a demo.
pub(super) fn schemathesis(world: &mut World) -> Result<Count> {
    python::install(&world.root)?;
    let demo = start(world)?;
    let dir = world.folder("end2end")?;
    let tool = python::tool(&world.root, "schemathesis");
    let outcome = world
        .job(&tool, &dir)
        .args([
            "--config-file",
            "api/schemathesis.toml",
            "--no-color",
            "run",
        ])
        .args(["--header", &format!("Authorization: Bearer {KEY}")])
        .args([format!(
            "http://127.0.0.1:{}/api/v1/openapi.json",
            demo.port
        )])
        .env("PYTHONUNBUFFERED", 1)
        .run()?;
    Ok(count::schemathesis(&outcome.all).unless_success(outcome.success()))
}

fn start(world: &mut World) -> Result<Demo> {
    let server = world.server()?;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let folder = std::env::temp_dir().join(format!("callcenter-api-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let log = fs::File::create(folder.join("server.log"))?;
    let child = world
        .job(&server, &folder)
        .args(["serve", "--demo", "--quiet-demo"])
        .env("CALLCENTER_ADDR", format!("127.0.0.1:{port}"))
        .env("CALLCENTER__DATA__DIR", folder.join("data").display())
        // The run asks faster than any program should.
        .env("CALLCENTER__API__REQUESTS_PER_MINUTE", 10_000_000)
        .envs(&crate::root::Root::site_env(&world.root.site()))
        .command()
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .process_group(0)
        .spawn()
        .context("the server does not start")?;
    let mut demo = Demo {
        child,
        folder,
        port,
    };
    let begun = Instant::now();
    while !is_ready(port) {
        if let Some(status) = demo.child.try_wait()? {
            let said = fs::read_to_string(demo.folder.join("server.log")).unwrap_or_default();
            bail!("the server ended ({status}): {}", proc::tail(&said, 5));
        }
        if begun.elapsed() > START {
            bail!("the server did not answer within {} s", START.as_secs());
        }
        proc::tick()?;
    }
    Ok(demo)
}

fn is_ready(port: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| {
        answer.starts_with("HTTP/1.0 200") || answer.starts_with("HTTP/1.1 200")
    })
}
