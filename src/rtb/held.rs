//! An auction as its call remembers it: who bid and what, and why the others did not.
//!
//! A call keeps its auctions until its end, so that a failed connection goes on to the next bid, and
//! so that the same decision can be made again from the same facts.

use serde::{Deserialize, Serialize};

use super::auction::{AuctionTerms, Contender, Standing, settle};
use super::bid::Bid;
use crate::id::{RouteId, TargetGroupId, TargetId};
use crate::money::Micros;
use crate::target::Destination;
use crate::time::Timestamp;

/// How long all auctions of one step may take together, in milliseconds: the carrier hangs up on who
/// does not answer within fifteen seconds, and the rest of the step needs some of them.
pub const AUCTIONS_MS_MAX: u32 = 10_000;

/// An auction that was held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The entry of the plan that the ring tree stands in.
    pub route: RouteId,
    pub group: TargetGroupId,
    /// The ring tree's name.
    pub name: String,
    /// When the bidders were asked.
    pub at: Timestamp,
    pub took_ms: u32,
    /// How long bidders took afterwards to confirm, in milliseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub confirms_ms: u32,
    /// Everybody who was asked, in the tree's order.
    pub lines: Vec<Line>,
}

/// What one bidder said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub target: TargetId,
    pub said: Said,
}

/// A bid, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    Offer(Box<Offer>),
    Nothing { reason: String },
}

/// A bid that competes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub bid: Bid,
    /// 1 comes first among equal bids.
    pub priority: u32,
    /// Then the heavier.
    pub weight: u32,
    /// Then the earlier answer.
    pub answered_ms: u32,
    /// The bidder may be asked again once the bid no longer holds.
    #[serde(default)]
    pub renews: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<Confirmation>,
}

/// The second step of a bid: the winner is asked once more as the call is about to be connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    Wanted {
        required: bool,
    },
    Given,
    /// The bidder said no, or nothing that counts.
    Missing {
        required: bool,
        reason: String,
    },
}

/// What a bidder's settings say of what follows its bid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AfterBid {
    /// Ask again when the bid no longer holds.
    pub renews: bool,
    /// Ask the winner to confirm; whether a bid without a confirmation is none.
    pub confirms: Option<bool>,
}

/// What an auction of a ring tree is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    pub route: RouteId,
    pub group: TargetGroupId,
    pub name: String,
    pub at: Timestamp,
    pub terms: AuctionTerms,
}

impl Held {
    /// Settles an auction: how everybody stood, and what the call remembers of it.
    #[must_use]
    pub fn settle(
        lot: Lot,
        took_ms: u32,
        contenders: &[(Contender<TargetId>, AfterBid)],
    ) -> (Self, Vec<Standing>) {
        let all: Vec<Contender<TargetId>> = contenders.iter().map(|(one, _)| one.clone()).collect();
        let settled = settle(&lot.terms, &all);
        let line = |((one, after), standing): (&(Contender<TargetId>, AfterBid), &Standing)| {
            let said = match (standing, &one.outcome) {
                (Standing::Place(_), Ok(bid)) => Said::Offer(Box::new(Offer {
                    bid: bid.clone(),
                    priority: one.priority,
                    weight: one.weight,
                    answered_ms: one.answered_ms,
                    renews: after.renews,
                    confirmation: (after.confirms)
                        .map(|required| Confirmation::Wanted { required }),
                })),
                _ => Said::Nothing {
                    reason: standing.sentence(),
                },
            };
            Line {
                target: one.id,
                said,
            }
        };
        let lines = contenders.iter().zip(&settled.standings).map(line);
        let held = Self {
            route: lot.route,
            group: lot.group,
            name: lot.name,
            at: lot.at,
            took_ms,
            confirms_ms: 0,
            lines: lines.collect(),
        };
        (held, settled.standings)
    }

