//! Rows of targets. A target is found by its buyer's name and its own.

use std::collections::BTreeMap;

use super::fate::{Known, Rules};
use super::fields::{Fields, names};
use super::name_key;
use super::row::Columns;
use crate::api::target::{CheckedTarget, TargetForm};
use crate::id::{BuyerId, TargetId};
use crate::invalid::{FieldErrors, name};
use crate::tag::list::BulkLists;

/// Why an archived target is not changed.
pub const ARCHIVED: &str =
    "A target of this name is archived. Restore it first, or choose another name.";

/// The buyer of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuyerOf {
    Known(BuyerId),
    /// One that is made with the import.
    New(String),
}

/// What rows of targets are judged by.
#[derive(Debug, Clone, Default)]
pub struct Targets {
    buyers: BTreeMap<String, (BuyerId, bool)>,
    /// Whether buyers that are missing are made.
    make: bool,
    lists: BulkLists,
}

impl Targets {
    /// With the buyers there are, by name and whether they are archived.
    #[must_use]
    pub fn new(buyers: impl IntoIterator<Item = (BuyerId, String, bool)>, make: bool) -> Self {
        let mut by_name = BTreeMap::new();
        for (id, name, archived) in buyers {
            by_name.entry(name_key(&name)).or_insert((id, archived));
        }
        Self {
            buyers: by_name,
            make,
            lists: BulkLists::new(),
        }
    }

    /// With the lists that filters may ask for.
    #[must_use]
    pub fn knowing(self, lists: BulkLists) -> Self {
        Self { lists, ..self }
    }

    fn buyer(&self, text: &str) -> Result<BuyerOf, FieldErrors> {
        let told = |code, message: &str| Err(FieldErrors::one("buyer", code, message));
        match self.buyers.get(&name_key(text)) {
            Some((_, true)) => told("archived", super::buyer::ARCHIVED),
            Some((id, false)) => Ok(BuyerOf::Known(*id)),
            None if text.trim().is_empty() => told("required", "Name the buyer of this target."),
            None if self.make => name("buyer", text).map(BuyerOf::New),
            None => told(
                "unknown",
                &format!(
                    "There is no buyer “{}”. Import the buyers first, or have those that are missing made.",
                    super::row::shown(text)
                ),
            ),
        }
    }
}

impl Rules for Targets {
    type Id = TargetId;
    type Input = (BuyerOf, CheckedTarget);
    const THING: &'static str = "target";
    const NAMED_AT: &'static str = "name";

    fn columns() -> Columns {
        let first = ["id", "buyer"].map(str::to_owned);
        Columns {
            names: first.into_iter().chain(names::<TargetForm>()).collect(),
            required: &["buyer", "name"],
            also: &[("target", "name"), ("weekly_hours", "days")],
            bare: &[],
            loose: false,
        }
    }

    fn blank() -> Fields {
        Fields::of(&TargetForm::default())
    }

    fn key(&self, fields: &Fields) -> String {
        format!(
            "{}\n{}",
            name_key(fields.get("buyer")),
            name_key(fields.get("name"))
        )
    }

    fn label(&self, fields: &Fields) -> String {
        match (fields.get("buyer").trim(), fields.get("name").trim()) {
            ("", name) | (name, "") => name.to_owned(),
            (buyer, name) => format!("{name}, {buyer}"),
        }
    }

    fn check(
        &self,
        fields: &Fields,
        known: Option<&Known<Self>>,
    ) -> Result<Self::Input, FieldErrors> {
        let mut errors = FieldErrors::default();
        let buyer = errors.take(self.buyer(fields.get("buyer")));
        let before = known.map(|known| (&known.input.1.input, &known.input.1.settings));
        let input = (fields.form::<TargetForm>())
            .and_then(|form| form.check_with(Some(&self.lists))?.over(before));
        let input = errors.take(input);
        let moved = |buyer: &BuyerOf| known.is_some_and(|known| known.input.0 != *buyer);
        if buyer.as_ref().is_some_and(moved) {
            errors.add("buyer", "fixed", "A target stays with its buyer.");
        }
        match (buyer, input) {
            (Some(buyer), Some(input)) if errors.is_empty() => Ok((buyer, input)),
            _ => Err(errors),
        }
    }

