//! Rows of buyers.

use super::fate::{Known, Rules};
use super::fields::{Fields, names};
use super::name_key;
use super::row::Columns;
use crate::api::buyer::{BuyerForm, BuyerInput};
use crate::id::BuyerId;
use crate::invalid::FieldErrors;
use crate::tag::list::BulkLists;

/// Why an archived buyer is not changed.
pub const ARCHIVED: &str =
    "A buyer of this name is archived. Restore it first, or choose another name.";

/// What rows of buyers are judged by.
#[derive(Debug, Clone, Default)]
pub struct Buyers {
    lists: BulkLists,
}

impl Buyers {
    /// With the lists that filters may ask for.
    #[must_use]
    pub fn new(lists: BulkLists) -> Self {
        Self { lists }
    }
}

impl Rules for Buyers {
    type Id = BuyerId;
    type Input = BuyerInput;
    const THING: &'static str = "buyer";
    const NAMED_AT: &'static str = "name";

    fn columns() -> Columns {
        Columns {
            names: std::iter::once("id".to_owned())
                .chain(names::<BuyerForm>())
                .collect(),
            required: &["name"],
            also: &[("buyer", "name")],
            bare: &[],
            loose: false,
        }
    }

    fn blank() -> Fields {
        Fields::of(&BuyerForm::default())
    }

    fn key(&self, fields: &Fields) -> String {
        name_key(fields.get("name"))
    }

    fn label(&self, fields: &Fields) -> String {
        fields.get("name").to_owned()
    }

    fn check(&self, fields: &Fields, _: Option<&Known<Self>>) -> Result<BuyerInput, FieldErrors> {
        fields.form::<BuyerForm>()?.check_with(Some(&self.lists))
    }

    fn canonical(input: &BuyerInput, _: Fields, _: &Known<Self>) -> Fields {
        Fields::of(&BuyerForm::of(&input.name, &input.settings))
    }
}
