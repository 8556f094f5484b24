//! Python tools, in a virtual environment of their own below the build cache.

use crate::front;
use crate::proc::Job;
use crate::root::Root;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Whether this machine can make a virtual environment.
pub fn usable() -> bool {
    ["venv", "ensurepip"].iter().all(|module| {
        let output = Command::new("python3")
            .args(["-m", module, "--help"])
            .output();
        output.is_ok_and(|output| output.status.success())
    })
}

/// The folder of the environment.
fn folder(root: &Root) -> PathBuf {
    root.target.join("python")
}

/// A tool of the environment.
pub fn tool(root: &Root, name: &str) -> PathBuf {
    folder(root).join("bin").join(name)
}

/// Installs what the list names, unless the environment holds just that.
pub fn install(root: &Root) -> Result<()> {
    let list = root.dir.join("end2end/api/requirements.txt");
    let wanted = front::digest(&list)?;
    let folder = folder(root);
    let stamp = folder.join(".callcenter-lock");
    if fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    eprintln!("[setup] pip install into {}", folder.display());
    let here = Path::new("/");
    Job::new("python3", here)
        .args(["-m", "venv", "--clear"])
        .args([&folder])
        .minutes(5)
        .quiet()
        .must()
        .context("no Python environment: install python3-venv")?;
    Job::new(tool(root, "pip"), here)
        .args(["install", "--quiet", "--disable-pip-version-check", "-r"])
        .args([&list])
        .minutes(10)
        .must()
        .context("pip install failed; is the Python registry reachable?")?;
    fs::write(&stamp, wanted)?;
    Ok(())
}
