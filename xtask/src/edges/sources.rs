//! Rules about the text of the repository.

use crate::proc::Job;
use crate::root::Root;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// One file of the repository.
struct Source<'a> {
    path: &'a str,
    text: &'a str,
}

/// A rule over one file: the lines that break it.
struct Rule {
    why: &'static str,
    applies: fn(&str) -> bool,
    breaks: fn(&Source<'_>) -> Vec<usize>,
}

const RULES: &[Rule] = &[
    Rule {
        why: "`ssr` code in app: only `mod ctx`, the `use` line of a server function's body, and tests",
        applies: |path| path.starts_with("app/src/") && path.ends_with(".rs"),
        breaks: misplaced_ssr,
    },
    Rule {
        why: "name packages: building everything at once unifies app's two features and breaks hydration",
        applies: is_build_file,
        breaks: |source| {
            lines_with(
                source,
                &[concat!("--work", "space"), concat!("--all-", "features")],
            )
        },
    },
    Rule {
        why: "settings are read in the server's config and nowhere else",
        applies: |path| {
            [
                "src/",
                "app/src/",
                "migration/src/",
                "service/src/",
                "store/src/",
            ]
            .iter()
            .any(|dir| path.starts_with(dir))
                && path.ends_with(".rs")
                && !path.contains("testing")
        },
        breaks: |source| lines_with(source, &["env::var", "env::vars", "env::set_var"]),
    },
    Rule {
        why: "a lock file names no host: npm keeps it out with `omit-lockfile-registry-resolved`",
        applies: |path| path.ends_with("package-lock.json"),
        breaks: |source| lines_with(source, &["\"resolved\": \"http"]),
    },
    Rule {
        why: "crates come from crates.io by its usual name, or from this repository",
        applies: |path| path == "Cargo.lock",
        breaks: foreign_sources,
    },
    Rule {
        why: "no address of a machine's package mirror and no path of somebody's home in the repository",
        applies: |path| !path.starts_with("xtask/src/edges/"),
        breaks: |source| {
            lines_with(
                source,
                &[
                    "artifactory",
                    "/api/npm/",
                    "file:///home/",
                    "/Users/",
                    "\"/root/",
                    " /root/",
                    "'/root/",
                ],
            )
        },
    },
];

pub(super) fn check(root: &Root) -> Result<Vec<String>> {
    let listed = Job::new("git", &root.dir)
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .minutes(1)
        .quiet()
        .must()
        .context("cannot list the repository's files")?;
    let mut found = Vec::new();
    for path in listed.stdout.split('\0').filter(|path| !path.is_empty()) {
        // A file that git knows and that is gone, or one that is not text, breaks no rule.
        if let Ok(text) = fs::read_to_string(root.dir.join(path)) {
            found.extend(check_one(&Source {
                path: path.trim(),
                text: &text,
            }));
            found.extend(own_path(root, path.trim(), &text));
        }
    }
    Ok(found)
}

fn check_one(source: &Source<'_>) -> Vec<String> {
    RULES
        .iter()
        .filter(|rule| (rule.applies)(source.path))
        .flat_map(|rule| {
            let lines = (rule.breaks)(source);
            lines
                .into_iter()
                .map(|line| format!("{}:{line}: {}", source.path, rule.why))
        })
        .collect()
}

/// The place of this checkout in a file. Only where people write: a build machine may put the
/// checkout anywhere, even at a path that the text names for other reasons.
fn own_path(root: &Root, path: &str, text: &str) -> Vec<String> {
    let place = root.dir.display().to_string();
    if std::env::var_os("CI").is_some() || Path::new(&place).components().count() < 3 {
        return Vec::new();
    }
    lines_with(&Source { path, text }, &[&place])
        .into_iter()
        .map(|line| format!("{path}:{line}: the place of this checkout"))
        .collect()
}

fn is_build_file(path: &str) -> bool {
    path == "Makefile"
        || path.ends_with("package.json")
        || [".ci/", ".cargo/", "scripts/", "xtask/src/"]
            .iter()
            .any(|dir| path.starts_with(dir))
}

fn lines_with(source: &Source<'_>, needles: &[&str]) -> Vec<usize> {
    source
        .text
        .lines()
        .enumerate()
        .filter(|(_, line)| needles.iter().any(|needle| line.contains(needle)))
        .map(|(index, _)| index + 1)
        .collect()
}

fn foreign_sources(source: &Source<'_>) -> Vec<usize> {
    source
        .text
        .lines()
        .enumerate()
        .filter(|(_, line)| {
            line.starts_with("source = ")
                && !line.contains("registry+https://github.com/rust-lang/crates.io-index")
        })
        .map(|(index, _)| index + 1)
        .collect()
}

/// Lines with `feature = "ssr"` that are not at one of the places where it belongs.
fn misplaced_ssr(source: &Source<'_>) -> Vec<usize> {
    let lines: Vec<&str> = source.text.lines().collect();
    let in_api = source.path == "app/src/api.rs" || source.path.starts_with("app/src/api/");
    let mut misplaced = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if !line.contains("feature = \"ssr\"") || line.trim_start().starts_with("//") {
            continue;
        }
        let item = lines[index + 1..]
            .iter()
            .map(|next| next.trim())
            .find(|next| !next.is_empty() && !next.starts_with("#[") && !next.starts_with("//"))
            .unwrap_or_default();
        let module = item
            .strip_prefix("pub ")
            .or(item.strip_prefix("pub(crate) "))
            .unwrap_or(item);
        let allowed = module.starts_with("mod ctx")
            || module.starts_with("mod tests")
            || item.starts_with("compile_error!")
            || (in_api && item.starts_with("use "))
            || line.contains("cfg(all(test");
        if !allowed {
            misplaced.push(index + 1);
        }
    }
    misplaced
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check_one(&Source { path, text })
    }

    #[test]
    fn ssr_code_belongs_to_ctx_and_server_functions() {
        let lib = "#[cfg(all(feature = \"ssr\", feature = \"hydrate\"))]\ncompile_error!(\"one half\");\n\n#[cfg(feature = \"ssr\")]\npub mod ctx;\n";
        assert_eq!(found("app/src/lib.rs", lib), Vec::<String>::new());
        let body = "pub async fn list() {\n    #[cfg(feature = \"ssr\")]\n    use crate::ctx;\n}\n";
        assert_eq!(found("app/src/api/campaign.rs", body), Vec::<String>::new());
        assert_eq!(found("app/src/page/calls.rs", body).len(), 1);
    }

    #[test]
    fn building_everything_at_once_is_reported() {
        let recipe = format!("check:\n\tcargo check {}\n", concat!("--work", "space"));
        assert_eq!(found("Makefile", &recipe).len(), 1);
        assert_eq!(found("docs/building.md", &recipe), Vec::<String>::new());
    }

    #[test]
    fn hosts_in_lock_files_are_reported() {
        let npm = "  \"resolved\": \"https://mirror.example/x.tgz\",\n";
        assert_eq!(found("style/package-lock.json", npm).len(), 1);
        let cargo = "source = \"registry+https://mirror.example/index\"\n";
        assert_eq!(found("Cargo.lock", cargo).len(), 1);
    }

    #[test]
    fn environment_outside_the_config_is_reported() {
        assert_eq!(
            found("service/src/call.rs", "let url = std::env::var(\"X\");\n").len(),
            1
        );
        assert_eq!(
            found("server/src/config.rs", "let url = std::env::var(\"X\");\n"),
            Vec::<String>::new()
        );
        assert_eq!(
            found("store/src/testing.rs", "let url = std::env::var(\"X\");\n"),
            Vec::<String>::new()
        );
    }
}
