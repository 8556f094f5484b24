//! Telephony: what the carrier charges for the legs and recordings of a call, by a rate table.
//!
//! A leg is charged once, when it is over: its key names the leg, so that news of its end told
//! twice change nothing, and the cost of a call is the sum of its legs.

pub mod rate;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::entry::{Author, Entry, EntryKey, Kind, Party};
use crate::money::Micros;
use crate::phone::E164;
use crate::target::Destination;
use crate::time::{Timestamp, length_text};
use rate::{Rate, RateTable};

/// The area codes of the North American plan that the called party pays for.
const TOLL_FREE: [&str; 7] = ["800", "833", "844", "855", "866", "877", "888"];

/// Something of a call that the carrier charges for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    pub name: LegName,
    pub kind: LegKind,
    /// Seconds from its answer to its end, 0 if nobody answered; none while it is not over.
    pub secs: Option<u32>,
}

/// Which leg of a call it is: the part of its entry's key that tells it from the others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegName {
    /// The caller's own.
    Caller,
    /// To a target: the number of the attempt, from 1.
    Attempt(u32),
    /// To the fallback number.
    Fallback,
    /// By the carrier's own id of it.
    Recording(String),
}

/// What kind of leg it is, which says by which rate it is charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegKind {
    /// From a caller to one of our ordinary numbers.
    InboundLocal,
    /// From a caller to one of our toll-free numbers.
    InboundTollFree,
    /// From a caller by SIP.
    InboundSip,
    /// From us to a number.
    Outbound(E164),
    /// From us to a SIP address.
    OutboundSip,
    Recording,
}

/// What a leg costs, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegLine {
    pub name: LegName,
    pub charge: Charge,
    /// A sentence with the figures.
    pub reason: String,
}

/// Whether a leg is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Charge {
    Charged(Micros),
    /// Nobody answered, or its rate is nothing.
    Free,
    /// It is not over.
    Pending,
    /// The table has no rate for it: the cost of the call is not known whole.
    NoRate,
}

/// The cost of a call, leg by leg.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TelephonyOutcome {
    /// One for each leg that costs something; told again it is the same entry.
    pub entries: Vec<Entry>,
    /// One for each leg, in order.
    pub lines: Vec<LegLine>,
    /// Whether a leg is not over.
    pub open: bool,
}

/// What the legs of a call cost by now.
#[must_use]
pub fn telephony(table: &RateTable, legs: &[Leg], now: Timestamp) -> TelephonyOutcome {
    let mut outcome = TelephonyOutcome::default();
    for leg in legs {
        let (charge, reason) = leg.charge(table);
        match charge {
            Charge::Charged(amount) => outcome.entries.push(Entry {
                key: EntryKey::new("telephony", &leg.name),
                kind: Kind::Telephony,
                party: Party::Carrier,
                amount,
                at: now,
                author: Author::Rule,
                reason: reason.clone(),
            }),
            Charge::Pending => outcome.open = true,
            Charge::Free | Charge::NoRate => {}
        }
        outcome.lines.push(LegLine {
            name: leg.name.clone(),
            charge,
            reason,
        });
    }
    outcome
}

impl Leg {
    fn charge(&self, table: &RateTable) -> (Charge, String) {
        let kind = self.kind.words();
        let Some(secs) = self.secs else {
            return (Charge::Pending, format!("{kind}: not over yet."));
        };
        if secs == 0 {
            let why = match self.kind {
                LegKind::Recording => "empty",
                _ => "not answered",
            };
            return (Charge::Free, format!("{kind}: {why}, so free."));
        }
        let Some(rate) = table.rate(&self.kind) else {
            let reason = format!("{kind}: the rate table has no rate for it.");
            return (Charge::NoRate, reason);
        };
        let amount = rate.charge(secs);
        let charge = if amount == Micros::ZERO {
            Charge::Free
        } else {
            Charge::Charged(amount)
        };
        (charge, format!("{kind}: {}.", explained(rate, secs)))
    }
}

/// "0:41, charged as 1:00 at $0.0085 a minute".
fn explained(rate: &Rate, secs: u32) -> String {
    let (length, billed) = (length_text(secs), rate.billed_s(secs));
    let per_minute = rate.per_minute.exact();
    let charged = if billed == secs {
        String::new()
    } else {
        format!(", charged as {}", length_text(billed))
    };
    let least = if rate.is_at_least(secs) {
        format!(", but at least {}", rate.minimum.exact())
    } else {
        String::new()
    };
    format!("{length}{charged} at {per_minute} a minute{least}")
}

impl LegKind {
    /// The kind of a caller's leg, by what was dialed; what is no number came by SIP.
    #[must_use]
    pub fn inbound(dialed: Option<&E164>) -> Self {
        match dialed {
            None => Self::InboundSip,
            Some(number) if is_toll_free(number) => Self::InboundTollFree,
            Some(_) => Self::InboundLocal,
        }
    }

    /// The kind of a leg to a target.
    #[must_use]
    pub fn outbound(to: &Destination) -> Self {
        match to {
            Destination::Number(number) => Self::Outbound(number.clone()),
            Destination::Sip(_) | Destination::Bid => Self::OutboundSip,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::InboundLocal => "Incoming call".to_owned(),
            Self::InboundTollFree => "Incoming toll-free call".to_owned(),
            Self::InboundSip => "Incoming SIP call".to_owned(),
            Self::Outbound(number) => format!("Call to {}", number.display()),
            Self::OutboundSip => "Call to a SIP address".to_owned(),
            Self::Recording => "Recording".to_owned(),
        }
    }
}

/// Whether the called party pays for calls to a number.
#[must_use]
pub fn is_toll_free(number: &E164) -> bool {
    number
        .area_code()
        .is_some_and(|code| TOLL_FREE.contains(&code))
}

impl fmt::Display for LegName {
    /// `caller`, `attempt-1`, `fallback`, `recording-RE01`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caller => f.write_str("caller"),
            Self::Attempt(number) => write!(f, "attempt-{number}"),
            Self::Fallback => f.write_str("fallback"),
            Self::Recording(sid) => write!(f, "recording-{sid}"),
        }
    }
}

#[cfg(test)]
mod tests;
