//! A payout rule.

use crate::rest::filter::{self, FilterRule, rules};
use crate::rest::hours::Hours;
use crate::rest::money::{Money, money_text};
use crate::rest::revenue::CountedFrom;
use crate::rest::wire::{limit_text, only_with};
use domain::api::publisher::PayoutRuleForm;
use domain::invalid::FieldErrors;
use domain::ledger::payout::words::percent;
use domain::ledger::payout::{
    PayoutAmount, PayoutRule as DomainRule, PayoutTimer, PayoutTrigger as DomainTrigger,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// When a publisher is paid for a call, and how much.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayoutRule {
    /// Absent or null for a new rule; so is an id that no rule of the list has.
    #[serde(default)]
    id: Option<i64>,
    /// At most 80 characters.
    #[schema(example = "Texas, 90 seconds", min_length = 1, max_length = 80)]
    name: String,
    trigger: PayoutTrigger,
    /// With `length`.
    #[schema(minimum = 1, maximum = 14_400)]
    #[serde(default)]
    length_s: Option<u32>,
    /// From when the length counts; with `length`.
    #[serde(default)]
    from: Option<CountedFrom>,
    /// What a call is paid; null if a share is.
    #[serde(default)]
    amount: Option<Money>,
    /// The part of a call's revenue that is paid; null if an amount is.
    #[serde(default)]
    share: Option<Share>,
    /// Which calls it is for; none are all.
    #[serde(default)]
    filter: Vec<FilterRule>,
    /// IANA zone of its hours and caps.
    #[schema(example = "America/New_York")]
    #[serde(default)]
    zone: Option<String>,
    /// When a call must arrive; null is at any time.
    #[serde(default)]
    hours: Option<Hours>,
    /// Calls it pays at most.
    #[serde(default)]
    caps: PayoutCaps,
    /// Money it pays at most.
    #[serde(default)]
    money_caps: PayoutMoneyCaps,
}

/// What makes a call paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PayoutTrigger {
    /// It came in.
    Incoming,
    /// Caller and a target were connected.
    Connect,
    /// It met a revenue rule, whatever that was worth.
    Converted,
    /// So many seconds passed.
    Length,
}

/// A part of the revenue.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Percent, with at most two digits behind a point.
    #[schema(example = "80")]
    percent: String,
    /// Paid even if the share is less.
    #[serde(default)]
    min: Option<Money>,
    #[serde(default)]
    max: Option<Money>,
}

/// How many calls a rule pays at most; null is without limit.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PayoutCaps {
    hourly: Option<u32>,
    daily: Option<u32>,
    monthly: Option<u32>,
    total: Option<u32>,
}

/// How much a rule pays at most; null is without limit.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PayoutMoneyCaps {
    hourly: Option<Money>,
    daily: Option<Money>,
    monthly: Option<Money>,
    total: Option<Money>,
}

impl From<&DomainRule> for PayoutRule {
    fn from(rule: &DomainRule) -> Self {
        let (trigger, from, length_s) = match rule.trigger {
            DomainTrigger::Incoming => (PayoutTrigger::Incoming, None, None),
            DomainTrigger::Connect => (PayoutTrigger::Connect, None, None),
            DomainTrigger::Converted => (PayoutTrigger::Converted, None, None),
            DomainTrigger::Length { from, secs } => {
                (PayoutTrigger::Length, Some(counted_from(from)), Some(secs))
            }
        };
        let (amount, share) = match rule.amount {
            PayoutAmount::Fixed(amount) => (Some(amount.into()), None),
            PayoutAmount::Share {
                basis_points,
                min,
                max,
            } => {
                let share = Share {
                    percent: percent(basis_points),
                    min: min.map(Money::from),
                    max: max.map(Money::from),
                };
                (None, Some(share))
            }
        };
        let (calls, dollars) = (rule.caps, rule.dollars);
        Self {
            id: Some(rule.id.0),
            name: rule.name.clone(),
            trigger,
            length_s,
            from,
            amount,
            share,
            filter: rules(&rule.filter),
            zone: Some(rule.zone.clone()),
            hours: Some(rule.hours.clone().into()),
            caps: PayoutCaps {
                hourly: calls.hourly,
                daily: calls.daily,
                monthly: calls.monthly,
                total: calls.total,
            },
            money_caps: PayoutMoneyCaps {
                hourly: dollars.hourly.map(Money::from),
                daily: dollars.daily.map(Money::from),
                monthly: dollars.monthly.map(Money::from),
                total: dollars.total.map(Money::from),
            },
        }
    }
}

fn counted_from(timer: PayoutTimer) -> CountedFrom {
    match timer {
        PayoutTimer::Incoming => CountedFrom::Incoming,
        PayoutTimer::Dial => CountedFrom::Dial,
        PayoutTimer::Connect => CountedFrom::Connect,
    }
}

