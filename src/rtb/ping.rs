//! One ping to a bidder, as it is kept: what was sent, what came back and when, and what it came to.

use serde::{Deserialize, Serialize};

use super::auction::Standing;
use super::bid::{Bid, Refusal, Values};
use super::inquiry::Inquiry;
use crate::id::{TargetGroupId, TargetId};
use crate::money::Micros;
use crate::time::Timestamp;

/// How much of an answer is kept, in characters.
pub const ANSWER_CHARS_KEPT: usize = 4_000;

/// A ping and its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ping {
    pub target: TargetId,
    /// The ring tree that asked.
    pub group: TargetGroupId,
    pub at: Timestamp,
    pub took_ms: u32,
    /// The second step: the winner was asked to confirm.
    pub confirms: bool,
    pub verdict: PingVerdict,
    /// What the bidder pays, and what is left of it.
    pub amount: Option<Micros>,
    pub net: Option<Micros>,
    /// The bidder's own.
    pub bid_id: Option<String>,
    pub detail: PingDetail,
}

/// What only whoever looks closely reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PingDetail {
    /// None where nothing was sent.
    pub request: Option<Inquiry>,
    pub status: Option<u16>,
    /// Its beginning.
    pub answer: String,
    pub values: Values,
    /// The verdict in words.
    pub words: String,
}

/// What a ping came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PingVerdict {
    Won,
    /// A valid bid; another was better.
    Outbid,
    BelowTree,
    Confirmed,
    Unconfirmed,
    OverLimit,
    TimedOut,
    Late,
    TooLarge,
    Unreachable,
    CircuitOpen,
    BadStatus,
    Unreadable,
    NotAccepted,
    MissingAmount,
    BadAmount,
    ZeroBid,
    BelowMin,
    AboveMax,
    NothingLeft,
    MissingDestination,
    BadDestination,
    BadDuration,
    BadExpiry,
}

impl PingVerdict {
    /// All verdicts.
    pub const ALL: [Self; 24] = [
        Self::Won,
        Self::Outbid,
        Self::BelowTree,
        Self::Confirmed,
        Self::Unconfirmed,
        Self::OverLimit,
        Self::TimedOut,
        Self::Late,
        Self::TooLarge,
        Self::Unreachable,
        Self::CircuitOpen,
        Self::BadStatus,
        Self::Unreadable,
        Self::NotAccepted,
        Self::MissingAmount,
        Self::BadAmount,
        Self::ZeroBid,
        Self::BelowMin,
        Self::AboveMax,
        Self::NothingLeft,
        Self::MissingDestination,
        Self::BadDestination,
        Self::BadDuration,
        Self::BadExpiry,
    ];

    /// How somebody stood at the end of an auction. Of several reasons the first is told.
    #[must_use]
    pub fn of(standing: &Standing) -> Self {
        match standing {
            Standing::Place(1) => Self::Won,
            Standing::Place(_) => Self::Outbid,
            Standing::BelowTree { .. } => Self::BelowTree,
            Standing::NoBid(refusals) => refusals
                .first()
                .and_then(|refusal| Self::from_code(refusal.code()))
                .unwrap_or(Self::Unreadable),
        }
    }

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Won => "won",
            Self::Outbid => "outbid",
            Self::BelowTree => "below_tree",
            Self::Confirmed => "confirmed",
            Self::Unconfirmed => "unconfirmed",
            Self::OverLimit => "over_limit",
            Self::TimedOut => "timed_out",
            Self::Late => "late",
            Self::TooLarge => "too_large",
            Self::Unreachable => "unreachable",
            Self::CircuitOpen => "circuit_open",
            Self::BadStatus => "bad_status",
            Self::Unreadable => "unreadable",
            Self::NotAccepted => "not_accepted",
            Self::MissingAmount => "missing_amount",
            Self::BadAmount => "bad_amount",
            Self::ZeroBid => "zero_bid",
            Self::BelowMin => "below_min",
            Self::AboveMax => "above_max",
            Self::NothingLeft => "nothing_left",
            Self::MissingDestination => "missing_destination",
            Self::BadDestination => "bad_destination",
            Self::BadDuration => "bad_duration",
            Self::BadExpiry => "bad_expiry",
        }
    }

    /// The verdict of a stored word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Won => "Won",
            Self::Outbid => "Outbid",
            Self::BelowTree => "Below the tree’s minimum",
            Self::Confirmed => "Confirmed",
            Self::Unconfirmed => "Not confirmed",
            Self::OverLimit => "Ping limit reached",
            Self::TimedOut => "Timed out",
            Self::Late => "Too late",
            Self::TooLarge => "Answer too large",
            Self::Unreachable => "Could not be asked",
            Self::CircuitOpen => "Left alone",
            Self::BadStatus => "HTTP error",
            Self::Unreadable => "Unreadable",
            Self::NotAccepted => "Not accepted",
            Self::MissingAmount => "No amount",
            Self::BadAmount => "Bad amount",
            Self::ZeroBid => "Bid nothing",
            Self::BelowMin => "Below the minimum",
            Self::AboveMax => "Above the maximum",
            Self::NothingLeft => "Nothing left",
            Self::MissingDestination => "No number",
            Self::BadDestination => "Bad number",
            Self::BadDuration => "Bad duration",
            Self::BadExpiry => "Bad expiry",
        }
    }

    /// Whether a bid that counts was made.
    #[must_use]
    pub fn is_bid(self) -> bool {
        matches!(self, Self::Won | Self::Outbid)
    }

    /// Whether nothing was sent.
    #[must_use]
    pub fn is_unsent(self) -> bool {
        matches!(self, Self::OverLimit | Self::CircuitOpen)
    }
}

