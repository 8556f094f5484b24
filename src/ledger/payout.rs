//! Payout: the rules by which a publisher is paid for a call.
//!
//! A publisher has a list of rules, first one first. The first whose filter, hours and caps admit
//! the call and whose trigger was met pays, once for the call. A rule that may still be met holds
//! the later ones back, so that it does not matter how often or when a call is looked at.

mod decision;
#[cfg(test)]
mod tests;
pub mod words;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::revenue::{LENGTH_MAX_S, PRICE_MAX, Price, RevenueRule};
use crate::caps::Caps;
use crate::caps::dollars::DollarCaps;
use crate::id::{CampaignId, PayoutRuleId};
use crate::invalid::FieldErrors;
use crate::money::Micros;
use crate::schedule::Hours;
use crate::tag::filter::{CompiledFilter, Filter};
use crate::tag::list::BulkLists;

pub use decision::{
    CallMoney, PAID_BEFORE, PayoutLine, PayoutOutcome, PayoutUsage, PayoutUsageMap, PayoutVerdict,
};

/// The most rules of one list.
pub const RULES_MAX: usize = 20;
/// A whole, in hundredths of a percent.
pub const WHOLE_BP: u32 = 10_000;

/// How a publisher is paid.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutTerms {
    /// In order: the first is tried first.
    pub rules: Vec<PayoutRule>,
    /// Lists that stand in for `rules` in one campaign; an empty one pays nothing there.
    pub overrides: BTreeMap<CampaignId, Vec<PayoutRule>>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutRule {
    pub id: PayoutRuleId,
    pub name: String,
    pub trigger: PayoutTrigger,
    pub amount: PayoutAmount,
    /// Which calls it is for.
    pub filter: Filter,
    /// IANA zone of `hours` and of the windows of the caps.
    pub zone: String,
    /// When a call must arrive.
    pub hours: Hours,
    /// Paid calls.
    pub caps: Caps,
    /// Paid money.
    pub dollars: DollarCaps,
}

/// What makes a call paid (domain-reference 2: `payoutType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutTrigger {
    /// It came in.
    Incoming,
    /// Caller and a target were connected.
    Connect,
    /// It met a revenue rule, whatever that was worth.
    Converted,
    /// So many seconds passed since a moment.
    Length { from: PayoutTimer, secs: u32 },
}

/// From when a length is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutTimer {
    /// From the arrival of the call to its end, connected or not.
    Incoming,
    /// From the dialing of a target that connected to its end.
    Dial,
    /// From the connection with a target to its end.
    Connect,
}

/// How much is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutAmount {
    Fixed(Micros),
    /// A part of the call's revenue, known once no more can be earned.
    Share {
        /// Hundredths of a percent: 8,000 is 80 %.
        basis_points: u32,
        /// Paid even if the share is less, also of no revenue at all.
        min: Option<Micros>,
        max: Option<Micros>,
    },
}

/// The rules of a publisher in one campaign, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct CompiledTerms {
    rules: Vec<(PayoutRule, CompiledFilter)>,
}

impl PayoutTerms {
    /// A rule that pays nothing for each call, always: what others are made from.
    #[must_use]
    pub fn plain_rule() -> PayoutRule {
        PayoutRule {
            id: PayoutRuleId(0),
            name: String::new(),
            trigger: PayoutTrigger::Incoming,
            amount: PayoutAmount::Fixed(Micros::ZERO),
            filter: Filter::default(),
            zone: "UTC".to_owned(),
            hours: Hours::Always,
            caps: Caps::default(),
            dollars: DollarCaps::default(),
        }
    }

    /// The rules that hold in a campaign: its own list if it has one.
    #[must_use]
    pub fn rules_of(&self, campaign: CampaignId) -> &[PayoutRule] {
        self.overrides.get(&campaign).unwrap_or(&self.rules)
    }

