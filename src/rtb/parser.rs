//! How a value is found in a bidder's answer, as a person set it up.

use serde::{Deserialize, Serialize};

use super::path::{self, BadPath, XmlPath};
use crate::tag::pattern::PatternError;

/// The longest function body, in characters.
pub const SCRIPT_CHARS_MAX: usize = 4_000;
/// The longest word an acceptance is compared with, in characters.
pub const WORD_CHARS_MAX: usize = 100;

/// Finds one value in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parser {
    /// Into JSON, or into XML where it begins with a slash.
    Path(String),
    /// The first group of the first match, or all of it.
    Regex(String),
    /// The body of a JavaScript function of `input`, the answer as text. It returns the value.
    Script(String),
}

/// When an answer takes the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    pub parser: Parser,
    /// The word that means yes; none where any yes does ([`is_yes`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word: Option<String>,
}

/// Where each value stands. What is none is not looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Parsers {
    /// None takes every answer with a good status for a yes.
    pub acceptance: Option<Acceptance>,
    pub amount: Option<Parser>,
    /// A phone number or SIP address.
    pub destination: Option<Parser>,
    /// How long a call must last to be paid, in seconds.
    pub duration: Option<Parser>,
    /// For how long the bid holds, in seconds.
    pub expiry: Option<Parser>,
    pub bid_id: Option<Parser>,
}

/// Why a parser cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadParser {
    #[error(transparent)]
    Path(#[from] BadPath),
    #[error(transparent)]
    Pattern(#[from] PatternError),
    #[error("Write what the function does, for example: return JSON.parse(input).bid;")]
    NoScript,
    #[error("A function has at most {SCRIPT_CHARS_MAX} characters.")]
    ScriptTooLong,
    /// Who copies a function from elsewhere copies its head.
    #[error("Write only what stands between the braces: the function around it is added here.")]
    Wrapped,
}

impl Parser {
    /// What can be said without running it.
    ///
    /// # Errors
    /// [`BadParser`].
    pub fn check(&self) -> Result<(), BadParser> {
        match self {
            Self::Path(text) if path::is_xml(text) => {
                text.parse::<XmlPath>()?;
            }
            Self::Path(text) => {
                path::json(text)?;
            }
            Self::Regex(text) => crate::tag::pattern::bounds(text)?,
            Self::Script(text) => script(text)?,
        }
        Ok(())
    }
}

fn script(text: &str) -> Result<(), BadParser> {
    let text = text.trim();
    if text.is_empty() {
        return Err(BadParser::NoScript);
    }
    if text.chars().count() > SCRIPT_CHARS_MAX {
        return Err(BadParser::ScriptTooLong);
    }
    let head = text.split('{').next().unwrap_or_default();
    let words = head.replace(char::is_whitespace, "");
    let is_wrapper = words.starts_with("function") && words.ends_with(')') && text.ends_with('}')
        || words == "(input)=>"
        || words == "input=>";
    if is_wrapper {
        return Err(BadParser::Wrapped);
    }
    Ok(())
}

/// Whether a value means yes by itself.
#[must_use]
pub fn is_yes(value: &str) -> bool {
    let value = value.trim().to_lowercase();
    if let Ok(number) = value.parse::<f64>() {
        return number > 0.0;
    }
    matches!(
        value.as_str(),
        "true" | "yes" | "y" | "accept" | "accepted" | "ok" | "success" | "matched" | "sold"
    )
}

impl Acceptance {
    /// Whether a value takes the call.
    #[must_use]
    pub fn takes(&self, value: &str) -> bool {
        match &self.word {
            Some(word) => value.trim().eq_ignore_ascii_case(word.trim()),
            None => is_yes(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_used_is_told_before_it_runs() {
        let script = |text: &str| Parser::Script(text.to_owned()).check();
        for good in [
            "return JSON.parse(input).bid",
            "if (input) { return 1 } return 0",
            "var f = function (x) { return x; }; return f(input);",
        ] {
            assert_eq!(script(good), Ok(()), "{good}");
        }
        assert_eq!(script("  "), Err(BadParser::NoScript));
        assert_eq!(script(&"x".repeat(4_001)), Err(BadParser::ScriptTooLong));
        for wrapped in [
            "function(input) { return input; }",
            "function parse (input) {\n return 1;\n}",
            "(input) => { return 1; }",
            "input => { return 1; }",
        ] {
            assert_eq!(script(wrapped), Err(BadParser::Wrapped), "{wrapped}");
        }
        assert!(Parser::Path("/a/@b".into()).check().is_ok());
        assert!(Parser::Path("/a[".into()).check().is_err());
        assert!(Parser::Path("a.b".into()).check().is_ok());
        assert!(Parser::Path(String::new()).check().is_err());
        assert!(Parser::Regex(String::new()).check().is_err());
    }

    #[test]
    fn a_yes_has_many_words() {
        for yes in ["true", "Yes", "1", "2.5", "accepted", " OK "] {
            assert!(is_yes(yes), "{yes}");
        }
        for no in ["", "false", "no", "0", "-1", "rejected", "null", "NaN"] {
            assert!(!is_yes(no), "{no}");
        }
        let only = Acceptance {
            parser: Parser::Path("status".into()),
            word: Some("1000".into()),
        };
        assert!(only.takes(" 1000 "));
        assert!(!only.takes("true"));
    }
}
