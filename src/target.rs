//! A buyer's target: where its calls are sent, how, and when it takes them.

pub mod group;
pub mod settings;

use serde::{Deserialize, Serialize};

use crate::caps::dollars::DollarCaps;
use crate::caps::matrix::Matrices;
use crate::caps::{Caps, CountOn};
use crate::duplicate::restriction::Restriction;
use crate::id::{BuyerId, TargetId};
use crate::invalid::FieldErrors;
use crate::phone::E164;
use crate::recovery::Recovery;
use crate::schedule::Hours;
use crate::schedule::holiday::Holiday;
use crate::tag::filter::CompiledFilter;
use crate::time::LocalMoment;
use settings::SipAccess;

/// Where a call is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    Number(E164),
    Sip(SipUri),
    /// Where the target's bid for the call says.
    Bid,
}

impl Destination {
    /// As shown to people.
    #[must_use]
    pub fn display(&self) -> String {
        match self {
            Self::Number(number) => number.display(),
            Self::Sip(uri) => uri.0.clone(),
            Self::Bid => "Where its bid says".to_owned(),
        }
    }

    /// "number", "sip" or "bid".
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Number(_) => "number",
            Self::Sip(_) => "sip",
            Self::Bid => "bid",
        }
    }
}

/// A SIP address with user and host: `sip:night@pbx.example.com`. Under 255 characters, which is
/// the carrier's limit (twilio-reference 3).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SipUri(String);

impl SipUri {
    /// Reads an address; `sip:` may be left out.
    ///
    /// # Errors
    /// A sentence that says what to add or remove.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let (scheme, rest) = match (text.strip_prefix("sips:"), text.strip_prefix("sip:")) {
            (Some(rest), _) => ("sips:", rest),
            (None, Some(rest)) => ("sip:", rest),
            (None, None) => ("sip:", text),
        };
        if rest.is_empty() {
            return Err("Enter a SIP address, for example sip:night@pbx.example.com.");
        }
        if rest.len() > 240 {
            return Err("A SIP address has at most 240 characters.");
        }
        let Some((user, host)) = rest.split_once('@') else {
            return Err("Add the host, for example sip:night@pbx.example.com.");
        };
        let user_fits = !user.is_empty()
            && user
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-_.!~*'%".contains(c));
        let (host, port) = host
            .split_once(':')
            .map_or((host, None), |(h, p)| (h, Some(p)));
        let labels_fit = host.split('.').all(|label| {
            !label.is_empty()
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                && !label.starts_with('-')
        });
        if !user_fits
            || !labels_fit
            || host.is_empty()
            || !port.is_none_or(|p| p.parse::<u16>().is_ok_and(|p| p > 0))
        {
            return Err("That is not a SIP address. It looks like sip:night@pbx.example.com.");
        }
        Ok(Self(format!("{scheme}{rest}")))
    }

    /// The whole address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which number the target sees as the caller.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallerIdPolicy {
    /// The caller's own.
    #[default]
    PassThrough,
    /// The tracking number that was dialed.
    Tracking,
    /// Always the same number (one that the carrier has verified).
    Fixed(E164),
}

/// The shortest and longest time a target may ring, in seconds; the carrier's bounds are 5 to 600,
/// and nobody waits longer than two minutes.
pub const RING_TIMEOUT_S: (u32, u32) = (5, 120);

/// A target as routing needs it, with what it takes from its buyer.
#[derive(Debug, Clone)]
pub struct Target {
    pub id: TargetId,
    pub buyer: BuyerId,
    pub buyer_name: String,
    /// False while the buyer is paused.
    pub buyer_active: bool,
    pub name: String,
    /// False while the target is paused.
    pub active: bool,
    pub destination: Destination,
    pub ring_timeout_s: u32,
    pub caller_id: CallerIdPolicy,
    /// Spoken to the target before the two are connected.
    pub whisper: Option<String>,
    /// IANA zone of `hours` and of the cap windows.
    pub zone: String,
    pub hours: Hours,
    /// Days that are not as the week says.
    pub holidays: Vec<Holiday>,
    pub caps: Caps,
    pub dollars: DollarCaps,
    /// Caps by the hour of the week.
    pub matrices: Matrices,
    pub count_on: CountOn,
    /// Which calls it takes.
    pub filter: CompiledFilter,
    /// Which calls its buyer takes.
    pub buyer_filter: CompiledFilter,
    /// Whether it is kept from callers it had before.
    pub restriction: Option<Restriction>,
    /// When its callers are sent on because it hung up.
    pub recovery: Option<Recovery>,
    /// With how many targets a caller may have been connected before this one takes them over.
    pub connects_max: Option<u32>,
    /// Keys that are pressed once it answers; may be empty.
    pub digits: String,
    pub sip: Option<SipAccess>,
    /// Calls to it are never recorded, whatever the campaign says.
    pub recording_blocked: bool,
    /// Whoever answers must press 1 to get the caller.
    pub accept_key: bool,
    /// How long its agent is left alone after a conversation, in seconds; 0 for no agent.
    pub wrap_up_s: u32,
    /// It is asked what it pays for each call, by a ring tree.
    pub bids: bool,
}

impl Target {
    /// The caps in calls that hold at a moment, the matrices counted in.
    #[must_use]
    pub fn caps_at(&self, local: &LocalMoment) -> Caps {
        let least = |plain: Option<u32>, hours: Option<u32>| match (plain, hours) {
            (Some(plain), Some(hours)) => Some(plain.min(hours)),
            (plain, hours) => plain.or(hours),
        };
        Caps {
            concurrent: least(self.caps.concurrent, self.matrices.concurrent.now(local)),
            hourly: least(self.caps.hourly, self.matrices.volume.now(local)),
            ..self.caps
        }
    }
}

/// A zone of the list.
///
/// # Errors
/// `unknown` at `field`.
pub fn zone(field: &str, text: &str) -> Result<String, FieldErrors> {
    if crate::schedule::ZONES.iter().any(|(name, _)| *name == text) {
        Ok(text.to_owned())
    } else {
        Err(FieldErrors::one(
            field,
            "unknown",
            "Choose a time zone from the list.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sip_addresses_need_user_and_host() {
        assert_eq!(
            SipUri::parse("night@pbx.example.com").map(|u| u.0),
            Ok("sip:night@pbx.example.com".to_owned())
        );
        assert!(SipUri::parse("sips:a@b.example:5061").is_ok());
        assert_eq!(
            SipUri::parse("sip:night@dryright>"),
            Err("That is not a SIP address. It looks like sip:night@pbx.example.com.")
        );
        assert!(SipUri::parse("sip:night").is_err_and(|e| e.starts_with("Add the host")));
        for bad in [
            "",
            "sip:",
            "@host",
            "a b@c",
            "a@b:0",
            "a@b:99999",
            "a@.b",
            "a@-b.c",
        ] {
            assert!(SipUri::parse(bad).is_err(), "{bad}");
        }
    }
}
