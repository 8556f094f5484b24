//! What money rules look at: the facts of a call, as far as they are known.

use crate::id::{BuyerId, CallId, CampaignId, PublisherId, RouteId};
use crate::money::Micros;
use crate::tag::Tags;
use crate::time::Timestamp;

/// A call as money sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallFacts {
    pub call: CallId,
    pub campaign: CampaignId,
    /// None for a number that belongs to no publisher.
    pub publisher: Option<PublisherId>,
    pub tags: Tags,
    pub arrived_at: Timestamp,
    /// None while the caller is on the line.
    pub ended_at: Option<Timestamp>,
    /// In the order they were dialed.
    pub attempts: Vec<AttemptFacts>,
    /// That a conversion was told, when first, and what it was said to be worth last.
    pub conversion: Option<Conversion>,
}

/// One dialed route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptFacts {
    /// From 1.
    pub number: u32,
    pub route: RouteId,
    pub buyer: BuyerId,
    pub dialed_at: Timestamp,
    /// When caller and target were connected.
    pub connected_at: Option<Timestamp>,
    /// None while it rings or talks.
    pub ended_at: Option<Timestamp>,
}

/// A buyer's word that a call was worth something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Conversion {
    pub at: Timestamp,
    /// What the webhook said it was worth, if it did.
    pub reported: Option<Micros>,
}

/// From when a length is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerStart {
    /// From the arrival of the call (Ringba's `OnIncomingCall`, domain-reference 2): what the
    /// caller waited before counts as well.
    Incoming,
    /// From the dialing of the target.
    Dial,
    /// From the connection of caller and target.
    #[default]
    Connect,
}

impl AttemptFacts {
    /// Whether it rings or talks.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.ended_at.is_none()
    }
}

impl CallFacts {
    /// Seconds from a moment of an attempt until it ended, or until now. None if it did not
    /// connect: a phone that only rang has no length, from whichever moment it is counted. It is
    /// never less than the conversation, which the carrier measured.
    #[must_use]
    pub fn length_s(
        &self,
        attempt: &AttemptFacts,
        start: TimerStart,
        now: Timestamp,
    ) -> Option<u32> {
        let connected = attempt.connected_at?;
        let from = match start {
            TimerStart::Incoming => self.arrived_at.min(connected),
            TimerStart::Dial => attempt.dialed_at.min(connected),
            TimerStart::Connect => connected,
        };
        Some(attempt.ended_at.unwrap_or(now).secs_since(from))
    }

    /// The attempt a conversion is credited to: the last that had connected when it was told, or
    /// the first that connected if it was told before anybody had. So a target that takes the caller
    /// later does not move a conversion that is entered already.
    #[must_use]
    pub fn converting_attempt(&self) -> Option<&AttemptFacts> {
        let connected = || self.attempts.iter().filter(|a| a.connected_at.is_some());
        let told = self.conversion.map(|conversion| conversion.at);
        connected()
            .rfind(|a| told.is_none_or(|told| a.connected_at.is_some_and(|at| at <= told)))
            .or_else(|| connected().next())
    }

    /// Whether anybody was connected.
    #[must_use]
    pub fn connected(&self) -> bool {
        self.converting_attempt().is_some()
    }
}

impl TimerStart {
    /// "after dialing".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Incoming => "after coming in",
            Self::Dial => "after dialing",
            Self::Connect => "after connecting",
        }
    }
}
