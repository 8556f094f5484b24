//! `make test`: every check and every suite, in one order on every machine; the bundle is built beside
//! the suites that do not need it.
//!
//! Invariants: the steps are a table; each has a deadline and a log; a step that dies counts as a
//! failure; the last line is `N passed, N failed` and nothing else; a suite that finds no test is a
//! failure, because silence is not success.

mod api;
mod count;
mod steps;
mod world;

use crate::root::Root;
use anyhow::{Result, bail};
use count::Count;
use std::fs;
use std::process::ExitCode;
use std::time::Instant;
use steps::{STEPS, Step};
use world::World;

/// Runs the steps that `args` choose.
pub fn command(root: &Root, args: &[String]) -> Result<ExitCode> {
    if args.iter().any(|arg| arg == "--list") {
        for step in STEPS {
            println!("{:<16} {}", step.name, step.what);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let chosen = choose(args)?;
    run(root, &chosen)
}

/// Runs the steps that are no suites: format, lints, edges, bundle.
pub fn check(root: &Root) -> Result<ExitCode> {
    let chosen: Vec<&Step> = STEPS.iter().filter(|step| step.is_check).collect();
    run(root, &chosen)
}

fn choose(args: &[String]) -> Result<Vec<&'static Step>> {
    let mut only: Vec<&str> = Vec::new();
    let mut skip: Vec<&str> = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let (flag, value) = match arg.split_once('=') {
            Some((flag, value)) => (flag, Some(value)),
            None => (arg.as_str(), args.next().map(String::as_str)),
        };
        let list = match flag {
            "--only" => &mut only,
            "--skip" => &mut skip,
            other => bail!("`test` knows no `{other}`: --only A,B  --skip C  --list"),
        };
        list.extend(
            value
                .unwrap_or_default()
                .split(',')
                .filter(|name| !name.is_empty()),
        );
    }
    for name in only.iter().chain(&skip) {
        if !STEPS.iter().any(|step| step.name == *name) {
            bail!("no step `{name}`; `cargo xtask test --list` shows them");
        }
    }
    Ok(STEPS
        .iter()
        .filter(|step| (only.is_empty() || only.contains(&step.name)) && !skip.contains(&step.name))
        .collect())
}

/// One line of the summary.
struct Row {
    step: &'static Step,
    count: Count,
    seconds: f32,
    why: Option<String>,
    /// Tests that failed or passed only when repeated.
    named: Vec<String>,
}

