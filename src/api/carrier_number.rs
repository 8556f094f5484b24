//! Numbers at the carrier: searching, and comparing them with ours.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::carrier_account::Connection;
use super::number::{optional_campaign, optional_publisher};
use super::page::{Choice, Stamp};
use crate::carrier_number::{COUNTRIES, Drift, Kind, Query, area, pattern};
use crate::id::{CampaignId, NumberId, PublisherId};
use crate::invalid::{FieldErrors, optional_text};

/// Numbers that can be imported or set up anew at once: a page does not wait for minutes.
pub const AT_ONCE_MAX: usize = 100;

/// What a person searches for; it stands in the address of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NumberSearchForm {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// A [`Kind`] code.
    pub kind: String,
    pub area: String,
    pub pattern: String,
    pub region: String,
    pub locality: String,
}

impl Default for NumberSearchForm {
    fn default() -> Self {
        Self {
            country: "US".to_owned(),
            kind: Kind::default().code().to_owned(),
            area: String::new(),
            pattern: String::new(),
            region: String::new(),
            locality: String::new(),
        }
    }
}

impl NumberSearchForm {
    /// Checks all fields.
    ///
    /// # Errors
    /// At the field's own name.
    pub fn check(&self) -> Result<Query, FieldErrors> {
        let mut errors = FieldErrors::default();
        let country = COUNTRIES.iter().find(|(code, _)| *code == self.country);
        let country = errors.take(country.map(|(code, _)| *code).ok_or_else(|| {
            FieldErrors::one("country", "unknown", "Choose a country from the list.")
        }));
        let kind = errors
            .take(Kind::from_code(&self.kind).ok_or_else(|| {
                FieldErrors::one("kind", "unknown", "Choose a kind from the list.")
            }));
        let area = errors.take(area("area", &self.area));
        let pattern = errors.take(pattern("pattern", &self.pattern));
        let region = errors.take(region("region", &self.region));
        let locality = errors.take(optional_text("locality", &self.locality, 60));
        let american = matches!(country, Some("US" | "CA"));
        if !american && area.as_ref().is_some_and(Option::is_some) {
            let message = "Only the United States and Canada have area codes. Use the pattern.";
            errors.add("area", "elsewhere", message);
        }
        match (country, kind, area, pattern, region, locality) {
            (
                Some(country),
                Some(kind),
                Some(area),
                Some(pattern),
                Some(region),
                Some(locality),
            ) if errors.is_empty() => Ok(Query {
                country,
                kind,
                area,
                pattern,
                region,
                locality,
            }),
            _ => Err(errors),
        }
    }
}

fn region(field: &str, text: &str) -> Result<Option<String>, FieldErrors> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if (2..=3).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphabetic()) {
        return Ok(Some(text.to_ascii_uppercase()));
    }
    Err(FieldErrors::one(
        field,
        "malformed",
        "Enter the two letters of a state or province, like TX.",
    ))
}

/// The page that searches and buys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberSearch {
    pub connection: Connection,
    pub form: NumberSearchForm,
    pub errors: FieldErrors,
    /// What was found; none where nothing was searched for, or the carrier did not answer.
    pub offers: Option<Vec<OfferRow>>,
    /// Why nothing was found.
    pub failed: Option<String>,
    /// What a month of such a number costs, in micros; none where the carrier does not say.
    pub monthly: Option<i64>,
    pub campaigns: Vec<Choice>,
    pub publishers: Vec<Choice>,
    pub pools: Vec<Choice>,
    /// What the order is sent with: sent twice it is one order.
    pub request: String,
}

/// A number for sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferRow {
    /// E.164.
    pub number: String,
    pub display: String,
    /// "Dallas, TX"; may be empty.
    pub place: String,
    /// The carrier wants an address first, so it cannot be bought here.
    pub needs_address: bool,
}

/// Our numbers beside the carrier's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarrierNumbers {
    pub connection: Connection,
    /// Why the carrier could not be asked; then what follows is empty.
    pub failed: Option<String>,
    /// Ours that are not as we want them at the carrier.
    pub drifted: Vec<DriftRow>,
    /// The carrier account's that nobody here has; empty where others share the carrier account.
    pub foreign: Vec<ForeignRow>,
    /// The carrier account is the server's and other companies use it, too: what is not ours may be theirs.
    pub shared: bool,
    /// Ours that are as we want them.
    pub right: u32,
    pub checked: Stamp,
    pub campaigns: Vec<Choice>,
    pub publishers: Vec<Choice>,
}

