//! Rows of publishers. How they are paid is no row: rules have an order, hours and caps of their own.

use super::fate::{Known, Rules};
use super::fields::{Fields, names};
use super::name_key;
use super::row::Columns;
use crate::api::publisher::{PublisherForm, PublisherInput};
use crate::id::PublisherId;
use crate::invalid::FieldErrors;

/// Why an archived publisher is not changed.
pub const ARCHIVED: &str =
    "A publisher of this name is archived. Restore it first, or choose another name.";

/// What rows of publishers are judged by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Publishers;

impl Rules for Publishers {
    type Id = PublisherId;
    type Input = PublisherInput;
    const THING: &'static str = "publisher";
    const NAMED_AT: &'static str = "name";

    fn columns() -> Columns {
        Columns {
            names: std::iter::once("id".to_owned())
                .chain(names::<PublisherForm>())
                .collect(),
            required: &["name"],
            also: &[("publisher", "name"), ("subid", "sub_id")],
            bare: &[],
            loose: false,
        }
    }

    fn blank() -> Fields {
        Fields::of(&PublisherForm::default())
    }

    fn key(&self, fields: &Fields) -> String {
        name_key(fields.get("name"))
    }

    fn label(&self, fields: &Fields) -> String {
        fields.get("name").to_owned()
    }

    fn check(
        &self,
        fields: &Fields,
        _: Option<&Known<Self>>,
    ) -> Result<PublisherInput, FieldErrors> {
        fields.form::<PublisherForm>()?.check()
    }

    fn canonical(input: &PublisherInput, _: Fields, _: &Known<Self>) -> Fields {
        Fields::of(&PublisherForm {
            name: input.name.clone(),
            sub_id: input.sub_id.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::sheet::Fate;
    use crate::sheet::fate::judge;
    use crate::sheet::row::Line;

    fn known(id: i64, name: &str, sub_id: &str) -> Known<Publishers> {
        let form = PublisherForm {
            name: name.to_owned(),
            sub_id: sub_id.to_owned(),
        };
        Known {
            id: PublisherId(id),
            fields: Fields::of(&form),
            input: form.check().expect("valid"),
            locked: None,
        }
    }

    #[test]
    fn a_publisher_is_found_by_its_id_or_its_name() {
        let text = [
            ["ID", "Name", "Sub ID"],
            ["", "Lead Harbor", "lh-1"],
            ["8", "Metro Leads", "mm-17"],
            ["", "gulf leads", ""],
            ["", "Gulf Leads", "again"],
            ["", "Old Leads", ""],
            ["9", "x", ""],
        ];
        let lines = text.iter().zip(1..).map(|(cells, number)| Line {
            number,
            cells: cells.map(str::to_owned).to_vec(),
            open: false,
        });
        let sheet = Publishers::columns()
            .sheet(lines.collect())
            .expect("a sheet");
        let old = Known {
            locked: Some(ARCHIVED),
            ..known(3, "Old Leads", "")
        };
        let stored = [
            known(7, "Lead Harbor", "lh-1"),
            known(8, "Metro Media", "mm-17"),
            old,
        ];
        let judged = judge(&Publishers, &sheet.rows, &stored);
        let fates: Vec<Fate> = judged.iter().map(|one| one.fate).collect();
        use Fate::{Changed, New, Refused, Repeated, Unchanged};
        assert_eq!(fates, [Unchanged, Changed, New, Repeated, Refused, Refused]);
    }
}
