//! What the carrier charges, as typed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::api::revenue::amount;
use crate::invalid::{FieldErrors, whole};
use crate::ledger::telephony::rate::{DialPrefix, INCREMENT_MAX_S, RATE_MAX, Rate, RateTable};

/// The most prefixes a form shows. A longer table, which only a program can make, is kept as it is.
const PREFIXES_SHOWN: usize = 200;

/// The rates as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatesView {
    pub form: RatesForm,
    /// Whether these are the carrier's list prices and not the account's own.
    pub list_prices: bool,
    /// How many prefixes there are, where they are too many to show.
    pub hidden_prefixes: Option<u32>,
}

/// What a person types about the carrier's prices, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RatesForm {
    pub inbound_local: RateForm,
    pub inbound_toll_free: RateForm,
    pub inbound_sip: RateForm,
    pub outbound_sip: RateForm,
    pub recording: RateForm,
    /// A line without a prefix is none.
    pub outbound: Vec<PrefixForm>,
    /// "yes" where the prefixes are too many for a form, and stay as they are.
    pub keep_outbound: String,
}

/// The price of a leg, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RateForm {
    pub per_minute: String,
    pub first_s: String,
    pub next_s: String,
    pub minimum: String,
}

/// The price of calls to numbers that begin alike, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PrefixForm {
    pub prefix: String,
    pub rate: RateForm,
}

impl Default for RateForm {
    fn default() -> Self {
        Self {
            per_minute: String::new(),
            first_s: "60".to_owned(),
            next_s: "60".to_owned(),
            minimum: "0".to_owned(),
        }
    }
}

impl Default for RatesForm {
    fn default() -> Self {
        Self::of(&RateTable::default())
    }
}

impl RatesForm {
    /// Checks all fields at once. `stored` is what is kept of a table too long for a form.
    ///
    /// # Errors
    /// At `inbound_local.per_minute`, `outbound[n].prefix`, `outbound[n].rate.first_s` and the like.
    pub fn check(&self, stored: &RateTable) -> Result<RateTable, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut rate =
            |name: &str, form: &RateForm| errors.take(form.check().map_err(|e| e.below(name)));
        let named = (
            rate("inbound_local", &self.inbound_local),
            rate("inbound_toll_free", &self.inbound_toll_free),
            rate("inbound_sip", &self.inbound_sip),
            rate("outbound_sip", &self.outbound_sip),
            rate("recording", &self.recording),
        );
        let outbound = if self.keep_outbound.is_empty() {
            errors.take(self.outbound())
        } else {
            Some(stored.outbound.clone())
        };
        match (named, outbound) {
            (
                (
                    Some(inbound_local),
                    Some(inbound_toll_free),
                    Some(inbound_sip),
                    Some(outbound_sip),
                    Some(recording),
                ),
                Some(outbound),
            ) => Ok(RateTable {
                inbound_local,
                inbound_toll_free,
                inbound_sip,
                outbound,
                outbound_sip,
                recording,
            }),
            _ => Err(errors),
        }
    }

    /// The form that shows a table.
    #[must_use]
    pub fn of(table: &RateTable) -> Self {
        let hidden = table.outbound.len() > PREFIXES_SHOWN;
        let shown = table.outbound.iter().filter(|_| !hidden);
        Self {
            inbound_local: RateForm::of(&table.inbound_local),
            inbound_toll_free: RateForm::of(&table.inbound_toll_free),
            inbound_sip: RateForm::of(&table.inbound_sip),
            outbound_sip: RateForm::of(&table.outbound_sip),
            recording: RateForm::of(&table.recording),
            outbound: shown
                .map(|(prefix, rate)| PrefixForm {
                    prefix: prefix.to_string(),
                    rate: RateForm::of(rate),
                })
                .collect(),
            keep_outbound: if hidden { "yes" } else { "" }.to_owned(),
        }
    }

    fn outbound(&self) -> Result<BTreeMap<DialPrefix, Rate>, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut table = BTreeMap::new();
        if self.outbound.len() > PREFIXES_SHOWN {
            let message = format!("Use at most {PREFIXES_SHOWN} prefixes.");
            errors.add("outbound", "too_many", message);
        }
        for (i, line) in self.outbound.iter().take(PREFIXES_SHOWN).enumerate() {
            if line.prefix.trim().is_empty() && line.rate.per_minute.trim().is_empty() {
                continue;
            }
            let Some((prefix, rate)) =
                errors.take(line.check().map_err(|e| e.of_entry("outbound", i)))
            else {
                continue;
            };
            if table.insert(prefix, rate).is_some() {
                let field = format!("outbound[{i}].prefix");
                errors.add(&field, "duplicate", "This prefix has a price already.");
            }
        }
        errors.check()?;
        Ok(table)
    }
}

impl PrefixForm {
    fn check(&self) -> Result<(DialPrefix, Rate), FieldErrors> {
        let mut errors = FieldErrors::default();
        let prefix = self
            .prefix
            .parse::<DialPrefix>()
            .map_err(|e| FieldErrors::one("prefix", "malformed", &e.to_string()));
        let prefix = errors.take(prefix);
        let rate = errors.take(self.rate.check().map_err(|e| e.below("rate")));
        match (prefix, rate) {
            (Some(prefix), Some(rate)) => Ok((prefix, rate)),
            _ => Err(errors),
        }
    }
}

impl RateForm {
    fn check(&self) -> Result<Rate, FieldErrors> {
        let mut errors = FieldErrors::default();
        let per_minute = errors.take(amount("per_minute", &self.per_minute, RATE_MAX));
        let first = errors.take(whole("first_s", &self.first_s, 1, INCREMENT_MAX_S));
        let next = errors.take(whole("next_s", &self.next_s, 1, INCREMENT_MAX_S));
        let minimum = match self.minimum.trim() {
            "" => Some(crate::money::Micros::ZERO),
            text => errors.take(amount("minimum", text, RATE_MAX)),
        };
        match (per_minute, first, next, minimum) {
            (Some(per_minute), Some(first_s), Some(next_s), Some(minimum)) => Ok(Rate {
                per_minute,
                first_s,
                next_s,
                minimum,
            }),
            _ => Err(errors),
        }
    }

    fn of(rate: &Rate) -> Self {
        Self {
            per_minute: rate.per_minute.plain(),
            first_s: rate.first_s.to_string(),
            next_s: rate.next_s.to_string(),
            minimum: rate.minimum.plain(),
        }
    }
}

impl RatesView {
    /// How an account's table is shown; none for the list prices.
    #[must_use]
    pub fn of(own: Option<&RateTable>) -> Self {
        let table = own.cloned().unwrap_or_default();
        let prefixes = table.outbound.len();
        Self {
            form: RatesForm::of(&table),
            list_prices: own.is_none(),
            hidden_prefixes: (prefixes > PREFIXES_SHOWN)
                .then(|| u32::try_from(prefixes).unwrap_or(u32::MAX)),
        }
    }
}
