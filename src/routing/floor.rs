//! What a call must make, because its publisher was promised something for it.
//!
//! A call that was bid for may go on to another target when the first does not take it, as long as that
//! one makes up for the promise (Ringba's pass-through re-route, domain-reference 1b).

use serde::{Deserialize, Serialize};

use super::Verdict;
use crate::ledger::revenue::{Price, RevenueRule, RevenueTrigger};
use crate::money::Micros;
use crate::plan::Route;
use crate::rtb::bid::Bid;

/// The least a target may be worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    /// What it must pay.
    pub least: Micros,
    /// The longest conversation that it may ask for, in seconds; none where that does not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest_s: Option<u32>,
}

impl Floor {
    /// Why a route does not make up for it; none if it does, or if that is known once it has bid.
    #[must_use]
    pub fn refusal(&self, route: &Route) -> Option<Verdict> {
        if route.target.bids {
            return None;
        }
        self.of_rule(route.revenue)
    }

    /// Why a bid does not make up for it.
    #[must_use]
    pub fn refusal_of(&self, bid: &Bid, route: &Route) -> Option<Verdict> {
        self.of_rule(Some(bid.rule(route.revenue)))
    }

    fn of_rule(&self, rule: Option<RevenueRule>) -> Option<Verdict> {
        let pays = pays(rule);
        if pays < self.least {
            return Some(Verdict::Unprofitable {
                pays,
                least: self.least,
            });
        }
        let asks_s = match rule.map(|rule| rule.trigger) {
            Some(RevenueTrigger::Length { secs, .. }) => secs,
            _ => 0,
        };
        let longest_s = self.longest_s.filter(|longest| asks_s > *longest)?;
        Some(Verdict::AsksLonger { asks_s, longest_s })
    }
}

/// What a rule pays, as far as it is known before.
#[must_use]
pub fn pays(rule: Option<RevenueRule>) -> Micros {
    match rule.map(|rule| rule.price) {
        Some(Price::Fixed(amount)) => amount,
        Some(Price::Reported) | None => Micros::ZERO,
    }
}
