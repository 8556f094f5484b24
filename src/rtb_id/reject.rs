//! Why a publisher is offered nothing, by the codes of the field.

use serde::{Deserialize, Serialize};

/// A refusal. The word behind each is what makes a bid of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Reject {
    /// The campaign is paused, its RTB or the id is off, or the publisher is paused.
    Disabled { what: String },
    /// A modifier refuses calls with this tag, or needs one that is empty.
    InitialFilter { rule: String },
    /// No target could take a call.
    NoCapacity { what: String },
    /// The caller is blocked, came too soon, or is a duplicate that is not paid.
    Caller { what: String },
    /// A modifier's tag is missing, now that all tags are known.
    FinalFilter { rule: String },
    /// Targets could take calls, but not this one.
    FinalCapacity { what: String },
    /// The publisher's hours or caps.
    PublisherClosed { what: String },
    /// The id's own limit.
    RateLimited { limit: String },
    /// The same caller was offered a moment ago.
    CallerAgain { what: String },
    /// Every number that could be lent is reserved.
    PoolExhausted,
    /// The id asks for the caller's number.
    CallerMissing,
    /// The id asks for tags that are not there.
    TagsMissing { names: Vec<String> },
    /// The caller's number is none.
    CallerMalformed { said: String },
}

impl Reject {
    /// The code publishers' programs look at.
    #[must_use]
    pub fn code(&self) -> u16 {
        match self {
            Self::Disabled { .. } => 1001,
            Self::InitialFilter { .. } => 1002,
            Self::NoCapacity { .. } => 1003,
            Self::Caller { .. } => 1004,
            Self::FinalFilter { .. } => 1005,
            Self::FinalCapacity { .. } => 1006,
            Self::PublisherClosed { .. } => 1007,
            Self::RateLimited { .. } => 1024,
            Self::CallerAgain { .. } => 1025,
            Self::PoolExhausted => 1026,
            Self::CallerMissing | Self::CallerMalformed { .. } => 1100,
            Self::TagsMissing { .. } => 3024,
        }
    }

    /// As it stands in `rejectReason`: the words of the field and the code. What exactly it was stays
    /// with us ([`sentence`](Self::sentence)); a publisher is told of its own fields only.
    #[must_use]
    pub fn reason(&self) -> String {
        let words = match self {
            Self::Disabled { .. } => "RTB is disabled",
            Self::InitialFilter { .. } => "Initial tag filter",
            Self::NoCapacity { .. } => "No capacity",
            Self::Caller { .. } => "Caller id rejected",
            Self::FinalFilter { .. } => "Final tag filter",
            Self::FinalCapacity { .. } => "Final capacity check",
            Self::PublisherClosed { .. } => "Publisher closed or capped",
            Self::RateLimited { .. } => "Rate limit reached",
            Self::CallerAgain { .. } => "A bid with the same caller id is open",
            Self::PoolExhausted => "No number is available, use SIP",
            Self::CallerMissing => "Caller id is required",
            Self::CallerMalformed { .. } => "Caller id is not a phone number",
            Self::TagsMissing { names } => {
                let names = names.join(", ");
                return format!("Missing required fields: {names} (Code: {})", self.code());
            }
        };
        format!("{words} (Code: {})", self.code())
    }

    /// For the account's own eyes: which rule, and what would make a bid of it.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Disabled { what } => what.clone(),
            Self::InitialFilter { rule } | Self::FinalFilter { rule } => {
                format!("A bid modifier refuses it: {rule}.")
            }
            Self::NoCapacity { what } => {
                format!("No target could take any call at that moment. {what}")
            }
            Self::Caller { what } | Self::PublisherClosed { what } => what.clone(),
            Self::FinalCapacity { what } => {
                format!("Targets were open, but none for this call. {what}")
            }
            Self::RateLimited { limit } => format!("More pings than its limit of {limit}."),
            Self::CallerAgain { what } => what.clone(),
            Self::PoolExhausted => {
                "None of its numbers could tell this call from another that was bid for.".to_owned()
            }
            Self::CallerMissing => {
                "The ping came without a caller id, which this RTB id asks for.".to_owned()
            }
            Self::CallerMalformed { said } => {
                format!("“{said}” is no phone number, so nobody could be bid for.")
            }
            Self::TagsMissing { names } => format!(
                "The ping came without {}, which this RTB id asks for.",
                names.join(", ")
            ),
        }
    }
}

