//! Campaigns: list and settings.

mod duplicates;
mod new;

use serde::{Deserialize, Serialize};

use super::number::NumberRow;
use super::page::{Activity, Choice, Stamp};
use super::revenue::RevenueForm;
use crate::campaign::{DEFAULT_GREETING, DEFAULT_MESSAGE, Fallback, RecordingMode, VERTICALS};
use crate::id::CampaignId;
use crate::invalid::{FieldErrors, name, optional_text};
use crate::retention::{Keep, own_keep};

pub use super::plan::{PlanForm, PlanInput, PlanView, RouteForm, RouteInput, RouteRow};
pub use duplicates::DuplicatesForm;
pub use new::{NewCampaign, NewCampaignForm};

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignRow {
    pub id: CampaignId,
    pub name: String,
    pub vertical: String,
    pub activity: Activity,
    pub numbers: u32,
    /// Routes that could take a call now, of all routes.
    pub open_routes: u32,
    pub routes: u32,
    pub live: u32,
    pub incoming_today: u32,
    pub connected_today: u32,
}

/// A campaign's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignDetail {
    pub row: CampaignRow,
    pub created: Stamp,
    pub settings: CampaignForm,
    /// "Voicemail", "Forward to (214) 555-0187".
    pub fallback_words: String,
    pub numbers: Vec<NumberRow>,
    /// Numbers of the account without a campaign.
    pub free_numbers: Vec<Choice>,
    pub duplicates: DuplicatesForm,
    /// What the account asks of callers' numbers where the campaign says nothing.
    pub account_attestation: String,
    /// What a call is worth on a route that says nothing of its own.
    pub revenue: RevenueForm,
    pub plan: PlanView,
}

/// What a person types about a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CampaignForm {
    pub name: String,
    pub vertical: String,
    /// A [`RecordingMode`] code.
    pub recording: String,
    /// Days recordings are kept; empty follows the account, 0 is for ever.
    pub recording_days: String,
    /// "message", "voicemail", "number" or "hang_up".
    pub fallback: String,
    pub fallback_number: String,
    pub fallback_message: String,
    pub fallback_greeting: String,
}

impl Default for CampaignForm {
    fn default() -> Self {
        Self {
            name: String::new(),
            vertical: VERTICALS[0].to_owned(),
            recording: RecordingMode::default().code().to_owned(),
            recording_days: String::new(),
            fallback: "message".to_owned(),
            fallback_number: String::new(),
            fallback_message: DEFAULT_MESSAGE.to_owned(),
            fallback_greeting: DEFAULT_GREETING.to_owned(),
        }
    }
}

/// Checked settings of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignInput {
    pub name: String,
    pub vertical: String,
    pub recording: RecordingMode,
    /// The campaign's own rule; none follows the account.
    pub recording_keep: Option<Keep>,
    pub fallback: Fallback,
}

impl CampaignForm {
    /// Checks all fields at once.
    ///
    /// # Errors
    /// At the field's own name.
    pub fn check(&self) -> Result<CampaignInput, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take(name("name", &self.name));
        if !VERTICALS.contains(&self.vertical.as_str()) {
            errors.add("vertical", "unknown", "Choose a vertical from the list.");
        }
        let recording = RecordingMode::from_code(&self.recording);
        if recording.is_none() {
            errors.add("recording", "unknown", "Choose what is recorded.");
        }
        let keep = errors.take(own_keep("recording_days", &self.recording_days));
        let fallback = errors.take(self.fallback());
        match (name, recording, keep, fallback) {
            (Some(name), Some(recording), Some(recording_keep), Some(fallback))
                if errors.is_empty() =>
            {
                Ok(CampaignInput {
                    name,
                    vertical: self.vertical.clone(),
                    recording,
                    recording_keep,
                    fallback,
                })
            }
            _ => Err(errors),
        }
    }

    /// The form that shows stored settings.
    #[must_use]
    pub fn of(input: &CampaignInput) -> Self {
        let mut form = Self {
            name: input.name.clone(),
            vertical: input.vertical.clone(),
            recording: input.recording.code().to_owned(),
            recording_days: input
                .recording_keep
                .map(|keep| keep.days().to_string())
                .unwrap_or_default(),
            ..Self::default()
        };
        match &input.fallback {
            Fallback::Number(number) => {
                form.fallback = "number".to_owned();
                form.fallback_number = number.display();
            }
            Fallback::Voicemail { greeting } => {
                form.fallback = "voicemail".to_owned();
                form.fallback_greeting.clone_from(greeting);
            }
            Fallback::Message { text } => {
                form.fallback = "message".to_owned();
                form.fallback_message.clone_from(text);
            }
            Fallback::HangUp => form.fallback = "hang_up".to_owned(),
        }
        form
    }

    fn fallback(&self) -> Result<Fallback, FieldErrors> {
        let said = |field: &str, text: &str, default: &str| {
            optional_text(field, text, 500).map(|text| text.unwrap_or_else(|| default.to_owned()))
        };
        match self.fallback.as_str() {
            "number" => {
                super::number::phone("fallback_number", &self.fallback_number).map(Fallback::Number)
            }
            "voicemail" => said(
                "fallback_greeting",
                &self.fallback_greeting,
                DEFAULT_GREETING,
            )
            .map(|greeting| Fallback::Voicemail { greeting }),
            "message" => said("fallback_message", &self.fallback_message, DEFAULT_MESSAGE)
                .map(|text| Fallback::Message { text }),
            "hang_up" => Ok(Fallback::HangUp),
            _ => Err(FieldErrors::one(
                "fallback",
                "unknown",
                "Choose what happens when nobody answers.",
            )),
        }
    }
}

#[cfg(test)]
mod tests;
