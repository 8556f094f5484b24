//! Numbers in tags: exact decimals, so that the browser and the server compare alike.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A decimal number in billionths. Up to 18 digits before the point; what follows the ninth digit
/// after it is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Number(i128);

/// The text is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Enter a number, for example 65 or 0.5.")]
pub struct ParseNumberError;

const PLACES: usize = 9;
const SCALE: i128 = 1_000_000_000;
const WHOLE_DIGITS_MAX: usize = 18;

impl FromStr for Number {
    type Err = ParseNumberError;

    /// Reads "65", "-0.5", "$1,250.00".
    fn from_str(text: &str) -> Result<Self, ParseNumberError> {
        let text = text.trim();
        let (negative, text) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let text = text.strip_prefix('$').unwrap_or(text);
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let mut digits = 0;
        let mut value: i128 = 0;
        for c in whole.chars().filter(|c| *c != ',') {
            digits += 1;
            value = value * 10 + digit(c)?;
            if digits > WHOLE_DIGITS_MAX {
                return Err(ParseNumberError);
            }
        }
        if digits == 0 && part.is_empty() {
            return Err(ParseNumberError);
        }
        value *= SCALE;
        let mut worth = SCALE / 10;
        for (i, c) in part.chars().enumerate() {
            let digit = digit(c)?;
            if i < PLACES {
                value += digit * worth;
                worth /= 10;
            }
        }
        Ok(Self(if negative { -value } else { value }))
    }
}

fn digit(c: char) -> Result<i128, ParseNumberError> {
    c.to_digit(10).map(i128::from).ok_or(ParseNumberError)
}

impl TryFrom<String> for Number {
    type Error = ParseNumberError;
    fn try_from(text: String) -> Result<Self, ParseNumberError> {
        text.parse()
    }
}

impl From<Number> for String {
    fn from(number: Number) -> Self {
        number.to_string()
    }
}

impl fmt::Display for Number {
    /// "65", "-0.5": no zeros that say nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        let scale = SCALE.unsigned_abs();
        let part = format!("{:09}", magnitude % scale);
        let part = part.trim_end_matches('0');
        let point = if part.is_empty() { "" } else { "." };
        write!(f, "{sign}{}{point}{part}", magnitude / scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Number {
        text.parse().expect("a number")
    }

    #[test]
    fn numbers_compare_by_value_not_by_letters() {
        assert!(read("9") < read("10"));
        assert!(read("-2") < read("-1.5"));
        assert_eq!(read("$1,250.00"), read("1250"));
        assert_eq!(read("30.123456789999"), read("30.123456789"));
        assert_eq!(read("-0.50").to_string(), "-0.5");
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for bad in [
            "",
            "-",
            ".",
            "1e3",
            "NaN",
            "inf",
            "12px",
            "1.2.3",
            "1234567890123456789",
        ] {
            assert_eq!(bad.parse::<Number>(), Err(ParseNumberError), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn numbers_survive_text(micros in any::<i64>()) {
            let number = Number(i128::from(micros) * 1_000);
            prop_assert_eq!(number.to_string().parse(), Ok(number));
        }

        #[test]
        fn order_is_that_of_the_integers(a in any::<i32>(), b in any::<i32>()) {
            prop_assert_eq!(read(&a.to_string()).cmp(&read(&b.to_string())), a.cmp(&b));
        }

        #[test]
        fn reading_never_panics(text in "\\PC{0,40}") {
            let _ = text.parse::<Number>();
        }
    }
}
