//! A new campaign, as typed: its name, a number and what its calls are worth. The rest begins as
//! it is for every campaign, and is changed on its own page.

use serde::{Deserialize, Serialize};

use super::{CampaignForm, CampaignInput};
use crate::api::number::phone;
use crate::api::revenue::RevenueForm;
use crate::campaign::VERTICALS;
use crate::invalid::FieldErrors;
use crate::ledger::revenue::RevenueRule;
use crate::phone::E164;

/// What a person types about a new campaign, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewCampaignForm {
    pub name: String,
    pub vertical: String,
    /// A number of the account without a campaign, or a new one; empty for none yet.
    pub number: String,
    pub revenue: RevenueForm,
}

/// A checked new campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCampaign {
    pub input: CampaignInput,
    pub number: Option<E164>,
    pub revenue: Option<RevenueRule>,
}

impl Default for NewCampaignForm {
    fn default() -> Self {
        Self {
            name: String::new(),
            vertical: VERTICALS[0].to_owned(),
            number: String::new(),
            revenue: RevenueForm::default(),
        }
    }
}

impl NewCampaignForm {
    /// Checks all fields at once.
    ///
    /// # Errors
    /// At `name`, `vertical`, `number` or `revenue.…`.
    pub fn check(&self) -> Result<NewCampaign, FieldErrors> {
        let mut errors = FieldErrors::default();
        let settings = CampaignForm {
            name: self.name.clone(),
            vertical: self.vertical.clone(),
            ..CampaignForm::default()
        };
        let input = errors.take(settings.check());
        let number = match self.number.trim() {
            "" => Some(None),
            text => errors.take(phone("number", text)).map(Some),
        };
        let revenue = errors.take(self.revenue.check().map_err(|e| e.below("revenue")));
        match (input, number, revenue) {
            (Some(input), Some(number), Some(revenue)) => Ok(NewCampaign {
                input,
                number,
                revenue,
            }),
            _ => Err(errors),
        }
    }
}
