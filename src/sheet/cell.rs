//! Cells that a spreadsheet would take for formulas.
//!
//! A text that begins like a formula gets an apostrophe in front, which spreadsheets hide and which
//! is taken off again when the file is read. Numbers and phone numbers stay as they are: they hold
//! no name of a function, and an apostrophe would make texts of them.

/// What a formula begins with, in spreadsheets of the West and of the East.
const STARTS: [char; 11] = [
    '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
];

/// The cell as it is written.
#[must_use]
pub fn protect(text: &str) -> String {
    if begins_like_formula(text.trim_start_matches('\'')) && !is_number(text) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The cell as it was before [`protect`].
#[must_use]
pub fn unprotect(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if begins_like_formula(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

fn begins_like_formula(text: &str) -> bool {
    text.starts_with(STARTS)
}

/// "-12.5", "+1 (214) 555-0187", or the beginning of phone numbers, "+1307*".
fn is_number(text: &str) -> bool {
    let rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    let rest = rest.strip_suffix('*').unwrap_or(rest);
    rest.starts_with(|c: char| c.is_ascii_digit() || c == '(')
        && rest.contains(|c: char| c.is_ascii_digit())
        && rest
            .chars()
            .all(|c| c.is_ascii_digit() || " -.,()".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_disarmed_and_numbers_stay_numbers() {
        for (plain, written) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+cmd|'/C calc'!A0", "'+cmd|'/C calc'!A0"),
            ("-2+3+cmd", "'-2+3+cmd"),
            ("\t=1", "'\t=1"),
            ("'=1", "''=1"),
            ("+12145550187", "+12145550187"),
            ("+1 (214) 555-0187", "+1 (214) 555-0187"),
            ("+1307*", "+1307*"),
            ("-12.50", "-12.50"),
            ("-", "'-"),
            ("O'Neill", "O'Neill"),
            ("'tis", "'tis"),
        ] {
            assert_eq!(protect(plain), written);
            assert_eq!(unprotect(written), plain);
        }
    }

    proptest! {
        #[test]
        fn what_is_protected_comes_back(text in "[-'=+@a1\t(]{0,6}|\\PC{0,12}") {
            let written = protect(&text);
            prop_assert_eq!(unprotect(&written), text.as_str());
            prop_assert!(!written.starts_with(STARTS) || is_number(&written));
        }
    }
}
