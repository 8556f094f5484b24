//! A filter made ready to be asked thousands of times a second.

use serde::{Deserialize, Serialize};

use super::{Filter, Group, Rule, Test};
use crate::invalid::FieldErrors;
use crate::tag::Lookup;
use crate::tag::list::{BulkList, BulkLists};
use crate::tag::name::TagName;
use crate::tag::number::Number;
use crate::tag::pattern::Pattern;

/// A filter with its patterns compiled, its values folded to lower case and its lists at hand.
#[derive(Debug, Clone, Default)]
pub struct CompiledFilter {
    groups: Vec<CompiledGroup>,
}

/// The group of a filter that a call failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// "geo:state is TX or geo:state is OK".
    pub wanted: String,
    /// The tags it asked for with what the call has: "geo:state is CA", "user:age is absent".
    pub found: Vec<String>,
}

#[derive(Debug, Clone)]
struct CompiledGroup {
    rules: Vec<CompiledRule>,
    /// All its rules ask for the same tag, which is looked up once then.
    of_one_tag: bool,
    sentence: String,
}

#[derive(Debug, Clone)]
struct CompiledRule {
    tag: TagName,
    not: bool,
    test: CompiledTest,
}

#[derive(Debug, Clone)]
enum CompiledTest {
    Equals(String),
    Contains(String),
    Begins(String),
    InList(BulkList),
    Matches(Pattern),
    Greater(Number),
    Less(Number),
    Exists,
}

impl CompiledFilter {
    pub(super) fn new(filter: &Filter, lists: &BulkLists) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut groups = Vec::with_capacity(filter.groups.len());
        for (g, Group { rules }) in filter.groups.iter().enumerate() {
            let compiled = rules.iter().enumerate().filter_map(|(r, rule)| {
                let field = format!("groups[{g}].rules[{r}].value");
                errors.take(CompiledRule::new(rule, &field, lists))
            });
            let rules: Vec<CompiledRule> = compiled.collect();
            groups.push(CompiledGroup {
                of_one_tag: rules.windows(2).all(|two| two[0].tag == two[1].tag),
                rules,
                sentence: filter.groups[g].sentence(lists),
            });
        }
        errors.check()?;
        Ok(Self { groups })
    }

    /// A filter that no call passes.
    #[must_use]
    pub fn nobody() -> Self {
        Self {
            groups: vec![CompiledGroup {
                rules: Vec::new(),
                of_one_tag: true,
                sentence: "nothing fits: a list of the filter is gone".to_owned(),
            }],
        }
    }

    /// The first group that does not hold, in words for the trace; none if the call passes.
    #[must_use]
    pub fn refusal<'a>(&'a self, tags: &Lookup<'a>) -> Option<Refusal> {
        let failed = self.groups.iter().find(|group| !group.holds(tags))?;
        let mut found: Vec<String> = Vec::new();
        for rule in &failed.rules {
            let fact = match tags.named(&rule.tag) {
                Some(value) => format!("{} is {value}", rule.tag),
                None => format!("{} is absent", rule.tag),
            };
            if !found.contains(&fact) {
                found.push(fact);
            }
        }
        Some(Refusal {
            wanted: failed.sentence.clone(),
            found,
        })
    }
}

impl Refusal {
    /// "Wants calls where geo:state is TX; here geo:state is CA."
    #[must_use]
    pub fn sentence(&self) -> String {
        format!(
            "Wants calls where {}; here {}.",
            self.wanted,
            self.found.join(", ")
        )
    }
}

impl CompiledGroup {
    fn holds<'a>(&'a self, tags: &Lookup<'a>) -> bool {
        let Some(first) = self.rules.first().filter(|_| self.of_one_tag) else {
            return (self.rules.iter()).any(|rule| rule.holds(tags.named(&rule.tag)));
        };
        let value = tags.named(&first.tag);
        self.rules.iter().any(|rule| rule.holds(value))
    }
}

impl CompiledRule {
    fn new(rule: &Rule, field: &str, lists: &BulkLists) -> Result<Self, FieldErrors> {
        let fold = |text: &String| text.trim().to_lowercase();
        let test = match &rule.test {
            Test::Equals(text) => CompiledTest::Equals(fold(text)),
            Test::Contains(text) => CompiledTest::Contains(fold(text)),
            Test::Begins(text) => CompiledTest::Begins(fold(text)),
            Test::InList(id) => CompiledTest::InList(lists.get(id).cloned().unwrap_or_default()),
            Test::Matches(text) => CompiledTest::Matches(
                Pattern::new(text)
                    .map_err(|e| FieldErrors::one(field, e.code(), &e.to_string()))?,
            ),
            Test::Greater(number) => CompiledTest::Greater(*number),
            Test::Less(number) => CompiledTest::Less(*number),
            Test::Exists => CompiledTest::Exists,
        };
        Ok(Self {
            tag: rule.tag.clone(),
            not: rule.not,
            test,
        })
    }

    fn holds(&self, value: Option<&str>) -> bool {
        let passes = value.is_some_and(|value| self.test.passes(value));
        passes != self.not
    }
}

impl CompiledTest {
    fn passes(&self, value: &str) -> bool {
        let number = || value.parse::<Number>();
        match self {
            // Most texts are ASCII, and quickly told apart then.
            Self::Equals(wanted) if value.is_ascii() => value.eq_ignore_ascii_case(wanted),
            Self::Equals(wanted) => folded(value).eq(wanted.chars()),
            Self::Contains(wanted) => contains(value, wanted),
            Self::Begins(wanted) => {
                let mut letters = folded(value);
                wanted.chars().all(|c| letters.next() == Some(c))
            }
            Self::InList(list) => list.contains(value),
            Self::Matches(pattern) => pattern.found_in(value),
            Self::Greater(limit) => number().is_ok_and(|n| n > *limit),
            Self::Less(limit) => number().is_ok_and(|n| n < *limit),
            Self::Exists => true,
        }
    }
}

/// Whether a text contains another that is in lower case. Most texts are ASCII: no copy of them is made.
fn contains(value: &str, wanted: &str) -> bool {
    if !value.is_ascii() {
        return value.to_lowercase().contains(wanted);
    }
    let wanted = wanted.as_bytes();
    wanted.is_empty()
        || (value.as_bytes().windows(wanted.len())).any(|part| part.eq_ignore_ascii_case(wanted))
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}
