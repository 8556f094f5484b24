//! The auction: sealed bids, the highest by our net revenue wins, and of everybody else it is told why
//! not. What came too late is late by the fact of its time, not because somebody stopped listening.

use serde::{Deserialize, Serialize};

use super::bid::{Bid, Refusal};
use crate::money::Micros;

/// How long bidders have if nothing else is said, in milliseconds (domain-reference 1a).
pub const DEADLINE_MS_DEFAULT: u32 = 2_000;
/// The least they can be given, in milliseconds (domain-reference 1a).
pub const DEADLINE_MS_MIN: u32 = 50;
/// The most: the carrier hangs up on who does not answer within fifteen seconds.
pub const DEADLINE_MS_MAX: u32 = 8_000;

/// A bidder of an auction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contender<Id> {
    pub id: Id,
    /// 1 comes first among equal bids.
    pub priority: u32,
    /// Then the heavier.
    pub weight: u32,
    /// Then the earlier answer, in milliseconds from the beginning.
    pub answered_ms: u32,
    pub outcome: Result<Bid, Vec<Refusal>>,
}

/// What an auction is held by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuctionTerms {
    pub deadline_ms: u32,
    /// The least net revenue that a call is sent for.
    pub min_revenue: Micros,
    /// After a failed connection the next valid bid is tried.
    pub waterfall: bool,
}

impl Default for AuctionTerms {
    fn default() -> Self {
        Self {
            deadline_ms: DEADLINE_MS_DEFAULT,
            min_revenue: Micros::ZERO,
            waterfall: true,
        }
    }
}

/// How a bidder stood at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The first is the winner; the others follow in the waterfall.
    Place(u32),
    /// A bid, but less than the tree sends a call for.
    BelowTree {
        net: Micros,
        min: Micros,
    },
    NoBid(Vec<Refusal>),
}

/// The end of an auction: how everybody stood, in the order the bidders were given in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    pub standings: Vec<Standing>,
    /// Places of valid bids in `standings`, best first.
    pub order: Vec<usize>,
}

/// Settles an auction. The same bids give the same end, in whatever order they came.
#[must_use]
pub fn settle<Id>(terms: &AuctionTerms, contenders: &[Contender<Id>]) -> Settled {
    let mut standings: Vec<Standing> = contenders
        .iter()
        .map(|one| match &one.outcome {
            Err(refusals) => Standing::NoBid(refusals.clone()),
            Ok(_) if one.answered_ms > terms.deadline_ms => Standing::NoBid(vec![Refusal::Late {
                ms: one.answered_ms,
                deadline_ms: terms.deadline_ms,
            }]),
            Ok(bid) if bid.net < terms.min_revenue => Standing::BelowTree {
                net: bid.net,
                min: terms.min_revenue,
            },
            Ok(_) => Standing::Place(0),
        })
        .collect();
    let mut order: Vec<usize> = (0..contenders.len())
        .filter(|at| matches!(standings[*at], Standing::Place(_)))
        .collect();
    let net = |at: usize| {
        contenders[at]
            .outcome
            .as_ref()
            .map_or(Micros::ZERO, |b| b.net)
    };
    order.sort_by_key(|at| {
        let one = &contenders[*at];
        (
            std::cmp::Reverse(net(*at)),
            one.priority,
            std::cmp::Reverse(one.weight),
            one.answered_ms,
            // Equal in everything: as they stand in the tree.
            *at,
        )
    });
    for (place, at) in order.iter().enumerate() {
        standings[*at] = Standing::Place(u32::try_from(place + 1).unwrap_or(u32::MAX));
    }
    Settled { standings, order }
}

impl Standing {
    /// The verdict in words.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Place(1) => "Won the auction.".to_owned(),
            Self::Place(place) => format!("A valid bid, in place {place}."),
            Self::BelowTree { net, min } => format!(
                "A valid bid, but {net} is less than the ring tree’s minimum revenue of {min}."
            ),
            Self::NoBid(refusals) => {
                let all: Vec<String> = refusals.iter().map(Refusal::sentence).collect();
                all.join(" ")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Destination;
    use crate::time::Timestamp;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);

    fn terms() -> AuctionTerms {
        AuctionTerms {
            deadline_ms: 2_000,
            min_revenue: Micros(10_000_000),
            waterfall: true,
        }
    }

    fn bid(dollars: i64, priority: u32, weight: u32, answered_ms: u32) -> Contender<u32> {
        Contender {
            id: 0,
            priority,
            weight,
            answered_ms,
            outcome: Ok(Bid {
                amount: Micros(dollars * 1_000_000),
                net: Micros(dollars * 1_000_000),
                destination: Destination::Number("+18005550126".parse().unwrap()),
                min_duration_s: None,
                expires_at: NOW.plus_secs(20),
                bid_id: None,
                on_failure: None,
            }),
        }
    }

    #[test]
    fn the_highest_wins_and_ties_go_by_priority_weight_and_time() {
        let all = [
            bid(20, 2, 1, 100),
            bid(30, 2, 1, 900),
            bid(30, 1, 1, 800),
            bid(30, 1, 5, 700),
            bid(30, 1, 5, 600),
            bid(9, 1, 9, 10),
            bid(99, 1, 9, 2_001),
        ];
        let settled = settle(&terms(), &all);
        assert_eq!(settled.order, [4, 3, 2, 1, 0]);
        let words: Vec<String> = settled.standings.iter().map(Standing::sentence).collect();
        assert_eq!(words[4], "Won the auction.");
        assert_eq!(words[0], "A valid bid, in place 5.");
        assert_eq!(
            words[5],
            "A valid bid, but $9.00 is less than the ring tree’s minimum revenue of $10.00."
        );
        assert!(words[6].starts_with("Answered after 2001 ms"));
    }

    proptest! {
        #[test]
        fn no_late_or_low_bid_wins_and_nobody_bid_more(
            bids in prop::collection::vec((1_i64..60, 1_u32..4, 1_u32..4, 0_u32..3_000), 0..20)
        ) {
            let all: Vec<_> = bids.iter().map(|(d, p, w, ms)| bid(*d, *p, *w, *ms)).collect();
            let terms = terms();
            let settled = settle(&terms, &all);
            let valid = |c: &Contender<u32>| {
                let net = c.outcome.as_ref().unwrap().net;
                (c.answered_ms <= terms.deadline_ms && net >= terms.min_revenue).then_some(net)
            };
            prop_assert_eq!(settled.order.len(), all.iter().filter_map(valid).count());
            let best = all.iter().filter_map(valid).max();
            prop_assert_eq!(settled.order.first().and_then(|at| valid(&all[*at])), best);
            let mut reversed = all.clone();
            reversed.reverse();
            let again = settle(&terms, &reversed);
            let of = |s: &Settled, list: &[Contender<u32>]| s.order.first()
                .map(|at| (valid(&list[*at]), list[*at].priority, list[*at].weight, list[*at].answered_ms));
            prop_assert_eq!(of(&settled, &all), of(&again, &reversed));
        }
    }
}
