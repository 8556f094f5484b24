//! DNI tags: the list, one with its script, and the form.

use serde::{Deserialize, Serialize};

use super::number::{optional_publisher, phone};
use super::page::{Choice, Stamp};
use super::pool::phones;
use super::visit::VisitRow;
use crate::dni_tag::{
    CLICK_IDS_MAX, ORIGINS_MAX, Origin, SWAPS_MAX, Source, Swap, format, selector,
};
use crate::id::{DniTagId, PublisherId};
use crate::invalid::{FieldErrors, name};
use crate::phone::E164;
use crate::visit::click_id::{BadClickId, ClickId};

/// All DNI tags of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DniTagList {
    pub rows: Vec<DniTagRow>,
    pub sources: SourceChoices,
}

/// Where a tag's numbers can come from, and whose its callers can be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceChoices {
    /// Pools and single numbers, each by what a form says: "pool:3", "number:7".
    pub sources: Vec<Choice>,
    pub publishers: Vec<Choice>,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DniTagRow {
    pub id: DniTagId,
    pub name: String,
    /// "Pool Roofs" or "(800) 555-0199".
    pub source: String,
    pub campaign_name: String,
    /// Empty where its callers are nobody's.
    pub publisher_name: String,
    /// As they are written in the form.
    pub origins: Vec<String>,
    pub enabled: bool,
    pub visits_today: u64,
    pub misses_today: u64,
    /// When the script was heard of last.
    pub last_visit: Option<Stamp>,
    pub created: Stamp,
}

/// A tag's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DniTagDetail {
    pub row: DniTagRow,
    pub form: DniTagForm,
    pub sources: SourceChoices,
    /// What goes into the page's head.
    pub snippet: String,
    /// What shows the swap on a page that does not have it yet, typed into the browser's console.
    pub trial: String,
    /// The latest visits.
    pub visits: Vec<VisitRow>,
}

/// What a person types about a tag.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DniTagForm {
    pub name: String,
    /// "pool:3" or "number:7".
    pub source: String,
    /// Publisher id; empty for nobody.
    pub publisher: String,
    /// Sites, one a line.
    pub origins: String,
    /// Numbers on the page, one a line.
    pub numbers: String,
    /// CSS selectors, one a line.
    pub selectors: String,
    pub format: String,
    /// What a visitor sees when the pool has no number; empty leaves the page as it is.
    pub fallback: String,
    /// Click ids of other networks, one a line: `tblci = taboola / native`.
    pub click_ids: String,
}

/// A checked tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DniTagInput {
    pub name: String,
    pub source: Source,
    pub publisher: Option<PublisherId>,
    pub origins: Vec<Origin>,
    pub swap: Swap,
    pub fallback: Option<E164>,
    /// Besides those of the large networks.
    pub click_ids: Vec<ClickId>,
}

impl DniTagForm {
    /// The form that shows a stored tag.
    #[must_use]
    pub fn of(tag: &DniTagInput) -> Self {
        let lines = |texts: Vec<String>| texts.join("\n");
        Self {
            name: tag.name.clone(),
            source: source_text(tag.source),
            publisher: tag.publisher.map(|id| id.to_string()).unwrap_or_default(),
            origins: lines(tag.origins.iter().map(ToString::to_string).collect()),
            numbers: lines(tag.swap.numbers.iter().map(E164::display).collect()),
            selectors: lines(tag.swap.selectors.clone()),
            format: tag.swap.format.clone(),
            fallback: tag.fallback.as_ref().map(E164::display).unwrap_or_default(),
            click_ids: lines(tag.click_ids.iter().map(ToString::to_string).collect()),
        }
    }

    /// Checks all fields at once.
    ///
    /// # Errors
    /// At the field's own name.
    pub fn check(&self) -> Result<DniTagInput, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take(name("name", &self.name));
        let source = errors.take(source("source", &self.source));
        let publisher = errors.take(optional_publisher("publisher", &self.publisher));
        let origins = errors.take(origins("origins", &self.origins));
        let numbers = errors.take(phones("numbers", &self.numbers, SWAPS_MAX));
        let selectors = errors.take(selectors("selectors", &self.selectors));
        let format = errors.take(
            format(&self.format)
                .map_err(|e| FieldErrors::one("format", "malformed", &e.to_string())),
        );
        let fallback = errors.take(optional_phone("fallback", &self.fallback));
        let click_ids = errors.take(click_ids("click_ids", &self.click_ids));
        match (
            name, source, publisher, origins, numbers, selectors, format, fallback, click_ids,
        ) {
            (
                Some(name),
                Some(source),
                Some(publisher),
                Some(origins),
                Some(numbers),
                Some(selectors),
                Some(format),
                Some(fallback),
                Some(click_ids),
            ) => Ok(DniTagInput {
                name,
                source,
                publisher,
                origins,
                swap: Swap {
                    numbers: numbers.unwrap_or_default(),
                    selectors,
                    format,
                },
                fallback,
                click_ids,
            }),
            _ => Err(errors),
        }
    }
}

/// What a form says for a source.
#[must_use]
pub fn source_text(source: Source) -> String {
    match source {
        Source::Pool(id) => format!("pool:{id}"),
        Source::Number(id) => format!("number:{id}"),
    }
}

