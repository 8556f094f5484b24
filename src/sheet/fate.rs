//! What an import does with each row of a file, decided before anything is written.

use std::collections::HashMap;
use std::fmt::Display;

use super::fields::Fields;
use super::row::{Columns, Row, shown};
use crate::api::sheet::{Fate, ImportReport, Note, ROWS_SHOWN, RowReport};
use crate::invalid::FieldErrors;

/// The column that names a thing by its id.
const ID: &str = "id";

/// What is particular to a list.
pub trait Rules {
    type Id: Copy + Display;
    /// What is stored of a row.
    type Input: PartialEq;
    /// "target", to fit "There is no target 7."
    const THING: &'static str;
    /// Where it is said that a name is taken.
    const NAMED_AT: &'static str;

    /// The columns.
    fn columns() -> Columns;

    /// What a new thing starts with; an empty cell of a new row is that.
    fn blank() -> Fields;

    /// What tells a thing from others: two rows with the same are about the same thing.
    fn key(&self, fields: &Fields) -> String;

    /// The same of what is stored.
    fn stored_key(&self, known: &Known<Self>) -> String {
        self.key(&known.fields)
    }

    /// The name a person knows it by.
    fn label(&self, fields: &Fields) -> String;

    /// Checks a row; `known` is what is stored of the same thing.
    ///
    /// # Errors
    /// At the column.
    fn check(
        &self,
        fields: &Fields,
        known: Option<&Known<Self>>,
    ) -> Result<Self::Input, FieldErrors>;

    /// The columns as they would be stored, so that what is only written otherwise is no change.
    #[must_use]
    fn canonical(_: &Self::Input, typed: Fields, _: &Known<Self>) -> Fields {
        typed
    }
}

/// What is stored of a thing.
#[derive(Debug, Clone)]
pub struct Known<R: Rules + ?Sized> {
    pub id: R::Id,
    /// Its columns.
    pub fields: Fields,
    pub input: R::Input,
    /// Why it cannot be changed, if it cannot: it is archived.
    pub locked: Option<&'static str>,
}

/// What becomes of a row.
#[derive(Debug, Clone)]
pub struct Judged<R: Rules> {
    pub line: u32,
    pub fate: Fate,
    pub label: String,
    pub notes: Vec<Note>,
    /// What to store, and of which thing if it is there already.
    pub write: Option<(Option<R::Id>, R::Input)>,
}

/// Decides the fate of each row.
#[must_use]
pub fn judge<R: Rules>(rules: &R, rows: &[Row], known: &[Known<R>]) -> Vec<Judged<R>> {
    let mut court = Court::new(rules, known);
    rows.iter().map(|row| court.judge(row)).collect()
}

struct Court<'a, R: Rules> {
    rules: &'a R,
    known: &'a [Known<R>],
    blank: Fields,
    by_id: HashMap<String, usize>,
    by_key: HashMap<String, usize>,
    /// The line that spoke of a thing first.
    seen: HashMap<String, u32>,
    seen_known: HashMap<usize, u32>,
}

impl<'a, R: Rules> Court<'a, R> {
    fn new(rules: &'a R, known: &'a [Known<R>]) -> Self {
        let mut by_key = HashMap::with_capacity(known.len());
        for (at, one) in known.iter().enumerate() {
            by_key.entry(rules.stored_key(one)).or_insert(at);
        }
        Self {
            rules,
            known,
            blank: R::blank(),
            by_id: (known.iter().enumerate())
                .map(|(at, one)| (one.id.to_string(), at))
                .collect(),
            by_key,
            seen: HashMap::new(),
            seen_known: HashMap::new(),
        }
    }

    fn judge(&mut self, row: &Row) -> Judged<R> {
        let label = || match self.rules.label(&row.fields) {
            label if label.trim().is_empty() => shown(&row.cells.join(" ")),
            label => shown(&label),
        };
        let mut judged = Judged {
            line: row.line,
            fate: Fate::Refused,
            label: label(),
            notes: Vec::new(),
            write: None,
        };
        match self.decide(row) {
            Ok((fate, notes, write)) => {
                judged.fate = fate;
                judged.notes = notes;
                judged.write = write;
            }
            Err(errors) => judged.notes = errors.0.into_iter().map(note).collect(),
        }
        judged
    }

