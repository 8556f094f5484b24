//! One line of an imported list of blocked callers: `number,hours,note`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::pattern::{BlockPattern, ParsePatternError};
use crate::invalid::{self, FieldErrors};

/// The longest line that is looked at, in bytes; a longer one is no list of numbers.
pub const LINE_BYTES_MAX: usize = 2_000;
/// The longest note, in characters.
pub const NOTE_CHARS_MAX: usize = 200;
/// The longest time a block can be given, in hours: ten years. Without one it is for good.
pub const HOURS_MAX: u32 = 87_600;

/// What a line asks for. Campaign or account is chosen for the whole import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockLine {
    pub pattern: BlockPattern,
    /// Hours from the import to the end of the block; none is for good.
    pub hours: Option<u32>,
    pub note: String,
}

/// What a line is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    Block(BlockLine),
    /// The names of the columns; nothing to do.
    Header,
    /// Nothing on it.
    Blank,
}

/// A refused line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadLine {
    /// From 1.
    pub line: u32,
    /// `number`, `hours`, `note` or `line`.
    pub field: String,
    pub message: String,
    /// How it begins.
    pub text: String,
}

/// What a whole list asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Each pattern once, as it was first named.
    pub blocks: Vec<BlockLine>,
    /// Lines that name a pattern again.
    pub repeated: u32,
    pub bad: Vec<BadLine>,
}

/// Characters of a refused line that are shown.
const SHOWN_CHARS: usize = 60;

/// Reads a list, line by line.
#[must_use]
pub fn read_sheet(text: &str) -> Sheet {
    let mut sheet = Sheet::default();
    let mut named = BTreeSet::new();
    for (line, number) in text.lines().zip(1_u32..) {
        match read(line) {
            Ok(Line::Block(block)) => {
                if named.insert(block.pattern.clone()) {
                    sheet.blocks.push(block);
                } else {
                    sheet.repeated += 1;
                }
            }
            Ok(Line::Header | Line::Blank) => {}
            Err(errors) => {
                let shown = || line.trim().chars().take(SHOWN_CHARS).collect();
                sheet.bad.extend(errors.0.into_iter().map(|error| BadLine {
                    line: number,
                    field: error.field,
                    message: error.message,
                    text: shown(),
                }));
            }
        }
    }
    sheet
}

/// Reads one line, without its line end or with it. A byte order mark is skipped. Hours and note
/// may be left out; a field in double quotes may have commas and, doubled, quotes.
///
/// # Errors
/// At `line`: `too_long`, `malformed` (quotes) or `too_many` (columns). At `number`, `hours` or
/// `note`: what is wrong with it.
pub fn read(line: &str) -> Result<Line, FieldErrors> {
    if line.len() > LINE_BYTES_MAX {
        let message = format!("The line is longer than {LINE_BYTES_MAX} bytes.");
        return Err(FieldErrors::one("line", "too_long", &message));
    }
    let line = line.trim_start_matches('\u{feff}').trim();
    if line.is_empty() {
        return Ok(Line::Blank);
    }
    let fields = split(line)?;
    if fields[0].trim().eq_ignore_ascii_case("number") {
        return Ok(Line::Header);
    }
    if fields.len() > 3 {
        let message = "Give number, hours and note, and put a note with commas in quotes.";
        return Err(FieldErrors::one("line", "too_many", message));
    }
    let field = |n: usize| fields.get(n).map_or("", String::as_str);
    let mut errors = FieldErrors::default();
    let pattern = errors.take(field(0).parse().map_err(|error: ParsePatternError| {
        let code = if error == ParsePatternError::Empty {
            "required"
        } else {
            "malformed"
        };
        FieldErrors::one("number", code, &error.to_string())
    }));
    let hours = errors.take(invalid::optional_whole("hours", field(1), 1, HOURS_MAX));
    let note = errors.take(invalid::optional_text("note", field(2), NOTE_CHARS_MAX));
    match (pattern, hours, note) {
        (Some(pattern), Some(hours), Some(note)) => Ok(Line::Block(BlockLine {
            pattern,
            hours,
            note: note.unwrap_or_default(),
        })),
        _ => Err(errors),
    }
}

