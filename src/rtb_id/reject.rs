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
            Self::Disabled { what } => format!("{what} It bids again once that is switched on."),
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
            Self::RateLimited { limit } => {
                format!("More pings than its limit of {limit}. A higher limit is set at the RTB id.")
            }
            Self::CallerAgain { what } => what.clone(),
            Self::PoolExhausted => {
                "Every number of the pool was reserved by another bid. A larger pool or SIP has room."
                    .to_owned()
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