    fn canonical((_, target): &Self::Input, _: Fields, known: &Known<Self>) -> Fields {
        let fields = Fields::of(&TargetForm::of(&target.input, &target.settings));
        let fields = fields.with("buyer", known.fields.get("buyer"));
        // A password is never shown, but that there is a new one is told.
        let password = |target: &CheckedTarget| target.settings.sip.clone().map(|s| s.password);
        match password(target).filter(|new| !new.is_empty()) {
            Some(new) if password(&known.input.1).as_ref() != Some(&new) => {
                fields.with("sip_password", "another")
            }
            _ => fields,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fate::{judge, refused, report};
    use super::super::row::Row;
    use super::*;
    use crate::api::sheet::Fate;

    fn row(line: u32, cells: &[(&str, &str)]) -> Row {
        let mut fields = Fields::default();
        for (name, text) in cells {
            fields.set(name, *text);
        }
        Row {
            line,
            fields,
            errors: FieldErrors::default(),
            cells: cells.iter().map(|(_, text)| (*text).to_owned()).collect(),
        }
    }

    fn stored(id: i64, name: &str, locked: bool) -> Known<Targets> {
        let form = TargetForm {
            name: name.to_owned(),
            number: "(214) 555-0187".to_owned(),
            cap_daily: "40".to_owned(),
            ..TargetForm::default()
        };
        Known {
            id: TargetId(id),
            fields: Fields::of(&form).with("buyer", "Acme"),
            input: (BuyerOf::Known(BuyerId(1)), form.check().expect("valid")),
            locked: locked.then_some(ARCHIVED),
        }
    }

    fn rules(make: bool) -> Targets {
        let buyers = [(1, "Acme", false), (2, "Old", true)];
        Targets::new(
            buyers.map(|(id, name, old)| (BuyerId(id), name.to_owned(), old)),
            make,
        )
    }

    #[test]
    fn each_row_has_its_fate() {
        let known = [
            stored(7, "Austin", false),
            stored(8, "Boston", false),
            stored(9, "Gone", true),
        ];
        let number = ("number", "+12145550187");
        let rows = [
            row(2, &[("buyer", "ACME"), ("name", "austin "), number]),
            row(
                3,
                &[("buyer", "Acme"), ("name", "Boston"), ("cap_daily", "60")],
            ),
            row(
                4,
                &[
                    ("buyer", "Acme"),
                    ("name", "Chicago"),
                    ("cap_daily", ""),
                    number,
                ],
            ),
            row(5, &[("buyer", "Acme"), ("name", "CHICAGO"), number]),
            row(
                6,
                &[
                    ("buyer", "Acme"),
                    ("name", "Denver"),
                    ("number", "214"),
                    ("cap_daily", "x"),
                ],
            ),
            row(7, &[("buyer", "Nobody"), ("name", "Erie"), number]),
            row(8, &[("buyer", "Acme"), ("name", "Gone"), number]),
            row(9, &[("id", "99"), ("name", "Fargo")]),
            row(10, &[("id", "8"), ("name", "Austin")]),
            row(11, &[("buyer", "Old"), ("name", "Galveston"), number]),
        ];
        let judged = judge(&rules(false), &rows, &known);
        let fates: Vec<(u32, Fate)> = judged.iter().map(|j| (j.line, j.fate)).collect();
        use Fate::{Changed, New, Refused, Repeated};
        let wanted = [
            Changed, Changed, New, Repeated, Refused, Refused, Refused, Refused, Refused, Refused,
        ];
        assert_eq!(fates, (2..12).zip(wanted).collect::<Vec<_>>());
        let said = |at: usize| -> Vec<String> {
            let notes = judged[at].notes.iter();
            notes.map(|n| format!("{}: {}", n.field, n.text)).collect()
        };
        // The name's case is a change, the way its number is written is none.
        assert_eq!(said(0), ["name: “austin” instead of “Austin”"]);
        assert_eq!(said(1), ["cap_daily: “60” instead of “40”"]);
        assert_eq!(said(3), ["line: Line 4 is about the same."]);
        assert_eq!(
            judged[4]
                .notes
                .iter()
                .map(|n| n.field.as_str())
                .collect::<Vec<_>>(),
            ["number", "cap_daily"]
        );
        assert!(said(5)[0].starts_with("buyer: There is no buyer “Nobody”."));
        assert_eq!(
            said(7),
            ["id: There is no target 99. Leave the id empty for a new one."]
        );
        assert_eq!(said(8), ["name: Another target has this name."]);
        let report = report(&judged);
        assert_eq!(
            (report.new, report.changed, report.repeated, report.refused),
            (1, 2, 1, 6)
        );
    }

    #[test]
    fn a_new_password_is_a_change_that_does_not_tell_it() {
        let sip = |password: &str| TargetForm {
            name: "Austin".to_owned(),
            kind: "sip".to_owned(),
            sip: "sip:a@pbx.example.com".to_owned(),
            sip_user: "a".to_owned(),
            sip_password: password.to_owned(),
            ..TargetForm::default()
        };
        let known = Known {
            id: TargetId(7),
            fields: Fields::of(&sip("old").without_password()).with("buyer", "Acme"),
            input: (
                BuyerOf::Known(BuyerId(1)),
                sip("old").check().expect("valid"),
            ),
            locked: None,
        };
        let typed = |password| {
            let cells = [
                ("buyer", "Acme"),
                ("name", "Austin"),
                ("sip_password", password),
            ];
            judge(
                &rules(false),
                &[row(2, &cells)],
                std::slice::from_ref(&known),
            )
            .remove(0)
        };
        assert_eq!(typed("").fate, Fate::Unchanged);
        let new = typed("new");
        assert_eq!(new.notes[0].text, "“another” instead of nothing");
        let (_, (_, target)) = new.write.expect("changed");
        assert_eq!(
            target.settings.sip.map(|s| s.password).as_deref(),
            Some("new")
        );
    }

    #[test]
    fn what_is_stored_is_unchanged_and_missing_columns_stay() {
        let known = [stored(7, "Austin", false)];
        let same = row(2, &[("id", "7"), ("number", "214.555.0187")]);
        let renamed = row(
            2,
            &[("id", "7"), ("name", "Austin South"), ("buyer", "acme")],
        );
        let cleared = row(
            2,
            &[("buyer", "Acme"), ("name", "Austin"), ("cap_daily", "")],
        );
        let fate = |row: Row| judge(&rules(false), &[row], &known).remove(0);
        assert_eq!(fate(same).fate, Fate::Unchanged);
        assert_eq!(fate(renamed).write.expect("changed").0, Some(TargetId(7)));
        assert_eq!(fate(cleared).notes[0].text, "nothing instead of “40”");
    }

    #[test]
    fn buyers_are_made_where_that_was_asked_for() {
        let new = row(
            2,
            &[
                ("buyer", "Bell & Söhne"),
                ("name", "A"),
                ("number", "2145550187"),
            ],
        );
        let judged = judge(&rules(true), &[new], &[]);
        let (_, (buyer, _)) = judged[0].write.clone().expect("new");
        assert_eq!(buyer, BuyerOf::New("Bell & Söhne".to_owned()));
    }

    #[test]
    fn refused_rows_come_back_with_what_is_wrong() {
        let rows = [
            row(2, &[("buyer", "Acme"), ("name", "")]),
            row(3, &[("buyer", "Acme"), ("name", "A")]),
        ];
        let judged = judge(&rules(false), &rows, &[]);
        let header = ["buyer".to_owned(), "name".to_owned()];
        let table = refused(&header, &rows[..1], &judged[..1]);
        assert_eq!(table[0], ["buyer", "name", "error"]);
        assert_eq!(table[1][..2], ["Acme", ""]);
        assert!(table[1][2].starts_with("name: Enter a name."), "{table:?}");
    }
}
