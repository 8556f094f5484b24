//! A file as rows under the columns of a list.

use super::fields::Fields;
use super::{CELL_CHARS_MAX, FILE_BYTES_MAX, ROWS_MAX};
use crate::invalid::FieldErrors;
use crate::money::grouped;

/// The column of what was wrong, in a file of refused rows; it is not looked at when it comes back.
pub const ERROR: &str = "error";

/// A line of a file as it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// From 1: where it begins, for texts with line breaks.
    pub number: u32,
    pub cells: Vec<String>,
    /// A quote is opened and never closed.
    pub open: bool,
}

/// The columns of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    pub names: Vec<String>,
    /// Those that a file must have; none of them beside an `id`.
    pub required: &'static [&'static str],
    /// Other names of a column: (in the file, of the list).
    pub also: &'static [(&'static str, &'static str)],
    /// The columns of a file that has no header; empty where it must have one.
    pub bare: &'static [&'static str],
    /// Other columns of a file are passed over; else they are refused, for a name may be misspelt.
    pub loose: bool,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub line: u32,
    /// The columns that the file has.
    pub fields: Fields,
    /// What can be said without knowing the list.
    pub errors: FieldErrors,
    /// As it stands in the file.
    pub cells: Vec<String>,
}

/// The rows of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The header as it stands in the file, or the columns of a file without one.
    pub header: Vec<String>,
    pub rows: Vec<Row>,
}

impl Columns {
    /// Puts the lines of a file under its columns. Rows without any text are left out.
    ///
    /// # Errors
    /// At `text`: no rows at all, or a header that does not fit; it names what was expected.
    pub fn sheet(&self, lines: Vec<Line>) -> Result<Sheet, FieldErrors> {
        let mut lines = lines.into_iter().peekable();
        let Some(first) = lines.peek() else {
            return Err(FieldErrors::one("text", "required", "The file is empty."));
        };
        let without =
            !self.bare.is_empty() && !first.cells.iter().any(|c| self.column(c).is_some());
        let header = if without {
            self.bare.iter().map(|name| (*name).to_owned()).collect()
        } else {
            lines.next().map(|line| line.cells).unwrap_or_default()
        };
        let columns: Vec<Option<String>> = if without {
            header.iter().cloned().map(Some).collect()
        } else {
            self.header(&header)?
        };
        let rows: Vec<Row> = lines
            .filter(|line| line.cells.iter().any(|cell| !cell.trim().is_empty()))
            .map(|line| row(line, &columns, self.loose))
            .collect();
        if rows.is_empty() {
            let message = "There are no rows below the header.";
            return Err(FieldErrors::one("text", "required", message));
        }
        Ok(Sheet { header, rows })
    }

    /// The column of each cell of the header; none where a column is not looked at.
    fn header(&self, cells: &[String]) -> Result<Vec<Option<String>>, FieldErrors> {
        let (mut columns, mut unknown, mut twice) = (Vec::new(), Vec::new(), Vec::new());
        for cell in cells {
            let column = self.column(cell);
            match &column {
                Some(name) if columns.contains(&column) => twice.push(name.clone()),
                Some(_) => {}
                None if cell.trim().is_empty() || canonical(cell) == ERROR => {}
                None if self.loose => {}
                None => unknown.push(shown(cell)),
            }
            columns.push(column);
        }
        let has = |name: &str| columns.iter().flatten().any(|column| column == name);
        let missing: Vec<String> = (self.required.iter())
            .filter(|name| !has(name) && !has("id"))
            .map(|name| (*name).to_owned())
            .collect();
        let mut said = Vec::new();
        for (names, one, many) in [
            (
                &unknown,
                "is no column of this list",
                "are no columns of this list",
            ),
            (&missing, "is missing", "are missing"),
            (&twice, "is there twice", "are there twice"),
        ] {
            if !names.is_empty() {
                let listed: Vec<String> = names.iter().map(|n| format!("“{n}”")).collect();
                let verb = if names.len() == 1 { one } else { many };
                said.push(format!("{} {verb}.", listed.join(", ")));
            }
        }
        if said.is_empty() {
            return Ok(columns);
        }
        let message = format!(
            "The first line does not name the columns: {} Expected: {}.",
            said.join(" "),
            self.names.join(", ")
        );
        Err(FieldErrors::one("text", "header", &message))
    }

    fn column(&self, cell: &str) -> Option<String> {
        let name = canonical(cell);
        let also = self.also.iter().find(|(other, _)| *other == name);
        let name = also.map_or(name, |(_, own)| (*own).to_owned());
        self.names.contains(&name).then_some(name)
    }
}

/// "Cap daily" is `cap_daily`.
fn canonical(cell: &str) -> String {
    cell.trim().to_lowercase().replace([' ', '-'], "_")
}

