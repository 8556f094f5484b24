//! RTB ids: the list, one with its instructions, and a test ping.

mod form;
mod modifiers;

use serde::{Deserialize, Serialize};

use super::page::{Choice, Stamp};
use super::rtb_bid::BidRow;
use crate::id::{CampaignId, PublisherId, RtbId};
use crate::invalid::FieldErrors;

pub use form::{KeyKind, RtbIdForm, RtbIdInput};

/// The longest a test ping may be, in characters.
const PARAMETERS_CHARS_MAX: usize = 4_000;

/// All RTB ids of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RtbIdList {
    pub rows: Vec<RtbIdRow>,
    pub choices: RtbIdChoices,
}

/// What an id can be made for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RtbIdChoices {
    pub campaigns: Vec<Choice>,
    pub publishers: Vec<Choice>,
    /// Numbers in no pool, with the id of their campaign as the hint.
    pub numbers: Vec<Choice>,
    /// Calls can come in by SIP.
    pub has_sip: bool,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RtbIdRow {
    pub id: RtbId,
    pub campaign: CampaignId,
    pub campaign_name: String,
    pub publisher: PublisherId,
    pub publisher_name: String,
    pub enabled: bool,
    /// "What routes pay less 20%, at most $100.00".
    pub offering: String,
    /// "once connected for 1:30".
    pub terms: String,
    pub today: BidFigures,
    /// When it was asked last; none for weeks, or never.
    pub last: Option<Stamp>,
}

/// How pings were answered in a time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BidFigures {
    pub pings: u32,
    pub bids: u32,
    /// Bids that a call came for.
    pub calls: u32,
    /// What was bid on average, "$31.20"; empty without any.
    pub mean: String,
}

/// An RTB id's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RtbIdDetail {
    pub row: RtbIdRow,
    pub form: RtbIdForm,
    pub choices: RtbIdChoices,
    /// The addresses, without their ending: in earnest, to test, and for an example.
    pub production: String,
    pub test: String,
    pub sandbox: String,
    /// The token or secret, for who may change it; empty without.
    pub secret: String,
    /// What a publisher's programmer is told, whole.
    pub instructions: String,
    /// A ping as a command.
    pub example: String,
    /// Newest first.
    pub latest: Vec<BidRow>,
    pub reasons: Vec<super::rtb_target::RejectRow>,
}

/// What a test ping says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TestPingForm {
    pub caller: String,
    /// `name=value`, one a line.
    pub parameters: String,
    /// A box.
    pub sip_ok: String,
    /// "json" or "xml".
    pub format: String,
}

/// What came of a test ping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestPingView {
    /// The answer, as a program gets it, over lines.
    pub answer: String,
    pub bid: BidRow,
}

impl TestPingForm {
    /// The parameters that are sent.
    ///
    /// # Errors
    /// At `parameters`, with the line.
    pub fn check(&self) -> Result<Vec<(String, String)>, FieldErrors> {
        let told = |message: String| FieldErrors::one("parameters", "malformed", &message);
        if self.parameters.chars().count() > PARAMETERS_CHARS_MAX {
            return Err(told(format!(
                "Use at most {PARAMETERS_CHARS_MAX} characters."
            )));
        }
        let mut all = Vec::new();
        if !self.caller.trim().is_empty() {
            all.push(("CID".to_owned(), self.caller.trim().to_owned()));
        }
        if !self.sip_ok.is_empty() {
            all.push(("sipOk".to_owned(), "yes".to_owned()));
        }
        for (at, line) in self.parameters.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            let (name, value) = line
                .split_once('=')
                .filter(|(name, _)| !name.trim().is_empty())
                .ok_or_else(|| told(format!("Line {}: write name=value.", at + 1)))?;
            all.push((name.trim().to_owned(), value.trim().to_owned()));
        }
        Ok(all)
    }
}
