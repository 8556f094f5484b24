//! Tag filters as typed: one row a rule, each with the number of its group.
//!
//! Rows are a flat list, for forms of the browser nest only so deep: `form[filter][2][tag]`. Rows of
//! one number are a group, of which one must hold; groups must all hold, in the order of their
//! numbers. A row with neither a tag nor a value is none, so a form can end with an empty one.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::page::Choice;
use crate::id::BulkListId;
use crate::invalid::FieldErrors;
use crate::tag::filter::{Filter, GROUPS_MAX, Group, RULES_MAX, Rule, Test};
use crate::tag::list::{BulkList, BulkLists};
use crate::tag::name::TagName;
use crate::tag::number::Number;

/// A test and its negation, as stored in the form and in words, in the order they are offered.
pub const OPERATORS: [(&str, &str); 16] = [
    ("is", "is"),
    ("is_not", "is not"),
    ("contains", "contains"),
    ("not_contains", "does not contain"),
    ("begins", "begins with"),
    ("not_begins", "does not begin with"),
    ("in_list", "is in the list"),
    ("not_in_list", "is not in the list"),
    ("above", "is above"),
    ("not_above", "is not above"),
    ("below", "is below"),
    ("not_below", "is not below"),
    ("matches", "matches the pattern"),
    ("not_matches", "does not match the pattern"),
    ("present", "is present"),
    ("absent", "is absent"),
];

/// What a filter is made from: tags that calls had and the account's bulk lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FilterChoices {
    /// Names of tags, `geo:state`.
    pub tags: Vec<String>,
    pub lists: Vec<Choice>,
}

/// A filter as typed; no rows admit every call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FilterForm {
    pub rows: Vec<FilterRow>,
}

/// A rule as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FilterRow {
    /// The number of its group, from 1.
    pub group: String,
    pub tag: String,
    /// One of [`OPERATORS`].
    pub op: String,
    /// What the tag is compared with.
    pub value: String,
    /// The id of a bulk list, where the operator asks for one.
    pub list: String,
}

impl Default for FilterRow {
    fn default() -> Self {
        Self {
            group: "1".to_owned(),
            tag: String::new(),
            op: OPERATORS[0].0.to_owned(),
            value: String::new(),
            list: String::new(),
        }
    }
}

/// What an operator compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operand {
    Value,
    List,
    Nothing,
}

impl FilterRow {
    /// An empty row of a group, counted from 0.
    #[must_use]
    pub fn of_group(group: usize) -> Self {
        Self {
            group: (group + 1).to_string(),
            ..Self::default()
        }
    }

    /// What its operator compares with.
    #[must_use]
    pub fn operand(&self) -> Operand {
        match self.op.as_str() {
            "in_list" | "not_in_list" => Operand::List,
            "present" | "absent" => Operand::Nothing,
            _ => Operand::Value,
        }
    }

    /// Whether nothing was entered: then it is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tag.trim().is_empty()
            && (self.operand() != Operand::Value || self.value.trim().is_empty())
    }

    /// The rule it says. Without `lists` a list's id is taken as it is.
    pub(super) fn rule(&self, field: &str, lists: Option<&BulkLists>) -> Result<Rule, FieldErrors> {
        let mut errors = FieldErrors::default();
        let tag = errors.take(self.tag.parse::<TagName>().map_err(|e| {
            let code = if self.tag.trim().is_empty() {
                "required"
            } else {
                "malformed"
            };
            FieldErrors::one(&format!("{field}.tag"), code, &e.to_string())
        }));
        let test = errors.take(self.test(field));
        let (Some(tag), Some((not, test))) = (tag, test) else {
            return Err(errors);
        };
        match (lists, &test) {
            (None, Test::InList(_)) => {}
            (None, test) => test.check(&format!("{field}.value"), &BulkLists::new(), &mut errors),
            (Some(lists), Test::InList(_)) => {
                test.check(&format!("{field}.list"), lists, &mut errors)
            }
            (Some(lists), test) => test.check(&format!("{field}.value"), lists, &mut errors),
        }
        errors.check()?;
        Ok(Rule { tag, not, test })
    }

    fn test(&self, field: &str) -> Result<(bool, Test), FieldErrors> {
        let not = self.op.starts_with("not_") || matches!(self.op.as_str(), "is_not" | "absent");
        let value = || self.value.trim().to_owned();
        let number = || {
            self.value.parse::<Number>().map_err(|e| {
                FieldErrors::one(&format!("{field}.value"), "malformed", &e.to_string())
            })
        };
        let test = match self.op.strip_prefix("not_").unwrap_or(&self.op) {
            "is" | "is_not" => Test::Equals(value()),
            "contains" => Test::Contains(value()),
            "begins" => Test::Begins(value()),
            "in_list" => Test::InList(self.list.parse::<BulkListId>().map_err(|_| {
                FieldErrors::one(&format!("{field}.list"), "required", "Choose a list.")
            })?),
            "above" => Test::Greater(number()?),
            "below" => Test::Less(number()?),
            // A pattern may begin or end with a space.
            "matches" => Test::Matches(self.value.clone()),
            "present" | "absent" => Test::Exists,
            _ => {
                return Err(FieldErrors::one(
                    &format!("{field}.op"),
                    "unknown",
                    "Choose how the tag is compared.",
                ));
            }
        };
        Ok((not, test))
    }

    pub(super) fn of(group: usize, rule: &Rule) -> Self {
        let (plain, negated, value, list) = match &rule.test {
            Test::Equals(v) => ("is", "is_not", v.clone(), String::new()),
            Test::Contains(v) => ("contains", "not_contains", v.clone(), String::new()),
            Test::Begins(v) => ("begins", "not_begins", v.clone(), String::new()),
            Test::InList(id) => ("in_list", "not_in_list", String::new(), id.to_string()),
            Test::Matches(v) => ("matches", "not_matches", v.clone(), String::new()),
            Test::Greater(n) => ("above", "not_above", n.to_string(), String::new()),
            Test::Less(n) => ("below", "not_below", n.to_string(), String::new()),
            Test::Exists => ("present", "absent", String::new(), String::new()),
        };
        Self {
            group: (group + 1).to_string(),
            tag: rule.tag.to_string(),
            op: if rule.not { negated } else { plain }.to_owned(),
            value,
            list,
        }
    }
}

