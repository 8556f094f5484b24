//! The call log and the call drawer.

use serde::{Deserialize, Serialize};

use super::agent::WrapUpView;
use super::dispute::CallDisputes;
use super::money::{MoneyView, Sums};
use super::page::{Choice, Stamp};
use super::rtb_target::AuctionView;
use super::visit::VisitView;
use crate::call::record::{LiveState, Outcome};
use crate::id::{CallId, RecordingId};
use crate::routing::Candidate;

/// What the call log is asked for; all of it stands in the URL.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallQuery {
    /// Campaign id; empty for all.
    pub campaign: String,
    /// Target id; empty for all.
    pub target: String,
    /// An [`Outcome`] code, `live` or `not_connected`; empty for all.
    pub outcome: String,
    /// Buyer id; empty for all.
    pub buyer: String,
    /// Publisher id; empty for all.
    pub publisher: String,
    /// "yes" or "no"; empty for both, as the two below.
    pub duplicate: String,
    pub converted: String,
    pub paid: String,
    /// "today", "yesterday", "7d", "month", "all" or "custom"; empty is today.
    pub range: String,
    /// `yyyy-mm-dd` in the account's zone, with `range=custom`.
    pub from: String,
    /// `yyyy-mm-dd`, inclusive.
    pub to: String,
    /// Part of a caller's number, digits only matter.
    pub caller: String,
    /// Keyset cursor: calls older than this one.
    pub after: String,
    /// Keyset cursor: calls newer than this one.
    pub before: String,
}

/// A page of the call log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallPage {
    pub rows: Vec<CallRow>,
    /// Calls that match the filters.
    pub total: u64,
    /// Calls in the range without the other filters; "1,307 calls today without them".
    pub total_unfiltered: u64,
    /// Cursor of the next older page.
    pub older: Option<String>,
    /// Cursor of the next newer page.
    pub newer: Option<String>,
    /// "Today, Nov 19".
    pub range_label: String,
    /// The active filters as sentences.
    pub chips: Vec<FilterChip>,
    pub campaigns: Vec<Choice>,
    pub targets: Vec<Choice>,
    pub buyers: Vec<Choice>,
    pub publishers: Vec<Choice>,
    pub outcomes: Vec<Choice>,
    pub zone_short: String,
    /// Whether callers are shown in full to this role.
    pub callers_masked: bool,
}

/// An active filter: "Campaign is Roof repair, Texas".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterChip {
    /// The query parameter to clear.
    pub param: String,
    pub field: String,
    pub operator: String,
    pub value: String,
}

/// A line of the call log or of the live calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRow {
    pub id: CallId,
    pub arrived: Stamp,
    pub state: LiveState,
    /// None while the call is live.
    pub outcome: Option<Outcome>,
    /// "(214) 555-0187", masked for roles that may not see it.
    pub caller: String,
    /// Two-letter state of the caller's area code; may be empty.
    pub caller_state: String,
    /// Tracking number.
    pub dialed: String,
    /// Empty for calls to numbers that no campaign uses.
    pub campaign: String,
    /// Empty until a target is dialed; the last one dialed.
    pub target: String,
    /// The group the target was rung with; empty for one by itself.
    pub group: String,
    pub buyer: String,
    /// Whole call, seconds: so far if live.
    pub length_s: u32,
    /// Connected to a target, seconds.
    pub connected_s: u32,
    pub attempts: u32,
    pub has_recording: bool,
    /// Empty for numbers that belong to no publisher.
    pub publisher: String,
    pub money: Sums,
    /// A revenue rule was met.
    pub converted: bool,
    pub is_duplicate: bool,
}

/// One call, explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallDetail {
    pub row: CallRow,
    /// The first eight digits of the id, "CA7F2093".
    pub short_id: String,
    pub carrier_sid: String,
    pub timeline: Vec<TimelineRow>,
    pub decisions: Vec<DecisionView>,
    pub legs: Vec<LegRow>,
    /// What bidders were asked, auction by auction.
    pub auctions: Vec<AuctionView>,
    pub recordings: Vec<RecordingView>,
    /// Whether this role may listen.
    pub may_listen: bool,
    /// Whether this role may delete recordings.
    pub may_delete: bool,
    /// Why there is no recording, in words; may be empty.
    pub recording_note: String,
    pub answers: Vec<AnswerView>,
    pub tags: Vec<(String, String)>,
    pub campaign_href: String,
    pub target_href: String,
    pub caller_block: CallerBlock,
    pub money: MoneyView,
    pub disputes: CallDisputes,
    /// What agents wrote of it.
    pub wrap_ups: Vec<WrapUpView>,
    /// Who called, where the number was shown to a visitor of an advertiser's page.
    pub visit: Option<VisitView>,
}

/// Whether the caller can be blocked from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallerBlock {
    /// The role may not, or the caller showed no number.
    Unavailable,
    Open,
    /// The number is blocked in every campaign.
    Blocked,
}

/// An event of the call in the order it happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineRow {
    /// "0 ms", "902 ms", "7.6 s" after the call arrived.
    pub after: String,
    pub at: Stamp,
    /// Name of the icon in the sprite: phone-incoming, split, phone-outgoing, phone-call, phone-off, mic, voicemail, refresh, info, clock, tag, alert.
    pub icon: String,
    /// "Dialing (972) 555-0199".
    pub title: String,
    /// "Ring limit 25 s".
    pub detail: String,
}

/// A routing decision in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionView {
    /// "First choice", "After no answer", …
    pub title: String,
    /// "Plan version 14, 5 candidates".
    pub subtitle: String,
    pub at: Stamp,
    pub candidates: Vec<Candidate>,
}

/// A leg: one dialed target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegRow {
    pub number: u32,
    pub target: String,
    /// The group it was rung with; empty for one by itself.
    pub group: String,
    pub buyer: String,
    pub destination: String,
    pub started: Stamp,
    /// "Connected", "No answer", "Busy", "Failed", "Refused", "Ringing".
    pub result: String,
    /// Which status shape: "live", "open", "failed", "neutral", "progress".
    pub shape: String,
    /// How long it rang, as "7.6 s"; may be empty.
    pub rang: String,
    /// How long it talked, as "3:58"; may be empty.
    pub talked: String,
    pub carrier_sid: String,
}

/// A recording that can be played through our own door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingView {
    pub id: RecordingId,
    /// "/recordings/7".
    pub src: String,
    pub length_s: u32,
    pub channels: u32,
    /// "3:58, both sides".
    pub words: String,
    /// False while the carrier is still preparing the file.
    pub ready: bool,
    /// What became of it, where it cannot be heard any more: "Deleted after 30 days on Thu, Dec 3".
    pub gone: String,
    /// What a download is called, "call-ca7f2093-1.wav".
    pub file: String,
    pub voicemail: bool,
}

/// What we answered the carrier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerView {
    pub at: Stamp,
    /// "Call arrived", "Dial 1 ended".
    pub to: String,
    /// The TwiML document, indented.
    pub twiml: String,
}
