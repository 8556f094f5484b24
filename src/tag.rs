//! Tags: named facts about a call, written `[type:name]`.

pub mod filter;
pub mod list;
pub mod name;
pub mod number;
pub mod pattern;

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use name::TagName;

/// The most tags one call keeps; a carrier or a page that sends more is misbehaving.
pub const TAGS_MAX: usize = 200;
/// The longest value kept, in characters.
pub const VALUE_CHARS_MAX: usize = 1_000;

/// The most names a [`Lookup`] remembers: with more, looking among them is no quicker.
const LOOKED_UP_MAX: usize = 8;

/// The tags of a call, by type and name. Keys are kept in lower case; a later value wins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(BTreeMap<String, String>);

impl Tags {
    /// Sets a tag. Empty values, control characters and what goes over the limits are not kept.
    pub fn set(&mut self, kind: &str, name: &str, value: &str) {
        let key = format!("{}:{}", kind.to_lowercase(), name.to_lowercase());
        let value: String = value
            .trim()
            .chars()
            .filter(|c| !c.is_control())
            .take(VALUE_CHARS_MAX)
            .collect();
        if value.is_empty() || (self.0.len() >= TAGS_MAX && !self.0.contains_key(&key)) {
            return;
        }
        self.0.insert(key, value);
    }

    /// Adds the tags of somebody else; what is there already wins.
    pub fn join(&mut self, other: &Self) {
        for (key, value) in &other.0 {
            if self.0.len() < TAGS_MAX && !self.0.contains_key(key) {
                self.0.insert(key.clone(), value.clone());
            }
        }
    }

    /// The value of a tag.
    #[must_use]
    pub fn get(&self, kind: &str, name: &str) -> Option<&str> {
        self.0
            .get(&format!("{}:{}", kind.to_lowercase(), name.to_lowercase()))
            .map(String::as_str)
    }

    /// The value of a tag whose name was read before: no allocation, for filters.
    #[must_use]
    pub fn named(&self, name: &TagName) -> Option<&str> {
        self.0.get(name.as_str()).map(String::as_str)
    }

    /// All tags as `type:name` and value, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// How many tags there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Tags while many filters ask for them: each name is looked up once, for filters of one plan ask for
/// the same few.
#[derive(Debug)]
pub struct Lookup<'a> {
    tags: &'a Tags,
    found: RefCell<Vec<(&'a TagName, Option<&'a str>)>>,
}

impl<'a> Lookup<'a> {
    /// Nothing is looked up yet.
    #[must_use]
    pub fn new(tags: &'a Tags) -> Self {
        Self {
            tags,
            found: RefCell::new(Vec::new()),
        }
    }

    /// The value of a tag.
    #[must_use]
    pub fn named(&self, name: &'a TagName) -> Option<&'a str> {
        let mut found = self.found.borrow_mut();
        if let Some((_, value)) = found.iter().find(|(known, _)| *known == name) {
            return *value;
        }
        let value = self.tags.named(name);
        if found.len() < LOOKED_UP_MAX {
            found.push((name, value));
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_bounded_and_case_blind() {
        let mut tags = Tags::default();
        tags.set("Geo", "State", " TX ");
        assert_eq!(tags.get("geo", "state"), Some("TX"));
        tags.set("geo", "empty", "  ");
        assert_eq!(tags.len(), 1);
        for i in 0..TAGS_MAX + 10 {
            tags.set("user", &i.to_string(), "v");
        }
        assert_eq!(tags.len(), TAGS_MAX);
    }
}
