//! The suite of routing and money cases: written as data in `tests/cases/*.json`, told to the
//! engine step by step, and checked against what each says is expected. Each has its trace, in the
//! words people read, as a snapshot beside the data.
//!
//! A case is a plan, a call and what happens to it, each a line of clauses divided by ` | `;
//! [`plan`], [`payer`] and [`story`] say which clauses there are.

mod by_hand;
mod payer;
mod plan;
mod properties;
mod story;
mod trace;
mod windows;
mod words;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use story::Story;

/// A case as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// A sentence: what is so.
    name: String,
    /// When the call arrives, with the offset of whatever clock the author has in mind.
    #[serde(default = "noon")]
    at: String,
    #[serde(default)]
    campaign: String,
    routes: Vec<String>,
    /// "paused", "archived", or nothing.
    #[serde(default)]
    publisher: String,
    /// The payout rules of the publisher whose number is dialed; without them it is nobody's.
    #[serde(default)]
    payouts: Option<Vec<String>>,
    /// Payout rules of this campaign alone.
    #[serde(default)]
    overrides: Option<Vec<String>>,
    #[serde(default)]
    rates: String,
    #[serde(default)]
    call: String,
    /// Earlier calls of the same caller.
    #[serde(default)]
    history: Vec<String>,
    /// What happens after the arrival.
    #[serde(default)]
    then: Vec<String>,
    /// Who is dialed, in order: "A, B", "nobody" or "turned away".
    dialed: String,
    /// All that is entered.
    #[serde(default)]
    ledger: Vec<String>,
    /// Revenue, payout, cost and profit as shown, rounded to cents.
    #[serde(default)]
    shown: Option<String>,
    /// What the targets have used in the end.
    #[serde(default)]
    used: Vec<String>,
    /// A sentence each that the trace must say.
    #[serde(default)]
    says: Vec<String>,
}

fn noon() -> String {
    "2026-11-19T14:37:05-05:00".to_owned()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// Every case with the theme that its file is named after.
fn all() -> Vec<(String, Case)> {
    let files = std::fs::read_dir(folder()).expect("the folder of the cases");
    let mut paths: Vec<PathBuf> = files
        .map(|file| file.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    paths.sort();
    let mut cases = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a file of cases");
        let theme = path.file_stem().expect("a name").to_string_lossy();
        let of_file: Vec<Case> =
            serde_json::from_str(&text).unwrap_or_else(|e| panic!("{theme}: {e}"));
        cases.extend(of_file.into_iter().map(|case| (theme.to_string(), case)));
    }
    cases
}

fn file_name(name: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let text: String = name.to_lowercase().chars().map(kept).collect();
    let words: Vec<&str> = text.split('_').filter(|w| !w.is_empty()).collect();
    words.join("_")
}

/// What is not as the case says.
fn differences(case: &Case) -> Vec<String> {
    let once = Story::tell(case, false);
    let mut wrong = Vec::new();
    let mut same = |what: &str, wanted: &dyn std::fmt::Debug, found: &dyn std::fmt::Debug| {
        let (wanted, found) = (format!("{wanted:?}"), format!("{found:?}"));
        if wanted != found {
            wrong.push(format!("{what}: wanted {wanted}, found {found}"));
        }
    };
    same("dialed", &case.dialed, &once.dialed());
    same("ledger", &case.ledger, &once.ledger());
    if let Some(shown) = &case.shown {
        same("shown", shown, &once.shown());
    }
    for used in &case.used {
        same("used", used, &once.used(used));
    }
    same("sums", &once.sums(), &once.session.ledger.totals());
    let twice = Story::tell(case, true);
    same("dialed, told twice", &once.dialed(), &twice.dialed());
    same("ledger, told twice", &once.ledger(), &twice.ledger());
    same("used, told twice", &once.usage, &twice.usage);
    same("sums, told twice", &once.sums(), &twice.sums());
    let trace = trace::of(&once);
    for sentence in &case.says {
        if !trace.contains(sentence) {
            wrong.push(format!("does not say: {sentence}\n{trace}"));
        }
    }
    wrong
}

#[test]
fn every_case_is_decided_and_paid_as_written() {
    let cases = all();
    assert!(cases.len() >= 150, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for (theme, case) in &cases {
        let found = differences(case);
        if !found.is_empty() {
            wrong.push(format!("{theme}: {}\n  {}", case.name, found.join("\n  ")));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_case_has_its_trace() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (theme, case) in all() {
        settings.set_snapshot_path(folder().join(&theme));
        let trace = trace::of(&Story::tell(&case, false));
        settings.bind(|| insta::assert_snapshot!(file_name(&case.name), trace));
    }
}

#[test]
fn cases_have_names_of_their_own_and_no_trace_is_left_over() {
    let mut wanted = BTreeSet::new();
    for (theme, case) in all() {
        assert!(case.name.ends_with('.'), "no sentence: {}", case.name);
        let name = format!("{theme}/{}.snap", file_name(&case.name));
        assert!(wanted.insert(name), "twice: {}", case.name);
    }
    let mut found = BTreeSet::new();
    for theme in std::fs::read_dir(folder()).expect("the folder of the cases") {
        let theme = theme.expect("an entry").path();
        if !theme.is_dir() {
            continue;
        }
        let of = theme
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        for file in std::fs::read_dir(&theme).expect("a folder of traces") {
            let name = file.expect("a file").file_name();
            found.insert(format!("{of}/{}", name.to_string_lossy()));
        }
    }
    found.retain(|name| name.ends_with(".snap"));
    let left: Vec<&String> = found.difference(&wanted).collect();
    assert!(left.is_empty(), "traces without a case: {left:?}");
}