impl Reject {
    /// What would have made a bid of it, for the account's own eyes.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Disabled { .. } => "It bids once what is switched off or paused is on again.",
            Self::InitialFilter { .. } | Self::FinalFilter { .. } => {
                "It bids if the modifier lets such a call through, or the publisher sends another value."
            }
            Self::NoCapacity { .. } => {
                "It bids once a target of the routing plan is open, active and has room under its caps."
            }
            Self::FinalCapacity { .. } => {
                "It bids if a target that is open also takes this call, and pays more than the margin."
            }
            Self::Caller { .. } => {
                "It bids for another caller; for this one if the block, the guard or the rule about duplicates is changed."
            }
            Self::PublisherClosed { .. } => {
                "It bids within the hours and caps of the RTB id: widen them there."
            }
            Self::RateLimited { .. } => {
                "It bids when fewer pings come, or the limit of the RTB id is higher."
            }
            Self::CallerAgain { .. } => "The same ping a moment later is answered.",
            Self::PoolExhausted => {
                "It bids with more numbers at the RTB id, or by SIP: the publisher sends sipOk=yes."
            }
            Self::CallerMissing => {
                "It bids if the publisher sends CID, or the RTB id asks for none."
            }
            Self::CallerMalformed { .. } => {
                "It bids if the publisher sends CID as a phone number with its area code."
            }
            Self::TagsMissing { .. } => {
                "It bids if the publisher sends these fields, or the RTB id asks for fewer."
            }
        }
    }

    /// Whether it is said however often it is asked: it comes before the limit, or is the limit.
    #[must_use]
    pub fn is_unlimited(&self) -> bool {
        matches!(self, Self::Disabled { .. } | Self::RateLimited { .. })
    }

    /// The words of a code, for lists: every code by what it says first.
    #[must_use]
    pub fn title(code: u16) -> &'static str {
        match code {
            1001 => "Switched off or paused",
            1002 => "Refused by a modifier",
            1003 => "No capacity",
            1004 => "Caller turned away",
            1005 => "Refused by a modifier, all tags known",
            1006 => "No target for this call",
            1007 => "Closed or capped",
            1024 => "Rate limit",
            1025 => "Same caller at the same moment",
            1026 => "No number left",
            1100 => "Caller ID missing or wrong",
            3024 => "Required fields missing",
            _ => "Refused",
        }
    }

    /// Every code, in order.
    pub const CODES: [u16; 12] = [
        1001, 1002, 1003, 1004, 1005, 1006, 1007, 1024, 1025, 1026, 1100, 3024,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_behind_the_words() {
        let what = String::new;
        let all = [
            Reject::Disabled { what: what() },
            Reject::InitialFilter { rule: what() },
            Reject::NoCapacity { what: what() },
            Reject::Caller { what: what() },
            Reject::FinalFilter { rule: what() },
            Reject::FinalCapacity { what: what() },
            Reject::PublisherClosed { what: what() },
            Reject::RateLimited { limit: what() },
            Reject::CallerAgain { what: what() },
            Reject::PoolExhausted,
            Reject::CallerMissing,
            Reject::CallerMalformed { said: what() },
            Reject::TagsMissing {
                names: vec!["zip".to_owned(), "state".to_owned()],
            },
        ];
        let lines: Vec<String> = all.iter().map(Reject::reason).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        RTB is disabled (Code: 1001)
        Initial tag filter (Code: 1002)
        No capacity (Code: 1003)
        Caller id rejected (Code: 1004)
        Final tag filter (Code: 1005)
        Final capacity check (Code: 1006)
        Publisher closed or capped (Code: 1007)
        Rate limit reached (Code: 1024)
        A bid with the same caller id is open (Code: 1025)
        No number is available, use SIP (Code: 1026)
        Caller id is required (Code: 1100)
        Caller id is not a phone number (Code: 1100)
        Missing required fields: zip, state (Code: 3024)
        ");
    }
}
