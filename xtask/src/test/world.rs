//! What steps share: the database cluster and the test executables, both made when first needed.

use super::count::{self, Count};
use crate::cluster::{Cluster, Durability};
use crate::proc::{Job, Outcome};
use crate::root::{NATIVE, OUTPUT_NAME, Root};
use crate::setup::CLIPPY;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The surroundings of a step.
pub(super) struct World {
    pub(super) root: Root,
    step: &'static str,
    minutes: u64,
    cluster: Option<Cluster>,
    built: Option<Built>,
    /// Whether the one build was tried and failed: the suites after it need not try again.
    unbuildable: bool,
    /// Tests of the step that failed, or that passed only when repeated.
    named: Vec<String>,
}

/// The executables of one build, and what the lints found on the way.
#[derive(Default)]
struct Built {
    /// Warnings of the workspace's own crates, each as rustc words it.
    warnings: Vec<String>,
    /// Test executables by package, each with the package's folder.
    tests: BTreeMap<String, Vec<(PathBuf, PathBuf)>>,
    /// Programs by name.
    programs: BTreeMap<String, PathBuf>,
}

impl World {
    pub(super) fn new(root: Root) -> Self {
        Self {
            root,
            step: "",
            minutes: 0,
            cluster: None,
            built: None,
            unbuildable: false,
            named: Vec::new(),
        }
    }

    /// Names the step whose log and deadline the following jobs get.
    pub(super) fn enter(&mut self, step: &'static str, minutes: u64) {
        self.step = step;
        self.minutes = minutes;
        self.named.clear();
    }

    /// Keeps the names of tests for the summary: a log may be gone when somebody asks.
    pub(super) fn name(&mut self, tests: impl IntoIterator<Item = String>) {
        self.named.extend(tests);
    }

    /// The tests of this step that the summary names.
    pub(super) fn named(&mut self) -> Vec<String> {
        std::mem::take(&mut self.named)
    }

    fn dress(&self, job: Job) -> Job {
        job.minutes(self.minutes)
            .log(&self.root.logs().join(format!("{}.log", self.step)))
    }

    /// A cargo command with this step's log and deadline.
    pub(super) fn cargo(&self) -> Job {
        self.dress(Job::cargo(&self.root))
    }

    /// Any command with this step's log and deadline.
    pub(super) fn job(&self, program: impl AsRef<std::ffi::OsStr>, dir: &Path) -> Job {
        self.dress(Job::new(program, dir))
    }

    /// A folder of the checkout that must be there.
    pub(super) fn folder(&self, name: &str) -> Result<PathBuf> {
        let dir = self.root.dir.join(name);
        if !dir.is_dir() {
            bail!("no folder `{name}` in this checkout");
        }
        Ok(dir)
    }

    /// A check that passes or fails as a whole.
    pub(super) fn verdict(outcome: &Outcome) -> Count {
        if outcome.success() {
            Count::one_passed()
        } else {
            Count::one_failed()
        }
    }

    /// The cluster, started when first asked for.
    pub(super) fn cluster(&mut self) -> Result<&Cluster> {
        if self.cluster.is_none() {
            self.cluster = Some(Cluster::start(Durability::None)?);
        }
        self.cluster
            .as_ref()
            .context("the cluster was just started")
    }

    /// Compiles all native tests in one go: one set of features, every dependency once.
    pub(super) fn build_tests(&mut self) -> Result<()> {
        if self.built.is_some() {
            return Ok(());
        }
        if self.unbuildable {
            bail!("the tests did not compile: see the first step that said so");
        }
        let built = self.compile(NATIVE);
        self.unbuildable = built.is_err();
        self.built = Some(built?);
        Ok(())
    }

    /// The lints' verdict on what [`World::build_tests`] compiled.
    pub(super) fn lints(&mut self) -> Result<Count> {
        self.build_tests()?;
        Ok(self.built.as_ref().map(Built::verdict).unwrap_or_default())
    }

    /// Compiles programs and tests of some packages through Clippy's driver, which is rustc with more
    /// lints: what a lint run alone would read and check a second time is done once.
    fn compile(&self, packages: &[&str]) -> Result<Built> {
        let outcome = self
            .cargo()
            // Not `cargo test --no-run`: that leaves out programs, and a second command for them would
            // resolve features without those of the tests and compile half the dependencies again.
            .args(["build", "--locked", "--bins", "--tests"])
            .packages(packages)
            .args(["--message-format", "json"])
            .env("RUSTC_WORKSPACE_WRAPPER", CLIPPY)
            .quiet_stdout()
            .minutes(40)
            .run()?;
        for line in rendered(&outcome.stdout) {
            eprint!("{line}");
        }
        if !outcome.success() {
            bail!("the tests did not compile ({})", outcome.describe());
        }
        Ok(read_artifacts(&outcome.stdout))
    }

    /// This program's own tests, with the lints: its dependencies are not those of the product.
    pub(super) fn own_suite(&mut self) -> Result<Count> {
        let built = self.compile(&["xtask"])?;
        let verdict = built.verdict();
        let tests = built.tests.get("xtask").cloned().unwrap_or_default();
        Ok(self.run_tests(&tests, &[])?.plus(verdict))
    }

    /// Runs the test executables of one package.
    pub(super) fn suite(&mut self, package: &str, env: &[(String, String)]) -> Result<Count> {
        self.build_tests()?;
        let tests = self
            .built
            .as_ref()
            .and_then(|built| built.tests.get(package))
            .cloned()
            .unwrap_or_default();
        self.run_tests(&tests, env)
    }

