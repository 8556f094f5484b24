//! RTB targets: the list rows, the page and the form.

mod form;
mod parser;
mod request;

use serde::{Deserialize, Serialize};

use super::page::{Activity, Availability, Choice, Stamp};
use crate::id::{BuyerId, CallId, TargetGroupId, TargetId};
use crate::invalid::FieldErrors;
use crate::phone::{Caller, E164};
use crate::rtb::health::{Health, percent};
use crate::tag::Tags;

pub use form::{CheckedRtbTarget, RtbTargetForm, tokens};
pub use parser::ParserForm;
pub use request::{RequestForm, host};

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RtbTargetRow {
    pub id: TargetId,
    pub name: String,
    pub buyer: BuyerId,
    pub buyer_name: String,
    pub activity: Activity,
    pub now: Availability,
    /// "bid.example.com".
    pub host: String,
    pub trees: Vec<(TargetGroupId, String)>,
    /// Of the last 24 hours.
    pub health: Health,
    /// What got worse in the last hour; may be empty.
    pub warning: String,
}

/// An RTB target's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RtbTargetDetail {
    pub row: RtbTargetRow,
    pub form: RtbTargetForm,
    /// A token, password or secret is stored; it is never shown.
    pub has_secret: bool,
    pub confirm_has_secret: bool,
    /// Why pings of the last 24 hours were no bids, the most frequent reason first.
    pub rejects: Vec<RejectRow>,
    /// The latest pings, newest first.
    pub pings: Vec<PingRow>,
    pub tokens: Vec<Choice>,
}

/// What a new RTB target can be made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RtbTargetChoices {
    pub buyers: Vec<Choice>,
    pub tokens: Vec<Choice>,
}

/// A reason why pings were no bids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectRow {
    /// The stored word, for links.
    pub code: String,
    pub reason: String,
    pub pings: u32,
    pub percent: u32,
}

/// One ping, as lists and the call's waterfall show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PingRow {
    pub id: i64,
    pub at: Stamp,
    pub call: CallId,
    /// The call came. Otherwise it was asked for a publisher's bid, which has the call's id.
    pub came: bool,
    pub target: TargetId,
    pub name: String,
    pub buyer: String,
    pub tree: String,
    /// Milliseconds from the beginning of its auction to the sending, and how long it took.
    pub start_ms: u32,
    pub took_ms: u32,
    /// The second step.
    pub confirms: bool,
    /// "Won", "Timed out".
    pub verdict: String,
    /// "won", "bid", "no" or "late", for its colour.
    pub tone: String,
    /// The verdict in a sentence.
    pub words: String,
    /// "$44.85"; empty where there is no bid.
    pub amount: String,
    /// What is left of it; empty where that is the same.
    pub net: String,
    /// The bidder's own; may be empty.
    pub bid_id: String,
    /// "POST https://…"; empty where nothing was sent.
    pub request: String,
    /// Header lines and body.
    pub sent: String,
    /// "HTTP 200"; empty without an answer.
    pub status: String,
    pub answer: String,
    /// What the parsers found, with what each looks for.
    pub values: Vec<(String, String)>,
}

/// An auction of a call with its pings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuctionView {
    pub at: Stamp,
    pub tree: String,
    pub group: TargetGroupId,
    /// "3 of 5 bid in 412 ms".
    pub summary: String,
    /// The time its longest ping took, in milliseconds; at least 1.
    pub span_ms: u32,
    pub pings: Vec<PingRow>,
}

/// A value in an answer and where it stands, for choosing a parser by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    pub path: String,
    pub value: String,
}

/// The call that a test is about, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrialForm {
    pub caller: String,
    /// "user:zip = 75201", one a line.
    pub tags: String,
}

impl Default for TrialForm {
    fn default() -> Self {
        Self {
            caller: "+1 214 555 0187".to_owned(),
            tags: "geo:zipcode = 75201\nuser:zip = 75201".to_owned(),
        }
    }
}

/// The same when it can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedTrial {
    pub caller: Caller,
    pub tags: Tags,
}

impl TrialForm {
    /// What can be asked about.
    ///
    /// # Errors
    /// At `trial.caller` and `trial.tags`.
    pub fn check(&self) -> Result<CheckedTrial, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut caller = Caller::from_carrier("anonymous");
        let typed = self.caller.trim();
        if !typed.is_empty() {
            match typed.parse::<E164>() {
                Ok(number) => caller = Caller::from_carrier(number.as_str()),
                Err(why) => errors.add("trial.caller", "malformed", why.to_string()),
            }
        }
        let mut tags = Tags::default();
        for line in (self.tags.lines().map(str::trim)).filter(|line| !line.is_empty()) {
            let parts = line
                .split_once('=')
                .and_then(|(name, value)| Some((name.trim().split_once(':')?, value.trim())));
            match parts {
                Some(((kind, name), value)) => tags.set(kind, name, value),
                None => {
                    let message = "Write a tag a line: user:zip = 75201.";
                    errors.add("trial.tags", "malformed", message);
                    break;
                }
            }
        }
        errors.check()?;
        Ok(CheckedTrial { caller, tags })
    }
}

/// What a test ping came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// "POST https://…".
    pub request: String,
    pub sent: String,
    /// "HTTP 200"; empty without an answer.
    pub status: String,
    pub took_ms: u32,
    pub answer: String,
    /// Values that a parser can be made of by choosing one.
    pub places: Vec<Placed>,
    /// What the parsers of the form found.
    pub values: Vec<(String, String)>,
    /// It would be a bid.
    pub bid: bool,
    /// "A bid of $44.85", or why it is none.
    pub words: String,
}

/// "37%" of so many; a dash of none.
#[must_use]
pub fn rate(part: u32, whole: u32) -> String {
    if whole == 0 {
        "–".to_owned()
    } else {
        format!("{}%", percent(part, whole))
    }
}
