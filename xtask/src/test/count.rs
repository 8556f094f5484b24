//! Counts of passed and failed tests, read from what each kind of suite prints.

use anyhow::{Context, Result};
use serde_json::Value;

/// How many passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

impl Count {
    pub(super) fn one_passed() -> Self {
        Self {
            passed: 1,
            failed: 0,
        }
    }

    pub(super) fn one_failed() -> Self {
        Self {
            passed: 0,
            failed: 1,
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
        }
    }

    /// A suite that ended badly without naming a failed test still failed.
    pub(super) fn unless_success(self, success: bool) -> Self {
        if success || self.failed > 0 {
            self
        } else {
            Self { failed: 1, ..self }
        }
    }
}

/// `test result: ok. 12 passed; 0 failed; …` of Rust's test harness, summed.
pub(super) fn rust(text: &str) -> Count {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("test result: "))
        .fold(Count::default(), |sum, line| {
            let number = |unit: &str| number_before(line, unit).unwrap_or(0);
            sum.plus(Count {
                passed: number(" passed"),
                failed: number(" failed"),
            })
        })
}

/// `test tag::of::it ... FAILED` of Rust's test harness.
pub(super) fn rust_failures(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| {
            line.trim()
                .strip_prefix("test ")?
                .strip_suffix(" ... FAILED")
        })
        .map(str::to_owned)
        .collect()
}

/// The last `N passed, N failed` of a program that counts itself.
pub(super) fn own(text: &str) -> Option<Count> {
    text.lines().rev().find_map(|line| {
        let (passed, failed) = line.trim().split_once(" passed, ")?;
        let failed = failed.strip_suffix(" failed")?;
        Some(Count {
            passed: passed.parse().ok()?,
            failed: failed.parse().ok()?,
        })
    })
}

/// `# pass 3` and `# fail 0` of `node --test` (a sign instead of `#` on a terminal).
pub(super) fn node(text: &str) -> Count {
    let last = |word: &str| {
        text.lines()
            .rev()
            .find_map(|line| {
                let mut words = line.split_whitespace();
                words.next().filter(|mark| *mark == "#" || *mark == "ℹ")?;
                words.next().filter(|found| *found == word)?;
                words.next()?.parse::<u64>().ok()
            })
            .unwrap_or(0)
    };
    Count {
        passed: last("pass"),
        failed: last("fail") + last("cancelled"),
    }
}

/// What Playwright's JSON report says. A flaky test passed in the end: it is named, not hidden.
pub(super) fn playwright(report: &str) -> Result<(Count, Vec<String>)> {
    let report: Value = serde_json::from_str(report).context("Playwright's report is no JSON")?;
    let number = |name: &str| report["stats"][name].as_u64().unwrap_or(0);
    let errors = list(&report["errors"]);
    let count = Count {
        passed: number("expected") + number("flaky"),
        failed: number("unexpected") + errors.len() as u64,
    };
    let mut named = Vec::new();
    name_suites(&report["suites"], &mut named);
    let outside = errors.iter().map(|error| brief(&error["message"]));
    named.extend(outside.map(|line| format!("outside of tests: {line}")));
    Ok((count, named))
}