    fn run_tests(
        &mut self,
        tests: &[(PathBuf, PathBuf)],
        env: &[(String, String)],
    ) -> Result<Count> {
        let update = std::env::var("INSTA_UPDATE").unwrap_or_else(|_| "no".to_owned());
        let mut sum = Count::default();
        for (executable, dir) in tests {
            let outcome = self
                .job(executable, dir)
                .env("CARGO_MANIFEST_DIR", dir.display())
                // A snapshot that differs is a failure, not a new file.
                // `INSTA_UPDATE=always make test` writes what changed, to be read before it is kept.
                .env("INSTA_UPDATE", &update)
                // Not while compiling, where it would count as an input.
                .env("INSTA_WORKSPACE_ROOT", self.root.dir.display())
                .envs(&Root::site_env(&self.root.site()))
                .envs(env)
                .run()?;
            sum = sum.plus(count::rust(&outcome.all).unless_success(outcome.success()));
            self.name(count::rust_failures(&outcome.all));
        }
        Ok(sum)
    }

    /// The server's executable.
    pub(super) fn server(&mut self) -> Result<PathBuf> {
        self.program(OUTPUT_NAME)
    }

    /// A program of the workspace, from the build of the tests.
    pub(super) fn program(&mut self, name: &str) -> Result<PathBuf> {
        self.build_tests()?;
        self.built
            .as_ref()
            .and_then(|built| built.programs.get(name))
            .cloned()
            .with_context(|| format!("the build made no program `{name}`"))
    }
}

impl Built {
    /// One check that holds when there is no warning; otherwise each warning is a failure.
    fn verdict(&self) -> Count {
        match self.warnings.len() as u64 {
            0 => Count::one_passed(),
            failed => Count { passed: 0, failed },
        }
    }
}

/// What the compiler has to say, as it words it for people.
fn rendered(messages: &str) -> Vec<String> {
    diagnostics(messages)
        .filter_map(|message| Some(message["rendered"].as_str()?.to_owned()))
        .collect()
}

fn diagnostics(messages: &str) -> impl Iterator<Item = Value> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-message")
        .map(|mut message| message["message"].take())
}

fn read_artifacts(messages: &str) -> Built {
    let mut built = Built {
        // "2 warnings emitted" has no place in the code; what has one is a finding.
        warnings: diagnostics(messages)
            .filter(|message| message["spans"].as_array().is_some_and(|at| !at.is_empty()))
            .filter_map(|message| Some(message["rendered"].as_str()?.to_owned()))
            .collect(),
        ..Built::default()
    };
    // The library and its tests are compiled apart and find the same.
    built.warnings.sort_unstable();
    built.warnings.dedup();
    for message in messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
    {
        let Some(executable) = message["executable"].as_str() else {
            continue;
        };
        let name = message["target"]["name"].as_str().unwrap_or_default();
        let manifest = Path::new(message["manifest_path"].as_str().unwrap_or_default());
        let dir = manifest.parent().unwrap_or(manifest).to_path_buf();
        if message["profile"]["test"].as_bool() == Some(true) {
            let package = package_name(message["package_id"].as_str().unwrap_or_default());
            built
                .tests
                .entry(package)
                .or_default()
                .push((PathBuf::from(executable), dir));
        } else {
            built
                .programs
                .insert(name.to_owned(), PathBuf::from(executable));
        }
    }
    built
}

/// `path+file:///checkout/store#0.1.0` and `path+file:///checkout#callcenter@0.1.0`.
fn package_name(id: &str) -> String {
    let (path, fragment) = id.rsplit_once('#').unwrap_or((id, ""));
    match fragment.split_once('@') {
        Some((name, _)) => name.to_owned(),
        None => path.rsplit('/').next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_names_are_read_from_both_forms_of_an_id() {
        assert_eq!(package_name("path+file:///checkout/store#0.1.0"), "store");
        assert_eq!(
            package_name("path+file:///checkout#callcenter@0.1.0"),
            "callcenter"
        );
    }

    #[test]
    fn a_warning_is_a_failure_and_its_summary_is_none() {
        let warning = r#"{"reason":"compiler-message","message":{"spans":[{"line_start":3}],"rendered":"warning: unused\n"}}"#;
        let summary = r#"{"reason":"compiler-message","message":{"spans":[],"rendered":"warning: 1 warning emitted\n"}}"#;
        let built = read_artifacts(&[warning, warning, summary].join("\n"));
        assert_eq!(
            built.verdict(),
            Count {
                passed: 0,
                failed: 1
            }
        );
        assert_eq!(read_artifacts(summary).verdict(), Count::one_passed());
    }

    #[test]
    fn test_executables_and_programs_are_told_apart() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","package_id":"path+file:///c/store#0.1.0","manifest_path":"/c/store/Cargo.toml","target":{"name":"it"},"profile":{"test":true},"executable":"/t/it-1"}"#,
            "\n",
            r#"{"reason":"compiler-artifact","package_id":"path+file:///c/server#0.1.0","manifest_path":"/c/server/Cargo.toml","target":{"name":"callcenter"},"profile":{"test":false},"executable":"/t/callcenter"}"#,
            "\nnot json\n",
        );
        let built = read_artifacts(messages);
        assert_eq!(
            built.tests["store"],
            [(PathBuf::from("/t/it-1"), PathBuf::from("/c/store"))]
        );
        assert_eq!(built.programs["callcenter"], PathBuf::from("/t/callcenter"));
    }
}