    /// What a target said in it; none if it was not asked.
    #[must_use]
    pub fn said(&self, target: TargetId) -> Option<&Said> {
        let line = self.lines.iter().find(|line| line.target == target)?;
        Some(&line.said)
    }

    /// How many bid.
    #[must_use]
    pub fn bids(&self) -> usize {
        let bid = |line: &&Line| matches!(line.said, Said::Offer(_));
        self.lines.iter().filter(bid).count()
    }

    /// How long the caller waited for it, in milliseconds.
    #[must_use]
    pub fn waited_ms(&self) -> u32 {
        self.took_ms.saturating_add(self.confirms_ms)
    }

    /// When a step goes on that began at `now`: after the auctions that were held for it.
    #[must_use]
    pub fn moment_after(auctions: &[Self], now: Timestamp) -> Timestamp {
        let ended = (auctions.iter())
            .filter(|held| held.at >= now)
            .map(|held| held.at.plus_millis(i64::from(held.waited_ms())));
        ended.fold(now, Timestamp::max)
    }

    /// The auction whose bid a target is to confirm: of an entry the last that it spoke in. A later
    /// one may have been about others.
    #[must_use]
    pub fn to_confirm(
        auctions: &mut [Self],
        route: RouteId,
        target: TargetId,
    ) -> Option<&mut Self> {
        let mut latest = auctions.iter_mut().rev();
        latest.find(|held| held.route == route && held.said(target).is_some())
    }

    /// Takes in what a bidder answered when it was asked to confirm, after so many milliseconds: where
    /// the call goes if it said so, or why there is no confirmation.
    pub fn confirm(
        &mut self,
        target: TargetId,
        answer: Result<Option<Destination>, String>,
        took_ms: u32,
    ) {
        self.confirms_ms = self.confirms_ms.saturating_add(took_ms);
        let line = self.lines.iter_mut().find(|line| line.target == target);
        let Some(Line {
            said: Said::Offer(offer),
            ..
        }) = line
        else {
            return;
        };
        let Some(Confirmation::Wanted { required }) = offer.confirmation else {
            return;
        };
        offer.confirmation = Some(match answer {
            Ok(destination) => {
                if let Some(destination) = destination {
                    offer.bid.destination = destination;
                }
                Confirmation::Given
            }
            Err(reason) => Confirmation::Missing { required, reason },
        });
    }
}

fn is_zero(ms: &u32) -> bool {
    *ms == 0
}

impl Offer {
    /// Better offers are less.
    #[must_use]
    pub fn rank(&self) -> (std::cmp::Reverse<Micros>, u32, std::cmp::Reverse<u32>, u32) {
        use std::cmp::Reverse;
        (
            Reverse(self.bid.net),
            self.priority,
            Reverse(self.weight),
            self.answered_ms,
        )
    }

    /// Why the bid does not count although it was made: the confirmation it needs is missing.
    #[must_use]
    pub fn unconfirmed(&self) -> Option<&str> {
        match &self.confirmation {
            Some(Confirmation::Missing {
                required: true,
                reason,
            }) => Some(reason),
            _ => None,
        }
    }

    /// Whether the bidder is to be asked to confirm before the call goes there.
    #[must_use]
    pub fn wants_confirmation(&self) -> bool {
        matches!(self.confirmation, Some(Confirmation::Wanted { .. }))
    }
}

