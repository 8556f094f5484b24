//! Blocked callers.

use serde::{Deserialize, Serialize};

use super::number::optional_campaign;
use super::page::{Choice, Stamp};
use crate::block::pattern::BlockPattern;
use crate::block::{HOURS_MAX, NOTE_CHARS_MAX};
use crate::id::{BlockId, CampaignId};
use crate::invalid::{FieldErrors, optional_text, optional_whole};

/// Which part of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BlockQuery {
    /// Digits a pattern contains.
    pub search: String,
    /// The list they came from; empty for all.
    pub source: String,
    /// The last id of the page before.
    pub after: String,
}

/// A page of the list, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockList {
    pub rows: Vec<BlockRow>,
    /// All that fit the search, on every page.
    pub total: u64,
    /// Numbers are masked for this role, and cannot be searched.
    pub masked: bool,
    /// What to ask for the next page with; empty on the last one.
    pub next: String,
    /// Campaigns a block can be limited to.
    pub campaigns: Vec<Choice>,
    /// The lists that blocks came from, with how many of each are left.
    pub sources: Vec<BlockOrigin>,
}

/// A list that blocks came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockOrigin {
    pub name: String,
    pub blocks: u64,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockRow {
    pub id: BlockId,
    /// "(307) 555-0100", "+1307*" or "Withheld numbers".
    pub pattern: String,
    pub campaign: Option<CampaignId>,
    /// Empty where it holds in every campaign.
    pub campaign_name: String,
    /// None for good.
    pub until: Option<Stamp>,
    pub expired: bool,
    pub note: String,
    /// The list it came from; empty if a person entered it.
    pub source: String,
    pub added: Stamp,
}

/// What a person types to block callers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BlockForm {
    pub pattern: String,
    /// Campaign id; empty for every campaign.
    pub campaign: String,
    /// Hours from now; empty for good.
    pub hours: String,
    pub note: String,
}

/// A checked block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBlock {
    pub pattern: BlockPattern,
    pub campaign: Option<CampaignId>,
    pub hours: Option<u32>,
    pub note: String,
}

impl BlockForm {
    /// Checks all fields.
    ///
    /// # Errors
    /// At `pattern`, `campaign`, `hours` or `note`.
    pub fn check(&self) -> Result<NewBlock, FieldErrors> {
        let mut errors = FieldErrors::default();
        let pattern = errors.take(self.pattern.parse().map_err(
            |e: crate::block::pattern::ParsePatternError| {
                FieldErrors::one("pattern", "invalid_pattern", &e.to_string())
            },
        ));
        let campaign = errors.take(optional_campaign("campaign", &self.campaign));
        let hours = errors.take(optional_whole("hours", &self.hours, 1, HOURS_MAX));
        let note = errors.take(optional_text("note", &self.note, NOTE_CHARS_MAX));
        match (pattern, campaign, hours, note) {
            (Some(pattern), Some(campaign), Some(hours), Some(note)) => Ok(NewBlock {
                pattern,
                campaign,
                hours,
                note: note.unwrap_or_default(),
            }),
            _ => Err(errors),
        }
    }
}
