//! Where things are: the checkout, the build cache, the site that the server serves.

use anyhow::{Context, Result};
use std::env;
use std::path::{Path, PathBuf};

/// The packages that are built for the machine itself, always together: one list for every native
/// build, lint and test, so that dependencies are compiled with one set of features, once.
/// `frontend` is for the browser and `xtask` is this program.
pub const NATIVE: &[&str] = &[
    "callcenter",
    "app",
    "bench",
    "migration",
    "server",
    "service",
    "sim",
    "store",
];

/// The leptos output name: the stem of the bundle's files and of the server's binary.
pub const OUTPUT_NAME: &str = "callcenter";

/// The checkout and the folders that belong to it.
#[derive(Clone)]
pub struct Root {
    /// The folder with the workspace's `Cargo.toml`.
    pub dir: PathBuf,
    /// Cargo's target folder, shared by all builds.
    pub target: PathBuf,
}

impl Root {
    /// Finds the checkout from the place this program was compiled in or runs in.
    pub fn find() -> Result<Self> {
        let here = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let dir = here
            .parent()
            .context("the xtask crate lies in the checkout")?
            .to_path_buf();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(target) => dir.join(target),
            None => default_target(&dir),
        };
        Ok(Self { dir, target })
    }

    /// The files the server serves as they are.
    pub fn site(&self) -> PathBuf {
        self.dir.join("target/site")
    }

    /// Intermediate results of the front-end build, keyed by content: shared between checkouts.
    pub fn front_cache(&self) -> PathBuf {
        self.target.join("front")
    }

    /// Logs of the last test run.
    pub fn logs(&self) -> PathBuf {
        self.dir.join("target/test-logs")
    }

    /// What the server must be told to find the bundle in `site`. Only for running it: set while
    /// compiling, `LEPTOS_OUTPUT_NAME` would be baked in and rebuild leptos.
    pub fn site_env(site: &Path) -> Vec<(String, String)> {
        let show = |path: &Path| path.display().to_string();
        [
            ("LEPTOS_OUTPUT_NAME", OUTPUT_NAME.to_owned()),
            ("LEPTOS_SITE_ROOT", show(site)),
            ("LEPTOS_SITE_PKG_DIR", "pkg".to_owned()),
            ("LEPTOS_HASH_FILES", "true".to_owned()),
            // Absolute: leptos joins it to the folder of the executable.
            ("LEPTOS_HASH_FILE_NAME", show(&site.join("hash.txt"))),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .to_vec()
    }
}

fn default_target(dir: &Path) -> PathBuf {
    let cache = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    cache.map_or_else(
        || dir.join("target"),
        |cache| cache.join("callcenter-pro/target"),
    )
}
