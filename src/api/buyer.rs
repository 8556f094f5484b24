//! Buyers.

use serde::{Deserialize, Serialize};

use super::page::{Activity, Stamp};
use super::target::TargetRow;
use crate::id::BuyerId;
use crate::invalid::{FieldErrors, name};

/// A line of the list of buyers, with its targets beneath it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuyerRow {
    pub id: BuyerId,
    pub name: String,
    pub activity: Activity,
    pub targets: Vec<TargetRow>,
    pub live: u32,
    /// Connected calls today.
    pub connected_today: u32,
}

/// A buyer's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuyerDetail {
    pub row: BuyerRow,
    pub created: Stamp,
}

/// What a person types about a buyer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BuyerForm {
    pub name: String,
}

impl BuyerForm {
    /// The checked name.
    ///
    /// # Errors
    /// At `name`.
    pub fn check(&self) -> Result<String, FieldErrors> {
        name("name", &self.name)
    }
}
