//! The ledger of a call: what its buyer owes, what its publisher is owed, what the carrier cost.
//!
//! Invariants:
//! - every total is a sum of entries; an entry is never changed or removed, only answered by another;
//! - an entry has a key that says what it is for, and a key is entered once: an event told twice
//!   changes nothing, in whatever order events come;
//! - amounts are exact micros here; they are rounded where they are shown.

pub mod adjustment;
pub mod dispute;
pub mod effect;
pub mod entry;
pub mod facts;
pub mod payout;
pub mod revenue;
pub mod telephony;
pub mod totals;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use entry::{Entry, EntryKey, Party, Side};
use totals::Totals;

/// The entries of one call, by key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Entry>", into = "Vec<Entry>")]
pub struct Ledger(BTreeMap<EntryKey, Entry>);

impl From<Vec<Entry>> for Ledger {
    fn from(entries: Vec<Entry>) -> Self {
        Self::of(entries)
    }
}

impl From<Ledger> for Vec<Entry> {
    fn from(ledger: Ledger) -> Self {
        ledger.0.into_values().collect()
    }
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    New,
    /// The same was entered before.
    Repeated,
    /// Something else was entered under this key before, and stays.
    Refused,
}

impl Ledger {
    /// The ledger of stored entries; of two with the same key the first stays.
    #[must_use]
    pub fn of(entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut ledger = Self::default();
        for entry in entries {
            ledger.append(entry);
        }
        ledger
    }

    /// Adds an entry unless its key is taken. When and by whom it was said does not make it
    /// another entry; what it is about, for whom and how much does.
    pub fn append(&mut self, entry: Entry) -> Appended {
        match self.0.get(&entry.key) {
            None => {
                self.0.insert(entry.key.clone(), entry);
                Appended::New
            }
            Some(kept) if kept.says_the_same(&entry) => Appended::Repeated,
            Some(_) => Appended::Refused,
        }
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entry of a key.
    #[must_use]
    pub fn get(&self, key: &EntryKey) -> Option<&Entry> {
        self.0.get(key)
    }

    /// All entries, by key.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.0.values()
    }

    /// What the call made.
    #[must_use]
    pub fn totals(&self) -> Totals {
        Totals::of(self.entries())
    }

    /// What one party owes or is owed for the call.
    #[must_use]
    pub fn balance(&self, party: Party) -> Totals {
        Totals::of(self.entries().filter(|entry| entry.party == party))
    }

    /// The parties with entries on a side, in order.
    #[must_use]
    pub fn parties(&self, side: Side) -> Vec<Party> {
        let mut parties: Vec<Party> = self
            .entries()
            .filter(|entry| entry.kind.side() == side)
            .map(|entry| entry.party)
            .collect();
        parties.sort();
        parties.dedup();
        parties
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Micros;
    use entry::Kind;
    use entry::tests::{any_entry, entry};
    use proptest::prelude::*;

    #[test]
    fn a_repeated_event_appends_nothing() {
        let mut ledger = Ledger::default();
        let earned = entry("revenue:1", Kind::Revenue, 25_000_000);
        assert_eq!(ledger.append(earned.clone()), Appended::New);
        let again = Entry {
            at: earned.at.plus_secs(9),
            ..earned.clone()
        };
        assert_eq!(ledger.append(again), Appended::Repeated);
        let other = Entry {
            amount: Micros(1),
            ..earned.clone()
        };
        assert_eq!(ledger.append(other), Appended::Refused);
        assert_eq!(ledger.entries().collect::<Vec<_>>(), [&earned]);
    }

    proptest! {
        #[test]
        fn totals_are_sums_in_any_order_and_repetition(
            entries in prop::collection::vec(any_entry(), 0..12),
            again in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            // What an event makes of a call is a function of the call: one key, one entry.
            let once = Ledger::of(entries);
            let said: Vec<Entry> = once.entries().cloned().collect();
            let mut shuffled: Vec<Entry> = said.iter().rev().cloned().collect();
            if !said.is_empty() {
                for index in again {
                    shuffled.insert(index.index(shuffled.len()), index.get(&said).clone());
                }
            }
            let repeated = Ledger::of(shuffled);
            let kinds = |kind: Kind| -> i64 { said.iter().filter(|e| e.kind == kind).map(|e| e.amount.0).sum() };
            let totals = repeated.totals();
            prop_assert_eq!(totals.revenue.0, kinds(Kind::Revenue) + kinds(Kind::RevenueAdjustment) + kinds(Kind::DisputeReversal));
            prop_assert_eq!(totals.payout.0, kinds(Kind::Payout) + kinds(Kind::PayoutAdjustment) + kinds(Kind::PayoutReversal));
            prop_assert_eq!(totals.cost.0, kinds(Kind::Telephony));
            prop_assert_eq!(repeated, once);
        }
    }
}