impl FilterForm {
    /// Without the lines at its end that say nothing: a form without the page's script offers one.
    #[must_use]
    pub fn without_spare(mut self) -> Self {
        let says_nothing =
            |row: &FilterRow| row.tag.is_empty() && row.value.is_empty() && row.list.is_empty();
        while self.rows.last().is_some_and(says_nothing) {
            self.rows.pop();
        }
        self
    }

    /// The form that shows a stored filter.
    #[must_use]
    pub fn of(filter: &Filter) -> Self {
        let rows = filter.groups.iter().enumerate();
        Self {
            rows: rows
                .flat_map(|(g, group)| group.rules.iter().map(move |rule| FilterRow::of(g, rule)))
                .collect(),
        }
    }

    /// The rows of each group by their places, in the order of the groups.
    #[must_use]
    pub fn groups(&self) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (at, row) in self.rows.iter().enumerate() {
            groups.entry(row.number()).or_default().push(at);
        }
        groups.into_values().collect()
    }

    /// Checks all rows at once. `field` is what the filter is called in its form: `filter`, or
    /// `rules[2].filter`. Without `lists`, as where they are not at hand, nobody looks whether a list
    /// exists.
    ///
    /// # Errors
    /// At `filter[n].tag`, `filter[n].op`, `filter[n].value`, `filter[n].list`, or at `filter` itself
    /// for too many rows.
    pub fn check(&self, field: &str, lists: Option<&BulkLists>) -> Result<Filter, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut filter = Filter::default();
        for group in self.groups() {
            let mut rules = Vec::new();
            let rows = group.into_iter().map(|at| (at, &self.rows[at]));
            for (at, row) in rows.filter(|(_, row)| !row.is_empty()) {
                rules.extend(errors.take(row.rule(&format!("{field}[{at}]"), lists)));
            }
            if rules.len() > RULES_MAX {
                let message = format!(
                    "Use at most {RULES_MAX} rules with “or” between them, or a bulk list."
                );
                errors.add(field, "too_many", message);
            }
            if !rules.is_empty() {
                filter.groups.push(Group { rules });
            }
        }
        if filter.groups.len() > GROUPS_MAX {
            let message = format!("Use at most {GROUPS_MAX} groups.");
            errors.add(field, "too_many", message);
        }
        errors.check()?;
        Ok(filter)
    }

    /// What it says in words, rows that are not finished left out.
    #[must_use]
    pub fn sentence(&self, lists: &BulkLists) -> String {
        let groups = self.groups().into_iter().filter_map(|group| {
            let rules: Vec<Rule> = group
                .into_iter()
                .filter_map(|at| self.rows[at].rule("", Some(lists)).ok())
                .collect();
            (!rules.is_empty()).then_some(Group { rules })
        });
        let filter = Filter {
            groups: groups.collect(),
        };
        if filter.groups.is_empty() {
            "Every call.".to_owned()
        } else {
            format!("Calls for which {}.", filter.sentence(lists))
        }
    }

    /// Adds an empty row to a group, counted from 0 among [`groups`](Self::groups); one past the last
    /// begins a new group. Gives its place.
    pub fn add(&mut self, group: usize) -> usize {
        self.renumber();
        let groups = self.groups();
        let at = groups
            .get(group)
            .and_then(|rows| rows.last())
            .map_or(self.rows.len(), |last| last + 1);
        self.rows
            .insert(at, FilterRow::of_group(group.min(groups.len())));
        at
    }

    /// Takes a row out.
    pub fn remove(&mut self, at: usize) {
        if at < self.rows.len() {
            self.rows.remove(at);
            self.renumber();
        }
    }

    /// Puts the rows in the order of their groups and closes gaps between the numbers.
    fn renumber(&mut self) {
        let groups = self.groups();
        self.rows = groups
            .iter()
            .enumerate()
            .flat_map(|(g, rows)| rows.iter().map(move |at| (g, *at)))
            .map(|(g, at)| FilterRow {
                group: (g + 1).to_string(),
                ..self.rows[at].clone()
            })
            .collect();
    }
}

impl FilterRow {
    /// The number of its group; what is no number counts as the first.
    fn number(&self) -> u32 {
        self.group.trim().parse().unwrap_or(1)
    }
}

impl FilterChoices {
    /// The lists by id, for words and for whether they exist: their values are not at hand.
    #[must_use]
    pub fn bulk_lists(&self) -> BulkLists {
        let lists = self.lists.iter();
        lists
            .filter_map(|c| Some((c.value.parse().ok()?, BulkList::new(&c.label, []))))
            .collect()
    }
}
