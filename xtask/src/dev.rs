//! `make dev`: rebuild and restart when a file changes.
//!
//! It looks at the sources twice a second instead of asking the kernel: a few hundred files, one
//! dependency less, and the same on every system.

use crate::front::{self, Profile, files_below};
use crate::proc;
use crate::root::Root;
use crate::{serve, setup};
use anyhow::Result;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, SystemTime};

const WATCHED: &[&str] = &[
    "src",
    "app/src",
    "frontend/src",
    "migration/src",
    "server/src",
    "service/src",
    "store/src",
    "style",
    "public",
];

/// How often the sources are looked at.
const LOOK: Duration = Duration::from_millis(500);

/// Serves until it is told to stop.
pub fn dev(root: &Root, args: &[String]) -> Result<()> {
    setup::setup(root, false)?;
    let mut running: Option<Child> = None;
    let mut seen = None;
    while !proc::stopping() {
        let now = newest(root)?;
        if seen != Some(now) {
            seen = Some(now);
            match build(root) {
                Ok(server) => {
                    stop(&mut running);
                    let mut command = serve::server_job(root, &server, args).command();
                    running = Some(command.process_group(0).spawn()?);
                }
                // The old server goes on; the next change builds again.
                Err(error) => eprintln!("[dev] {error:#}"),
            }
        }
        std::thread::sleep(LOOK);
    }
    stop(&mut running);
    Ok(())
}

fn build(root: &Root) -> Result<PathBuf> {
    front::build(root, Profile::Debug)?;
    serve::build_server(root)
}

fn stop(running: &mut Option<Child>) {
    if let Some(mut child) = running.take() {
        proc::end_group(&mut child);
    }
}

fn newest(root: &Root) -> Result<(SystemTime, usize)> {
    let mut latest = SystemTime::UNIX_EPOCH;
    let mut count = 0;
    for dir in WATCHED {
        for path in files_below(&root.dir.join(dir))? {
            // A file that an editor is just replacing is looked at the next time.
            if let Ok(time) = path.metadata().and_then(|meta| meta.modified()) {
                latest = latest.max(time);
                count += 1;
            }
        }
    }
    Ok((latest, count))
}
