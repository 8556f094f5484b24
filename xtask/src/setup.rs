//! A fresh machine: Node tools from npm, and for the tests what Debian packages.
//!
//! Invariants: a second run does nothing and takes no time; nothing is downloaded from anywhere but
//! the package registries; what cannot be installed is named with the command that would.

use crate::cluster::{pgbouncer, postgres};
use crate::front;
use crate::proc::{self, Job};
use crate::python;
use crate::root::Root;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Clippy's driver: a rustc that knows more lints.
pub const CLIPPY: &str = "clippy-driver";

/// Debian's packages of Chromium, and the programs in them: whole, and without windows.
const BROWSER: &str = "chromium";
const SHELL: &str = "chromium-headless-shell";

/// The oldest Node that Playwright and Tailwind run on.
const NODE_MAJOR: u32 = 20;

/// One thing a test run needs from the machine.
struct Need {
    package: &'static str,
    present: fn() -> bool,
}

const NEEDS: &[Need] = &[
    Need {
        package: "postgresql",
        present: || postgres::find("postgres").is_some(),
    },
    Need {
        package: "openssl",
        present: || proc::on_path("openssl"),
    },
    Need {
        package: "pgbouncer",
        present: || pgbouncer::program().is_file() || proc::on_path("pgbouncer"),
    },
    Need {
        package: "python3-venv",
        present: python::usable,
    },
    Need {
        package: "wrk",
        present: || proc::on_path("wrk"),
    },
];

/// Installs what is missing; with `tests`, also what the test run and the benchmark need from the
/// machine.
pub fn setup(root: &Root, tests: bool) -> Result<()> {
    check_node()?;
    npm_ci(&root.dir.join("style"))?;
    if !tests {
        return Ok(());
    }
    if !proc::on_path(CLIPPY) {
        bail!("no {CLIPPY} here, which the lints need: rustup component add clippy");
    }
    npm_ci(&root.dir.join("end2end"))?;
    let missing: Vec<&str> = NEEDS
        .iter()
        .filter(|need| !(need.present)())
        .map(|need| need.package)
        .collect();
    if !missing.is_empty() {
        apt(&missing)?;
    }
    if !(proc::on_path(SHELL) && proc::on_path(BROWSER)) && proc::on_path("apt-get") {
        // Older releases have the whole browser alone.
        apt(&[SHELL, BROWSER]).or_else(|_| apt(&[BROWSER]))?;
    }
    python::install(root)?;
    if !proc::on_path(BROWSER) && !proc::on_path("apt-get") {
        say("Playwright's own browser");
        Job::new("npx", &root.dir.join("end2end"))
            .args(["playwright", "install", "chromium"])
            .minutes(15)
            .must()
            .context("no browser: install chromium")?;
    }
    Ok(())
}

/// Installs what the benchmark needs beside [`setup`]: the handler it compares with.
pub fn bench(root: &Root) -> Result<()> {
    npm_ci(&root.dir.join("bench/express"))
}

fn say(text: &str) {
    eprintln!("[setup] {text}");
}

fn check_node() -> Result<()> {
    let output = Command::new("node").arg("--version").output();
    let version = output
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    let major = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= NODE_MAJOR && proc::on_path("npm") => Ok(()),
        Some(major) if major < NODE_MAJOR => {
            bail!(
                "Node {major} is too old: install Node {NODE_MAJOR} or newer with npm (https://nodejs.org)"
            )
        }
        _ => {
            bail!("no Node here: install Node {NODE_MAJOR} or newer with npm (https://nodejs.org)")
        }
    }
}

/// `npm ci`, unless the folder holds what its lock file says.
fn npm_ci(dir: &Path) -> Result<()> {
    let lock = dir.join("package-lock.json");
    let wanted = front::digest(&lock)?;
    let stamp = dir.join("node_modules/.callcenter-lock");
    if fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    say(&format!(
        "npm ci in {}",
        dir.file_name().unwrap_or_default().to_string_lossy()
    ));
    Job::new("npm", dir)
        .args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ])
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", 1)
        .env("PUPPETEER_SKIP_DOWNLOAD", 1)
        .minutes(10)
        .must()
        .context("npm ci failed; is the npm registry reachable? (npm ping)")?;
    fs::write(&stamp, wanted)?;
    Ok(())
}

fn apt(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    if !proc::on_path("apt-get") {
        bail!(
            "missing on this machine: {list}. Install them with your package manager and run again"
        );
    }
    let root = Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout == b"0\n");
    if !root && !proc::on_path("sudo") {
        bail!("missing: {list}. Run as root: apt-get install --no-install-recommends {list}");
    }
    let prefix: &[&str] = if root { &[] } else { &["sudo", "-n"] };
    say(&format!("apt-get install {list}"));
    let run = |args: &[&str]| {
        let words: Vec<&str> = [
            prefix,
            &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"],
            args,
        ]
        .concat();
        Job::new(words[0], Path::new("/"))
            .args(&words[1..])
            .minutes(10)
            .quiet()
            .must()
    };
    run(&["update", "-qq"]).context("apt-get update failed")?;
    let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
    install.extend(packages);
    run(&install).with_context(|| format!("apt-get could not install {list}"))?;
    Ok(())
}
