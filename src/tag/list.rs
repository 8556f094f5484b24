//! Bulk lists: long lists of values that filters look a tag up in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::id::BulkListId;

/// The most values of one list.
pub const VALUES_MAX: usize = 100_000;

/// The lists of an account.
pub type BulkLists = BTreeMap<BulkListId, BulkList>;

/// A named set of values; case does not matter. Copies share the values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkList {
    pub name: String,
    values: Arc<BTreeSet<String>>,
}

impl BulkList {
    /// A list of the first [`VALUES_MAX`] different values that are not empty.
    #[must_use]
    pub fn new<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut kept = BTreeSet::new();
        for value in values {
            let value = value.trim().to_lowercase();
            if kept.len() < VALUES_MAX && !value.is_empty() {
                kept.insert(value);
            }
        }
        Self {
            name: name.to_owned(),
            values: Arc::new(kept),
        }
    }

    /// Whether a value is in the list, as a whole.
    #[must_use]
    pub fn contains(&self, value: &str) -> bool {
        self.values.contains(&value.trim().to_lowercase())
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_whole_and_in_any_case() {
        let list = BulkList::new("Zips", [" 75201", "Münster", "", "75201"]);
        assert_eq!(list.len(), 2);
        assert!(list.contains("MÜNSTER"));
        assert!(!list.contains("7520"));
    }
}
