//! Tag filters: which calls a route, a payout rule or a pixel is for.
//!
//! A filter is a list of groups that must all hold; a group holds if any of its rules does. That
//! is the shape of Ringba's `tagCriteria` (domain-reference 2). A filter without groups admits
//! every call. Text is compared without regard to case.

mod compiled;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::VALUE_CHARS_MAX;
use super::list::BulkLists;
use super::name::TagName;
use super::number::Number;
use super::pattern::{self, Pattern, PatternError};
use crate::id::BulkListId;
use crate::invalid::FieldErrors;

pub use compiled::{CompiledFilter, Refusal};

/// The most groups of one filter, and rules of one group: with 200 routes a decision stays within
/// microseconds. Longer lists of values are bulk lists.
pub const GROUPS_MAX: usize = 20;
/// See [`GROUPS_MAX`].
pub const RULES_MAX: usize = 50;

/// Groups that must all hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Filter {
    pub groups: Vec<Group>,
}

/// Rules of which one must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Group {
    pub rules: Vec<Rule>,
}

/// A test of one tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub tag: TagName,
    /// Turns the test round. A call without the tag fails every test, so it passes its negation:
    /// "geo:state is not TX" holds for a caller whose state nobody knows.
    #[serde(default)]
    pub not: bool,
    pub test: Test,
}

/// What is asked of a tag's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "value")]
pub enum Test {
    Equals(String),
    Contains(String),
    Begins(String),
    /// Is one of the values of a bulk list.
    InList(BulkListId),
    /// A regular expression is found in it.
    Matches(String),
    /// Is a number above this one. A value that is no number fails.
    Greater(Number),
    /// Is a number below this one. A value that is no number fails.
    Less(Number),
    /// The call has the tag.
    Exists,
}

impl Filter {
    /// Everything wrong with the filter, at `groups[g].rules[r].value` and the like.
    ///
    /// Without the `regex` feature, as in the browser, a pattern's length is checked but not its
    /// syntax; the server does that when it is saved.
    ///
    /// # Errors
    /// `required`, `too_long`, `too_many`, `unknown` (a list), `malformed` or `too_large` (a pattern).
    pub fn check(&self, lists: &BulkLists) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        if self.groups.len() > GROUPS_MAX {
            let message = format!("Use at most {GROUPS_MAX} groups.");
            errors.add("groups", "too_many", message);
        }
        for (g, group) in self.groups.iter().enumerate() {
            let field = format!("groups[{g}]");
            if group.rules.is_empty() {
                errors.add(&field, "required", "Add a rule or remove the group.");
            }
            if group.rules.len() > RULES_MAX {
                let message = format!("Use at most {RULES_MAX} rules, or a bulk list.");
                errors.add(&field, "too_many", message);
            }
            for (r, rule) in group.rules.iter().enumerate() {
                rule.test
                    .check(&format!("{field}.rules[{r}].value"), lists, &mut errors);
            }
        }
        errors.check()
    }

    /// The tags it asks for that are not among the known ones: worth a warning, for they may be
    /// misspelt, but no error, for a page may send them tomorrow.
    #[must_use]
    pub fn unknown_tags(&self, known: &BTreeSet<TagName>) -> Vec<&TagName> {
        let rules = self.groups.iter().flat_map(|group| &group.rules);
        let unknown: BTreeSet<&TagName> = rules
            .map(|rule| &rule.tag)
            .filter(|tag| !known.contains(tag))
            .collect();
        unknown.into_iter().collect()
    }

    /// The tags it asks for.
    pub fn tags(&self) -> impl Iterator<Item = &TagName> {
        let rules = self.groups.iter().flat_map(|group| &group.rules);
        rules.map(|rule| &rule.tag)
    }

    /// The whole filter in words: "geo:state is TX or geo:state is OK, and user:age is above 65".
    #[must_use]
    pub fn sentence(&self, lists: &BulkLists) -> String {
        let groups: Vec<String> = self.groups.iter().map(|g| g.sentence(lists)).collect();
        if groups.is_empty() {
            "every call".to_owned()
        } else {
            groups.join(", and ")
        }
    }

    /// The form that matches calls.
    ///
    /// # Errors
    /// As [`Self::check`]; without the `regex` feature also `unsupported` at every pattern.
    pub fn compile(&self, lists: &BulkLists) -> Result<CompiledFilter, FieldErrors> {
        self.check(lists)?;
        CompiledFilter::new(self, lists)
    }
}

impl Group {
    /// "geo:state is TX or geo:state is OK".
    #[must_use]
    pub fn sentence(&self, lists: &BulkLists) -> String {
        let rules: Vec<String> = self.rules.iter().map(|r| r.sentence(lists)).collect();
        rules.join(" or ")
    }
}

impl Rule {
    /// "geo:state is not TX".
    #[must_use]
    pub fn sentence(&self, lists: &BulkLists) -> String {
        let Self { tag, not, test } = self;
        let verb = |plain: &str, negated: &str, value: &str| {
            format!("{tag} {} {value}", if *not { negated } else { plain })
        };
        match test {
            Test::Equals(value) => verb("is", "is not", value),
            Test::Contains(value) => verb("contains", "does not contain", value),
            Test::Begins(value) => verb("begins with", "does not begin with", value),
            Test::InList(id) => {
                let name = lists.get(id).map_or("a deleted list", |l| l.name.as_str());
                verb("is in", "is not in", &format!("“{name}”"))
            }
            Test::Matches(pattern) => verb("matches", "does not match", pattern),
            Test::Greater(n) => verb("is above", "is not above", &n.to_string()),
            Test::Less(n) => verb("is below", "is not below", &n.to_string()),
            Test::Exists if *not => format!("{tag} is absent"),
            Test::Exists => format!("{tag} is present"),
        }
    }
}

impl Test {
    /// Notes what is wrong with the value, at `field`.
    pub(crate) fn check(&self, field: &str, lists: &BulkLists, errors: &mut FieldErrors) {
        match self {
            Self::Equals(value) | Self::Contains(value) | Self::Begins(value) => {
                if value.trim().is_empty() {
                    errors.add(field, "required", "Enter a value to compare with.");
                } else if value.chars().count() > VALUE_CHARS_MAX {
                    let message = format!("Use at most {VALUE_CHARS_MAX} characters.");
                    errors.add(field, "too_long", message);
                }
            }
            Self::InList(id) if !lists.contains_key(id) => {
                errors.add(field, "unknown", "Choose a list that exists.");
            }
            Self::Matches(text) => {
                match pattern::bounds(text).and(Pattern::new(text).map(|_| ())) {
                    Ok(()) | Err(PatternError::NoEngine) => {}
                    Err(error) => errors.add(field, error.code(), error.to_string()),
                }
            }
            Self::InList(_) | Self::Greater(_) | Self::Less(_) | Self::Exists => {}
        }
    }
}
