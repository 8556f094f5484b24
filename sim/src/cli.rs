//! The command line.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program talks on its streams"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};

use crate::report::{Report, Violation};
use crate::{l1, l2};

/// Calls of one seed at level 1, unless `--seeds` says otherwise: many worlds tell more than one.
const L1_CALLS_PER_SEED: u64 = 5_000;
/// Calls of one seed at level 2.
const L2_CALLS_PER_SEED: u64 = 500;

/// Runs thousands of calls from one seed, with faults, and checks that nothing that must hold breaks.
#[derive(Debug, Parser)]
#[command(name = "sim")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The domain alone.
    L1(Options),
    /// The use cases on a database.
    L2(Options),
    /// A failure from its file in seeds/.
    Replay { file: PathBuf },
}

#[derive(Debug, clap::Args)]
struct Options {
    /// How many calls in all.
    #[arg(long, default_value_t = 10_000)]
    calls: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Over how many seeds the calls are spread; one world each.
    #[arg(long)]
    seeds: Option<u64>,
}

/// A run that can be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipe {
    level: u64,
    seed: u64,
    calls: u64,
}

impl Recipe {
    /// Reads a recipe as kept in seeds/.
    fn read(text: &str) -> anyhow::Result<Self> {
        let json: serde_json::Value = serde_json::from_str(text)?;
        let field = |name: &str| {
            json[name]
                .as_u64()
                .with_context(|| format!("the field {name} is missing"))
        };
        let recipe = Self {
            level: field("level")?,
            seed: field("seed")?,
            calls: field("calls")?,
        };
        anyhow::ensure!(
            (1..=2).contains(&recipe.level),
            "there is no level {}",
            recipe.level
        );
        Ok(recipe)
    }

    fn run(self) -> anyhow::Result<Result<Report, Violation>> {
        if self.level == 1 {
            Ok(l1::run(self.seed, self.calls))
        } else {
            l2::run(self.seed, self.calls)
        }
    }
}

impl std::fmt::Display for Recipe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            r#"{{"level": {}, "seed": {}, "calls": {}}}"#,
            self.level, self.seed, self.calls
        )
    }
}

/// Does what the command line says.
pub fn run() -> ExitCode {
    let recipes = match Cli::parse().command {
        Command::L1(options) => spread(1, &options, L1_CALLS_PER_SEED),
        Command::L2(options) => spread(2, &options, L2_CALLS_PER_SEED),
        Command::Replay { file } => {
            let read = std::fs::read_to_string(&file)
                .map_err(anyhow::Error::from)
                .and_then(|text| Recipe::read(&text));
            match read {
                Ok(recipe) => vec![recipe],
                Err(e) => {
                    eprintln!("{}: {e}", file.display());
                    return ExitCode::from(2);
                }
            }
        }
    };
    match play(&recipes) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("{e:#}");
            ExitCode::from(2)
        }
    }
}

fn spread(level: u64, options: &Options, per_seed: u64) -> Vec<Recipe> {
    let seeds = options
        .seeds
        .unwrap_or(options.calls.div_ceil(per_seed))
        .max(1);
    let calls = |n: u64| options.calls / seeds + u64::from(n < options.calls % seeds);
    (0..seeds)
        .map(|n| Recipe {
            level,
            seed: options.seed.wrapping_add(n),
            calls: calls(n),
        })
        .collect()
}

fn play(recipes: &[Recipe]) -> anyhow::Result<bool> {
    #[expect(
        clippy::disallowed_methods,
        reason = "only the rate in the report is timed; nothing is decided by it"
    )]
    let began = std::time::Instant::now();
    let mut total = Report::default();
    let (mut passed, mut failed) = (0, 0);
    for recipe in recipes {
        match recipe.run()? {
            Ok(report) => {
                total.add(&report);
                passed += 1;
            }
            Err(violation) => {
                failed += 1;
                println!(
                    "seed {} broke: {}\n{}",
                    recipe.seed, violation.what, violation.tail
                );
                println!("Keep this in sim/seeds/ and run `sim replay` on it:\n{recipe}\n");
            }
        }
    }
    println!("{}", total.text(began.elapsed().as_secs_f64()));
    println!("{passed} passed, {failed} failed");
    Ok(failed == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kept_seed_holds() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("seeds");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .expect("seeds")
            .map(|f| f.expect("a file").path())
            .collect();
        files.sort();
        files.retain(|f| f.extension().is_some_and(|e| e == "json"));
        assert!(!files.is_empty());
        for file in files {
            let recipe =
                Recipe::read(&std::fs::read_to_string(&file).expect("text")).expect("a recipe");
            let done = recipe.run().expect("a run");
            assert!(
                done.is_ok(),
                "{}: {}",
                file.display(),
                done.err()
                    .map(|v| v.what + "\n" + &v.tail)
                    .unwrap_or_default()
            );
        }
    }

    #[test]
    fn a_recipe_is_read_as_it_is_written() {
        let recipe = Recipe {
            level: 2,
            seed: 7,
            calls: 300,
        };
        assert_eq!(Recipe::read(&recipe.to_string()).ok(), Some(recipe));
        assert!(Recipe::read(r#"{"level": 3, "seed": 1, "calls": 1}"#).is_err());
        assert!(Recipe::read("nonsense").is_err());
    }

    #[test]
    fn calls_are_spread_over_seeds_without_losing_one() {
        let recipes = spread(
            1,
            &Options {
                calls: 100,
                seed: 5,
                seeds: Some(3),
            },
            50,
        );
        assert_eq!(recipes.iter().map(|r| r.calls).sum::<u64>(), 100);
        assert_eq!(
            recipes.iter().map(|r| r.seed).collect::<Vec<_>>(),
            [5, 6, 7]
        );
    }
}