/// The tests under these suites that did not pass at once, each with its error in a line.
fn name_suites(suites: &Value, named: &mut Vec<String>) {
    for suite in list(suites) {
        name_suites(&suite["suites"], named);
        for spec in list(&suite["specs"]) {
            let word = |name: &str| spec[name].as_str().unwrap_or_default();
            for test in list(&spec["tests"]) {
                let how = match test["status"].as_str() {
                    Some("unexpected") => "failed",
                    Some("flaky") => "passed only when repeated",
                    _ => continue,
                };
                let error = list(&test["results"])
                    .iter()
                    .find(|result| result["error"].is_object())
                    .map(|result| brief(&result["error"]["message"]))
                    .unwrap_or_default();
                named.push(format!(
                    "{how}: {}: {}: {error}",
                    word("file"),
                    word("title")
                ));
            }
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The first line of an error and those that tell what was wanted and what came, in one line.
fn brief(message: &Value) -> String {
    const LONGEST: usize = 600;
    let text = without_colours(message.as_str().unwrap_or_default());
    let mut lines = text.lines();
    let mut brief = lines.next().unwrap_or_default().to_owned();
    for line in lines.map(str::trim_end) {
        if ["+ ", "- ", "Expected", "Received"]
            .iter()
            .any(|start| line.starts_with(start))
        {
            brief.push_str(" | ");
            brief.push_str(line);
        }
    }
    brief.chars().take(LONGEST).collect()
}

fn without_colours(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => drop(chars.by_ref().find(|c| *c == 'm')),
            c => plain.push(c),
        }
    }
    plain
}

/// `50 generated, 4 found 7 unique failures` of schemathesis: the cases that went well, and the
/// failures.
pub(super) fn schemathesis(text: &str) -> Count {
    let mut lines = text.lines().map(str::trim).rev();
    let Some(line) = lines.find(|line| number_before(line, " generated").is_some()) else {
        return Count::default();
    };
    let number = |unit: &str| number_before(line, unit).unwrap_or(0);
    Count {
        passed: number(" generated").saturating_sub(number(" found")),
        failed: number(" unique failure"),
    }
}

fn number_before(line: &str, unit: &str) -> Option<u64> {
    let before = &line[..line.find(unit)?];
    before
        .rsplit(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(passed: u64, failed: u64) -> Count {
        Count { passed, failed }
    }

    #[test]
    fn rust_results_are_summed() {
        let text = "running 3 tests\ntest result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
                    test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured\n";
        assert_eq!(rust(text), count(15, 2));
        assert_eq!(rust("error: could not compile"), count(0, 0));
    }

    #[test]
    fn the_last_line_of_a_program_counts() {
        assert_eq!(
            own("1 passed, 0 failed\nmore\n100000 passed, 3 failed\n"),
            Some(count(100_000, 3))
        );
        assert_eq!(own("all good"), None);
    }

    #[test]
    fn node_counts_are_read_in_both_forms() {
        assert_eq!(
            node("# tests 4\n# pass 3\n# fail 1\n# cancelled 0\n"),
            count(3, 1)
        );
        assert_eq!(node("ℹ pass 5\nℹ fail 0\n"), count(5, 0));
    }

    #[test]
    fn cases_of_schemathesis_are_told_apart() {
        let text = "Test cases:\n  50 generated, 4 found 7 unique failures, 1 skipped\n\nSeed: 1\n";
        assert_eq!(schemathesis(text), count(46, 7));
        assert_eq!(schemathesis("  50 generated, 50 passed"), count(50, 0));
        assert_eq!(schemathesis("Schema Error"), Count::default());
    }

    #[test]
    fn failed_tests_of_rust_are_named() {
        let text =
            "test a::b ... FAILED\ntest a::c ... ok\ntest result: FAILED. 1 passed; 1 failed\n";
        assert_eq!(rust_failures(text), ["a::b"]);
    }

    #[test]
    fn playwright_counts_flaky_as_passed_and_errors_as_failed() {
        let report = r#"{"stats":{"expected":7,"unexpected":1,"flaky":2,"skipped":1},"errors":[{"message":"x"}]}"#;
        assert_eq!(
            playwright(report).unwrap(),
            (count(9, 2), vec!["outside of tests: x".to_owned()])
        );
    }

    #[test]
    fn playwright_names_what_did_not_pass_at_once() {
        let report = r#"{"stats":{"expected":1,"unexpected":1,"flaky":1},"suites":[{"specs":[],"suites":[{"specs":[
            {"title":"fine","file":"a.spec.ts","tests":[{"status":"expected","results":[{}]}]},
            {"title":"bad","file":"a.spec.ts","tests":[{"status":"unexpected","results":[{"error":{"message":"\u001b[31mE\u001b[39mrror: no\n\nExpected: 1\n+ 2\nat"}}]}]},
            {"title":"odd","file":"b.spec.ts","tests":[{"status":"flaky","results":[{"error":{"message":"late"}},{}]}]}
        ]}]}]}"#;
        let (found, named) = playwright(report).unwrap();
        assert_eq!(found, count(2, 1));
        assert_eq!(
            named,
            [
                "failed: a.spec.ts: bad: Error: no | Expected: 1 | + 2",
                "passed only when repeated: b.spec.ts: odd: late"
            ]
        );
    }

    #[test]
    fn a_crash_is_a_failure() {
        assert_eq!(count(4, 0).unless_success(false), count(4, 1));
        assert_eq!(count(4, 2).unless_success(false), count(4, 2));
        assert_eq!(count(4, 0).unless_success(true), count(4, 0));
    }
}
