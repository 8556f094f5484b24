//! Reading comma-separated values (RFC 4180) as spreadsheets write them: with a byte order mark or
//! without, any line ends, quotes, and commas, semicolons or tabs between the cells.

use csv::{ReaderBuilder, StringRecord};

use super::decode::decode;
use super::row::{Line, too_large, too_many};
use super::{FILE_BYTES_MAX, ROWS_MAX, cell};
use crate::invalid::FieldErrors;

/// How a workbook file begins: it is a ZIP archive.
const ZIP: &[u8] = b"PK\x03\x04";

/// The lines of a file that have anything on them.
///
/// # Errors
/// At `text`: empty, too large, too many rows, or no text.
pub fn lines(file: &[u8]) -> Result<Vec<Line>, FieldErrors> {
    if file.len() > FILE_BYTES_MAX {
        return Err(too_large());
    }
    if file.starts_with(ZIP) {
        let message = "This is a workbook. Save the sheet as CSV and choose that file.";
        return Err(FieldErrors::one("text", "workbook", message));
    }
    let text = decode(file);
    let (text, told) = separator_line(&text);
    if text.trim().is_empty() {
        let message = "Choose a file or paste rows.";
        return Err(FieldErrors::one("text", "required", message));
    }
    let separator = told.unwrap_or_else(|| separator(text));
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut found: Vec<Line> = Vec::new();
    let mut place = Place {
        text,
        at: 0,
        line: 1 + u32::from(told.is_some()),
    };
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).unwrap_or(false) {
        if found.len() > ROWS_MAX {
            return Err(too_many());
        }
        let at = record.position().map_or(0, csv::Position::byte);
        place.go_to(usize::try_from(at).unwrap_or(usize::MAX));
        let cells = record.iter().map(|text| cell::unprotect(text).to_owned());
        found.push(Line {
            number: place.line,
            cells: cells.collect(),
            open: false,
        });
    }
    if let Some(last) = found.last_mut() {
        last.open = ends_in_quotes(&text[place.at..], separator);
    }
    Ok(found)
}

/// The text without a first line "sep=;", which some spreadsheets write, and what it says.
fn separator_line(text: &str) -> (&str, Option<u8>) {
    let told = text.strip_prefix("sep=").and_then(|rest| {
        let separator = *rest.as_bytes().first().filter(|b| b",;\t|".contains(b))?;
        let rest = &rest[1..];
        let rest = rest.strip_prefix('\r').unwrap_or(rest);
        Some((rest.strip_prefix('\n')?, Some(separator)))
    });
    told.unwrap_or((text, None))
}

/// What stands between the cells of the first line; commas where nothing does.
fn separator(text: &str) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in text.trim_start_matches(['\r', '\n']).bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            byte if !quoted => {
                if let Some((_, count)) = counts.iter_mut().find(|(own, _)| *own == byte) {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let found = counts.iter().find(|(_, count)| *count == most);
    found.map_or(b',', |(separator, _)| *separator)
}

/// A place in the text, and the number of its line.
struct Place<'t> {
    text: &'t str,
    at: usize,
    line: u32,
}

impl Place<'_> {
    /// Goes on to the row that begins at a byte or behind the line ends there.
    fn go_to(&mut self, to: usize) {
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() && (self.at < to || matches!(bytes[self.at], b'\r' | b'\n')) {
            let second_half = bytes[self.at] == b'\n' && self.at > 0 && bytes[self.at - 1] == b'\r';
            if matches!(bytes[self.at], b'\r' | b'\n') && !second_half {
                self.line += 1;
            }
            self.at += 1;
        }
    }
}

