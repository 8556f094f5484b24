//! What a target says beyond where it is, and what its buyer says for all its targets.

use serde::{Deserialize, Serialize};

use crate::caps::Caps;
use crate::caps::CountOn;
use crate::caps::dollars::DollarCaps;
use crate::caps::matrix::Matrices;
use crate::duplicate::restriction::{Restriction, TargetRestriction};
use crate::recovery::RecoverySetting;
use crate::rtb::bidder::Bidder;
use crate::schedule::Hours;
use crate::schedule::holiday::Holiday;
use crate::tag::filter::Filter;
use crate::target::CallerIdPolicy;

/// A target's further settings. What is not stored is as here by default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TargetSettings {
    /// The buyer's own name of it, for reports; may be empty.
    pub sub_id: String,
    /// Which calls it takes.
    pub filter: Filter,
    pub dollars: DollarCaps,
    pub matrices: Matrices,
    pub count_on: CountOn,
    pub holidays: Vec<Holiday>,
    pub restriction: TargetRestriction,
    pub recovery: RecoverySetting,
    /// With how many targets a caller may have been connected before this one takes them over by
    /// revenue recovery; none does not care.
    pub connects_max: Option<u32>,
    /// Keys that are pressed once it answers, as `1w5` (w waits half a second); may be empty.
    pub digits: String,
    /// How to sign in to its SIP address.
    pub sip: Option<SipAccess>,
    /// Whoever answers must press 1 to get the caller.
    pub accept_key: bool,
    /// How long its agent is left alone after a conversation, in seconds.
    pub wrap_up_s: u32,
    /// Which settings of the target itself its buyer's stand in for.
    pub inherits: Inherits,
    /// What it bids by; none for a target whose calls have a price beforehand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bidder: Option<Box<Bidder>>,
}

/// Which settings a target takes from its buyer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inherits {
    /// Hours with their zone and holidays.
    pub hours: bool,
    pub ring_timeout: bool,
    pub caller_id: bool,
    /// Caps in calls and money.
    pub caps: bool,
}

/// What a buyer says for all its targets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BuyerSettings {
    pub sub_id: String,
    /// Which calls all its targets take; theirs are asked as well.
    pub filter: Filter,
    pub zone: String,
    pub hours: Hours,
    pub holidays: Vec<Holiday>,
    pub ring_timeout_s: u32,
    pub caller_id: CallerIdPolicy,
    pub caps: Caps,
    pub dollars: DollarCaps,
    pub restriction: Option<Restriction>,
    pub recovery: RecoverySetting,
}

/// How to sign in to a SIP address, and what to send along.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SipAccess {
    pub user: String,
    pub password: String,
    /// Names that begin with `X-`, and their values.
    pub headers: Vec<(String, String)>,
}

impl SipAccess {
    /// The headers as the carrier takes them, behind the address (twilio-reference 3, `Sip`):
    /// `?X-Lead=9&X-Zip=75201`, of what fits into its 255 characters.
    #[must_use]
    pub fn query(&self, address: &str) -> String {
        let mut query = String::new();
        for (name, value) in &self.headers {
            let mark = if query.is_empty() && !address.contains('?') {
                '?'
            } else {
                '&'
            };
            let header = format!("{mark}{name}={}", percent_encoded(value));
            if address.len() + query.len() + header.len() <= 255 {
                query.push_str(&header);
            }
        }
        query
    }
}

fn percent_encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

impl Default for BuyerSettings {
    fn default() -> Self {
        Self {
            sub_id: String::new(),
            filter: Filter::default(),
            zone: "America/New_York".to_owned(),
            hours: Hours::Always,
            holidays: Vec::new(),
            ring_timeout_s: 25,
            caller_id: CallerIdPolicy::PassThrough,
            caps: Caps::default(),
            dollars: DollarCaps::default(),
            restriction: None,
            recovery: RecoverySetting::Inherit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_stored_is_the_default() {
        let target: TargetSettings = serde_json::from_str("{}").expect("json");
        assert_eq!(target, TargetSettings::default());
        let buyer: BuyerSettings = serde_json::from_str("{}").expect("json");
        assert_eq!(buyer, BuyerSettings::default());
        let text = serde_json::to_string(&target).expect("json");
        assert_eq!(
            serde_json::from_str::<TargetSettings>(&text).expect("json"),
            target
        );
    }
}