impl Ping {
    /// A bidder's part in an auction.
    #[must_use]
    pub fn of(
        about: (TargetId, TargetGroupId, Timestamp),
        took_ms: u32,
        outcome: &Result<Bid, Vec<Refusal>>,
        standing: &Standing,
        detail: PingDetail,
    ) -> Self {
        let (target, group, at) = about;
        let bid = outcome.as_ref().ok();
        let failure = bid.and_then(|bid| Some((bid, bid.on_failure.as_deref()?)));
        Self {
            target,
            group,
            at,
            took_ms,
            confirms: false,
            verdict: match failure {
                Some((_, why)) => PingVerdict::of(&Standing::NoBid(vec![why.clone()])),
                None => PingVerdict::of(standing),
            },
            amount: bid.map(|bid| bid.amount),
            net: bid.map(|bid| bid.net),
            bid_id: bid.and_then(|bid| bid.bid_id.clone()),
            detail: PingDetail {
                words: match failure {
                    Some((bid, why)) => format!(
                        "{} It takes calls all the same, for {}. {}",
                        why.sentence(),
                        bid.amount,
                        standing.sentence()
                    ),
                    None => standing.sentence(),
                },
                ..detail
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtb::amount::BadAmount;
    use crate::target::Destination;

    #[test]
    fn every_refusal_has_a_verdict_of_its_own() {
        let said = String::new;
        let micros = Micros::ZERO;
        for refusal in [
            Refusal::OverLimit { limit: said() },
            Refusal::TimedOut { deadline_ms: 1 },
            Refusal::Late {
                ms: 2,
                deadline_ms: 1,
            },
            Refusal::TooLarge,
            Refusal::Unreachable { why: said() },
            Refusal::CircuitOpen,
            Refusal::BadStatus { status: 500 },
            Refusal::Unreadable { why: said() },
            Refusal::NotAccepted { said: None },
            Refusal::MissingAmount,
            Refusal::BadAmount {
                said: said(),
                why: BadAmount::NoNumber,
            },
            Refusal::Zero,
            Refusal::BelowMin {
                bid: micros,
                min: micros,
            },
            Refusal::AboveMax {
                bid: micros,
                max: micros,
            },
            Refusal::NothingLeft { bid: micros },
            Refusal::MissingDestination,
            Refusal::BadDestination { said: said() },
            Refusal::BadDuration { said: said() },
            Refusal::BadExpiry { said: said() },
        ] {
            let verdict = PingVerdict::of(&Standing::NoBid(vec![refusal.clone()]));
            assert_eq!(verdict.code(), refusal.code());
            assert!(!verdict.is_bid());
        }
        for verdict in PingVerdict::ALL {
            assert_eq!(PingVerdict::from_code(verdict.code()), Some(verdict));
        }
        let failed = Bid {
            amount: Micros(9_000_000),
            net: Micros(9_000_000),
            destination: Destination::Number("+18005550126".parse().unwrap()),
            min_duration_s: None,
            expires_at: Timestamp(20),
            bid_id: None,
            on_failure: Some(Box::new(Refusal::TimedOut { deadline_ms: 800 })),
        };
        let about = (TargetId(1), TargetGroupId(2), Timestamp(0));
        let ping = Ping::of(
            about,
            800,
            &Ok(failed),
            &Standing::Place(1),
            PingDetail::default(),
        );
        assert_eq!(ping.verdict, PingVerdict::TimedOut, "no bid was made");
        assert_eq!(
            ping.detail.words,
            "No answer within 800 ms. It takes calls all the same, for $9.00. Won the auction."
        );
        assert_eq!(PingVerdict::of(&Standing::Place(1)), PingVerdict::Won);
        assert_eq!(PingVerdict::of(&Standing::Place(2)), PingVerdict::Outbid);
    }
}
