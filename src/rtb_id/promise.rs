//! What a publisher was promised for a call, as the call carries it: it is paid exactly that if the
//! terms are met, whatever rules say by then.

use serde::{Deserialize, Serialize};

use crate::duplicate::payment::PaymentRule;
use crate::id::PayoutRuleId;
use crate::ledger::payout::{CompiledTerms, PayoutAmount, PayoutRule, PayoutTerms, PayoutTrigger};
use crate::money::Micros;
use crate::routing::Floor;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// "RTB" and 32 hexadecimal digits.
    pub bid_id: String,
    /// Under which payouts of its RTB id are counted.
    pub rule: PayoutRuleId,
    /// What is paid; none for a call that came too late to be.
    pub amount: Option<Micros>,
    /// What must happen for that.
    pub trigger: PayoutTrigger,
    /// Whether a duplicate is paid.
    pub payment: PaymentRule,
    /// IANA zone of the windows that payouts are counted in.
    pub zone: String,
    /// What another target than the first must be worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Floor>,
}

impl Promise {
    /// The promise as a rule; none where nothing is paid. Caps of the RTB id were asked when the bid was
    /// made: what was promised under them is paid.
    #[must_use]
    pub fn terms(&self) -> Option<CompiledTerms> {
        let amount = self.amount?;
        Some(CompiledTerms::one(PayoutRule {
            id: self.rule,
            name: format!("Bid {}", self.bid_id),
            trigger: self.trigger,
            amount: PayoutAmount::Fixed(amount),
            zone: self.zone.clone(),
            ..PayoutTerms::plain_rule()
        }))
    }
}
