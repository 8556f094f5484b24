//! Publishers: the list rows, the settings, the payout rules.

mod new;
mod rule;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::filter::FilterChoices;
use super::number::{NumberRow, optional_campaign};
use super::page::{Activity, Choice, Stamp};
use crate::id::{CampaignId, PayoutRuleId, PublisherId};
use crate::invalid::{FieldErrors, name, optional_text};
use crate::ledger::payout::{PayoutRule, PayoutTerms, RULES_MAX};
use crate::tag::list::BulkLists;

pub use new::{NewPublisher, NewPublisherForm, no_number};
pub use rule::PayoutRuleForm;

/// The longest name a publisher has of itself.
pub const SUB_ID_CHARS_MAX: usize = 120;

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublisherRow {
    pub id: PublisherId,
    pub name: String,
    /// May be empty.
    pub sub_id: String,
    pub activity: Activity,
    pub numbers: u32,
    pub calls_today: u32,
    /// "$125.00".
    pub payout_today: String,
    /// Its payout rules in words, in order.
    pub rules: Vec<String>,
    /// Campaigns with rules of their own.
    pub overrides: u32,
}

/// A publisher's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublisherDetail {
    pub row: PublisherRow,
    pub created: Stamp,
    pub settings: PublisherForm,
    /// The rules everywhere first, then those of campaigns by name.
    pub payouts: Vec<PayoutList>,
    /// Campaigns that have no rules of their own.
    pub campaigns: Vec<Choice>,
    pub numbers: Vec<NumberRow>,
    /// Numbers that belong to no publisher.
    pub free_numbers: Vec<Choice>,
    pub filters: FilterChoices,
}

/// A list of payout rules: that of a campaign, or of all campaigns without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutList {
    pub campaign: Option<CampaignId>,
    /// Empty for the rules everywhere.
    pub campaign_name: String,
    pub form: PayoutForm,
    /// One for each rule of the form.
    pub rules: Vec<PayoutRuleView>,
}

/// What is known of a stored rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutRuleView {
    pub id: String,
    /// "$25.00 once connected for 1:30".
    pub words: String,
    /// "3 calls, $75.00".
    pub today: String,
    /// What is worth a second look, though no error.
    pub warnings: Vec<String>,
}

/// What a person types about a publisher itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PublisherForm {
    pub name: String,
    /// The publisher's own name of itself, for its reports.
    pub sub_id: String,
}

/// A checked publisher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublisherInput {
    pub name: String,
    /// May be empty.
    pub sub_id: String,
}

impl PublisherForm {
    /// Checks both fields.
    ///
    /// # Errors
    /// At `name` or `sub_id`.
    pub fn check(&self) -> Result<PublisherInput, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take(name("name", &self.name));
        let sub_id = errors.take(optional_text("sub_id", &self.sub_id, SUB_ID_CHARS_MAX));
        match (name, sub_id) {
            (Some(name), Some(sub_id)) => Ok(PublisherInput {
                name,
                sub_id: sub_id.unwrap_or_default(),
            }),
            _ => Err(errors),
        }
    }
}

/// A list of payout rules as typed, in order: the first is tried first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PayoutForm {
    /// The campaign whose rules they are; empty for all campaigns without rules of their own.
    pub campaign: String,
    pub rules: Vec<PayoutRuleForm>,
}

/// A checked list of rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutInput {
    pub campaign: Option<CampaignId>,
    /// Ids as they came with the form; none for a new rule.
    pub rules: Vec<(Option<PayoutRuleId>, PayoutRule)>,
}

impl PayoutForm {
    /// The form that shows stored rules.
    #[must_use]
    pub fn of(campaign: Option<CampaignId>, rules: &[PayoutRule]) -> Self {
        Self {
            campaign: campaign.map(|id| id.to_string()).unwrap_or_default(),
            rules: rules.iter().map(PayoutRuleForm::of).collect(),
        }
    }

    /// Checks all rules at once; one in which nothing was entered is none. Without `lists`, as where
    /// they are not at hand, nobody looks whether a list exists.
    ///
    /// # Errors
    /// At `rules`, `rules[n].amount` and the like, `rules[n].filter[m].tag` and the like, or `campaign`.
    pub fn check(&self, lists: Option<&BulkLists>) -> Result<PayoutInput, FieldErrors> {
        let mut errors = FieldErrors::default();
        let campaign = errors.take(optional_campaign("campaign", &self.campaign));
        let mut rules = Vec::new();
        let filled = self.rules.iter().enumerate();
        for (at, rule) in filled.filter(|(_, rule)| !rule.is_empty()) {
            rules.extend(errors.take(rule.check(&format!("rules[{at}]"), lists)));
        }
        if rules.len() > RULES_MAX {
            let message = format!("Use at most {RULES_MAX} rules.");
            errors.add("rules", "too_many", message);
        }
        match campaign {
            Some(campaign) if errors.is_empty() => Ok(PayoutInput { campaign, rules }),
            _ => Err(errors),
        }
    }
}

impl PayoutInput {
    /// The terms with these rules in the place of those they were. A rule that was in the list keeps
    /// its id, and with it what it has paid, and so does one that was dropped and comes back; any
    /// other gets an id from `free` on, the first that was never given.
    #[must_use]
    pub fn put_into(self, terms: &PayoutTerms, free: PayoutRuleId) -> PayoutTerms {
        let mut terms = terms.clone();
        let own = match self.campaign {
            None => terms.rules.as_slice(),
            Some(campaign) => terms
                .overrides
                .get(&campaign)
                .map_or(&[][..], Vec::as_slice),
        };
        let mut known: BTreeSet<PayoutRuleId> = own.iter().map(|rule| rule.id).collect();
        let free = terms.free_id(free);
        let others: BTreeSet<PayoutRuleId> = terms.every_rule().map(|rule| rule.id).collect();
        let typed = self.rules.iter().filter_map(|(id, _)| *id);
        known.extend(typed.filter(|id| *id < free && !others.contains(id)));
        let rules = numbered(self.rules, known, free);
        match self.campaign {
            None => terms.rules = rules,
            Some(campaign) => drop(terms.overrides.insert(campaign, rules)),
        }
        terms
    }
}

/// Rules with their ids: each known one once, the others from `free` on.
fn numbered(
    rules: Vec<(Option<PayoutRuleId>, PayoutRule)>,
    mut known: BTreeSet<PayoutRuleId>,
    mut free: PayoutRuleId,
) -> Vec<PayoutRule> {
    let mut next = || {
        let id = free;
        free.0 += 1;
        id
    };
    let all = rules.into_iter();
    all.map(|(id, rule)| PayoutRule {
        id: id.filter(|id| known.remove(id)).unwrap_or_else(&mut next),
        ..rule
    })
    .collect()
}

impl PayoutTerms {
    /// The first id from `at_least` on that no rule has, nor any after it.
    #[must_use]
    pub fn free_id(&self, at_least: PayoutRuleId) -> PayoutRuleId {
        let last = self.every_rule().map(|rule| rule.id.0).max().unwrap_or(0);
        PayoutRuleId(at_least.0.max(last + 1))
    }

    /// All rules, those of campaigns included.
    pub fn every_rule(&self) -> impl Iterator<Item = &PayoutRule> {
        self.rules.iter().chain(self.overrides.values().flatten())
    }
}
