//! The call after the bid: which bid an arriving call is, and what becomes of it when the bid holds no
//! longer (domain-reference 1b).

use serde::{Deserialize, Serialize};

use super::promise::Promise;
use crate::call::reservation::Reservation;
use crate::phone::{Caller, E164};
use crate::rtb::held::Held;
use crate::time::{Timestamp, ago};

/// A bid as far as an arriving call is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenBid {
    pub bid_id: String,
    /// None where the ping did not say: any caller on its number is the one.
    pub caller: Option<E164>,
    /// The number that was lent for it; none for SIP alone.
    pub number: Option<E164>,
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
    /// What becomes of a call that comes after that.
    pub stale: Stale,
    /// A call came for it.
    pub used: bool,
}

/// A call that a bid was made for, as it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallForBid {
    pub promise: Promise,
    /// The auctions that were held for the bid.
    pub auctions: Vec<Held>,
    /// What is held for its first dial.
    pub reserved: Reservation,
    /// By SIP, the number of ours that targets may be shown; none where there is none.
    pub line: Option<E164>,
    /// It was found by the address it came to; else by its caller and the number.
    pub by_sip: bool,
    /// How long after the bid it came, in seconds.
    pub after_s: u32,
}

/// How a call comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door<'a> {
    /// By SIP: the user part of the address is the bid's id.
    Sip { user: &'a str },
    Number {
        number: &'a E164,
        caller: &'a Caller,
    },
}

/// What becomes of a call whose bid has expired.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stale {
    /// It is refused.
    #[default]
    Refuse,
    /// It is routed as a call without a bid, which pays the publisher nothing.
    Unpaid,
    /// It is routed and paid as bid.
    Honour,
}

/// What an arriving call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival<'a> {
    /// The call of this bid; paid as bid if the terms are met.
    Bid(&'a OpenBid),
    /// A call that comes too late, and is routed without pay.
    Unpaid(&'a OpenBid),
    /// It is not routed.
    Refused(Why<'a>),
    /// No bid is meant: an ordinary call.
    NoBid,
}

/// Why a call is not routed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why<'a> {
    Expired {
        bid: &'a OpenBid,
        now: Timestamp,
    },
    /// Bids are open on the number, and none for this caller.
    OtherCaller,
    /// The bid had its call.
    Used(&'a OpenBid),
    /// No bid of that name was made.
    Unknown,
}

/// Finds the bid of an arriving call among those that could be it. `numbers_are_for_bids` says that the
/// number is lent to bids only, so that a call on it without one is a stranger's.
#[must_use]
pub fn arrival<'a>(
    bids: &'a [OpenBid],
    door: Door<'_>,
    numbers_are_for_bids: bool,
    now: Timestamp,
) -> Arrival<'a> {
    let mut fitting: Vec<&OpenBid> = bids.iter().filter(|bid| fits(bid, door)).collect();
    // One that a call may still come for before one that had its call or expired; then one that names
    // the caller before one that names nobody; then the latest.
    fitting.sort_by_key(|bid| {
        (
            bid.used || bid.expires_at <= now,
            bid.caller.is_none() && matches!(door, Door::Number { .. }),
            bid.used,
            std::cmp::Reverse(bid.made_at),
        )
    });
    match fitting.first() {
        Some(bid) if bid.used => Arrival::Refused(Why::Used(bid)),
        Some(bid) if bid.expires_at > now => Arrival::Bid(bid),
        Some(bid) => match bid.stale {
            Stale::Refuse => Arrival::Refused(Why::Expired { bid, now }),
            Stale::Unpaid => Arrival::Unpaid(bid),
            Stale::Honour => Arrival::Bid(bid),
        },
        None => match door {
            Door::Sip { .. } => Arrival::Refused(Why::Unknown),
            Door::Number { number, .. } => {
                let others = bids.iter().any(|bid| bid.number.as_ref() == Some(number));
                if others || numbers_are_for_bids {
                    Arrival::Refused(Why::OtherCaller)
                } else {
                    Arrival::NoBid
                }
            }
        },
    }
}

fn fits(bid: &OpenBid, door: Door<'_>) -> bool {
    match door {
        Door::Sip { user } => bid.bid_id.eq_ignore_ascii_case(user),
        Door::Number { number, caller } => {
            bid.number.as_ref() == Some(number)
                && match &bid.caller {
                    Some(known) => caller.number() == Some(known),
                    None => true,
                }
        }
    }
}