    /// The form that decides about calls of a campaign, or of those without rules of their own.
    ///
    /// # Errors
    /// Those of the rules' filters, at `rules[n].filter.…`, and of [`PayoutRule::check`].
    pub fn compile(
        &self,
        campaign: Option<CampaignId>,
        lists: &BulkLists,
    ) -> Result<CompiledTerms, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut rules = Vec::new();
        let wanted = campaign.map_or(&*self.rules, |campaign| self.rules_of(campaign));
        if wanted.len() > RULES_MAX {
            errors.add(
                "rules",
                "too_many",
                format!("Use at most {RULES_MAX} rules."),
            );
        }
        for (n, rule) in wanted.iter().enumerate() {
            errors.take(rule.check().map_err(|e| e.below(&format!("rules[{n}]"))));
            let filter = rule.filter.compile(lists);
            let filter = filter.map_err(|e| e.below(&format!("rules[{n}].filter")));
            if let Some(filter) = errors.take(filter) {
                rules.push((rule.clone(), filter));
            }
        }
        errors.check()?;
        Ok(CompiledTerms { rules })
    }
}

impl CompiledTerms {
    /// One rule, for every call.
    #[must_use]
    pub fn one(rule: PayoutRule) -> Self {
        Self {
            rules: vec![(rule, CompiledFilter::default())],
        }
    }

    /// A rule by its id.
    #[must_use]
    pub fn rule(&self, id: PayoutRuleId) -> Option<&PayoutRule> {
        let mut rules = self.rules.iter().map(|(rule, _)| rule);
        rules.find(|rule| rule.id == id)
    }

    /// The zones of the rules.
    pub fn zones(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|(rule, _)| rule.zone.as_str())
    }
}

impl PayoutRule {
    /// Whether it pays no more than so much.
    #[must_use]
    pub fn has_caps(&self) -> bool {
        self.caps != Caps::default() || self.dollars != DollarCaps::default()
    }

    /// Everything wrong with the rule but its filter.
    ///
    /// # Errors
    /// `out_of_range` at `amount`, `min`, `max`, `share` or `length_s`.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut money = |field: &str, amount: Micros, least: Micros| {
            if !(least..=PRICE_MAX).contains(&amount) {
                let message = format!("Enter an amount from {least} to {PRICE_MAX}.");
                errors.add(field, "out_of_range", message);
            }
        };
        match self.amount {
            PayoutAmount::Fixed(amount) => money("amount", amount, Micros::ZERO),
            PayoutAmount::Share {
                basis_points,
                min,
                max,
            } => {
                if let Some(min) = min {
                    money("min", min, Micros::ZERO);
                }
                if let Some(max) = max {
                    money("max", max, min.unwrap_or(Micros::ZERO));
                }
                if basis_points > WHOLE_BP {
                    errors.add("share", "out_of_range", "Enter a share from 0 to 100 %.");
                }
            }
        }
        if let PayoutTrigger::Length { secs, .. } = self.trigger
            && !(1..=LENGTH_MAX_S).contains(&secs)
        {
            let message = format!("Enter a length from 1 to {LENGTH_MAX_S} seconds.");
            errors.add("length_s", "out_of_range", message);
        }
        errors.check()
    }

    /// A warning, no error, if the rule can pay more than a route earns: some sell at a loss on purpose.
    #[must_use]
    pub fn warning(&self, revenue: &RevenueRule) -> Option<String> {
        let Price::Fixed(price) = revenue.price else {
            return None;
        };
        let at_most = match self.amount {
            PayoutAmount::Fixed(amount) => amount,
            PayoutAmount::Share { .. } => self.amount.of(price),
        };
        (at_most > price).then(|| {
            format!("Pays {at_most} for a call that earns {price}: each such call is a loss.")
        })
    }
}

impl PayoutAmount {
    /// What is paid of a revenue. A share is rounded half-up to a whole micro.
    #[must_use]
    pub fn of(&self, revenue: Micros) -> Micros {
        match self {
            Self::Fixed(amount) => *amount,
            Self::Share {
                basis_points,
                min,
                max,
            } => {
                let whole = i128::from(WHOLE_BP);
                let part = i128::from(revenue.0.max(0)) * i128::from(*basis_points);
                let share = super::totals::clamped((part + whole / 2) / whole);
                let share = share.max(min.unwrap_or(Micros::ZERO));
                max.map_or(share, |max| share.min(max))
            }
        }
    }
}
