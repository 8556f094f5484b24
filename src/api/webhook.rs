//! Conversion webhooks: the list, one with what came in last, and the form.

use serde::{Deserialize, Serialize};

use super::number::optional_campaign;
use super::page::{Choice, Stamp};
use crate::id::{CampaignId, WebhookId};
use crate::invalid::{FieldErrors, name};
use crate::webhook::{Outcome, PARAMETER_CHARS_MAX, Parameters};

/// All webhooks of an account, and what one can be made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookList {
    pub rows: Vec<WebhookRow>,
    pub campaigns: Vec<Choice>,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookRow {
    pub id: WebhookId,
    pub name: String,
    /// Empty where it takes calls of every campaign.
    pub campaign_name: String,
    pub enabled: bool,
    pub last: Option<DeliveryRow>,
    pub created: Stamp,
}

/// A webhook's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookDetail {
    pub row: WebhookRow,
    pub form: WebhookForm,
    pub campaigns: Vec<Choice>,
    /// The whole address without parameters.
    pub url: String,
    /// The same with parameters, a call of the account in it if there is one.
    pub example: String,
    /// Newest first.
    pub deliveries: Vec<DeliveryRow>,
}

/// Something that came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRow {
    pub id: i64,
    pub at: Stamp,
    /// As sent, shortened; may be empty.
    pub call: String,
    pub revenue: String,
    pub event: String,
    pub outcome: Outcome,
    /// What was answered.
    pub message: String,
}

/// What a person types about a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookForm {
    pub name: String,
    /// A campaign's id; empty for calls of every campaign.
    pub campaign: String,
    pub call_parameter: String,
    pub revenue_parameter: String,
    pub event_parameter: String,
}

impl Default for WebhookForm {
    fn default() -> Self {
        Self::of("", None, &Parameters::default())
    }
}

/// A checked webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookInput {
    pub name: String,
    pub campaign: Option<CampaignId>,
    pub parameters: Parameters,
}

impl WebhookForm {
    /// The form that shows a stored webhook.
    #[must_use]
    pub fn of(name: &str, campaign: Option<CampaignId>, parameters: &Parameters) -> Self {
        Self {
            name: name.to_owned(),
            campaign: campaign.map(|id| id.to_string()).unwrap_or_default(),
            call_parameter: parameters.call.clone(),
            revenue_parameter: parameters.revenue.clone(),
            event_parameter: parameters.event.clone(),
        }
    }

    /// Checks all fields at once.
    ///
    /// # Errors
    /// At the field's own name.
    pub fn check(&self) -> Result<WebhookInput, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take(name("name", &self.name));
        let campaign = errors.take(optional_campaign("campaign", &self.campaign));
        let call = errors.take(parameter("call_parameter", &self.call_parameter));
        let revenue = errors.take(parameter("revenue_parameter", &self.revenue_parameter));
        let event = errors.take(parameter("event_parameter", &self.event_parameter));
        for (field, own, others) in [
            ("revenue_parameter", &revenue, [&call, &None]),
            ("event_parameter", &event, [&call, &revenue]),
        ] {
            if own.is_some() && others.contains(&own) {
                errors.add(field, "duplicate", "Another parameter is called so.");
            }
        }
        match (name, campaign, call, revenue, event) {
            (Some(name), Some(campaign), Some(call), Some(revenue), Some(event))
                if errors.is_empty() =>
            {
                Ok(WebhookInput {
                    name,
                    campaign,
                    parameters: Parameters {
                        call,
                        revenue,
                        event,
                    },
                })
            }
            _ => Err(errors),
        }
    }
}

/// The name of a parameter, as it stands in an address without being encoded.
fn parameter(field: &str, typed: &str) -> Result<String, FieldErrors> {
    let text = typed.trim();
    let told = |code, message: &str| Err(FieldErrors::one(field, code, message));
    if text.is_empty() {
        return told("required", "Enter what the parameter is called.");
    }
    if text.chars().count() > PARAMETER_CHARS_MAX {
        let message = format!("Use at most {PARAMETER_CHARS_MAX} characters.");
        return told("too_long", &message);
    }
    if !text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
    {
        return told(
            "malformed",
            "Use letters, digits, hyphens, underscores and points, for example call_id.",
        );
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_have_names_of_their_own() {
        let form = WebhookForm {
            name: "Crestline CRM".to_owned(),
            ..WebhookForm::default()
        };
        assert_eq!(
            form.check().expect("valid").parameters,
            Parameters::default()
        );
        let fields = |form: WebhookForm| -> Vec<String> {
            let errors = form.check().expect_err("wrong");
            errors.0.into_iter().map(|e| e.field).collect()
        };
        let wrong = WebhookForm {
            call_parameter: "call id".to_owned(),
            revenue_parameter: String::new(),
            event_parameter: "x".repeat(61),
            ..form.clone()
        };
        assert_eq!(
            fields(wrong),
            ["call_parameter", "revenue_parameter", "event_parameter"]
        );
        let same = WebhookForm {
            revenue_parameter: "call_id".to_owned(),
            event_parameter: " call_id ".to_owned(),
            ..form
        };
        assert_eq!(fields(same), ["revenue_parameter", "event_parameter"]);
    }
}
