//! Writing comma-separated values (RFC 4180).

use csv::{Terminator, WriterBuilder};

use super::cell;

/// What a file begins with, so that spreadsheets take it for UTF-8.
pub const MARK: &str = "\u{feff}";

/// Rows as text; cells that look like formulas are disarmed.
#[must_use]
pub fn write<R, C>(rows: R) -> String
where
    R: IntoIterator,
    R::Item: IntoIterator<Item = C>,
    C: AsRef<str>,
{
    let mut writer = WriterBuilder::new()
        .flexible(true)
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        let cells = row.into_iter().map(|text| cell::protect(text.as_ref()));
        // Memory takes everything.
        let _ = writer.write_record(cells);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let text = write([["a", "b, \"c\""], ["", "=1"], ["é\nü", "+13075550100"]]);
        assert_eq!(
            text,
            "a,\"b, \"\"c\"\"\"\r\n,'=1\r\n\"é\nü\",+13075550100\r\n"
        );
        assert_eq!(write([[""]]), "\"\"\r\n");
    }
}
