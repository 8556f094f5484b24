//! Which callers a block is about.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::phone::{Caller, E164, ParsePhoneError};

/// A number, the beginning of numbers, or every withheld number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum BlockPattern {
    Exact(E164),
    Prefix(Prefix),
    Anonymous,
}

/// A plus sign and two to fourteen digits. One digit would block a continent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix(String);

/// The text is not a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParsePatternError {
    #[error("Enter a number, a prefix like +1307* or the word anonymous.")]
    Empty,
    #[error("Begin a prefix with + and the country code, for example +1307*.")]
    PrefixWithoutCountry,
    #[error("A prefix has only digits between the + and the *.")]
    BadPrefix,
    #[error("Give at least two digits before the *.")]
    PrefixTooShort,
    #[error("Give at most fourteen digits before the *, or the whole number without it.")]
    PrefixTooLong,
    #[error(transparent)]
    Number(ParsePhoneError),
}

impl BlockPattern {
    /// Whether a caller is one it is about.
    #[must_use]
    pub fn matches(&self, caller: &Caller) -> bool {
        match (self, caller) {
            (Self::Exact(wanted), Caller::Number(number)) => wanted == number,
            (Self::Prefix(Prefix(start)), Caller::Number(number)) => {
                number.as_str().starts_with(start)
            }
            (Self::Anonymous, Caller::Anonymous) => true,
            _ => false,
        }
    }
}

impl FromStr for BlockPattern {
    type Err = ParsePatternError;

    /// Reads "+13075550100" and what else [`E164`] reads, "+1307*", "anonymous" or "+anonymous".
    fn from_str(text: &str) -> Result<Self, ParsePatternError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ParsePatternError::Empty);
        }
        if text
            .trim_start_matches('+')
            .eq_ignore_ascii_case("anonymous")
        {
            return Ok(Self::Anonymous);
        }
        let Some(start) = text.strip_suffix('*') else {
            return text
                .parse()
                .map(Self::Exact)
                .map_err(ParsePatternError::Number);
        };
        let digits = start
            .strip_prefix('+')
            .ok_or(ParsePatternError::PrefixWithoutCountry)?;
        if !digits.chars().all(|c| c.is_ascii_digit()) || digits.starts_with('0') {
            return Err(ParsePatternError::BadPrefix);
        }
        match digits.len() {
            0..2 => Err(ParsePatternError::PrefixTooShort),
            2..15 => Ok(Self::Prefix(Prefix(start.to_owned()))),
            _ => Err(ParsePatternError::PrefixTooLong),
        }
    }
}

impl fmt::Display for BlockPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(number) => number.fmt(f),
            Self::Prefix(Prefix(start)) => write!(f, "{start}*"),
            Self::Anonymous => f.write_str("anonymous"),
        }
    }
}

impl TryFrom<String> for BlockPattern {
    type Error = ParsePatternError;
    fn try_from(text: String) -> Result<Self, ParsePatternError> {
        text.parse()
    }
}

impl From<BlockPattern> for String {
    fn from(pattern: BlockPattern) -> Self {
        pattern.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_are_read_as_people_write_them() {
        let read = |text: &str| text.parse::<BlockPattern>().map(|p| p.to_string());
        assert_eq!(read("(307) 555-0100"), Ok("+13075550100".to_owned()));
        assert_eq!(read(" +1307* "), Ok("+1307*".to_owned()));
        assert_eq!(read("+Anonymous"), Ok("anonymous".to_owned()));
        assert_eq!(read(""), Err(ParsePatternError::Empty));
        assert_eq!(read("1307*"), Err(ParsePatternError::PrefixWithoutCountry));
        assert_eq!(read("+13*7*"), Err(ParsePatternError::BadPrefix));
        assert_eq!(read("+1*"), Err(ParsePatternError::PrefixTooShort));
        assert_eq!(
            read("+123456789012345*"),
            Err(ParsePatternError::PrefixTooLong)
        );
        let short = ParsePatternError::Number(ParsePhoneError::TooShort { missing: 3 });
        assert_eq!(read("3075550"), Err(short));
        assert_eq!(short.to_string(), "3 digits are missing.");
    }

    proptest! {
        #[test]
        fn a_pattern_survives_storage_and_nothing_panics(text in "\\+?[0-9]{0,16}\\*?|\\PC{0,12}") {
            if let Ok(pattern) = text.parse::<BlockPattern>() {
                let json = serde_json::to_string(&pattern).expect("json");
                prop_assert_eq!(serde_json::from_str::<BlockPattern>(&json).expect("read"), pattern);
            }
        }
    }
}
