//! Tracking numbers.

use serde::{Deserialize, Serialize};

use super::carrier_account::Connection;
use super::number_order::OrderRow;
use super::page::{Choice, Stamp};
use crate::carrier_number::Drift;
use crate::id::{CampaignId, NumberId, PublisherId};
use crate::invalid::{FieldErrors, optional_text};
use crate::phone::E164;

/// The list of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberList {
    pub rows: Vec<NumberRow>,
    pub campaigns: Vec<Choice>,
    pub publishers: Vec<Choice>,
    /// Numbers that are being bought, and those that could not be.
    pub orders: Vec<OrderRow>,
    /// Whether there is a carrier account to look numbers up in.
    pub connection: Connection,
    /// The webhook address to enter at the carrier.
    pub voice_url: String,
    pub status_url: String,
    /// What the key of a number follows in the address of its enrichment.
    pub enrich_url: String,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberRow {
    pub id: NumberId,
    pub e164: String,
    pub display: String,
    /// State of the area code; may be empty.
    pub state: String,
    pub label: String,
    pub campaign: Option<CampaignId>,
    /// Empty where no campaign uses the number.
    pub campaign_name: String,
    /// Whose callers dial it.
    pub publisher: Option<PublisherId>,
    /// Empty where the number is nobody's.
    pub publisher_name: String,
    pub calls_today: u32,
    pub last_call: Option<Stamp>,
    pub added: Stamp,
    pub carrier: CarrierState,
    /// What a month of it costs, "$1.15"; empty where nobody knows.
    pub monthly: String,
    /// Ends the address of its enrichment; empty for those who may not change numbers.
    pub enrich_key: String,
}

/// How a number stands at the carrier, as far as it was looked up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CarrierState {
    /// Nobody has looked.
    #[default]
    Unknown,
    Right,
    /// Its calls come here, but not everything is as it should be.
    Drifted,
    /// Its calls do not come here.
    Lost,
    /// The carrier account does not have it.
    Missing,
}

impl CarrierState {
    /// What the differences come to.
    #[must_use]
    pub fn of(drift: &[Drift]) -> Self {
        if drift.contains(&Drift::Missing) {
            Self::Missing
        } else if drift.iter().any(Drift::loses_calls) {
            Self::Lost
        } else if drift.is_empty() {
            Self::Right
        } else {
            Self::Drifted
        }
    }

    /// Whether the carrier account has it.
    #[must_use]
    pub fn is_there(self) -> bool {
        matches!(self, Self::Right | Self::Drifted | Self::Lost)
    }
}

/// What a person types to add a number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NumberForm {
    pub number: String,
    pub label: String,
    /// Campaign id; empty for none yet.
    pub campaign: String,
    /// Publisher id; empty for nobody.
    pub publisher: String,
}

/// A checked number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNumber {
    pub e164: E164,
    pub label: String,
    pub campaign: Option<CampaignId>,
    pub publisher: Option<PublisherId>,
}

impl NumberForm {
    /// Checks all fields.
    ///
    /// # Errors
    /// At `number`, `label`, `campaign` or `publisher`.
    pub fn check(&self) -> Result<NewNumber, FieldErrors> {
        let mut errors = FieldErrors::default();
        let e164 = errors.take(phone("number", &self.number));
        let label = errors.take(optional_text("label", &self.label, 80));
        let campaign = errors.take(optional_campaign("campaign", &self.campaign));
        let publisher = errors.take(optional_publisher("publisher", &self.publisher));
        match (e164, label, campaign, publisher) {
            (Some(e164), Some(label), Some(campaign), Some(publisher)) => Ok(NewNumber {
                e164,
                label: label.unwrap_or_default(),
                campaign,
                publisher,
            }),
            _ => Err(errors),
        }
    }
}

/// A phone number typed into `field`.
///
/// # Errors
/// `invalid_number` with what is missing.
pub fn phone(field: &str, text: &str) -> Result<E164, FieldErrors> {
    text.parse().map_err(|e: crate::phone::ParsePhoneError| {
        FieldErrors::one(field, "invalid_number", &e.to_string())
    })
}

/// A campaign chosen in `field`, or none.
///
/// # Errors
/// `unknown` if it cannot be an id.
pub fn optional_campaign(field: &str, text: &str) -> Result<Option<CampaignId>, FieldErrors> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|_| FieldErrors::one(field, "unknown", "Choose a campaign from the list."))
}

/// A publisher chosen in `field`, or none.
///
/// # Errors
/// `unknown` if it cannot be an id.
pub fn optional_publisher(field: &str, text: &str) -> Result<Option<PublisherId>, FieldErrors> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|_| FieldErrors::one(field, "unknown", "Choose a publisher from the list."))
}
