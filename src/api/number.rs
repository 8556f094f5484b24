//! Tracking numbers.

use serde::{Deserialize, Serialize};

use super::page::{Choice, Stamp};
use crate::id::{CampaignId, NumberId};
use crate::invalid::{FieldErrors, optional_text};
use crate::phone::E164;

/// The list of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberList {
    pub rows: Vec<NumberRow>,
    pub campaigns: Vec<Choice>,
    /// The webhook address to enter at the carrier.
    pub voice_url: String,
    pub status_url: String,
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
    pub calls_today: u32,
    pub last_call: Option<Stamp>,
    pub added: Stamp,
}

/// What a person types to add a number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NumberForm {
    pub number: String,
    pub label: String,
    /// Campaign id; empty for none yet.
    pub campaign: String,
}

/// A checked number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNumber {
    pub e164: E164,
    pub label: String,
    pub campaign: Option<CampaignId>,
}

impl NumberForm {
    /// Checks all fields.
    ///
    /// # Errors
    /// At `number`, `label` or `campaign`.
    pub fn check(&self) -> Result<NewNumber, FieldErrors> {
        let mut errors = FieldErrors::default();
        let e164 = errors.take(phone("number", &self.number));
        let label = errors.take(optional_text("label", &self.label, 80));
        let campaign = errors.take(optional_campaign("campaign", &self.campaign));
        match (e164, label, campaign) {
            (Some(e164), Some(label), Some(campaign)) => Ok(NewNumber {
                e164,
                label: label.unwrap_or_default(),
                campaign,
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
