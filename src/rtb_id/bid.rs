//! What a publisher's ping was answered, as it is kept.
//!
//! The id of a bid is that of the call that may come for it: a bid has one call, and what bidders were
//! asked for it is the call's.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::answer::{Answer, Offer, Term, Warning};
use super::arrival::{OpenBid, Stale};
use super::pass_through::Priced;
use super::promise::Promise;
use super::reject::Reject;
use super::settings::Environment;
use crate::id::{CallId, CampaignId, PublisherId, RtbId};
use crate::money::Micros;
use crate::phone::{E164, sip_user};
use crate::rtb::held::Held;
use crate::tag::Tags;
use crate::time::Timestamp;

/// How the ids of bids begin.
const PREFIX: &str = "RTB";

/// A ping and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublisherBid {
    /// Of the call that may come for it.
    pub call: CallId,
    pub rtb_id: RtbId,
    pub campaign: CampaignId,
    pub publisher: PublisherId,
    pub environment: Environment,
    pub asked_at: Timestamp,
    /// How long the answer took, in milliseconds.
    pub took_ms: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<E164>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sub_id: String,
    /// The publisher's own id of its call.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub inbound_call_id: String,
    /// The ping's, and what else was known of the caller: the call has them too.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    pub said: Said,
    /// How the amount came about, as far as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priced: Option<Priced>,
    /// How the entries of the routing plan stood.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub considered: Vec<Considered>,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    Offer(Box<Offered>),
    Nothing(Reject),
}

/// An offer with what the call needs that comes for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Whole cents.
    pub amount: Micros,
    pub expires_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<E164>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sip: Option<String>,
    pub terms: Vec<Term>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    pub promise: Promise,
    pub stale: Stale,
    /// The auctions that were held for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub auctions: Vec<Held>,
    /// Who would have got the call.
    pub winner: String,
}

/// How an entry of the routing plan stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Considered {
    pub name: String,
    pub why: String,
}

/// The id of a bid as publishers know it: "RTB" and 32 hexadecimal digits.
#[must_use]
pub fn bid_id(call: CallId) -> String {
    format!("{PREFIX}{}", call.0.simple())
}

/// The call of a bid's id, whatever its case; none for another text.
#[must_use]
pub fn call_of(bid_id: &str) -> Option<CallId> {
    let (prefix, digits) = bid_id.trim().split_at_checked(PREFIX.len())?;
    let is_simple = digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    if !prefix.eq_ignore_ascii_case(PREFIX) || !is_simple {
        return None;
    }
    Uuid::parse_str(digits).ok().map(CallId)
}

/// Whole seconds, to the nearest: what is left of thirty a few milliseconds later is thirty.
fn rounded_s(millis: i64) -> u32 {
    u32::try_from((millis.max(0) + 500) / 1_000).unwrap_or(u32::MAX)
}

/// The bid that a call came for by SIP, by the address it came to: `sip:RTB…@host`.
#[must_use]
pub fn call_of_address(dialed: &str) -> Option<CallId> {
    let user = sip_user(dialed.trim())?;
    call_of(user)
}

impl PublisherBid {
    /// The offer, if one was made.
    #[must_use]
    pub fn offered(&self) -> Option<&Offered> {
        match &self.said {
            Said::Offer(offered) => Some(offered),
            Said::Nothing(_) => None,
        }
    }

    /// Why nothing was offered.
    #[must_use]
    pub fn reject(&self) -> Option<&Reject> {
        match &self.said {
            Said::Offer(_) => None,
            Said::Nothing(reject) => Some(reject),
        }
    }

    /// As an arriving call sees it; none where nothing was offered, or nothing that can be called.
    #[must_use]
    pub fn open(&self, used: bool) -> Option<OpenBid> {
        let offered = self.offered()?;
        (self.environment == Environment::Production).then(|| OpenBid {
            bid_id: bid_id(self.call),
            caller: self.caller.clone(),
            number: offered.number.clone(),
            made_at: self.asked_at,
            expires_at: offered.expires_at,
            stale: offered.stale,
            used,
        })
    }

    /// What the publisher's program is answered at a moment.
    #[must_use]
    pub fn answer(&self, now: Timestamp) -> Answer {
        let bid_id = bid_id(self.call);
        match &self.said {
            Said::Nothing(reject) => Answer::Nothing {
                bid_id,
                reject: reject.clone(),
            },
            Said::Offer(offered) => Answer::Offer(Offer {
                bid_id,
                amount: offered.amount,
                expires_in_s: rounded_s(offered.expires_at.millis_since(now)),
                expires_at: offered.expires_at,
                number: offered.number.clone(),
                sip: offered.sip.clone(),
                terms: offered.terms.clone(),
                warnings: offered.warnings.clone(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "RTB0f8c2a4e6b1d4c0f9a7e3b5d1c2f4a6e";

    #[test]
    fn a_bids_id_is_that_of_its_call() {
        let call = call_of(ID).expect("an id");
        assert_eq!(bid_id(call), ID);
        assert_eq!(call_of(&ID.to_lowercase()), Some(call));
        assert_eq!(call_of(&format!(" {ID} ")), Some(call));
        for other in [
            "",
            "RTB",
            "0f8c2a4e6b1d4c0f9a7e3b5d1c2f4a6e",
            "RTB0f8c2a4e-6b1d-4c0f-9a7e-3b5d1c2f4a6e",
            "RTBzf8c2a4e6b1d4c0f9a7e3b5d1c2f4a6e",
            "RTé",
        ] {
            assert_eq!(call_of(other), None, "{other}");
        }
    }

    #[test]
    fn an_address_tells_the_bid() {
        let call = call_of(ID);
        for address in [
            format!("sip:{ID}@calls.example"),
            format!("SIP:{}@calls.example;transport=tls", ID.to_lowercase()),
            format!("sips:{ID};x=1@calls.example:5061"),
        ] {
            assert_eq!(call_of_address(&address), call, "{address}");
        }
        for other in ["+18005550126", "sip:alice@calls.example", ID, "sip:é"] {
            assert_eq!(call_of_address(other), None, "{other}");
        }
    }
}
