//! Rows of tracking numbers. A number is found by itself; its campaign and publisher are named.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use super::fate::{Known, Rules};
use super::fields::{Fields, names};
use super::name_key;
use super::row::{Columns, shown};
use crate::api::number::{NewNumber, NumberForm};
use crate::id::{CampaignId, NumberId, PublisherId};
use crate::invalid::FieldErrors;
use crate::phone::E164;

/// What rows name: a thing of the account that a number or a block can be tied to.
pub trait Named: Copy + PartialEq + fmt::Display + FromStr {
    /// The column that names it, which is its word as well.
    const FIELD: &'static str;
}

impl Named for CampaignId {
    const FIELD: &'static str = "campaign";
}

impl Named for PublisherId {
    const FIELD: &'static str = "publisher";
}

/// The things of one kind of an account, by name.
#[derive(Debug, Clone)]
pub struct Names<I>(BTreeMap<String, I>);

/// The campaigns of an account, by name.
pub type CampaignNames = Names<CampaignId>;
/// The publishers of an account, by name.
pub type PublisherNames = Names<PublisherId>;

impl<I> Default for Names<I> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<I: Named> Names<I> {
    /// The things with these names; of two of the same name the first.
    #[must_use]
    pub fn new(names: impl IntoIterator<Item = (I, String)>) -> Self {
        let mut by_name = BTreeMap::new();
        for (id, name) in names {
            by_name.entry(name_key(&name)).or_insert(id);
        }
        Self(by_name)
    }

    /// The id as text of a thing that is named or given by its id; empty for none.
    ///
    /// # Errors
    /// `unknown` at its column.
    pub fn id(&self, text: &str) -> Result<String, FieldErrors> {
        if text.trim().is_empty() {
            return Ok(String::new());
        }
        let by_id = || {
            let id: I = text.parse().ok()?;
            self.0.values().find(|own| **own == id)
        };
        let found = self.0.get(&name_key(text)).or_else(by_id);
        found.map(ToString::to_string).ok_or_else(|| {
            let message = format!("There is no {} “{}”.", I::FIELD, shown(text));
            FieldErrors::one(I::FIELD, "unknown", &message)
        })
    }
}

/// What rows of numbers are judged by.
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    pub campaigns: CampaignNames,
    pub publishers: PublisherNames,
    /// Numbers that other accounts have.
    pub taken: BTreeSet<String>,
}

impl Rules for Numbers {
    type Id = NumberId;
    type Input = NewNumber;
    const THING: &'static str = "number";
    const NAMED_AT: &'static str = "number";

    fn columns() -> Columns {
        Columns {
            names: names::<NumberForm>(),
            required: &["number"],
            also: &[("phone", "number"), ("phone_number", "number")],
            bare: &[],
            loose: false,
        }
    }

    fn blank() -> Fields {
        Fields::of(&NumberForm::default())
    }

    fn key(&self, fields: &Fields) -> String {
        let text = fields.get("number");
        text.parse()
            .map_or_else(|_| text.trim().to_owned(), |n: E164| n.as_str().to_owned())
    }

    fn label(&self, fields: &Fields) -> String {
        fields.get("number").to_owned()
    }

    fn check(
        &self,
        fields: &Fields,
        known: Option<&Known<Self>>,
    ) -> Result<NewNumber, FieldErrors> {
        let mut errors = FieldErrors::default();
        let campaign = errors.take(self.campaigns.id(fields.get("campaign")));
        let publisher = errors.take(self.publishers.id(fields.get("publisher")));
        let fields = fields
            .clone()
            .with("campaign", campaign.unwrap_or_default())
            .with("publisher", publisher.unwrap_or_default());
        let new = errors.take(fields.form::<NumberForm>().and_then(|form| form.check()));
        let elsewhere = |new: &NewNumber| known.is_none() && self.taken.contains(new.e164.as_str());
        if new.as_ref().is_some_and(elsewhere) {
            errors.add("number", "taken", "This number is in use already.");
        }
        match new {
            Some(new) if errors.is_empty() => Ok(new),
            _ => Err(errors),
        }
    }
}
