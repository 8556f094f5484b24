//! Orders for numbers.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::carrier_number::picked;
use super::number::{optional_campaign, optional_publisher};
use super::page::Stamp;
use crate::carrier_number::{BUY_MAX, COUNTRIES, Kind};
use crate::id::{CampaignId, NumberOrderId, PoolId, PublisherId};
use crate::invalid::{FieldErrors, optional_text};
use crate::phone::E164;

/// An order in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRow {
    pub id: NumberOrderId,
    pub display: String,
    pub state: OrderState,
    /// Why it failed, or what it waits for; empty where there is nothing to say.
    pub words: String,
    pub ordered: Stamp,
    pub ordered_by: String,
}

/// How an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    Open,
    Bought,
    Failed,
}

impl OrderState {
    /// What people read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "Being bought",
            Self::Bought => "Bought",
            Self::Failed => "Not bought",
        }
    }
}

/// What a person orders.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NumberOrderForm {
    /// A UUID that the page was given: sent twice it is one order.
    pub request: String,
    /// E.164 each.
    pub numbers: Vec<String>,
    /// What they were found as, for their price.
    pub country: String,
    pub kind: String,
    pub label: String,
    pub campaign: String,
    pub publisher: String,
    /// The pool they are for; then the campaign is the pool's.
    pub pool: String,
}

/// A checked order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberOrderInput {
    pub request: Uuid,
    pub numbers: Vec<E164>,
    pub country: &'static str,
    pub kind: Kind,
    pub label: String,
    pub campaign: Option<CampaignId>,
    pub publisher: Option<PublisherId>,
    pub pool: Option<PoolId>,
}

impl NumberOrderForm {
    /// Checks all fields.
    ///
    /// # Errors
    /// At the field's own name.
    pub fn check(&self) -> Result<NumberOrderInput, FieldErrors> {
        let mut errors = FieldErrors::default();
        let request = errors.take(self.request.parse().map_err(|_| {
            let message = "This order cannot be told from others. Load the page again.";
            FieldErrors::one("request", "malformed", message)
        }));
        let numbers = errors.take(picked("numbers", &self.numbers, BUY_MAX));
        let country = COUNTRIES.iter().find(|(code, _)| *code == self.country);
        let country = country.map_or("US", |(code, _)| *code);
        let kind = Kind::from_code(&self.kind).unwrap_or_default();
        let label = errors.take(optional_text("label", &self.label, 80));
        let campaign = errors.take(optional_campaign("campaign", &self.campaign));
        let publisher = errors.take(optional_publisher("publisher", &self.publisher));
        let pool = errors.take(optional_pool("pool", &self.pool));
        if matches!((&campaign, &pool), (Some(Some(_)), Some(Some(_)))) {
            let message = "Numbers of a pool have the pool’s campaign. Choose one of the two.";
            errors.add("campaign", "of_pool", message);
        }
        match (request, numbers, label, campaign, publisher, pool) {
            (
                Some(request),
                Some(numbers),
                Some(label),
                Some(campaign),
                Some(publisher),
                Some(pool),
            ) if errors.is_empty() => Ok(NumberOrderInput {
                request,
                numbers,
                country,
                kind,
                label: label.unwrap_or_default(),
                campaign,
                publisher,
                pool,
            }),
            _ => Err(errors),
        }
    }
}

fn optional_pool(field: &str, text: &str) -> Result<Option<PoolId>, FieldErrors> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|_| FieldErrors::one(field, "unknown", "Choose a pool from the list."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_checked_at_every_field() {
        let form = NumberOrderForm {
            request: "1".to_owned(),
            label: "x".repeat(81),
            campaign: "x".to_owned(),
            publisher: "x".to_owned(),
            pool: "x".to_owned(),
            ..NumberOrderForm::default()
        };
        let errors = form.check().unwrap_err();
        for field in [
            "request",
            "numbers",
            "label",
            "campaign",
            "publisher",
            "pool",
        ] {
            assert!(errors.message(field).is_some(), "{field}");
        }
        let good = NumberOrderForm {
            request: Uuid::from_u128(7).to_string(),
            numbers: vec!["+12145550100".to_owned(); 2],
            ..NumberOrderForm::default()
        };
        let order = good.check().unwrap();
        assert_eq!(
            (order.numbers.len(), order.country, order.kind),
            (1, "US", Kind::Local)
        );
        let both = NumberOrderForm {
            campaign: Uuid::from_u128(7).to_string(),
            pool: "1".to_owned(),
            ..good.clone()
        };
        assert!(both.check().unwrap_err().message("campaign").is_some());
        let too_many = NumberOrderForm {
            numbers: (0..=BUY_MAX).map(|n| format!("+1214555{n:04}")).collect(),
            ..good
        };
        assert!(too_many.check().unwrap_err().message("numbers").is_some());
    }
}