fn source(field: &str, text: &str) -> Result<Source, FieldErrors> {
    if text.trim().is_empty() {
        return Err(FieldErrors::one(
            field,
            "required",
            "Choose a pool or a number.",
        ));
    }
    let found = match text.trim().split_once(':') {
        Some(("pool", id)) => id.parse().ok().map(Source::Pool),
        Some(("number", id)) => id.parse().ok().map(Source::Number),
        _ => None,
    };
    found.ok_or_else(|| {
        FieldErrors::one(field, "unknown", "Choose a pool or a number from the list.")
    })
}

fn optional_phone(field: &str, text: &str) -> Result<Option<E164>, FieldErrors> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    phone(field, text).map(Some)
}

fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn too_many(field: &str, most: usize) -> FieldErrors {
    FieldErrors::one(
        field,
        "too_many",
        &format!("Enter at most {most}, one a line."),
    )
}

fn origins(field: &str, text: &str) -> Result<Vec<Origin>, FieldErrors> {
    let mut all: Vec<Origin> = Vec::new();
    for line in entries(text) {
        let origin = line
            .parse()
            .map_err(|e: crate::dni_tag::ParseOriginError| {
                let shown: String = line.chars().take(60).collect();
                FieldErrors::one(field, "malformed", &format!("“{shown}”: {e}"))
            })?;
        if !all.contains(&origin) {
            all.push(origin);
        }
        if all.len() > ORIGINS_MAX {
            return Err(too_many(field, ORIGINS_MAX));
        }
    }
    if all.is_empty() {
        let message =
            "Enter the sites that may use it, one a line: without one no page gets a number.";
        return Err(FieldErrors::one(field, "required", message));
    }
    Ok(all)
}

fn selectors(field: &str, text: &str) -> Result<Vec<String>, FieldErrors> {
    let mut all = Vec::new();
    for line in entries(text) {
        let one = selector(line).map_err(|e| {
            let shown: String = line.chars().take(60).collect();
            FieldErrors::one(field, "malformed", &format!("“{shown}”: {e}"))
        })?;
        if !all.contains(&one) {
            all.push(one);
        }
        if all.len() > SWAPS_MAX {
            return Err(too_many(field, SWAPS_MAX));
        }
    }
    Ok(all)
}

fn click_ids(field: &str, text: &str) -> Result<Vec<ClickId>, FieldErrors> {
    let mut all: Vec<ClickId> = Vec::new();
    for line in entries(text) {
        let shown: String = line.chars().take(60).collect();
        let one: ClickId = line.parse().map_err(|e: BadClickId| {
            FieldErrors::one(field, "malformed", &format!("“{shown}”: {e}"))
        })?;
        if all.iter().any(|other| other.name == one.name) {
            let message = format!("“{shown}”: this parameter stands here twice.");
            return Err(FieldErrors::one(field, "twice", &message));
        }
        all.push(one);
        if all.len() > CLICK_IDS_MAX {
            return Err(too_many(field, CLICK_IDS_MAX));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> DniTagForm {
        DniTagForm {
            name: "Roofs".to_owned(),
            source: "pool:3".to_owned(),
            publisher: "5".to_owned(),
            origins: "https://roofs.example\n*.roofs.example".to_owned(),
            numbers: "(800) 555-0199".to_owned(),
            selectors: ".phone".to_owned(),
            format: "nnn.nnn.nnnn".to_owned(),
            fallback: "(800) 555-0100".to_owned(),
            click_ids: "tblci = taboola / native\ndicbo = outbrain / cpc".to_owned(),
        }
    }

    #[test]
    fn a_tag_goes_through_its_form_and_back() {
        let tag = form().check().unwrap();
        assert_eq!(DniTagForm::of(&tag), form());
        let least = DniTagForm {
            name: "Roofs".to_owned(),
            source: "number:7".to_owned(),
            origins: "roofs.example".to_owned(),
            ..DniTagForm::default()
        };
        assert_eq!(DniTagForm::of(&least.check().unwrap()), least);
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        for (field, text) in [
            ("name", ""),
            ("source", ""),
            ("source", "pool:x"),
            ("publisher", "x"),
            ("origins", ""),
            ("origins", "javascript:alert(1)"),
            ("numbers", "(a+)+$"),
            ("selectors", "(a+)+$"),
            ("selectors", "<img onerror=x>"),
            ("format", "call me"),
            ("fallback", "12"),
            ("click_ids", "tblci"),
            ("click_ids", "gclid = google"),
            ("click_ids", "a = x\na = y"),
        ] {
            let mut bad = form();
            match field {
                "name" => text.clone_into(&mut bad.name),
                "source" => text.clone_into(&mut bad.source),
                "publisher" => text.clone_into(&mut bad.publisher),
                "origins" => text.clone_into(&mut bad.origins),
                "numbers" => text.clone_into(&mut bad.numbers),
                "selectors" => text.clone_into(&mut bad.selectors),
                "format" => text.clone_into(&mut bad.format),
                "click_ids" => text.clone_into(&mut bad.click_ids),
                _ => text.clone_into(&mut bad.fallback),
            }
            let errors = bad.check().unwrap_err();
            assert_eq!(errors.0.len(), 1, "{field} {text}: {errors:?}");
            assert_eq!(errors.0[0].field, field);
        }
    }
}
