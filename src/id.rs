//! Typed ids. What leaves the house is a UUID; what stays inside is a serial integer.
//!
//! An id of one kind never fits where another is wanted. An id proves nothing: whoever uses one
//! needs a `TenantScope` as well, and another account's id answers "not found".

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {kind} id")]
pub struct ParseIdError {
    /// Which kind of id was wanted, in the singular.
    pub kind: &'static str,
}

macro_rules! serial_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                match text.trim().parse::<i64>() {
                    Ok(n) if n > 0 => Ok(Self(n)),
                    _ => Err(ParseIdError { kind: $kind }),
                }
            }
        }
    };
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                Uuid::parse_str(text.trim())
                    .map(Self)
                    .map_err(|_| ParseIdError { kind: $kind })
            }
        }
    };
}

serial_id!(
    /// A company that uses the product; the boundary no row crosses.
    AccountId,
    "account"
);
serial_id!(
    /// A person who can sign in.
    UserId,
    "user"
);
serial_id!(
    /// Who pays for calls.
    BuyerId,
    "buyer"
);
serial_id!(
    /// A phone number or SIP address of a buyer that can take calls.
    TargetId,
    "target"
);
serial_id!(
    /// Targets that take calls together.
    TargetGroupId,
    "target group"
);
serial_id!(
    /// A tracking number that callers dial.
    NumberId,
    "number"
);
uuid_id!(
    /// Whoever knows it may send what they know of a number's callers.
    EnrichKey,
    "enrichment"
);
uuid_id!(
    /// An order for a number.
    NumberOrderId,
    "order"
);
serial_id!(
    /// An entry of a routing plan.
    RouteId,
    "route"
);
serial_id!(
    /// Who sends callers and is paid for them.
    PublisherId,
    "publisher"
);
serial_id!(
    /// A rule by which a publisher is paid.
    PayoutRuleId,
    "payout rule"
);
serial_id!(
    /// A list of values that tag filters look calls up in.
    BulkListId,
    "bulk list"
);
serial_id!(
    /// An entry of the list of blocked callers.
    BlockId,
    "block"
);
serial_id!(
    /// A key for programs.
    ApiKeyId,
    "API key"
);
serial_id!(
    /// A buyer's dispute of a call.
    DisputeId,
    "dispute"
);
serial_id!(
    /// A set of tracking numbers that are lent to visitors.
    PoolId,
    "pool"
);
serial_id!(
    /// A stored recording.
    RecordingId,
    "recording"
);
uuid_id!(
    /// What callers of a set of numbers are sold as, with one routing plan.
    CampaignId,
    "campaign"
);
uuid_id!(
    /// An address that buyers tell conversions at. Whoever knows it may tell some.
    WebhookId,
    "webhook"
);
uuid_id!(
    /// An address that a publisher asks at what it is paid for a call. Whoever knows it may ask.
    RtbId,
    "RTB id"
);
uuid_id!(
    /// What a script on an advertiser's site is set up to do. Whoever sees the page knows it.
    DniTagId,
    "DNI tag"
);
uuid_id!(
    /// A person on an advertiser's page, from the landing to the last word of the page.
    VisitId,
    "visit"
);
uuid_id!(
    /// One caller's call, from ringing to its end.
    CallId,
    "call"
);

impl CallId {
    /// The first eight hex digits, as shown to people and logs.
    #[must_use]
    pub fn short(self) -> String {
        let mut text = self.0.simple().to_string().to_uppercase();
        text.truncate(8);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_id_is_a_positive_whole_number() {
        assert_eq!("7".parse(), Ok(TargetId(7)));
        for bad in ["", "0", "-1", "x", "1.5", "99999999999999999999"] {
            assert_eq!(
                bad.parse::<TargetId>(),
                Err(ParseIdError { kind: "target" }),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_uuid_id_round_trips_through_text() {
        let id = CallId(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!("nonsense".parse::<CampaignId>().is_err());
    }
}
