//! Whom of a ring tree to ring: its members by what they bid.
//!
//! Before the auction the tree says whom to ask; after it the best bid that holds is rung, and those
//! behind it follow while connecting fails.

use crate::id::TargetId;
use crate::routing::Verdict;
use crate::rtb::auction::{AuctionTerms, DEADLINE_MS_MIN};
use crate::rtb::held::{Held, Offer, Said};
use crate::target::group::{
    Expansion, GroupFacts, GroupRefusal, Member, MemberLine, Part, TargetGroup,
};
use crate::time::Timestamp;

/// What is known of a tree's auctions of one call.
#[derive(Debug, Clone, Copy)]
pub struct AuctionFacts<'a> {
    /// Those held so far, in their order.
    pub held: &'a [&'a Held],
    pub now: Timestamp,
    /// How long another may take, in milliseconds.
    pub left_ms: u32,
}

/// How a member stands.
enum Stands<'a> {
    /// Was not asked yet, and may be.
    Unasked,
    Bid(&'a Offer),
    /// Its bid no longer holds.
    Expired(&'a Offer),
    Out(Verdict),
}

impl TargetGroup {
    pub(super) fn expand_auction(
        &self,
        terms: &AuctionTerms,
        auction: &AuctionFacts<'_>,
        facts: &GroupFacts<'_>,
    ) -> Expansion {
        let mut members: Vec<(&Member, Stands<'_>)> = (self.members.iter())
            .map(|member| (member, stands(member, auction, facts)))
            .collect();
        members.sort_by_key(|(member, _)| member.priority);
        let tried = (self.members.iter())
            .filter(|m| facts.exclusions.tried.contains(&m.target))
            .filter(|m| {
                auction
                    .held
                    .iter()
                    .any(|held| held.said(m.target).is_some())
            })
            .count();
        if !terms.waterfall && tried > 0 {
            for (_, stands) in &mut members {
                if matches!(stands, Stands::Bid(_) | Stands::Expired(_)) {
                    *stands = Stands::Out(Verdict::WinnerOnly);
                }
            }
        }
        // Best first; the sort keeps equal bids in the tree's order, and all others behind them.
        members.sort_by_key(|(_, stands)| match stands {
            Stands::Bid(offer) => (0, Some(offer.rank())),
            _ => (1, None),
        });
        let bids = || {
            members.iter().filter_map(|(member, stands)| match stands {
                Stands::Bid(offer) => Some((member.target, *offer)),
                _ => None,
            })
        };
        let mut refused = self.refusal(facts);
        let mut asks: Vec<TargetId> = match refused {
            Some(_) => Vec::new(),
            None => whom_to_ask(&members, auction.held.len(), tried),
        };
        if !asks.is_empty() && auction.left_ms < DEADLINE_MS_MIN {
            asks.clear();
            refused = Some(GroupRefusal::NoTime);
        }
        let open: Vec<TargetId> = match refused {
            Some(_) => Vec::new(),
            None => bids().map(|(target, _)| target).collect(),
        };
        let best = bids().next().filter(|_| !open.is_empty());
        let confirms = best.filter(|(_, offer)| offer.wants_confirmation());
        let (now, then) = open.split_at(open.len().min(1));
        // Without the waterfall nobody follows.
        let then = if terms.waterfall { then } else { &[] };
        let line = |(member, stands): &(&Member, Stands<'_>)| MemberLine {
            target: member.target,
            priority: member.priority,
            part: match stands {
                _ if refused.is_some() => Part::GroupRefused,
                Stands::Out(verdict) => Part::Refused(verdict.clone()),
                Stands::Expired(_) => Part::Refused(Verdict::BidExpired),
                Stands::Unasked => Part::Open,
                Stands::Bid(offer) => Part::Bids {
                    net: offer.bid.net,
                    place: place(member.target, &open),
                },
            },
        };
        Expansion {
            now: now.to_vec(),
            then: then.to_vec(),
            lines: members.iter().map(line).collect(),
            refused,
            confirms: confirms.map(|(target, _)| target),
            bid: best.map(|(_, offer)| offer.bid.clone()),
            nobody_bid: !auction.held.is_empty(),
            deadline_ms: terms.deadline_ms.min(auction.left_ms),
            asks,
        }
    }
}

fn place(target: TargetId, open: &[TargetId]) -> u32 {
    let at = open.iter().position(|id| *id == target).unwrap_or(0);
    u32::try_from(at + 1).unwrap_or(u32::MAX)
}

/// Everybody the first time. Later those whose bids ran out, if nobody else's holds: once for each
/// bidder who was dialed, so that it comes to an end.
fn whom_to_ask(members: &[(&Member, Stands<'_>)], held: usize, tried: usize) -> Vec<TargetId> {
    let all = members.iter();
    if held == 0 {
        let unasked = all.filter(|(_, stands)| matches!(stands, Stands::Unasked));
        return unasked.map(|(member, _)| member.target).collect();
    }
    let holds = all.clone().any(|(_, s)| matches!(s, Stands::Bid(_)));
    if holds || held > tried {
        return Vec::new();
    }
    all.filter(|(_, stands)| matches!(stands, Stands::Expired(offer) if offer.renews))
        .map(|(member, _)| member.target)
        .collect()
}

fn stands<'a>(member: &Member, auction: &AuctionFacts<'a>, facts: &GroupFacts<'_>) -> Stands<'a> {
    if let Some(verdict) = facts.refusal(member.target) {
        return Stands::Out(verdict);
    }
    let last = auction.held.iter().rev();
    match last.copied().find_map(|held| held.said(member.target)) {
        None if auction.held.is_empty() => Stands::Unasked,
        None => Stands::Out(Verdict::NotAsked),
        Some(Said::Nothing { reason }) => Stands::Out(Verdict::NoBid {
            reason: reason.clone(),
        }),
        Some(Said::Offer(offer)) => match offer.unconfirmed() {
            Some(reason) => Stands::Out(Verdict::NoBid {
                reason: format!("Did not confirm its bid. {reason}"),
            }),
            None if offer.bid.expires_at <= auction.now => Stands::Expired(offer),
            None => Stands::Bid(offer),
        },
    }
}
