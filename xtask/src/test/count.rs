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

/// The `stats` of Playwright's JSON report. A flaky test passed in the end; it is reported, not hidden.
pub(super) fn playwright(report: &str) -> Result<(Count, u64)> {
    let report: Value = serde_json::from_str(report).context("Playwright's report is no JSON")?;
    let number = |name: &str| report["stats"][name].as_u64().unwrap_or(0);
    let errors = report["errors"]
        .as_array()
        .map_or(0, |errors| errors.len() as u64);
    let count = Count {
        passed: number("expected") + number("flaky"),
        failed: number("unexpected") + errors,
    };
    Ok((count, number("flaky")))
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
    fn playwright_counts_flaky_as_passed_and_errors_as_failed() {
        let report = r#"{"stats":{"expected":7,"unexpected":1,"flaky":2,"skipped":1},"errors":[{"message":"x"}]}"#;
        assert_eq!(playwright(report).unwrap(), (count(9, 2), 2));
    }

    #[test]
    fn a_crash_is_a_failure() {
        assert_eq!(count(4, 0).unless_success(false), count(4, 1));
        assert_eq!(count(4, 2).unless_success(false), count(4, 2));
        assert_eq!(count(4, 0).unless_success(true), count(4, 0));
    }
}
