//! The name of a tag: its type and name, `geo:state`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest name of a tag, type and colon included, in characters.
pub const NAME_CHARS_MAX: usize = 120;

/// A tag's type and name in lower case, as [`super::Tags`] keeps them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TagName(String);

/// The text does not name a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseTagNameError {
    #[error("Write a tag as type:name, for example geo:state.")]
    Malformed,
    #[error("A tag’s name has at most {NAME_CHARS_MAX} characters.")]
    TooLong,
}

impl TagName {
    /// `geo:state`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TagName {
    type Err = ParseTagNameError;

    /// Reads `geo:state` or `[Geo:State]`; what follows the first colon is the name.
    fn from_str(text: &str) -> Result<Self, ParseTagNameError> {
        let text = text.trim();
        let text = text
            .strip_prefix('[')
            .and_then(|inner| inner.strip_suffix(']'))
            .unwrap_or(text);
        let (kind, name) = text.split_once(':').ok_or(ParseTagNameError::Malformed)?;
        let (kind, name) = (kind.trim().to_lowercase(), name.trim().to_lowercase());
        if kind.is_empty() || name.is_empty() || text.chars().any(char::is_control) {
            return Err(ParseTagNameError::Malformed);
        }
        let whole = format!("{kind}:{name}");
        if whole.chars().count() > NAME_CHARS_MAX {
            return Err(ParseTagNameError::TooLong);
        }
        Ok(Self(whole))
    }
}

impl TryFrom<String> for TagName {
    type Error = ParseTagNameError;
    fn try_from(text: String) -> Result<Self, ParseTagNameError> {
        text.parse()
    }
}

impl From<TagName> for String {
    fn from(name: TagName) -> Self {
        name.0
    }
}

impl fmt::Display for TagName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tag::Tags;

    #[test]
    fn a_name_finds_the_tag_that_was_set() {
        let mut tags = Tags::default();
        tags.set("User", "UTM:Source", "adwords");
        let name: TagName = "[user:utm:source]".parse().expect("a name");
        assert_eq!(tags.named(&name), Some("adwords"));
        assert_eq!(name.to_string(), "user:utm:source");
    }

    #[test]
    fn a_name_has_a_type_and_a_name() {
        for bad in ["", "state", ":state", "geo:", "geo: ", "a\n:b"] {
            assert_eq!(
                bad.parse::<TagName>(),
                Err(ParseTagNameError::Malformed),
                "{bad:?}"
            );
        }
        let long = format!("user:{}", "x".repeat(NAME_CHARS_MAX));
        assert_eq!(long.parse::<TagName>(), Err(ParseTagNameError::TooLong));
        assert!(serde_json::from_str::<TagName>("\"state\"").is_err());
    }
}
