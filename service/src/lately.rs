//! What was read lately and may be used again for a few seconds.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use domain::time::Timestamp;

/// How old it may be, in seconds: another server may have changed it.
const AGE_S: i64 = 5;
/// Values that are remembered; more than that, and all are read again.
const KNOWN_MAX: usize = 10_000;

/// Shared with those who change what it remembers, who make it forget.
#[derive(Debug)]
pub(crate) struct Lately<K, V>(Arc<RwLock<HashMap<K, (Timestamp, V)>>>);

impl<K, V> Clone for Lately<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, V> Default for Lately<K, V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Hash + Eq, V: Clone> Lately<K, V> {
    /// What is known and not too old. A clock that was set back makes it so, too.
    pub(crate) fn get(&self, key: &K, now: Timestamp) -> Option<V> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (at, value) = known.get(key)?;
        let fresh = now >= *at && now < at.plus_secs(AGE_S);
        fresh.then(|| value.clone())
    }

    pub(crate) fn keep(&self, key: K, value: V, now: Timestamp) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(key, (now, value));
    }

    /// What is known is out of date.
    pub(crate) fn forget(&self) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_for_a_few_seconds_and_not_before_it_was_read() {
        let lately = Lately::default();
        let at = Timestamp::from_secs;
        lately.keep(1, "a", at(10));
        assert_eq!(lately.get(&1, at(10)), Some("a"));
        assert_eq!(lately.get(&1, at(14)), Some("a"));
        assert_eq!(lately.get(&1, at(15)), None);
        assert_eq!(lately.get(&1, at(9)), None);
        assert_eq!(lately.get(&2, at(10)), None);
        lately.forget();
        assert_eq!(lately.get(&1, at(10)), None);
    }
}