/// Somebody outside must be asked before a decision can be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// Bids of these members of a ring tree.
    Bids {
        route: RouteId,
        group: TargetGroupId,
        targets: Vec<TargetId>,
        deadline_ms: u32,
    },
    /// The winner's confirmation.
    Confirmation { route: RouteId, target: TargetId },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtb::bid::Refusal;

    fn contender(id: i64, dollars: i64, answered_ms: u32) -> (Contender<TargetId>, AfterBid) {
        let one = Contender {
            id: TargetId(id),
            priority: 1,
            weight: 1,
            answered_ms,
            outcome: if dollars == 0 {
                Err(vec![Refusal::Zero])
            } else {
                Ok(Bid {
                    amount: Micros(dollars * 1_000_000),
                    net: Micros(dollars * 1_000_000),
                    destination: Destination::Number("+18005550126".parse().unwrap()),
                    min_duration_s: None,
                    expires_at: Timestamp(20),
                    bid_id: None,
                    on_failure: None,
                })
            },
        };
        let after = AfterBid {
            renews: true,
            confirms: (id == 2).then_some(true),
        };
        (one, after)
    }

    fn held() -> Held {
        let lot = Lot {
            route: RouteId(4),
            group: TargetGroupId(9),
            name: "Water".to_owned(),
            at: Timestamp(0),
            terms: AuctionTerms {
                deadline_ms: 1_000,
                min_revenue: Micros(5_000_000),
                waterfall: true,
            },
        };
        let all = [
            contender(1, 0, 10),
            contender(2, 30, 20),
            contender(3, 4, 30),
            contender(4, 99, 1_001),
            contender(5, 20, 40),
        ];
        Held::settle(lot, 1_000, &all).0
    }

    #[test]
    fn what_a_call_remembers_tells_of_everybody() {
        let held = held();
        assert_eq!(held.bids(), 2);
        let words: Vec<String> = (held.lines.iter())
            .map(|line| match &line.said {
                Said::Offer(offer) => format!("{} bid {}", line.target, offer.bid.net),
                Said::Nothing { reason } => format!("{}: {reason}", line.target),
            })
            .collect();
        insta::assert_snapshot!(words.join("\n"), @r"
        1: Bid nothing.
        2 bid $30.00
        3: A valid bid, but $4.00 is less than the ring tree’s minimum revenue of $5.00.
        4: Answered after 1001 ms; the auction had ended at 1000 ms.
        5 bid $20.00
        ");
    }

    #[test]
    fn a_confirmation_may_move_the_call_or_take_the_bid_away() {
        let mut given = held();
        let elsewhere = Destination::Number("+18005550127".parse().unwrap());
        given.confirm(TargetId(2), Ok(Some(elsewhere.clone())), 40);
        let Some(Said::Offer(offer)) = given.said(TargetId(2)) else {
            panic!("an offer");
        };
        assert_eq!(offer.bid.destination, elsewhere);
        assert!(!offer.wants_confirmation() && offer.unconfirmed().is_none());

        let mut refused = held();
        refused.confirm(TargetId(2), Err("Said no.".to_owned()), 40);
        let Some(Said::Offer(offer)) = refused.said(TargetId(2)) else {
            panic!("an offer");
        };
        assert_eq!(offer.unconfirmed(), Some("Said no."));
        // A second answer, and one of somebody who was not asked, change nothing.
        let before = refused.clone();
        refused.confirm(TargetId(2), Ok(None), 0);
        refused.confirm(TargetId(5), Err(String::new()), 0);
        refused.confirm(TargetId(77), Ok(None), 0);
        assert_eq!(refused, before);
        assert_eq!(
            Held::moment_after(&[refused], Timestamp(0)),
            Timestamp(0).plus_millis(1_040)
        );
    }

    #[test]
    fn a_bid_of_an_earlier_auction_is_confirmed_although_a_later_one_was_about_others() {
        let mut later = held();
        later.lines.retain(|line| line.target == TargetId(5));
        let mut elsewhere = held();
        elsewhere.route = RouteId(8);
        let mut all = [held(), later, elsewhere];
        let found = Held::to_confirm(&mut all, RouteId(4), TargetId(2)).expect("the first");
        found.confirm(TargetId(2), Ok(None), 7);
        assert_eq!(all.each_ref().map(|one| one.confirms_ms), [7, 0, 0]);
        assert!(Held::to_confirm(&mut all, RouteId(4), TargetId(77)).is_none());
    }
}
