//! A publisher: who sends callers and is paid for them.

use std::collections::BTreeMap;

use crate::id::{CampaignId, PublisherId};
use crate::ledger::payout::CompiledTerms;

/// A publisher as calls see it.
#[derive(Debug, Clone)]
pub struct Publisher {
    pub id: PublisherId,
    pub name: String,
    /// False while the publisher is paused: its calls are routed as any other and not paid.
    pub active: bool,
    /// The publisher's own name of itself, for reports; may be empty.
    pub sub_id: String,
    /// The payout rules by campaign, for campaigns that have rules of their own.
    pub overrides: BTreeMap<CampaignId, CompiledTerms>,
    /// The payout rules everywhere else.
    pub terms: CompiledTerms,
}

impl Publisher {
    /// The payout rules that hold in a campaign.
    #[must_use]
    pub fn terms_in(&self, campaign: CampaignId) -> &CompiledTerms {
        self.overrides.get(&campaign).unwrap_or(&self.terms)
    }
}