/// One of our numbers that is not as we want it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftRow {
    pub id: NumberId,
    pub display: String,
    pub label: String,
    pub drift: Vec<Drift>,
}

impl DriftRow {
    /// Whether setting it up anew mends all of it.
    #[must_use]
    pub fn is_mendable(&self) -> bool {
        self.drift.iter().all(Drift::is_mendable)
    }
}

/// A number of the carrier account that is not ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignRow {
    /// E.164.
    pub number: String,
    pub display: String,
    /// Its name at the carrier.
    pub name: String,
    /// Where its calls go now; empty is nowhere.
    pub voice_url: String,
    pub takes_calls: bool,
}

/// Which of the carrier account's numbers to take in, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NumberImportForm {
    /// E.164 each.
    pub numbers: Vec<String>,
    pub campaign: String,
    pub publisher: String,
}

/// What came of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedNumbers {
    pub taken: u32,
    /// Of those, numbers that could not be set up; they show as not set up.
    pub not_set_up: u32,
}

/// Checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberImport {
    pub numbers: BTreeSet<String>,
    pub campaign: Option<CampaignId>,
    pub publisher: Option<PublisherId>,
}

impl NumberImportForm {
    /// Checks all fields.
    ///
    /// # Errors
    /// At `numbers`, `campaign` or `publisher`.
    pub fn check(&self) -> Result<NumberImport, FieldErrors> {
        let mut errors = FieldErrors::default();
        let numbers = errors.take(picked("numbers", &self.numbers, AT_ONCE_MAX));
        let campaign = errors.take(optional_campaign("campaign", &self.campaign));
        let publisher = errors.take(optional_publisher("publisher", &self.publisher));
        match (numbers, campaign, publisher) {
            (Some(numbers), Some(campaign), Some(publisher)) => Ok(NumberImport {
                numbers: numbers.iter().map(|n| n.as_str().to_owned()).collect(),
                campaign,
                publisher,
            }),
            _ => Err(errors),
        }
    }
}

/// What a person types to confirm that a number is given back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReleaseForm {
    pub typed: String,
}

impl ReleaseForm {
    /// Whether a number was typed; whether it is the right one is said by whoever knows it.
    ///
    /// # Errors
    /// At `typed`.
    pub fn check(&self) -> Result<crate::phone::E164, FieldErrors> {
        super::number::phone("typed", &self.typed)
    }
}

/// Numbers that were picked in a list, each once.
pub(super) fn picked(
    field: &str,
    texts: &[String],
    most: usize,
) -> Result<Vec<crate::phone::E164>, FieldErrors> {
    let typed = texts.join("\n");
    super::pool::phones(field, &typed, most)?
        .ok_or_else(|| FieldErrors::one(field, "required", "Choose at least one number."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_checked_at_every_field() {
        let query = NumberSearchForm::default().check().unwrap();
        assert_eq!(query, Query::local(None));
        let bad = NumberSearchForm {
            country: "XX".to_owned(),
            kind: "short".to_owned(),
            area: "11".to_owned(),
            pattern: "%".to_owned(),
            region: "Texas".to_owned(),
            locality: "x".repeat(61),
        };
        let errors = bad.check().unwrap_err();
        for field in ["country", "kind", "area", "pattern", "region", "locality"] {
            assert!(errors.message(field).is_some(), "{field}");
        }
        let british = NumberSearchForm {
            country: "GB".to_owned(),
            area: "214".to_owned(),
            ..NumberSearchForm::default()
        };
        assert!(british.check().unwrap_err().message("area").is_some());
    }

    #[test]
    fn an_import_names_at_least_one_number() {
        let form = NumberImportForm::default();
        assert!(form.check().unwrap_err().message("numbers").is_some());
        let form = NumberImportForm {
            numbers: vec!["+18005550199".to_owned(), "(800) 555-0199".to_owned()],
            ..form
        };
        assert_eq!(form.check().unwrap().numbers.len(), 1);
    }
}
