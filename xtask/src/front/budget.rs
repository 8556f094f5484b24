//! The first load's weight and the browser's dependency tree, as gates.

use super::site::kilobytes;
use super::{Site, say};
use crate::proc::Job;
use crate::root::Root;
use anyhow::{Result, bail};

/// What a first visit may load in all, as sent, in bytes: bundle, style sheet, fonts and what the
/// page itself needs beside them.
const FIRST_LOAD: usize = 350_000;

/// Crates that must not reach the browser: large, or meant for the server.
const NEVER_IN_WASM: &[&str] = &[
    "argon2",
    "axum",
    "chrono",
    "chrono-tz",
    "fancy-regex",
    "hyper",
    "idna",
    "jiff",
    "migration",
    "regex",
    "reqwest",
    "sea-orm",
    "service",
    "sqlx",
    "store",
    "tokio",
    "tower",
    "url",
];

/// Who brings such a crate all the same, and we cannot help it: leptos reads its configuration with
/// `regex` (nothing calls that in the browser, the linker drops it) and takes addresses apart with `url`.
const LEPTOS_ITSELF: &[(&str, &str)] = &[
    ("leptos_config", "regex"),
    ("leptos_router", "url"),
    ("server_fn", "url"),
    ("url", "idna"),
];

/// Fails when the first load is too heavy or the browser's tree holds a crate it must not.
pub fn check(root: &Root, site: &Site) -> Result<()> {
    let total: usize = site
        .files
        .iter()
        .filter(|(name, sizes)| sizes.first && !name.ends_with(".LICENSE"))
        .map(|(_, sizes)| sizes.sent)
        .sum();
    say(&format!(
        "first load: {:.1} KB of {:.0} KB",
        kilobytes(total),
        kilobytes(FIRST_LOAD)
    ));
    if total > FIRST_LOAD {
        bail!(
            "the first load is {:.1} KB over its budget of {:.0} KB; see the sizes above",
            kilobytes(total - FIRST_LOAD),
            kilobytes(FIRST_LOAD)
        );
    }
    let tree = Job::cargo(root)
        .args([
            "tree",
            "--locked",
            "-p",
            "frontend",
            "--target",
            "wasm32-unknown-unknown",
        ])
        .args([
            "-e",
            "normal,no-proc-macro",
            "--prefix",
            "depth",
            "--format",
            "{p}",
        ])
        .minutes(2)
        .quiet()
        .must()?;
    let found = forbidden(&tree.stdout);
    if !found.is_empty() {
        bail!(
            "the browser's dependency tree holds {}: `cargo tree -p frontend --target wasm32-unknown-unknown -i NAME` shows who brings it",
            found.join(", ")
        );
    }
    say("the browser's dependency tree holds nothing it must not");
    Ok(())
}

/// `parent → crate` for every forbidden crate in a tree whose lines begin with their depth.
fn forbidden(tree: &str) -> Vec<String> {
    let mut above: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for line in tree.lines() {
        let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (Ok(depth), Some(name)) = (
            line[..digits].parse::<usize>(),
            line[digits..].split_whitespace().next(),
        ) else {
            continue;
        };
        above.truncate(depth);
        let parent = above.last().copied().unwrap_or_default();
        if NEVER_IN_WASM.contains(&name) && !LEPTOS_ITSELF.contains(&(parent, name)) {
            found.push(format!("{parent} → {name}"));
        }
        above.push(name);
    }
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forbidden_crates_are_named_once_with_who_brings_them() {
        let tree = "0frontend v0.1.0\n1app v0.1.0\n2tokio v1.50.0\n3regex-syntax v0.8.0\n2serde v1.0.0\n1app v0.1.0 (*)\n2tokio v1.50.0 (*)\n";
        assert_eq!(forbidden(tree), ["app → tokio"]);
    }

    #[test]
    fn what_leptos_brings_itself_is_known() {
        assert_eq!(
            forbidden("0leptos_config v0.8.10\n1regex v1.13.1\n"),
            Vec::<String>::new()
        );
        assert_eq!(forbidden("0app v0.1.0\n1regex v1.13.1\n"), ["app → regex"]);
    }
}