/// Whether a row ends within quotes.
fn ends_in_quotes(row: &str, separator: u8) -> bool {
    let (mut quoted, mut begins) = (false, true);
    for byte in row.bytes() {
        match byte {
            // A doubled quote closes and opens again.
            b'"' if quoted || begins => {
                begins = quoted;
                quoted = !quoted;
            }
            byte => begins = !quoted && byte == separator,
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::write::write;
    use proptest::prelude::*;

    fn cells(file: &[u8]) -> Vec<(u32, Vec<String>)> {
        let lines = lines(file).expect("a file").into_iter();
        lines.map(|line| (line.number, line.cells)).collect()
    }

    fn row(number: u32, cells: &[&str]) -> (u32, Vec<String>) {
        (number, cells.iter().map(|c| (*c).to_owned()).collect())
    }

    #[test]
    fn rows_are_read_as_spreadsheets_write_them() {
        let commas = "\u{feff}name,note\r\nA,\"x, \"\"y\"\"\r\nz\"\r\n\r\nMüller,é\r\n";
        let wanted = [
            row(1, &["name", "note"]),
            row(2, &["A", "x, \"y\"\r\nz"]),
            row(5, &["Müller", "é"]),
        ];
        assert_eq!(cells(commas.as_bytes()), wanted);
        assert_eq!(
            cells(b"a;b\n1,5;2\n"),
            [row(1, &["a", "b"]), row(2, &["1,5", "2"])]
        );
        assert_eq!(
            cells(b"\n\na\tb\n1\t\"2\t3\""),
            [row(3, &["a", "b"]), row(4, &["1", "2\t3"])]
        );
        assert_eq!(
            cells(b"a,b\r1,2\r3,4"),
            [
                row(1, &["a", "b"]),
                row(2, &["1", "2"]),
                row(3, &["3", "4"])
            ]
        );
        assert_eq!(
            cells(b"sep=;\r\na;b,c\r\n1;2"),
            [row(2, &["a", "b,c"]), row(3, &["1", "2"])]
        );
        assert_eq!(cells(b"+13075550100"), [row(1, &["+13075550100"])]);
        let wide: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain("é\t2\r\n".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(cells(&wide), [row(1, &["é", "2"])]);
        assert_eq!(cells(b"M\xfcller")[0].1, ["M\u{fffd}ller"]);
    }

    #[test]
    fn what_is_no_table_is_told() {
        let code = |file: &[u8]| lines(file).expect_err("refused").0[0].code.clone();
        assert_eq!(code(b" \r\n"), "required");
        assert_eq!(code(b"PK\x03\x04\x14"), "workbook");
        assert_eq!(code(&vec![b'x'; FILE_BYTES_MAX + 1]), "too_long");
        assert_eq!(code("1\n".repeat(ROWS_MAX + 2).as_bytes()), "too_many");
        assert_eq!(
            cells("1\n".repeat(ROWS_MAX + 1).as_bytes()).len(),
            ROWS_MAX + 1
        );
    }

    #[test]
    fn a_quote_that_is_not_closed_is_found_where_it_opens() {
        let found = lines(b"a,b\n1,2\n3,\"4\n5,6\n7,8\n").expect("a file");
        let open: Vec<(u32, bool)> = found.iter().map(|l| (l.number, l.open)).collect();
        assert_eq!(open, [(1, false), (2, false), (3, true)]);
        for closed in ["a,\"b\"\"\"", "a,\"\"", "5\" pipe,b", "\"a\"\n"] {
            assert!(
                !lines(closed.as_bytes()).expect("a file")[0].open,
                "{closed}"
            );
        }
    }

    fn any_table() -> impl Strategy<Value = Vec<Vec<String>>> {
        (1..5_usize).prop_flat_map(|columns| {
            let cell = "[-'\"=+@,;a\t\r\n é]{0,8}|\\PC{0,10}";
            prop::collection::vec(prop::collection::vec(cell, columns), 0..8)
        })
    }

    proptest! {
        #[test]
        fn any_table_that_is_written_is_read_back(rows in any_table()) {
            let width = rows.first().map_or(1, Vec::len);
            let header = (0..width).map(|n| format!("column {n}")).collect();
            let table: Vec<Vec<String>> = std::iter::once(header).chain(rows).collect();
            let text = write(&table);
            for file in [text.clone(), format!("\u{feff}{text}")] {
                let back: Vec<Vec<String>> = lines(file.as_bytes()).expect("a file").into_iter().map(|l| l.cells).collect();
                prop_assert_eq!(&back, &table);
            }
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\",;\n\r\ta=']{0,60}") {
            for file in [bytes.as_slice(), text.as_bytes()] {
                if let Ok(lines) = lines(file) {
                    prop_assert!(lines.is_sorted_by(|a, b| a.number < b.number));
                }
            }
        }
    }
}
