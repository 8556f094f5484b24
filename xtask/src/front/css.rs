//! The style sheet: Tailwind over `style/main.css`, minified.

use super::{Stamp, Stamped, say};
use crate::proc::Job;
use crate::root::{OUTPUT_NAME, Root};
use anyhow::{Context, Result};
use std::path::PathBuf;

pub(super) fn build(root: &Root) -> Result<PathBuf> {
    let style = root.dir.join("style");
    let mut inputs = Stamp::new("css-1");
    inputs.file(&style.join("package-lock.json"))?;
    inputs.tree(&style, &|name| name.ends_with(".css"))?;
    // Tailwind finds the class names in the sources.
    inputs.tree(&root.dir.join("app/src"), &|name| name.ends_with(".rs"))?;
    inputs.tree(&root.dir.join("server/src"), &|name| name.ends_with(".rs"))?;
    let step = Stamped::new(root, "css", inputs);
    let result = step.dir.join(format!("{OUTPUT_NAME}.css"));
    if step.is_fresh() {
        say("style sheet: unchanged");
        return Ok(result);
    }
    step.begin()?;
    say("style sheet");
    Job::new("node", &style)
        .args([
            "node_modules/@tailwindcss/cli/dist/index.mjs",
            "--input",
            "main.css",
            "--minify",
            "--output",
        ])
        .args([&result])
        .minutes(3)
        .must()
        .context("Tailwind failed; the lines above say where in style/")?;
    step.commit()?;
    Ok(result)
}
