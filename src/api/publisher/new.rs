//! A new publisher, as typed: its name, what any of its calls pays, and the number it sends callers to.
//! Further rules and numbers follow on its own page.

use serde::{Deserialize, Serialize};

use super::{PayoutRuleForm, PublisherForm, PublisherInput};
use crate::id::NumberId;
use crate::invalid::FieldErrors;
use crate::ledger::payout::PayoutRule;

/// What a person types about a new publisher, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewPublisherForm {
    pub name: String,
    pub sub_id: String,
    /// What a call pays; empty for no payout rule yet.
    pub amount: String,
    /// As in a payout rule; looked at only with an amount.
    pub trigger: String,
    pub length_s: String,
    /// The id of a number that is nobody's; empty for none yet.
    pub number: String,
}

/// A checked new publisher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPublisher {
    pub input: PublisherInput,
    pub rule: Option<PayoutRule>,
    pub number: Option<NumberId>,
}

impl Default for NewPublisherForm {
    fn default() -> Self {
        let rule = PayoutRuleForm::default();
        Self {
            name: String::new(),
            sub_id: String::new(),
            amount: String::new(),
            trigger: rule.trigger,
            length_s: rule.length_s,
            number: String::new(),
        }
    }
}

impl From<PublisherForm> for NewPublisherForm {
    fn from(PublisherForm { name, sub_id }: PublisherForm) -> Self {
        Self {
            name,
            sub_id,
            ..Self::default()
        }
    }
}

impl NewPublisherForm {
    /// Checks all fields at once.
    ///
    /// # Errors
    /// At `name`, `sub_id`, `amount`, `trigger`, `length_s` or `number`.
    pub fn check(&self) -> Result<NewPublisher, FieldErrors> {
        let mut errors = FieldErrors::default();
        let settings = PublisherForm {
            name: self.name.clone(),
            sub_id: self.sub_id.clone(),
        };
        let input = errors.take(settings.check());
        let rule = errors.take(self.rule());
        let number = errors.take(match self.number.trim() {
            "" => Ok(None),
            id => id.parse().map(Some).map_err(|_| no_number()),
        });
        match (input, rule, number) {
            (Some(input), Some(rule), Some(number)) => Ok(NewPublisher {
                input,
                rule,
                number,
            }),
            _ => Err(errors),
        }
    }

    fn rule(&self) -> Result<Option<PayoutRule>, FieldErrors> {
        if self.amount.trim().is_empty() {
            return Ok(None);
        }
        let rule = PayoutRuleForm {
            name: "Any call".to_owned(),
            amount: self.amount.clone(),
            trigger: self.trigger.clone(),
            length_s: self.length_s.clone(),
            ..PayoutRuleForm::default()
        };
        rule.rule().map(Some)
    }
}

/// What is said of a number that is not there, or that is another publisher's by now.
#[must_use]
pub fn no_number() -> FieldErrors {
    let message = "This number is not free. Choose one from the list.";
    FieldErrors::one("number", "unknown", message)
}