impl<'a> Why<'a> {
    /// The bid that it came too late for, or once more for.
    #[must_use]
    pub fn bid(&self) -> Option<&'a OpenBid> {
        match self {
            Self::Expired { bid, .. } | Self::Used(bid) => Some(bid),
            Self::OtherCaller | Self::Unknown => None,
        }
    }

    /// The reason in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Expired { bid, now } => format!(
                "The call came {} after bid {} had expired.",
                ago(now.secs_since(bid.expires_at)),
                bid.bid_id
            ),
            Self::OtherCaller => {
                "Bids are open on this number, but none for this caller.".to_owned()
            }
            Self::Used(bid) => format!("Bid {} had its call already.", bid.bid_id),
            Self::Unknown => "No bid of this name was made.".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "+18335550100";

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(1_000 + secs)
    }

    fn bid(id: &str, caller: &str, made: i64) -> OpenBid {
        OpenBid {
            bid_id: id.to_owned(),
            caller: (!caller.is_empty()).then(|| caller.parse().unwrap()),
            number: Some(NUMBER.parse().unwrap()),
            made_at: at(made),
            expires_at: at(made + 20),
            stale: Stale::Refuse,
            used: false,
        }
    }

    /// The bid that a call at so many seconds is, or a word for what it is instead.
    fn found(bids: &[OpenBid], caller: &str, stale: Stale, secs: i64) -> String {
        let (number, caller) = (NUMBER.parse().unwrap(), Caller::from_carrier(caller));
        let door = Door::Number {
            number: &number,
            caller: &caller,
        };
        let mut bids = bids.to_vec();
        for bid in &mut bids {
            bid.stale = stale;
        }
        word(arrival(&bids, door, true, at(secs)))
    }

    fn word(arrival: Arrival<'_>) -> String {
        match arrival {
            Arrival::Bid(bid) => bid.bid_id.clone(),
            Arrival::Unpaid(bid) => format!("{} unpaid", bid.bid_id),
            Arrival::Refused(why) => why.sentence(),
            Arrival::NoBid => "none".to_owned(),
        }
    }

    const ANNA: &str = "+12145550187";
    const BEN: &str = "+12145550188";

    #[test]
    fn on_a_number_the_caller_tells_the_bid() {
        let bids = [
            bid("RTBa", ANNA, 0),
            bid("RTBb", BEN, 1),
            bid("RTBa2", ANNA, 5),
        ];
        assert_eq!(found(&bids, ANNA, Stale::Refuse, 10), "RTBa2", "the latest");
        assert_eq!(found(&bids, BEN, Stale::Refuse, 10), "RTBb");
        assert_eq!(
            found(&bids, "+12145550000", Stale::Refuse, 10),
            "Bids are open on this number, but none for this caller."
        );
        assert_eq!(
            found(&bids, "anonymous", Stale::Refuse, 10),
            "Bids are open on this number, but none for this caller."
        );
        let unnamed = [bid("RTBx", "", 0), bid("RTBb", BEN, 0)];
        assert_eq!(found(&unnamed, ANNA, Stale::Refuse, 1), "RTBx");
        assert_eq!(found(&unnamed, BEN, Stale::Refuse, 1), "RTBb");
        // The number was lent again, for whoever calls: what was bid for its caller before is over.
        let mut lent_again = [bid("RTBold", ANNA, 0), bid("RTBx", "", 25)];
        assert_eq!(found(&lent_again, ANNA, Stale::Honour, 26), "RTBx");
        lent_again[0] = bid("RTBhad", ANNA, 20);
        lent_again[0].used = true;
        assert_eq!(found(&lent_again, ANNA, Stale::Refuse, 26), "RTBx");
    }

    #[test]
    fn by_sip_the_address_does() {
        let bids = [bid("RTBa", ANNA, 0), bid("RTBb", BEN, 0)];
        let by = |user: &str, secs| word(arrival(&bids, Door::Sip { user }, true, at(secs)));
        assert_eq!(by("rtbB", 1), "RTBb");
        assert_eq!(by("RTBz", 1), "No bid of this name was made.");
        assert_eq!(
            by("RTBb", 65),
            "The call came 45 s after bid RTBb had expired."
        );
    }

    #[test]
    fn an_expired_bid_is_what_the_policy_says() {
        let bids = [bid("RTBa", ANNA, 0)];
        assert_eq!(found(&bids, ANNA, Stale::Refuse, 19), "RTBa");
        let late = format!("The call came {} after bid RTBa had expired.", ago(0));
        assert_eq!(found(&bids, ANNA, Stale::Refuse, 20), late);
        assert_eq!(found(&bids, ANNA, Stale::Unpaid, 20), "RTBa unpaid");
        assert_eq!(found(&bids, ANNA, Stale::Honour, 20), "RTBa");
        // One that holds counts before one that does not, though it is older.
        let mut two = [bid("RTBold", ANNA, 0), bid("RTBnew", ANNA, 5)];
        two[0].expires_at = at(300);
        assert_eq!(found(&two, ANNA, Stale::Honour, 30), "RTBold");
    }

    #[test]
    fn a_bid_has_one_call() {
        let mut bids = [bid("RTBa", ANNA, 0)];
        bids[0].used = true;
        assert_eq!(
            found(&bids, ANNA, Stale::Honour, 1),
            "Bid RTBa had its call already."
        );
        let mut two = [bid("RTBa", ANNA, 0), bid("RTBb", ANNA, 1)];
        two[1].used = true;
        assert_eq!(found(&two, ANNA, Stale::Refuse, 2), "RTBa");
    }

    #[test]
    fn a_number_of_a_campaign_takes_other_calls_too() {
        let (number, caller) = (NUMBER.parse().unwrap(), Caller::from_carrier(ANNA));
        let door = Door::Number {
            number: &number,
            caller: &caller,
        };
        assert_eq!(arrival(&[], door, false, at(0)), Arrival::NoBid);
    }
}
