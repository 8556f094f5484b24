//! The browser bundle: WebAssembly, its JavaScript, the style sheet, fonts and public files, named
//! by content and compressed ahead of time, in the folder that the server serves.
//!
//! Invariants: each step is skipped when its inputs are those of its last result, wherever the
//! checkout lies; `hash.txt` is written after the files it names and before older ones go, so that
//! a running server never hands out a name that is not there.

mod assets;
pub mod budget;
mod css;
mod module;
mod names;
mod site;
mod snip;
mod wasm;

use crate::root::Root;
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub use site::Site;

/// How the bundle is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Small: what users get.
    Release,
    /// Quick to build: for `make dev`.
    Debug,
}

/// Builds everything into `target/site`.
pub fn build(root: &Root, profile: Profile) -> Result<Site> {
    let start = Instant::now();
    let wasm = wasm::build(root, profile)?;
    let css = css::build(root)?;
    let site = site::assemble(root, &wasm, &css)?;
    site.print();
    say(&format!(
        "site ready in {:.1} s",
        start.elapsed().as_secs_f32()
    ));
    Ok(site)
}

/// One line of progress.
pub fn say(text: &str) {
    eprintln!("[front] {text}");
}

/// A step's result that can be reused: a folder with a stamp of the inputs beside it.
struct Stamped {
    dir: PathBuf,
    stamp: String,
}

impl Stamped {
    fn new(root: &Root, name: &str, inputs: Stamp) -> Self {
        Self {
            dir: root.front_cache().join(name),
            stamp: inputs.finish(),
        }
    }

    fn is_fresh(&self) -> bool {
        fs::read_to_string(self.dir.join(".stamp")).is_ok_and(|stamp| stamp == self.stamp)
    }

    /// Empties the folder for a new result; the stamp comes back with `commit`.
    fn begin(&self) -> Result<()> {
        if self.dir.exists() {
            fs::remove_dir_all(&self.dir)
                .with_context(|| format!("cannot empty {}", self.dir.display()))?;
        }
        fs::create_dir_all(&self.dir).with_context(|| format!("cannot make {}", self.dir.display()))
    }

    fn commit(&self) -> Result<()> {
        fs::write(self.dir.join(".stamp"), &self.stamp).context("cannot write a stamp")
    }
}

/// A digest over everything a step reads.
struct Stamp(Sha256);

impl Stamp {
    fn new(step: &str) -> Self {
        let mut stamp = Self(Sha256::new());
        stamp.text(step);
        stamp
    }

    fn text(&mut self, text: &str) {
        self.0
            .update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    fn file(&mut self, path: &Path) -> Result<()> {
        self.text(&digest(path)?);
        Ok(())
    }

    /// Every file below `dir` whose name `wanted` accepts, in order of name.
    fn tree(&mut self, dir: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<()> {
        for path in files_below(dir)? {
            let name = path
                .strip_prefix(dir)
                .unwrap_or(&path)
                .to_string_lossy()
                .into_owned();
            if wanted(&name) {
                self.text(&name);
                self.file(&path)?;
            }
        }
        Ok(())
    }

    fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// All files below a folder, sorted; `node_modules` and hidden names are not entered. A folder that
/// does not exist has none.
pub fn files_below(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if !dir.exists() {
        return Ok(found);
    }
    for entry in fs::read_dir(dir).with_context(|| format!("cannot list {}", dir.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name == "node_modules" || name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            found.extend(files_below(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The digest of one file's content.
pub fn digest(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(hex(&Sha256::digest(bytes)))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// The part of a content's digest that goes into its file name.
fn content_hash(bytes: &[u8]) -> String {
    let mut hash = hex(&Sha256::digest(bytes));
    hash.truncate(16);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamp_changes_with_content_and_with_borders() {
        let stamp = |parts: &[&str]| {
            let mut stamp = Stamp::new("step");
            for part in parts {
                stamp.text(part);
            }
            stamp.finish()
        };
        assert_eq!(stamp(&["ab", "c"]), stamp(&["ab", "c"]));
        assert_ne!(stamp(&["ab", "c"]), stamp(&["a", "bc"]));
    }

    #[test]
    fn content_hash_is_short_and_stable() {
        assert_eq!(content_hash(b""), "e3b0c44298fc1c14");
    }
}
