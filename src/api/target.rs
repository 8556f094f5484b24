//! Targets: the list rows and the form.

pub(in crate::api) mod again;
pub(in crate::api) mod caps;
mod check;
pub(in crate::api) mod destination;
mod form;
pub(in crate::api) mod hours;
mod inherited;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::filter::FilterChoices;
use super::page::{Activity, Availability, Meter, MoneyMeter};
use crate::id::{BuyerId, CampaignId, TargetId};

pub(in crate::api) use check::sub_id;
pub use check::{CheckedTarget, TargetInput};
pub use form::TargetForm;
pub use hours::DayForm;
pub use inherited::Inherited;

/// A line of a list of targets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetRow {
    pub id: TargetId,
    pub buyer: BuyerId,
    pub buyer_name: String,
    pub name: String,
    pub destination: String,
    pub activity: Activity,
    pub now: Availability,
    pub lines: Meter,
    pub today: Meter,
    /// What was spent today.
    pub spent_today: MoneyMeter,
    /// Campaigns that route to it.
    pub campaigns: Vec<(CampaignId, String)>,
}

/// A target's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetDetail {
    pub row: TargetRow,
    pub form: TargetForm,
    /// What its buyer says, for the settings it takes from there.
    pub inherited: Inherited,
    /// Whether a SIP password is stored; it is never shown.
    pub has_password: bool,
    pub filters: FilterChoices,
    /// What may be wrong with its filter; empty if nothing is.
    pub filter_warning: String,
    pub hour: Meter,
    pub month: Meter,
    pub total: Meter,
    /// What was spent this hour, this month and in all.
    pub spent: [MoneyMeter; 3],
}