    #[expect(clippy::type_complexity, reason = "the parts of a verdict, used once")]
    fn decide(
        &mut self,
        row: &Row,
    ) -> Result<(Fate, Vec<Note>, Option<(Option<R::Id>, R::Input)>), FieldErrors> {
        row.errors.clone().check()?;
        let at = self.stored(row)?;
        let known = at.map(|at| &self.known[at]);
        let fields = self.laid_over(row, known);
        let input = self.rules.check(&fields, known)?;
        let key = self.rules.key(&fields);
        if self
            .by_key
            .get(&key)
            .is_some_and(|other| at != Some(*other))
        {
            let message = format!("Another {} has this name.", R::THING);
            return Err(FieldErrors::one(R::NAMED_AT, "taken", &message));
        }
        let before = self.seen.get(&key).copied();
        let before = before.or_else(|| at.and_then(|at| self.seen_known.get(&at).copied()));
        if let Some(line) = before {
            let said = told("line", &format!("Line {line} is about the same."));
            return Ok((Fate::Repeated, vec![said], None));
        }
        if let Some(why) = known.and_then(|known| known.locked) {
            return Err(FieldErrors::one(R::NAMED_AT, "archived", why));
        }
        self.seen.insert(key, row.line);
        if let Some(at) = at {
            self.seen_known.insert(at, row.line);
        }
        Ok(match known {
            None => (Fate::New, Vec::new(), Some((None, input))),
            Some(known) if known.input == input => (Fate::Unchanged, Vec::new(), None),
            Some(known) => (
                Fate::Changed,
                changes(&known.fields, &R::canonical(&input, fields, known)),
                Some((Some(known.id), input)),
            ),
        })
    }

    /// The stored thing that a row is about: by its id, else by what tells it from others.
    fn stored(&self, row: &Row) -> Result<Option<usize>, FieldErrors> {
        let id = row.fields.get(ID).trim();
        if id.is_empty() {
            return Ok(self.by_key.get(&self.rules.key(&row.fields)).copied());
        }
        let message = || {
            format!(
                "There is no {} {}. Leave the id empty for a new one.",
                R::THING,
                shown(id)
            )
        };
        let found = self.by_id.get(id).copied();
        found
            .map(Some)
            .ok_or_else(|| FieldErrors::one(ID, "unknown", &message()))
    }

    /// The row over what is stored, or over what a new thing starts with. A column that the file
    /// does not have stays as it is.
    fn laid_over(&self, row: &Row, known: Option<&Known<R>>) -> Fields {
        let mut fields = known.map_or_else(|| self.blank.clone(), |known| known.fields.clone());
        for (name, text) in row.fields.iter() {
            if name != ID && (known.is_some() || !text.trim().is_empty()) {
                fields.set(name, text);
            }
        }
        fields
    }
}

fn told(field: &str, text: &str) -> Note {
    Note {
        field: field.to_owned(),
        text: text.to_owned(),
    }
}

fn note(error: crate::invalid::Invalid) -> Note {
    told(&error.field, &error.message)
}

/// What is written otherwise than it is stored.
fn changes(before: &Fields, after: &Fields) -> Vec<Note> {
    let quoted = |text: &str| match text.trim() {
        "" => "nothing".to_owned(),
        text => format!("“{}”", shown(text)),
    };
    let change = |(name, now): (&str, &str)| {
        let old = before.get(name);
        let text = || format!("{} instead of {}", quoted(now), quoted(old));
        (old.trim() != now.trim()).then(|| told(name, &text()))
    };
    after.iter().filter_map(change).collect()
}

/// The verdicts as a person reads them: the counts of all, and some of the rows.
#[must_use]
pub fn report<R: Rules>(judged: &[Judged<R>]) -> ImportReport {
    let mut report = ImportReport::default();
    for one in judged {
        let count = match one.fate {
            Fate::New => &mut report.new,
            Fate::Changed => &mut report.changed,
            Fate::Unchanged => &mut report.unchanged,
            Fate::Repeated => &mut report.repeated,
            Fate::Refused => &mut report.refused,
        };
        *count += 1;
        if *count <= ROWS_SHOWN {
            report.rows.push(RowReport {
                line: one.line,
                fate: one.fate,
                label: one.label.clone(),
                notes: one.notes.clone(),
            });
        }
    }
    report
}

/// The refused rows as a table that can be mended and imported: as they stood in the file, with
/// what is wrong behind them.
#[must_use]
pub fn refused<R: Rules>(
    header: &[String],
    rows: &[Row],
    judged: &[Judged<R>],
) -> Vec<Vec<String>> {
    let old = header
        .iter()
        .position(|cell| cell.trim().eq_ignore_ascii_case(super::row::ERROR));
    let with_error = |cells: &[String], error: String| {
        let kept = cells.iter().take(header.len()).cloned();
        let mut cells: Vec<String> = kept.collect();
        cells.resize(header.len(), String::new());
        match old {
            Some(at) => cells[at] = error,
            None => cells.push(error),
        }
        cells
    };
    let first = with_error(header, super::row::ERROR.to_owned());
    let bad = rows
        .iter()
        .zip(judged)
        .filter(|(_, one)| one.fate == Fate::Refused);
    std::iter::once(first)
        .chain(bad.map(|(row, one)| {
            let said: Vec<String> = one
                .notes
                .iter()
                .map(|n| format!("{}: {}", n.field, n.text))
                .collect();
            with_error(&row.cells, said.join(" "))
        }))
        .collect()
}
