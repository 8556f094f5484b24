//! A revenue rule as typed, and as it is read.

use serde::{Deserialize, Serialize};

use crate::invalid::{FieldErrors, whole};
use crate::ledger::facts::TimerStart;
use crate::ledger::revenue::{LENGTH_MAX_S, PRICE_MAX, Price, RevenueRule, RevenueTrigger};
use crate::money::{Micros, grouped};
use crate::time::length_text;

/// Seconds of a day.
const DAY_S: u32 = 86_400;
/// The longest time a conversion may take, in days.
pub const WITHIN_MAX_DAYS: u32 = 365;
/// The length a rule starts with, in seconds.
pub const LENGTH_DEFAULT_S: &str = "60";

/// What a person types about what a call is worth, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RevenueForm {
    /// "dial", "connect", "length" or "conversion"; empty for no rule of its own.
    pub trigger: String,
    /// Looked at only with "length".
    pub length_s: String,
    /// "incoming", "dial" or "connect".
    pub from: String,
    /// Looked at only with "conversion".
    pub within_days: String,
    /// "fixed" or "reported"; looked at only with "conversion".
    pub pays: String,
    pub price: String,
}

impl Default for RevenueForm {
    fn default() -> Self {
        Self {
            trigger: String::new(),
            length_s: LENGTH_DEFAULT_S.to_owned(),
            from: "connect".to_owned(),
            within_days: "30".to_owned(),
            pays: "fixed".to_owned(),
            price: String::new(),
        }
    }
}

impl RevenueForm {
    /// Checks the fields that the trigger asks for; none where there is no rule.
    ///
    /// # Errors
    /// At `trigger`, `length_s`, `from`, `within_days`, `pays` or `price`.
    pub fn check(&self) -> Result<Option<RevenueRule>, FieldErrors> {
        let mut errors = FieldErrors::default();
        let trigger = match self.trigger.as_str() {
            "" => return Ok(None),
            "dial" => Some(RevenueTrigger::Dial),
            "connect" => Some(RevenueTrigger::Connect),
            "length" => errors.take(self.length()),
            "conversion" => {
                let days = whole("within_days", &self.within_days, 1, WITHIN_MAX_DAYS);
                errors.take(days).map(|days| RevenueTrigger::Conversion {
                    within_s: days * DAY_S,
                })
            }
            _ => {
                errors.add("trigger", "unknown", "Choose when a call is paid.");
                None
            }
        };
        let price = match (self.trigger.as_str(), self.pays.as_str()) {
            ("conversion", "reported") => Some(Price::Reported),
            ("conversion", pays) if pays != "fixed" => {
                errors.add("pays", "unknown", "Choose what a conversion pays.");
                None
            }
            _ => errors
                .take(amount("price", &self.price, PRICE_MAX))
                .map(Price::Fixed),
        };
        match (trigger, price) {
            (Some(trigger), Some(price)) => {
                let rule = RevenueRule { trigger, price };
                rule.check()?;
                Ok(Some(rule))
            }
            _ => Err(errors),
        }
    }

    /// The form that shows a stored rule, or none.
    #[must_use]
    pub fn of(rule: Option<&RevenueRule>) -> Self {
        let mut form = Self::default();
        let Some(rule) = rule else { return form };
        match rule.price {
            Price::Fixed(price) => form.price = price.plain(),
            Price::Reported => form.pays = "reported".to_owned(),
        }
        let trigger = match rule.trigger {
            RevenueTrigger::Dial => "dial",
            RevenueTrigger::Connect => "connect",
            RevenueTrigger::Length { from, secs } => {
                form.length_s = secs.to_string();
                form.from = start_code(from).to_owned();
                "length"
            }
            // A part of a day, which only a program can ask for, shows as the whole of it.
            RevenueTrigger::Conversion { within_s } => {
                form.within_days = within_s.div_ceil(DAY_S).to_string();
                "conversion"
            }
        };
        trigger.clone_into(&mut form.trigger);
        form
    }

    fn length(&self) -> Result<RevenueTrigger, FieldErrors> {
        let mut errors = FieldErrors::default();
        let secs = errors.take(whole("length_s", &self.length_s, 1, LENGTH_MAX_S));
        let from = match self.from.as_str() {
            "incoming" => Some(TimerStart::Incoming),
            "dial" => Some(TimerStart::Dial),
            "connect" => Some(TimerStart::Connect),
            _ => {
                errors.add("from", "unknown", "Choose from when the length counts.");
                None
            }
        };
        match (secs, from) {
            (Some(secs), Some(from)) => Ok(RevenueTrigger::Length { from, secs }),
            _ => Err(errors),
        }
    }
}

impl RevenueRule {
    /// What a call is worth: "$25.00", or "As told".
    #[must_use]
    pub fn price_words(&self) -> String {
        match self.price {
            Price::Fixed(amount) => amount.to_string(),
            Price::Reported => "As told".to_owned(),
        }
    }

