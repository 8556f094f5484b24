//! The RTB report: what bidders were asked, what they bid, and why they did not.

use serde::{Deserialize, Serialize};

use super::page::Choice;
use super::rtb_target::{PingRow, RejectRow};
use crate::id::TargetId;
use crate::rtb::health::Health;

/// What the report is asked for; all of it stands in the URL.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RtbQuery {
    /// "today", "yesterday", "7d", "month" or "custom"; empty is today.
    pub range: String,
    /// `yyyy-mm-dd` in the account's zone, with `range=custom`.
    pub from: String,
    /// `yyyy-mm-dd`, inclusive.
    pub to: String,
    /// An RTB target's id; empty for all.
    pub target: String,
    /// What pings came to, by its stored word; empty for whatever.
    pub verdict: String,
    /// A bidder's id of its bid, or digits of a caller's number.
    pub search: String,
    /// Pings before this one.
    pub before: String,
}

/// The report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RtbPage {
    /// "Today, Thu, Nov 19".
    pub range_label: String,
    pub zone_short: String,
    pub totals: Health,
    /// Those that were asked, the most often asked first.
    pub bidders: Vec<BidderRow>,
    pub rejects: Vec<RejectRow>,
    /// Newest first.
    pub pings: Vec<PingRow>,
    /// Where the next page begins; none at the end.
    pub older: Option<String>,
    pub targets: Vec<Choice>,
    pub verdicts: Vec<Choice>,
    /// Callers may not be searched for by who may not see them.
    pub callers_masked: bool,
}

/// What an RTB target did in the time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BidderRow {
    pub id: TargetId,
    pub name: String,
    pub buyer: String,
    pub health: Health,
    /// The mean of its bids, "$31.20"; empty without any.
    pub mean: String,
}
