//! Duplicates: callers who have called before, and three separate settings about them that must
//! not be merged (domain-reference 2):
//! 1. [`mark`]: what makes a call a duplicate;
//! 2. [`routing`]: where a duplicate goes, and [`restriction`]: which targets may not have it;
//! 3. [`payment`]: whether its publisher is paid.

pub mod mark;
pub mod payment;
pub mod restriction;
pub mod routing;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::call::record::Outcome;
use crate::call::session::{AttemptResult, Session};
use crate::id::{BuyerId, CallId, CampaignId, PublisherId, TargetId};
use crate::time::Timestamp;

/// An earlier call of the same caller: the same number, or for a withheld one any withheld one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierCall {
    pub call: CallId,
    pub campaign: CampaignId,
    pub publisher: Option<PublisherId>,
    pub arrived_at: Timestamp,
    /// The targets it was connected with, in order.
    pub connections: Vec<Connection>,
}

/// A conversation of an earlier call with a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    pub target: TargetId,
    pub buyer: BuyerId,
    pub at: Timestamp,
    /// So far, if it still goes on.
    pub length_s: u32,
    /// When the buyer told that it converted.
    pub converted_at: Option<Timestamp>,
}

/// The most earlier calls of a caller that are looked at, the latest ones: enough to know whom a
/// person talked to, and little to carry along.
pub const HISTORY_MAX: usize = 20;

impl EarlierCall {
    /// An earlier call as it is stored.
    #[must_use]
    pub fn of(call: CallId, session: &Session) -> Option<Self> {
        // Who was turned away did not call.
        if session.outcome == Some(Outcome::Blocked) {
            return None;
        }
        // While several of a ring have picked up, one of them talks.
        let talks = session.shown_attempt().map(|a| a.number);
        let connections = session
            .attempts
            .iter()
            .filter(|a| {
                a.result == Some(AttemptResult::Connected)
                    || (a.is_talking() && Some(a.number) == talks)
            })
            .map(|a| Connection {
                target: a.chosen.target,
                buyer: a.chosen.buyer,
                at: a.answered_at.unwrap_or(a.started_at),
                length_s: a.talked_s,
                converted_at: session.conversion.map(|conversion| conversion.at),
            })
            .collect();
        Some(Self {
            call,
            campaign: session.campaign?,
            publisher: session.publisher,
            arrived_at: session.arrived_at,
            connections,
        })
    }

    fn longest_s(&self) -> Option<u32> {
        self.connections.iter().map(|c| c.length_s).max()
    }
}

/// The latest of some calls, by arrival; of two at the same moment the one with the larger id.
fn latest<'a>(calls: impl IntoIterator<Item = &'a EarlierCall>) -> Option<&'a EarlierCall> {
    calls.into_iter().max_by_key(|c| (c.arrived_at, c.call))
}

/// "3 days ago", "2 hours ago", "a moment ago".
fn ago(earlier: Timestamp, now: Timestamp) -> String {
    let secs = now.secs_since(earlier);
    let of = |n: u32, unit: &str| {
        let s = if n == 1 { "" } else { "s" };
        format!("{n} {unit}{s} ago")
    };
    match secs {
        0..60 => "a moment ago".to_owned(),
        60..3_600 => of(secs / 60, "minute"),
        3_600..86_400 => of(secs / 3_600, "hour"),
        _ => of(secs / 86_400, "day"),
    }
}