/// The beginning of a text that may be anything.
pub(crate) fn shown(text: &str) -> String {
    const CHARS: usize = 60;
    let text = text.trim();
    match text.char_indices().nth(CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn row(line: Line, columns: &[Option<String>], loose: bool) -> Row {
    let (mut fields, mut errors) = (Fields::default(), FieldErrors::default());
    if line.open {
        let message = "A quote is opened here and never closed: all that follows is in it.";
        errors.add("line", "malformed", message);
    }
    let named = line.cells.iter().take(columns.len()).count();
    let mut beyond = line.cells[named..].iter();
    if !loose && beyond.any(|cell| !cell.trim().is_empty()) {
        let message = format!(
            "There are {} cells under {} columns. Put a text with commas in quotes.",
            line.cells.len(),
            columns.len()
        );
        errors.add("line", "too_many", message);
    }
    for (at, column) in columns.iter().enumerate() {
        let Some(name) = column else { continue };
        let cell = line.cells.get(at).map_or("", String::as_str);
        if cell.chars().count() > CELL_CHARS_MAX {
            let most = grouped(CELL_CHARS_MAX as u64);
            errors.add(
                name,
                "too_long",
                format!("A cell has at most {most} characters."),
            );
        } else if cell.contains('\u{fffd}') {
            let message = "Characters were lost here. Save the file as CSV in UTF-8.";
            errors.add(name, "malformed", message);
        }
        fields.set(name, cell);
    }
    Row {
        line: line.number,
        fields,
        errors,
        cells: line.cells,
    }
}

/// What is wrong with a file as a whole.
#[must_use]
pub fn too_large() -> FieldErrors {
    let most = FILE_BYTES_MAX / 1_000_000;
    let message = format!("The file is larger than {most} MB. Import it in parts.");
    FieldErrors::one("text", "too_long", &message)
}

/// What is wrong with a file of too many rows.
#[must_use]
pub fn too_many() -> FieldErrors {
    let most = grouped(ROWS_MAX as u64);
    let message = format!("The file has more than {most} rows. Import it in parts.");
    FieldErrors::one("text", "too_many", &message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Columns {
        Columns {
            names: ["id", "name", "cap_daily"].map(str::to_owned).to_vec(),
            required: &["name"],
            also: &[("target", "name")],
            bare: &[],
            loose: false,
        }
    }

    fn lines(text: &[&[&str]]) -> Vec<Line> {
        text.iter()
            .zip(1..)
            .map(|(cells, number)| Line {
                number,
                cells: cells.iter().map(|c| (*c).to_owned()).collect(),
                open: false,
            })
            .collect()
    }

    #[test]
    fn headers_are_read_as_people_write_them() {
        let file = lines(&[
            &["Target", " Cap Daily ", "", "error"],
            &["A", "5"],
            &[" ", ""],
            &["B", "", "", "old"],
        ]);
        let sheet = columns().sheet(file).expect("fits");
        let names: Vec<&str> = sheet.rows.iter().map(|r| r.fields.get("name")).collect();
        assert_eq!(names, ["A", "B"]);
        assert_eq!(sheet.rows[0].fields.find("cap_daily"), Some("5"));
        assert_eq!(sheet.rows[0].fields.find("id"), None);
        assert_eq!(sheet.rows[1].line, 4);
    }

    #[test]
    fn a_header_that_does_not_fit_is_told_with_what_was_expected() {
        let said = |cells: &[&str]| {
            let errors = columns().sheet(lines(&[cells, &["x"]])).expect_err("wrong");
            errors.message("text").unwrap_or_default()
        };
        assert_eq!(
            said(&["cap_daily", "colour", "cap daily"]),
            "The first line does not name the columns: “colour” is no column of this list. “name” is missing. \
             “cap_daily” is there twice. Expected: id, name, cap_daily."
        );
        assert!(said(&["a", "b"]).contains("“a”, “b” are no columns"));
        let errors = columns().sheet(Vec::new()).expect_err("empty");
        assert_eq!(errors.0[0].code, "required");
        let errors = columns()
            .sheet(lines(&[&["name"], &[""]]))
            .expect_err("no rows");
        assert_eq!(errors.0[0].code, "required");
        assert!(columns().sheet(lines(&[&["id"], &["5"]])).is_ok());
    }

    #[test]
    fn what_is_wrong_with_a_row_is_told_at_its_cell() {
        let long = "x".repeat(CELL_CHARS_MAX + 1);
        let file = lines(&[
            &["name"],
            &[&long],
            &["a", "b"],
            &["M\u{fffd}ller"],
            &["ok", " "],
        ]);
        let sheet = columns().sheet(file).expect("fits");
        let codes: Vec<Option<&str>> = sheet
            .rows
            .iter()
            .map(|r| r.errors.0.first().map(|e| e.code.as_str()))
            .collect();
        assert_eq!(
            codes,
            [Some("too_long"), Some("too_many"), Some("malformed"), None]
        );
    }
}
