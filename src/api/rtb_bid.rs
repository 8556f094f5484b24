//! What publishers asked and were answered: the report, and one bid.

use serde::{Deserialize, Serialize};

use super::page::{Choice, Stamp};
use super::rtb_target::RejectRow;
use crate::id::{CallId, PublisherId, RtbId};

/// What the report is asked for; all of it stands in the URL.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BidQuery {
    /// "today", "yesterday", "7d", "month" or "custom"; empty is today.
    pub range: String,
    /// `yyyy-mm-dd` in the account's zone, with `range=custom`.
    pub from: String,
    /// `yyyy-mm-dd`, inclusive.
    pub to: String,
    /// A publisher's id; empty for all.
    pub publisher: String,
    /// "bid", "came", or the code of a refusal; empty for whatever.
    pub result: String,
    /// The id of a bid, or a caller's number.
    pub search: String,
    /// Bids before this one.
    pub before: String,
}

/// The report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BidPage {
    pub range_label: String,
    pub zone_short: String,
    pub totals: BidTotals,
    /// Those that asked, the most frequent first.
    pub publishers: Vec<BidPublisherRow>,
    pub reasons: Vec<RejectRow>,
    /// Newest first.
    pub bids: Vec<BidRow>,
    /// Where the next page begins; none at the end.
    pub older: Option<String>,
    pub publisher_choices: Vec<Choice>,
    pub results: Vec<Choice>,
    /// Callers may not be searched for by who may not see them.
    pub callers_masked: bool,
}

/// What came of pings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BidTotals {
    pub pings: u32,
    pub bids: u32,
    pub calls: u32,
    pub paid: u32,
}

/// A publisher's pings in the time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BidPublisherRow {
    pub id: PublisherId,
    pub name: String,
    pub totals: BidTotals,
    /// "$31.20"; empty without a bid.
    pub mean: String,
    pub revenue: String,
    pub payout: String,
}

/// A ping and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BidRow {
    pub call: CallId,
    /// "RTB…".
    pub bid_id: String,
    pub at: Stamp,
    pub took_ms: u32,
    pub rtb_id: RtbId,
    pub publisher: PublisherId,
    pub publisher_name: String,
    pub campaign_name: String,
    /// "production", "test".
    pub environment: String,
    /// Masked for who may not see it; empty where it was not said.
    pub caller: String,
    /// "Bid", "Call came", "Expired", or the words of a refusal.
    pub verdict: String,
    /// How it looks: "won", "open", "no" or "failed".
    pub tone: String,
    /// The whole reason, or what was offered, in a sentence.
    pub words: String,
    /// What would have made a bid of it; empty for one.
    pub remedy: String,
    /// The code of a refusal; 0 for a bid.
    pub code: u16,
    /// "$44.85"; empty where nothing was bid.
    pub amount: String,
    /// How it came about, a step a line.
    pub steps: Vec<String>,
    /// How entries of the plan stood.
    pub considered: Vec<(String, String)>,
    /// Number or SIP address that was offered.
    pub ways: Vec<String>,
    pub expires: Option<Stamp>,
    pub sub_id: String,
    pub inbound_call_id: String,
    pub tags: Vec<(String, String)>,
    /// A call came for it.
    pub came: bool,
}