fn run(root: &Root, chosen: &[&'static Step]) -> Result<ExitCode> {
    let logs = root.logs();
    if logs.exists() {
        fs::remove_dir_all(&logs)?;
    }
    fs::create_dir_all(&logs)?;
    let mut rows: Vec<Row> = Vec::new();
    std::thread::scope(|scope| {
        let mut world = World::new(root.clone());
        let mut steps = chosen.iter().copied().enumerate().peekable();
        let mut beside = None;
        while let Some((index, step)) = steps.next() {
            if step.beside {
                let mut all = vec![(index, step)];
                while let Some(next) = steps.next_if(|(_, step)| step.beside) {
                    all.push(next);
                }
                beside = Some(scope.spawn(move || aside(root, &all, chosen.len())));
                continue;
            }
            if step.needs_bundle {
                rows.extend(beside.take().map(ended).unwrap_or_default());
            }
            rows.push(one(root, &mut world, (index, chosen.len()), step));
            if crate::proc::stopping() {
                eprintln!("\ninterrupted; the remaining steps did not run");
                break;
            }
        }
        rows.extend(beside.take().map(ended).unwrap_or_default());
    });
    Ok(summary(root, &rows, chosen.len()))
}

/// Steps that run beside others, one after another, with surroundings of their own.
fn aside(root: &Root, steps: &[(usize, &'static Step)], of: usize) -> Vec<Row> {
    let mut world = World::new(root.clone());
    let mut rows = Vec::new();
    for (index, step) in steps {
        if !crate::proc::stopping() {
            rows.push(one(root, &mut world, (*index, of), step));
        }
    }
    rows
}

/// What a thread found; one that panicked found nothing, and its steps count as not run.
fn ended(thread: std::thread::ScopedJoinHandle<'_, Vec<Row>>) -> Vec<Row> {
    thread.join().unwrap_or_default()
}

/// Runs one step.
fn one(root: &Root, world: &mut World, (index, of): (usize, usize), step: &'static Step) -> Row {
    eprintln!("\n=== {}/{of} {}: {}", index + 1, step.name, step.what);
    let start = Instant::now();
    world.enter(step.name, step.minutes);
    let (count, why) = match (step.run)(world) {
        Ok(count) if count.failed == 0 && count.passed == 0 && !step.may_be_empty => {
            (Count::one_failed(), Some("ran no test at all".to_owned()))
        }
        Ok(count) => (count, None),
        Err(error) => (Count::one_failed(), Some(format!("{error:#}"))),
    };
    let row = Row {
        step,
        count,
        seconds: start.elapsed().as_secs_f32(),
        why,
        named: world.named(),
    };
    eprintln!("=== {}", line(&row));
    if row.count.failed > 0 {
        eprintln!("    {}", advice(&row, root));
    }
    row
}

fn summary(root: &Root, rows: &[Row], wanted: usize) -> ExitCode {
    println!("\nsummary");
    for row in rows {
        println!("  {}", line(row));
    }
    let failed: Vec<&Row> = rows.iter().filter(|row| row.count.failed > 0).collect();
    if !failed.is_empty() {
        println!("\nwhat failed");
        for row in &failed {
            println!("  {}: {}", row.step.name, advice(row, root));
        }
    }
    let named = || {
        rows.iter()
            .flat_map(|row| row.named.iter().map(move |test| (row, test)))
    };
    if named().next().is_some() {
        println!("\ntests to look at");
        for (row, test) in named() {
            println!("  {}: {test}", row.step.name);
        }
    }
    let mut total = rows
        .iter()
        .fold(Count::default(), |sum, row| sum.plus(row.count));
    // Steps that never ran are not passed.
    total.failed += (wanted - rows.len()) as u64;
    println!();
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn line(row: &Row) -> String {
    let verdict = if row.count.failed == 0 {
        "ok    "
    } else {
        "FAILED"
    };
    format!(
        "{verdict} {:<16} {:>6} passed {:>4} failed {:>7.1} s",
        row.step.name, row.count.passed, row.count.failed, row.seconds
    )
}

fn advice(row: &Row, root: &Root) -> String {
    let log = root.logs().join(format!("{}.log", row.step.name));
    let log = match log.strip_prefix(&root.dir) {
        Ok(short) if log.exists() => format!(" (log: {})", short.display()),
        _ => String::new(),
    };
    let what = match &row.why {
        // "The lines above" are about tests; here the step itself went wrong.
        Some(why) if row.step.fix.starts_with("The lines") => format!("{why}."),
        Some(why) => format!("{why}. {}", row.step.fix),
        None => row.step.fix.to_owned(),
    };
    format!("{what} Alone: make test ONLY={}{log}", row.step.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(args: &[&str]) -> Result<Vec<&'static str>> {
        let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        Ok(choose(&args)?.iter().map(|step| step.name).collect())
    }

    #[test]
    fn steps_are_chosen_by_name_in_the_order_of_the_table() {
        assert_eq!(names(&["--only", "store,fmt"]).unwrap(), ["fmt", "store"]);
        assert_eq!(
            names(&["--only=fmt,edges", "--skip=fmt"]).unwrap(),
            ["edges"]
        );
        assert_eq!(names(&[]).unwrap().len(), STEPS.len());
    }

    #[test]
    fn an_unknown_step_is_refused() {
        assert!(names(&["--only", "nothing"]).is_err());
    }

    #[test]
    fn what_runs_beside_has_ended_before_it_is_needed() {
        let at = |fits: fn(&Step) -> bool| STEPS.iter().position(fits).unwrap();
        let last = STEPS.iter().rposition(|step| step.beside).unwrap();
        assert!(last < at(|step| step.needs_bundle));
        assert!(at(|step| step.name == "build") < at(|step| step.beside));
    }

    #[test]
    fn names_of_steps_are_unique() {
        let mut all: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), STEPS.len());
    }
}