/// The fields of a line of comma-separated values (RFC 4180), at least one.
fn split(line: &str) -> Result<Vec<String>, FieldErrors> {
    let malformed = |message| Err(FieldErrors::one("line", "malformed", message));
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let Some(quoted) = rest.trim_start().strip_prefix('"') else {
            let (field, after) = rest
                .split_once(',')
                .map_or((rest, None), |(f, a)| (f, Some(a)));
            fields.push(field.trim().to_owned());
            match after {
                Some(after) => rest = after,
                None => return Ok(fields),
            }
            continue;
        };
        let mut field = String::new();
        let mut part = quoted;
        let after = loop {
            let Some((text, after)) = part.split_once('"') else {
                return malformed("A quote is not closed.");
            };
            field.push_str(text);
            match after.strip_prefix('"') {
                Some(more) => {
                    field.push('"');
                    part = more;
                }
                None => break after.trim_start(),
            }
        };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(after) => rest = after,
            None if after.is_empty() => return Ok(fields),
            None => return malformed("After a closing quote comes a comma."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_list_names_each_pattern_once_and_each_bad_line_by_its_number() {
        let list = "\u{feff}number,hours,note\r\n+13075550100,24,robots\r\n\r\n+1307*\r\n307 555 0100\r\n12,many,x\r\n";
        let sheet = read_sheet(list);
        let patterns: Vec<String> = sheet.blocks.iter().map(|b| b.pattern.to_string()).collect();
        assert_eq!(patterns, ["+13075550100", "+1307*"]);
        assert_eq!(sheet.repeated, 1);
        let bad: Vec<(u32, &str)> = sheet.bad.iter().map(|b| (b.line, &*b.field)).collect();
        assert_eq!(bad, [(6, "number"), (6, "hours")]);
        assert_eq!(sheet.bad[0].text, "12,many,x");
    }

    fn block(pattern: &str, hours: Option<u32>, note: &str) -> Result<Line, FieldErrors> {
        Ok(Line::Block(BlockLine {
            pattern: pattern.parse().expect("a pattern"),
            hours,
            note: note.to_owned(),
        }))
    }

    #[test]
    fn lines_are_read_as_spreadsheets_write_them() {
        assert_eq!(read("\u{feff}Number,Hours,Note\r\n"), Ok(Line::Header));
        assert_eq!(read(" \r\n"), Ok(Line::Blank));
        assert_eq!(read("+13075550100"), block("+13075550100", None, ""));
        assert_eq!(
            read("+1307*,24,robots\r\n"),
            block("+1307*", Some(24), "robots")
        );
        assert_eq!(read("\u{feff}anonymous,,"), block("anonymous", None, ""));
        assert_eq!(
            read(r#""(307) 555-0100" , "1,000","he said ""stop"", twice""#),
            block("+13075550100", Some(1_000), r#"he said "stop", twice"#)
        );
        assert_eq!(
            read("+1307*,,Señor Müller"),
            block("+1307*", None, "Señor Müller")
        );
    }

    #[test]
    fn a_bad_line_says_what_is_wrong_in_every_field() {
        let said = |line: &str| -> Vec<(String, String)> {
            let errors = read(line).expect_err("bad");
            errors.0.into_iter().map(|e| (e.field, e.code)).collect()
        };
        let one = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
        assert_eq!(said(",24"), one("number", "required"));
        assert_eq!(said("12"), one("number", "malformed"));
        assert_eq!(said("+1307*,0"), one("hours", "out_of_range"));
        assert_eq!(said("+1307*,a,b,c"), one("line", "too_many"));
        assert_eq!(said("+1307*,\"24"), one("line", "malformed"));
        assert_eq!(said("+1307*,\"24\"x"), one("line", "malformed"));
        assert_eq!(said(&"1".repeat(10_000_000)), one("line", "too_long"));
        let all = said(&format!("x,y,{}", "z".repeat(201)));
        let fields: Vec<&str> = all.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["number", "hours", "note"]);
    }

    proptest! {
        #[test]
        fn what_is_quoted_comes_back(note in "[a-z,\"* é]{0,30}") {
            let line = format!("+1307*,24,\"{}\"", note.replace('"', "\"\""));
            prop_assert_eq!(read(&line), block("+1307*", Some(24), note.trim()));
        }

        #[test]
        fn no_line_panics(line in "[\\PC\",]{0,60}") {
            let _ = read(&line);
        }
    }
}
