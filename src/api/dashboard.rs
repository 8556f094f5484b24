//! The dashboard: is today normal, does anything need a person, what is happening now.

use serde::{Deserialize, Serialize};

use super::call::CallRow;
use crate::id::{CampaignId, TargetId};
use crate::ledger::totals::Totals;
use crate::money::Micros;

/// Everything the dashboard shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dashboard {
    /// "Thu, Nov 19, 12:00 am to 2:37 pm ET, against the same hours last Thursday".
    pub subtitle: String,
    /// Name of the day compared with: "last Thursday".
    pub compared_with: String,
    pub totals: Vec<Total>,
    /// One entry an hour from midnight to now, the last one unfinished.
    pub hours: Vec<HourBar>,
    /// "to 2:37p", the label of the unfinished hour.
    pub now_label: String,
    pub problems: Vec<Problem>,
    pub live: Vec<CallRow>,
    /// "17 connected, 3 ringing".
    pub live_summary: String,
    pub campaigns: Vec<CampaignToday>,
}

/// A headline figure against the same hours a week ago.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// "Incoming", "Connected", "Not connected", "Abandoned", "Average length", "Revenue", "Payout", "Profit".
    pub label: String,
    /// "1,307".
    pub value: String,
    /// "79%", a share of incoming; may be empty.
    pub share: String,
    /// "+8.4%"; empty where there is nothing to compare.
    pub change: String,
    /// "from 1,206".
    pub before: String,
    /// Whether the change is good news (true), bad (false) or neither.
    pub good: Option<bool>,
    /// The call log with these calls.
    pub href: String,
}

/// Calls that arrived in one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HourBar {
    /// 0 to 23 on the account's clock.
    pub hour: u8,
    pub connected: u32,
    pub not_connected: u32,
    pub live: u32,
    /// Incoming in the same hour a week ago.
    pub before: u32,
    /// What its calls made by now.
    pub money: Totals,
    pub revenue_before: Micros,
}

/// Something a person can act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// True for failures (diamond), false for warnings (triangle).
    pub failed: bool,
    /// "Lone Star Exteriors missed 4 calls in a row".
    pub title: String,
    /// "Since 2:09 pm. Other targets took the callers."
    pub detail: String,
    pub fix: ProblemFix,
    /// Where to see it.
    pub href: String,
    /// "Open calls".
    pub link: String,
}

/// The one button that fixes a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemFix {
    /// Pauses a target on the spot.
    PauseTarget(TargetId),
    /// Opens a page where it is mended: address and button text.
    Open { href: String, label: String },
}

/// A campaign's day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignToday {
    pub id: CampaignId,
    pub name: String,
    pub vertical: String,
    pub live: u32,
    pub incoming: u32,
    pub connected: u32,
    pub not_connected: u32,
    /// Mean connected length as "4:12"; empty without connected calls.
    pub average_length: String,
}
