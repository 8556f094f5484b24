//! A payout rule as typed.

use serde::{Deserialize, Serialize};

use crate::api::filter::FilterForm;
use crate::api::target::DayForm;
use crate::api::target::caps::{calls, calls_text, dollars, dollars_text};
use crate::api::target::hours::{hours, hours_text, working_week};
use crate::id::PayoutRuleId;
use crate::invalid::{FieldErrors, name, whole};
use crate::ledger::payout::words::percent;
use crate::ledger::payout::{PayoutAmount, PayoutRule, PayoutTimer, PayoutTrigger, WHOLE_BP};
use crate::ledger::revenue::LENGTH_MAX_S;
use crate::money::Micros;
use crate::tag::filter::Filter;
use crate::tag::list::BulkLists;
use crate::target::zone;

/// A payout rule as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PayoutRuleForm {
    /// Empty for a new rule.
    pub id: String,
    pub name: String,
    /// "incoming", "connect", "converted" or "length".
    pub trigger: String,
    /// Looked at only with "length".
    pub length_s: String,
    /// From when the length is counted: "incoming", "dial" or "connect".
    pub from: String,
    /// "fixed" or "share".
    pub pays: String,
    /// What a fixed rule pays.
    pub amount: String,
    /// Percent of the revenue.
    pub share: String,
    /// At least and at most of a share; empty for no bound.
    pub min: String,
    pub max: String,
    pub filter: FilterForm,
    pub zone: String,
    /// "always" or "weekly".
    pub hours: String,
    /// From Monday; looked at only with weekly hours.
    pub days: Vec<DayForm>,
    pub cap_hourly: String,
    pub cap_daily: String,
    pub cap_monthly: String,
    pub cap_total: String,
    pub dollars_hourly: String,
    pub dollars_daily: String,
    pub dollars_monthly: String,
    pub dollars_total: String,
}

impl Default for PayoutRuleForm {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            trigger: "length".to_owned(),
            length_s: "90".to_owned(),
            from: "connect".to_owned(),
            pays: "fixed".to_owned(),
            amount: String::new(),
            share: String::new(),
            min: String::new(),
            max: String::new(),
            filter: FilterForm::default(),
            zone: "America/New_York".to_owned(),
            hours: "always".to_owned(),
            days: working_week(),
            cap_hourly: String::new(),
            cap_daily: String::new(),
            cap_monthly: String::new(),
            cap_total: String::new(),
            dollars_hourly: String::new(),
            dollars_daily: String::new(),
            dollars_monthly: String::new(),
            dollars_total: String::new(),
        }
    }
}