    /// When it is: "after 1:00", "when connected".
    #[must_use]
    pub fn trigger_words(&self) -> String {
        match self.trigger {
            RevenueTrigger::Dial => "when dialed".to_owned(),
            RevenueTrigger::Connect => "when connected".to_owned(),
            RevenueTrigger::Length { from, secs } => {
                let length = length_text(secs);
                match from {
                    TimerStart::Connect => format!("after {length}"),
                    TimerStart::Dial => format!("{length} from dialing"),
                    TimerStart::Incoming => format!("{length} from arrival"),
                }
            }
            RevenueTrigger::Conversion { .. } => "per conversion".to_owned(),
        }
    }

    /// Both: "$25.00 after 1:00".
    #[must_use]
    pub fn words(&self) -> String {
        let conversion = match self.trigger {
            RevenueTrigger::Conversion { within_s } => match within_s.div_ceil(DAY_S) {
                1 => " within a day".to_owned(),
                days => format!(" within {} days", grouped(days.into())),
            },
            _ => String::new(),
        };
        format!(
            "{} {}{conversion}",
            self.price_words(),
            self.trigger_words()
        )
    }
}

fn start_code(from: TimerStart) -> &'static str {
    match from {
        TimerStart::Incoming => "incoming",
        TimerStart::Dial => "dial",
        TimerStart::Connect => "connect",
    }
}

/// An amount of money typed into `field`, from nothing up to `max`.
///
/// # Errors
/// `required`, `malformed` or `out_of_range` at `field`.
pub fn amount(field: &str, text: &str, max: Micros) -> Result<Micros, FieldErrors> {
    if text.trim().is_empty() {
        return Err(FieldErrors::one(field, "required", "Enter an amount."));
    }
    let fits = || format!("Enter an amount from $0.00 to {max}.");
    match Micros::parse(text) {
        Ok(amount) if (Micros::ZERO..=max).contains(&amount) => Ok(amount),
        Ok(_) => Err(FieldErrors::one(field, "out_of_range", &fits())),
        Err(error) => Err(FieldErrors::one(field, "malformed", &error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(trigger: &str, price: &str) -> RevenueForm {
        RevenueForm {
            trigger: trigger.into(),
            price: price.into(),
            ..RevenueForm::default()
        }
    }

    #[test]
    fn every_rule_round_trips_and_is_read_in_words() {
        let cases = [
            (typed("dial", "1,250"), "$1,250.00 when dialed"),
            (typed("connect", "25"), "$25.00 when connected"),
            (typed("length", "25.50"), "$25.50 after 1:00"),
            (
                RevenueForm {
                    from: "incoming".into(),
                    length_s: "90".into(),
                    ..typed("length", "$40")
                },
                "$40.00 1:30 from arrival",
            ),
            (
                RevenueForm {
                    from: "dial".into(),
                    ..typed("length", "40")
                },
                "$40.00 1:00 from dialing",
            ),
            (
                typed("conversion", "80"),
                "$80.00 per conversion within 30 days",
            ),
            (
                RevenueForm {
                    pays: "reported".into(),
                    within_days: "1".into(),
                    ..typed("conversion", "")
                },
                "As told per conversion within a day",
            ),
        ];
        for (form, words) in cases {
            let rule = form.check().expect(words).expect("a rule");
            assert_eq!(rule.words(), words);
            assert_eq!(
                RevenueForm::of(Some(&rule)).check(),
                Ok(Some(rule)),
                "{words}"
            );
        }
        assert_eq!(RevenueForm::of(None).check(), Ok(None));
    }

    #[test]
    fn only_the_fields_that_the_trigger_asks_for_are_looked_at() {
        let form = RevenueForm {
            length_s: "soon".into(),
            from: "never".into(),
            within_days: "0".into(),
            pays: "nothing".into(),
            ..typed("connect", "25")
        };
        assert!(form.check().is_ok());
        let fields = |form: RevenueForm| -> Vec<String> {
            let errors = form.check().expect_err("invalid");
            errors.0.into_iter().map(|e| e.field).collect()
        };
        let length = RevenueForm {
            trigger: "length".into(),
            price: String::new(),
            ..form.clone()
        };
        assert_eq!(fields(length), ["length_s", "from", "price"]);
        let conversion = RevenueForm {
            trigger: "conversion".into(),
            ..form
        };
        assert_eq!(fields(conversion), ["within_days", "pays"]);
        assert_eq!(fields(typed("sometimes", "1")), ["trigger"]);
    }

    #[test]
    fn amounts_that_do_not_fit_are_refused_with_what_does() {
        let told = |price: &str| {
            let errors = typed("connect", price).check().expect_err(price);
            errors.message("price").expect("at the price")
        };
        assert_eq!(told(" "), "Enter an amount.");
        assert_eq!(told("-1"), "Enter an amount from $0.00 to $100,000.00.");
        assert_eq!(
            told("100000.01"),
            "Enter an amount from $0.00 to $100,000.00."
        );
        assert_eq!(told("a lot"), "Enter an amount like 25 or 25.50.");
    }
}