impl PayoutRule {
    /// The rule as the form has it.
    ///
    /// # Errors
    /// `mismatch` at what contradicts something else; `required` at a name, without which a rule would
    /// be none.
    pub fn form(self) -> Result<PayoutRuleForm, FieldErrors> {
        let mut errors = FieldErrors::default();
        let length = self.trigger == PayoutTrigger::Length;
        for (field, given) in [
            ("length_s", self.length_s.is_some()),
            ("from", self.from.is_some()),
        ] {
            only_with(&mut errors, field, given, length, "the trigger length");
        }
        if self.name.trim().is_empty() {
            errors.add("name", "required", "Enter a name.");
        }
        if self.amount.is_some() && self.share.is_some() {
            errors.add("share", "mismatch", "Pay an amount or a share, not both.");
        }
        errors.check()?;
        let mut form = PayoutRuleForm {
            id: self.id.map(|id| id.to_string()).unwrap_or_default(),
            name: self.name,
            length_s: limit_text(self.length_s),
            amount: money_text(self.amount.as_ref()),
            filter: filter::form(self.filter),
            cap_hourly: limit_text(self.caps.hourly),
            cap_daily: limit_text(self.caps.daily),
            cap_monthly: limit_text(self.caps.monthly),
            cap_total: limit_text(self.caps.total),
            dollars_hourly: money_text(self.money_caps.hourly.as_ref()),
            dollars_daily: money_text(self.money_caps.daily.as_ref()),
            dollars_monthly: money_text(self.money_caps.monthly.as_ref()),
            dollars_total: money_text(self.money_caps.total.as_ref()),
            ..PayoutRuleForm::default()
        };
        match self.trigger {
            PayoutTrigger::Incoming => "incoming",
            PayoutTrigger::Connect => "connect",
            PayoutTrigger::Converted => "converted",
            PayoutTrigger::Length => "length",
        }
        .clone_into(&mut form.trigger);
        if let Some(from) = self.from {
            from.code().clone_into(&mut form.from);
        }
        if let Some(share) = self.share {
            "share".clone_into(&mut form.pays);
            form.share = share.percent;
            form.min = money_text(share.min.as_ref());
            form.max = money_text(share.max.as_ref());
        }
        form.zone = self.zone.unwrap_or(form.zone);
        if let Some(hours) = self.hours {
            hours.onto(&mut form.hours, &mut form.days);
        }
        Ok(form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::api::publisher::PayoutForm;
    use serde_json::{Value, json};

    fn back(sent: &Value) -> Value {
        let rule: PayoutRule = serde_json::from_value(sent.clone()).expect("a rule");
        let form = PayoutForm {
            campaign: String::new(),
            rules: vec![rule.form().expect("fits")],
        };
        let input = form.check(None).expect("valid");
        let (id, stored) = &input.rules[0];
        let told = PayoutRule::from(&DomainRule {
            id: id.expect("kept"),
            ..stored.clone()
        });
        serde_json::to_value(told).expect("a tree")
    }

    #[test]
    fn a_rule_comes_back_as_it_was_sent() {
        let money = |amount: &str| json!({ "amount": amount, "currency": "USD" });
        let mut sent = json!({
            "id": 3, "name": "Texas", "trigger": "length", "length_s": 90, "from": "connect",
            "amount": money("25.00"), "share": null,
            "filter": [{ "group": 1, "tag": "geo:state", "op": "is", "value": "TX", "list_id": null }],
            "zone": "America/Chicago", "hours": { "kind": "always", "week": null },
            "caps": { "hourly": null, "daily": 10, "monthly": null, "total": null },
            "money_caps": { "hourly": null, "daily": null, "monthly": money("500.00"), "total": null },
        });
        assert_eq!(back(&sent), sent);
        sent["amount"] = Value::Null;
        sent["share"] = json!({ "percent": "80", "min": money("5.00"), "max": null });
        sent["trigger"] = json!("converted");
        sent["length_s"] = Value::Null;
        sent["from"] = Value::Null;
        assert_eq!(back(&sent), sent);
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let fields = |rule: Value| -> Vec<String> {
            let rule: PayoutRule = serde_json::from_value(rule).expect("read");
            let errors = rule.form().expect_err("odd");
            errors.0.into_iter().map(|e| e.field).collect()
        };
        let odd = json!({ "name": " ", "trigger": "connect", "length_s": 5 });
        assert_eq!(fields(odd), ["length_s", "name"]);
        let both = json!({ "name": "x", "trigger": "connect", "amount": { "amount": "1" }, "share": { "percent": "5" } });
        assert_eq!(fields(both), ["share"]);
    }
}