impl PayoutRuleForm {
    /// Whether it is the empty line at the end of a form: no name and no pay, and never stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let typed = [&self.id, &self.name, &self.amount, &self.share];
        typed.iter().all(|text| text.trim().is_empty())
    }

    /// The form that shows a stored rule.
    #[must_use]
    pub fn of(rule: &PayoutRule) -> Self {
        let (hours, days) = hours_text(&rule.hours);
        let [_, cap_hourly, cap_daily, cap_monthly, cap_total] = calls_text(&rule.caps);
        let [
            dollars_hourly,
            dollars_daily,
            dollars_monthly,
            dollars_total,
        ] = dollars_text(&rule.dollars);
        let mut form = Self {
            id: rule.id.to_string(),
            name: rule.name.clone(),
            filter: FilterForm::of(&rule.filter),
            zone: rule.zone.clone(),
            hours,
            days,
            cap_hourly,
            cap_daily,
            cap_monthly,
            cap_total,
            dollars_hourly,
            dollars_daily,
            dollars_monthly,
            dollars_total,
            ..Self::default()
        };
        form.trigger = match rule.trigger {
            PayoutTrigger::Incoming => "incoming",
            PayoutTrigger::Connect => "connect",
            PayoutTrigger::Converted => "converted",
            PayoutTrigger::Length { from, secs } => {
                form.length_s = secs.to_string();
                form.from = timer_code(from).to_owned();
                "length"
            }
        }
        .to_owned();
        match rule.amount {
            PayoutAmount::Fixed(amount) => form.amount = amount.plain(),
            PayoutAmount::Share {
                basis_points,
                min,
                max,
            } => {
                form.pays = "share".to_owned();
                form.share = percent(basis_points);
                form.min = min.map(Micros::plain).unwrap_or_default();
                form.max = max.map(Micros::plain).unwrap_or_default();
            }
        }
        form
    }

    /// The rule, and the id it had.
    pub(super) fn check(
        &self,
        field: &str,
        lists: Option<&BulkLists>,
    ) -> Result<(Option<PayoutRuleId>, PayoutRule), FieldErrors> {
        let mut errors = FieldErrors::default();
        let rule = errors.take(self.rule().map_err(|e| e.below(field)));
        let filter = errors.take(self.filter.check(&format!("{field}.filter"), lists));
        match (rule, filter) {
            (Some(rule), Some(filter)) => Ok((self.id.parse().ok(), PayoutRule { filter, ..rule })),
            _ => Err(errors),
        }
    }

    /// What it says now, for the page; none while it is not finished.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        let mut errors = FieldErrors::default();
        let (trigger, amount) = (errors.take(self.trigger()), errors.take(self.amount()));
        Some(format!("{} {}", amount?.clause(), trigger?.clause()))
    }

    /// The rule but for its filter.
    pub(in crate::api) fn rule(&self) -> Result<PayoutRule, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take(name("name", &self.name));
        let trigger = errors.take(self.trigger());
        let amount = errors.take(self.amount());
        let zone = errors.take(zone("zone", &self.zone));
        let hours = errors.take(hours(&self.hours, &self.days));
        let caps = errors.take(calls([
            "",
            &self.cap_hourly,
            &self.cap_daily,
            &self.cap_monthly,
            &self.cap_total,
        ]));
        let dollars = errors.take(dollars([
            &self.dollars_hourly,
            &self.dollars_daily,
            &self.dollars_monthly,
            &self.dollars_total,
        ]));
        let (
            Some(name),
            Some(trigger),
            Some(amount),
            Some(zone),
            Some(hours),
            Some(caps),
            Some(dollars),
        ) = (name, trigger, amount, zone, hours, caps, dollars)
        else {
            return Err(errors);
        };
        let rule = PayoutRule {
            id: PayoutRuleId(0),
            name,
            trigger,
            amount,
            filter: Filter::default(),
            zone,
            hours,
            caps,
            dollars,
        };
        rule.check()?;
        Ok(rule)
    }

    fn trigger(&self) -> Result<PayoutTrigger, FieldErrors> {
        match self.trigger.as_str() {
            "incoming" => Ok(PayoutTrigger::Incoming),
            "connect" => Ok(PayoutTrigger::Connect),
            "converted" => Ok(PayoutTrigger::Converted),
            "length" => {
                let mut errors = FieldErrors::default();
                let secs = errors.take(whole("length_s", &self.length_s, 1, LENGTH_MAX_S));
                let from = errors.take(timer(&self.from));
                match (from, secs) {
                    (Some(from), Some(secs)) => Ok(PayoutTrigger::Length { from, secs }),
                    _ => Err(errors),
                }
            }
            _ => Err(FieldErrors::one(
                "trigger",
                "unknown",
                "Choose when a call is paid.",
            )),
        }
    }

    fn amount(&self) -> Result<PayoutAmount, FieldErrors> {
        match self.pays.as_str() {
            "fixed" => money("amount", &self.amount)?
                .map(PayoutAmount::Fixed)
                .ok_or_else(|| {
                    FieldErrors::one("amount", "required", "Enter what a call is paid.")
                }),
            "share" => {
                let mut errors = FieldErrors::default();
                let share = errors.take(basis_points("share", &self.share));
                let min = errors.take(money("min", &self.min));
                let max = errors.take(money("max", &self.max));
                if let (Some(Some(min)), Some(Some(max))) = (min, max)
                    && max < min
                {
                    let message = format!("Enter at least the {min} that are paid in any case.");
                    errors.add("max", "out_of_range", message);
                }
                match (share, min, max) {
                    (Some(basis_points), Some(min), Some(max)) if errors.is_empty() => {
                        Ok(PayoutAmount::Share {
                            basis_points,
                            min,
                            max,
                        })
                    }
                    _ => Err(errors),
                }
            }
            _ => Err(FieldErrors::one(
                "pays",
                "unknown",
                "Choose a fixed amount or a share.",
            )),
        }
    }
}

fn timer(code: &str) -> Result<PayoutTimer, FieldErrors> {
    match code {
        "incoming" => Ok(PayoutTimer::Incoming),
        "dial" => Ok(PayoutTimer::Dial),
        "connect" => Ok(PayoutTimer::Connect),
        _ => Err(FieldErrors::one(
            "from",
            "unknown",
            "Choose from when the length is counted.",
        )),
    }
}

fn timer_code(timer: PayoutTimer) -> &'static str {
    match timer {
        PayoutTimer::Incoming => "incoming",
        PayoutTimer::Dial => "dial",
        PayoutTimer::Connect => "connect",
    }
}

/// An amount; none where the field is empty. Its bounds are the rule's to check.
fn money(field: &str, text: &str) -> Result<Option<Micros>, FieldErrors> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let amount = Micros::parse(text);
    amount
        .map(Some)
        .map_err(|e| FieldErrors::one(field, "malformed", &e.to_string()))
}

/// A percentage with at most two digits after the point, in hundredths of a percent.
fn basis_points(field: &str, text: &str) -> Result<u32, FieldErrors> {
    const FITS: &str = "Enter a share from 0 to 100 %, with at most two digits after the point.";
    let text = text.trim();
    let text = text.strip_suffix('%').unwrap_or(text).trim();
    if text.is_empty() {
        let message = "Enter which part of the revenue is paid.";
        return Err(FieldErrors::one(field, "required", message));
    }
    // An amount of money is a decimal as well: a percent is worth a unit, its hundredths cents.
    let bad = |code| FieldErrors::one(field, code, FITS);
    let Micros(micros) = Micros::parse(text).map_err(|_| bad("malformed"))?;
    let points = u32::try_from(micros / 10_000).map_err(|_| bad("out_of_range"))?;
    if micros % 10_000 != 0 {
        return Err(bad("malformed"));
    }
    if points > WHOLE_BP {
        return Err(bad("out_of_range"));
    }
    Ok(points)
}
