//! An entry of the ledger: one amount, for one party, with its reason.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{ApiKeyId, BuyerId, PublisherId, UserId};
use crate::money::Micros;
use crate::time::Timestamp;

/// What an entry is for, in a word that is the same whenever the same thing is told:
/// `revenue:1` for the revenue of the first attempt. Unique within a call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryKey(String);

/// One amount of one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub key: EntryKey,
    pub kind: Kind,
    pub party: Party,
    /// Added to the total of the entry's side. Revenue above zero is owed by the buyer, payout
    /// above zero is owed to the publisher, cost above zero is owed to the carrier.
    pub amount: Micros,
    pub at: Timestamp,
    pub author: Author,
    /// A sentence for people.
    pub reason: String,
}

/// What kind of entry it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A revenue rule was met.
    Revenue,
    /// A payout rule was met.
    Payout,
    /// The carrier's charge for a leg or a recording.
    Telephony,
    /// A person corrected what the buyer owes.
    RevenueAdjustment,
    /// A person corrected what the publisher is owed.
    PayoutAdjustment,
    /// A buyer's dispute was approved.
    DisputeReversal,
    /// The publisher's part of an approved dispute.
    PayoutReversal,
}

/// Which total of a call an entry belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Revenue,
    Payout,
    Cost,
}

/// Who owes it or is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    Buyer(BuyerId),
    Publisher(PublisherId),
    Carrier,
}

/// Who made an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// A rule of the set-up.
    Rule,
    User(UserId),
    /// A program with a key.
    Key(ApiKeyId),
}

impl EntryKey {
    /// A key of what it is for and which one of them.
    #[must_use]
    pub fn new(what: &str, which: impl fmt::Display) -> Self {
        Self(format!("{what}:{which}"))
    }

    /// A key as it was stored.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// `revenue:1`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Entry {
    /// Whether another entry is the same but for when it was said, by whom and in which words.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        (&self.key, self.kind, self.party, self.amount)
            == (&other.key, other.kind, other.party, other.amount)
    }
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Revenue,
        Self::Payout,
        Self::Telephony,
        Self::RevenueAdjustment,
        Self::PayoutAdjustment,
        Self::DisputeReversal,
        Self::PayoutReversal,
    ];

    /// The total it belongs to.
    #[must_use]
    pub fn side(self) -> Side {
        match self {
            Self::Revenue | Self::RevenueAdjustment | Self::DisputeReversal => Side::Revenue,
            Self::Payout | Self::PayoutAdjustment | Self::PayoutReversal => Side::Payout,
            Self::Telephony => Side::Cost,
        }
    }

    /// What people read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Revenue => "Revenue",
            Self::Payout => "Payout",
            Self::Telephony => "Cost",
            Self::RevenueAdjustment => "Revenue corrected by",
            Self::PayoutAdjustment => "Payout corrected by",
            Self::DisputeReversal => "Revenue given back:",
            Self::PayoutReversal => "Payout taken back:",
        }
    }

    /// What a list of entries calls it.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Revenue => "Revenue",
            Self::Payout => "Payout",
            Self::Telephony => "Cost",
            Self::RevenueAdjustment => "Revenue corrected",
            Self::PayoutAdjustment => "Payout corrected",
            Self::DisputeReversal => "Revenue given back",
            Self::PayoutReversal => "Payout taken back",
        }
    }

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Revenue => "revenue",
            Self::Payout => "payout",
            Self::Telephony => "telephony",
            Self::RevenueAdjustment => "revenue_adjustment",
            Self::PayoutAdjustment => "payout_adjustment",
            Self::DisputeReversal => "dispute_reversal",
            Self::PayoutReversal => "payout_reversal",
        }
    }

    /// The kind of a stored word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::testing::NOON_ISH;
    use proptest::prelude::*;

    pub fn entry(key: &str, kind: Kind, micros: i64) -> Entry {
        Entry {
            key: EntryKey(key.to_owned()),
            kind,
            party: match kind.side() {
                Side::Revenue => Party::Buyer(BuyerId(1)),
                Side::Payout => Party::Publisher(PublisherId(1)),
                Side::Cost => Party::Carrier,
            },
            amount: Micros(micros),
            at: NOON_ISH,
            author: Author::Rule,
            reason: "A test.".to_owned(),
        }
    }

    pub fn any_entry() -> impl Strategy<Value = Entry> {
        (
            0_u8..8,
            prop::sample::select(Kind::ALL.to_vec()),
            -90_000_000_i64..90_000_000,
        )
            .prop_map(|(n, kind, micros)| entry(&format!("k:{n}"), kind, micros))
    }

    #[test]
    fn stored_words_round_trip() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_code(kind.code()), Some(kind));
            assert_eq!(
                serde_json::to_string(&kind).expect("json"),
                format!("\"{}\"", kind.code())
            );
        }
    }
}
