//! What a call is worth.

use super::money::{Money, money_text};
use super::wire::{limit_text, mirror, only_with};
use domain::api::revenue::RevenueForm;
use domain::invalid::FieldErrors;
use domain::ledger::facts::TimerStart;
use domain::ledger::revenue::{Price, RevenueRule as DomainRule, RevenueTrigger as DomainTrigger};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Seconds of a day.
const DAY_S: u32 = 86_400;

/// When a call is worth something, and how much.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevenueRule {
    trigger: RevenueTrigger,
    /// With `length`.
    #[schema(minimum = 1, maximum = 14_400)]
    #[serde(default)]
    length_s: Option<u32>,
    /// From when the length counts; with `length`.
    #[serde(default)]
    from: Option<CountedFrom>,
    /// How long after a call its conversion may be told; with `conversion`.
    #[schema(minimum = 1, maximum = 365)]
    #[serde(default)]
    within_days: Option<u32>,
    /// Null, with `conversion`, is what the conversion reports.
    #[serde(default)]
    price: Option<Money>,
}

/// What makes a call worth its price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RevenueTrigger {
    /// The target was dialed, whether it answered or not.
    Dial,
    Connect,
    /// Caller and target were connected, and so much time passed.
    Length,
    /// The buyer told a conversion.
    Conversion,
}

mirror! {
    /// From when a length is counted.
    CountedFrom of TimerStart {
        /// The arrival of the call.
        Incoming,
        /// The dialing of the target.
        Dial,
        /// The connection of the two.
        Connect,
    }
}

impl CountedFrom {
    /// The word of a form.
    pub fn code(self) -> &'static str {
        match self {
            Self::Incoming => "incoming",
            Self::Dial => "dial",
            Self::Connect => "connect",
        }
    }
}

impl From<DomainRule> for RevenueRule {
    fn from(rule: DomainRule) -> Self {
        let mut told = Self {
            trigger: RevenueTrigger::Dial,
            length_s: None,
            from: None,
            within_days: None,
            price: match rule.price {
                Price::Fixed(amount) => Some(amount.into()),
                Price::Reported => None,
            },
        };
        told.trigger = match rule.trigger {
            DomainTrigger::Dial => RevenueTrigger::Dial,
            DomainTrigger::Connect => RevenueTrigger::Connect,
            DomainTrigger::Length { from, secs } => {
                (told.from, told.length_s) = (Some(from.into()), Some(secs));
                RevenueTrigger::Length
            }
            DomainTrigger::Conversion { within_s } => {
                told.within_days = Some(within_s.div_ceil(DAY_S));
                RevenueTrigger::Conversion
            }
        };
        told
    }
}

/// A rule as the form has it; none is no rule of its own.
///
/// # Errors
/// `mismatch` at a field that the trigger does not ask for.
pub fn form(rule: Option<RevenueRule>) -> Result<RevenueForm, FieldErrors> {
    let usual = RevenueForm::default();
    let Some(rule) = rule else { return Ok(usual) };
    let of = |trigger| rule.trigger == trigger;
    let (length, conversion) = (of(RevenueTrigger::Length), of(RevenueTrigger::Conversion));
    let mut errors = FieldErrors::default();
    only_with(
        &mut errors,
        "length_s",
        rule.length_s.is_some(),
        length,
        "the trigger length",
    );
    only_with(
        &mut errors,
        "from",
        rule.from.is_some(),
        length,
        "the trigger length",
    );
    let days = rule.within_days.is_some();
    only_with(
        &mut errors,
        "within_days",
        days,
        conversion,
        "the trigger conversion",
    );
    errors.check()?;
    let trigger = match rule.trigger {
        RevenueTrigger::Dial => "dial",
        RevenueTrigger::Connect => "connect",
        RevenueTrigger::Length => "length",
        RevenueTrigger::Conversion => "conversion",
    };
    let pays = match (rule.trigger, &rule.price) {
        (RevenueTrigger::Conversion, None) => "reported",
        _ => "fixed",
    };
    Ok(RevenueForm {
        trigger: trigger.to_owned(),
        length_s: limit_text(rule.length_s),
        from: rule.from.map_or(usual.from, |from| from.code().to_owned()),
        within_days: limit_text(rule.within_days),
        pays: pays.to_owned(),
        price: money_text(rule.price.as_ref()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn back(sent: &Value) -> Value {
        let rule: RevenueRule = serde_json::from_value(sent.clone()).expect("a rule");
        let stored = form(Some(rule)).expect("fits").check().expect("valid");
        serde_json::to_value(RevenueRule::from(stored.expect("a rule"))).expect("a tree")
    }

    #[test]
    fn a_rule_comes_back_as_it_was_sent() {
        let price = json!({ "amount": "25.00", "currency": "USD" });
        for sent in [
            json!({ "trigger": "connect", "length_s": null, "from": null, "within_days": null, "price": price }),
            json!({ "trigger": "length", "length_s": 90, "from": "dial", "within_days": null, "price": price }),
            json!({ "trigger": "conversion", "length_s": null, "from": null, "within_days": 7, "price": null }),
        ] {
            assert_eq!(back(&sent), sent);
        }
        let odd: RevenueRule =
            serde_json::from_value(json!({ "trigger": "dial", "length_s": 9 })).expect("read");
        assert_eq!(form(Some(odd)).expect_err("odd").0[0].field, "length_s");
    }
}
