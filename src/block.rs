//! Blocked callers: whose calls are turned away, everywhere or in one campaign, until when.
//!
//! The forms are Ringba's (domain-reference 2, Spam): a number, the beginning of numbers, or every
//! caller who withholds theirs.

pub mod attestation;
pub mod guard;
pub mod pattern;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{BlockId, CampaignId};
use crate::phone::Caller;
use crate::time::Timestamp;
use pattern::BlockPattern;

/// The longest note, in characters.
pub const NOTE_CHARS_MAX: usize = 200;
/// The longest name of a list that blocks came from, in characters.
pub const SOURCE_CHARS_MAX: usize = 60;
/// The longest time a block can be given, in hours: ten years. Without one it is for good.
pub const HOURS_MAX: u32 = 87_600;

/// An entry of the list of blocked callers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    pub id: BlockId,
    pub pattern: BlockPattern,
    /// Where it holds; none is in every campaign of the account.
    pub campaign: Option<CampaignId>,
    /// The first moment it no longer holds; none is for good.
    pub expires_at: Option<Timestamp>,
    /// Why, for people; may be empty.
    pub note: String,
}

/// That a call is turned away, and by which entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    pub block: BlockId,
    /// "Blocked by +1307* in every campaign: robocalls."
    pub reason: String,
}

/// The blocks of an account, arranged so that one call looks at a handful of them, however many
/// there are.
#[derive(Debug, Clone, Default)]
pub struct Blocklist(BTreeMap<String, Vec<Block>>);

impl Blocklist {
    /// Arranges blocks.
    #[must_use]
    pub fn new(blocks: impl IntoIterator<Item = Block>) -> Self {
        let mut by_pattern: BTreeMap<String, Vec<Block>> = BTreeMap::new();
        for block in blocks {
            let entries = by_pattern.entry(block.pattern.to_string()).or_default();
            entries.push(block);
        }
        for entries in by_pattern.values_mut() {
            entries.sort_by_key(|block| block.id);
        }
        Self(by_pattern)
    }

    /// Whether a caller is turned away from a campaign at a moment. Of several blocks the closest
    /// speaks: the number itself, then the longest prefix; of the same, the oldest entry.
    #[must_use]
    pub fn decide(&self, caller: &Caller, campaign: CampaignId, now: Timestamp) -> Option<Blocked> {
        patterns_of(caller)
            .filter_map(|pattern| self.0.get(&pattern))
            .flatten()
            .find(|block| block.holds(campaign, now))
            .map(Block::blocked)
    }
}

impl Block {
    /// Whether it holds in a campaign at a moment.
    #[must_use]
    pub fn holds(&self, campaign: CampaignId, now: Timestamp) -> bool {
        self.campaign.is_none_or(|wanted| wanted == campaign)
            && self.expires_at.is_none_or(|end| now < end)
    }

    fn blocked(&self) -> Blocked {
        let place = match self.campaign {
            None => "every campaign",
            Some(_) => "this campaign",
        };
        let note = match self.note.trim() {
            "" => String::new(),
            note => format!(": {note}"),
        };
        let end = if note.ends_with(['.', '!', '?']) {
            ""
        } else {
            "."
        };
        Blocked {
            block: self.id,
            reason: format!("Blocked by {} in {place}{note}{end}", self.pattern),
        }
    }
}

/// Every pattern that matches a caller, as text, the closest first: what a store looks up. A SIP
/// identity or a number no plan knows matches none.
#[must_use]
pub fn patterns_of(caller: &Caller) -> Box<dyn Iterator<Item = String> + '_> {
    match caller {
        Caller::Number(number) => {
            let digits = number.as_str();
            let prefixes = (2..=digits.len()).rev();
            let prefixes = prefixes.map(|end| format!("{}*", &digits[..end]));
            Box::new(std::iter::once(digits.to_owned()).chain(prefixes))
        }
        Caller::Anonymous => Box::new(std::iter::once(BlockPattern::Anonymous.to_string())),
        Caller::Other(_) => Box::new(std::iter::empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOON_ISH, plan};
    use proptest::prelude::*;

    fn block(id: i64, pattern: &str) -> Block {
        Block {
            id: BlockId(id),
            pattern: pattern.parse().expect("a pattern"),
            campaign: None,
            expires_at: None,
            note: "robocalls".to_owned(),
        }
    }

    fn here() -> CampaignId {
        plan(Vec::new()).campaign
    }

    fn said(blocks: Vec<Block>, caller: &str) -> Option<String> {
        Blocklist::new(blocks)
            .decide(&Caller::from_carrier(caller), here(), NOON_ISH)
            .map(|blocked| blocked.reason)
    }

    #[test]
    fn the_closest_block_says_why() {
        let blocks = || {
            vec![
                block(1, "+1307*"),
                block(2, "anonymous"),
                block(3, "+13075550100"),
                block(4, "+13075*"),
            ]
        };
        let by = |pattern: &str| {
            Some(format!(
                "Blocked by {pattern} in every campaign: robocalls."
            ))
        };
        assert_eq!(said(blocks(), "+13075550100"), by("+13075550100"));
        assert_eq!(said(blocks(), "+13075550101"), by("+13075*"));
        assert_eq!(said(blocks(), "+13072550101"), by("+1307*"));
        assert_eq!(said(blocks(), "+12145550101"), None);
        assert_eq!(said(blocks(), "Restricted"), by("anonymous"));
        assert_eq!(said(blocks(), "sip:a@b.example"), None);
    }

    #[test]
    fn a_block_holds_in_its_campaign_until_it_expires() {
        let until = |end| Block {
            expires_at: Some(end),
            ..block(1, "+1307*")
        };
        assert!(until(NOON_ISH.plus_secs(1)).holds(here(), NOON_ISH));
        assert!(!until(NOON_ISH).holds(here(), NOON_ISH));
        let only = |campaign| Block {
            campaign: Some(campaign),
            note: "Asked us to stop.".to_owned(),
            ..block(2, "+1307*")
        };
        assert_eq!(
            said(vec![until(NOON_ISH), only(here())], "+13075550100").as_deref(),
            Some("Blocked by +1307* in this campaign: Asked us to stop.")
        );
        let elsewhere = CampaignId(uuid::Uuid::from_u128(1));
        assert_eq!(said(vec![only(elsewhere)], "+13075550100"), None);
    }

    proptest! {
        #[test]
        fn the_list_decides_as_its_blocks_one_by_one(
            patterns in prop::collection::vec("\\+1[23]0[67]([2-3]\\*|\\*|2550(10[0-3]|\\*))", 0..8),
            expired in prop::collection::vec(any::<bool>(), 8),
            caller in "\\+1[23]0[67]255010[0-3]",
        ) {
            let blocks: Vec<Block> = patterns.iter().zip(expired).zip(1..).map(|((pattern, expired), id)| Block {
                expires_at: expired.then_some(NOON_ISH),
                ..block(id, pattern)
            }).collect();
            let caller = Caller::from_carrier(&caller);
            let expected = blocks.iter().any(|b| b.holds(here(), NOON_ISH) && b.pattern.matches(&caller));
            let decided = Blocklist::new(blocks).decide(&caller, here(), NOON_ISH);
            prop_assert_eq!(decided.is_some(), expected);
        }
    }
}
