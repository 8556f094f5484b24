//! `make build`: one executable and one folder, together all that a server needs.

use crate::front::{self, Profile, files_below};
use crate::proc::Job;
use crate::root::{OUTPUT_NAME, Root};
use crate::setup;
use anyhow::{Context, Result};
use std::fs;

/// Builds for release into `dist/`.
pub fn dist(root: &Root) -> Result<()> {
    setup::setup(root, false)?;
    let site = front::build(root, Profile::Release)?;
    Job::cargo(root)
        .args(["build", "--locked", "--release", "-p", "server"])
        .minutes(60)
        .must()
        .context("the server did not compile; the lines above say why")?;
    let dist = root.dir.join("dist");
    if dist.exists() {
        fs::remove_dir_all(&dist).with_context(|| format!("cannot empty {}", dist.display()))?;
    }
    for path in files_below(&site.dir)? {
        let to = dist.join("site").join(path.strip_prefix(&site.dir)?);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::copy(&path, &to)?;
    }
    let built = root.target.join("release").join(OUTPUT_NAME);
    fs::copy(&built, dist.join(OUTPUT_NAME))
        .with_context(|| format!("cannot copy {}", built.display()))?;
    eprintln!("[build] dist/{OUTPUT_NAME} and dist/site/ are all that a server needs");
    Ok(())
}
