//! An RTB target's own settings: what the bidder is asked, how its answers are read, and what they are
//! held against (domain-reference 1a).

use serde::{Deserialize, Serialize};

use super::bid::{BidTerms, Margin, Revenue};
use super::held::AfterBid;
use super::inquiry::Request;
use super::parser::{Acceptance, Parser, Parsers};
use crate::money::Micros;
use crate::target::Destination;

/// For how long a bid holds that does not say it, in seconds (domain-reference 1b: 20).
pub const EXPIRY_S_DEFAULT: u32 = 20;

/// A bidder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bidder {
    pub request: Request,
    pub parsers: Parsers,
    pub revenue: Revenue,
    /// ISO 4217.
    pub currency: String,
    /// The least that is taken.
    pub min: Micros,
    /// More is taken for a mistake of the bidder's.
    pub max: Option<Micros>,
    /// What the bidder's own network keeps of a bid.
    pub margin: Margin,
    /// For how long a bid holds that does not say it, in seconds.
    pub expiry_s: u32,
    /// Whether it is asked again when its bid no longer holds; it is dropped if not.
    pub renews: bool,
    /// What a call is worth that goes there although the ping failed; none where none goes.
    pub on_failure: Option<Micros>,
    /// Whether it sees the caller's number.
    pub exposes_caller: bool,
    /// How long it has, in milliseconds, where that is less than its ring tree gives.
    pub timeout_ms: Option<u32>,
    pub limits: PingLimits,
    /// The second step, for the winner.
    pub confirmation: Option<ConfirmationStep>,
}

/// How often a bidder may be asked; none is as often as there are calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PingLimits {
    pub minute: Option<u32>,
    pub hour: Option<u32>,
    pub day: Option<u32>,
}

/// How often a bidder was asked lately.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PingCounts {
    pub minute: u32,
    pub hour: u32,
    pub day: u32,
}

/// A request that asks the winner to confirm its bid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmationStep {
    pub request: Request,
    /// Without a confirmation the bid does not count.
    pub required: bool,
    /// None takes every answer with a good status for a yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<Acceptance>,
    /// Where the call goes instead, if the answer says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<Parser>,
    pub timeout_ms: u32,
}

impl Default for Bidder {
    fn default() -> Self {
        Self {
            request: Request::default(),
            parsers: Parsers::default(),
            revenue: Revenue::Bid,
            currency: "USD".to_owned(),
            min: Micros::ZERO,
            max: None,
            margin: Margin::default(),
            expiry_s: EXPIRY_S_DEFAULT,
            renews: false,
            on_failure: None,
            exposes_caller: false,
            timeout_ms: None,
            limits: PingLimits::default(),
            confirmation: None,
        }
    }
}

impl Bidder {
    /// What its answers are held against; where calls go by themselves is the target's word.
    #[must_use]
    pub fn terms(&self, destination: &Destination) -> BidTerms {
        BidTerms {
            parsers: self.parsers.clone(),
            revenue: self.revenue,
            currency: self.currency.clone(),
            min: self.min,
            max: self.max,
            margin: self.margin,
            destination: match destination {
                Destination::Bid => None,
                fixed => Some(fixed.clone()),
            },
            expiry_s: self.expiry_s,
            on_failure: self.on_failure,
        }
    }

    /// What follows its bid.
    #[must_use]
    pub fn after(&self) -> AfterBid {
        AfterBid {
            renews: self.renews,
            confirms: self.confirmation.as_ref().map(|step| step.required),
        }
    }

    /// How long it has in an auction, in milliseconds.
    #[must_use]
    pub fn has_ms(&self, deadline_ms: u32) -> u32 {
        self.timeout_ms
            .map_or(deadline_ms, |own| own.min(deadline_ms))
    }
}

impl ConfirmationStep {
    /// How its answer is read.
    #[must_use]
    pub fn parsers(&self) -> Parsers {
        Parsers {
            acceptance: self.acceptance.clone(),
            destination: self.destination.clone(),
            ..Parsers::default()
        }
    }
}

impl PingLimits {
    /// Whether there is any.
    #[must_use]
    pub fn any(&self) -> bool {
        *self != Self::default()
    }

    /// The limit that another ping would go over, as "10 a minute".
    #[must_use]
    pub fn reached(&self, counts: PingCounts) -> Option<String> {
        let over = |limit: Option<u32>, count: u32, what: &str| {
            let limit = limit.filter(|limit| count >= *limit)?;
            Some(format!("{limit} {what}"))
        };
        over(self.minute, counts.minute, "a minute")
            .or_else(|| over(self.hour, counts.hour, "an hour"))
            .or_else(|| over(self.day, counts.day, "a day"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_stored_is_the_default() {
        let read: Bidder = serde_json::from_str("{}").unwrap();
        assert_eq!(read, Bidder::default());
        let text = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<Bidder>(&text).unwrap(), read);
    }

    #[test]
    fn limits_count_up_to_themselves() {
        let limits = PingLimits {
            minute: Some(10),
            hour: None,
            day: Some(100),
        };
        let reached = |minute, day| {
            limits.reached(PingCounts {
                minute,
                hour: 1_000,
                day,
            })
        };
        assert_eq!(reached(9, 99), None);
        assert_eq!(reached(10, 99).as_deref(), Some("10 a minute"));
        assert_eq!(reached(9, 100).as_deref(), Some("100 a day"));
        assert!(!PingLimits::default().any() && limits.any());
    }

    #[test]
    fn a_bidder_has_no_longer_than_its_tree_gives() {
        let mut bidder = Bidder::default();
        assert_eq!(bidder.has_ms(2_000), 2_000);
        bidder.timeout_ms = Some(300);
        assert_eq!((bidder.has_ms(2_000), bidder.has_ms(200)), (300, 200));
        let number = Destination::Number("+18005550126".parse().unwrap());
        assert_eq!(bidder.terms(&number).destination, Some(number));
        assert_eq!(bidder.terms(&Destination::Bid).destination, None);
    }
}
