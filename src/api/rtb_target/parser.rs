//! Where a value stands in an answer, as typed.

use serde::{Deserialize, Serialize};

use crate::invalid::FieldErrors;
use crate::rtb::parser::Parser;

/// A parser as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ParserForm {
    /// "none", "path", "regex" or "script".
    pub kind: String,
    pub at: String,
}

impl ParserForm {
    /// Looks for nothing.
    #[must_use]
    pub fn none() -> Self {
        Self {
            kind: "none".to_owned(),
            at: String::new(),
        }
    }

    /// Looks at a path.
    #[must_use]
    pub fn path(at: &str) -> Self {
        Self {
            kind: "path".to_owned(),
            at: at.to_owned(),
        }
    }

    /// The form that shows a stored parser.
    #[must_use]
    pub fn of(parser: Option<&Parser>) -> Self {
        let (kind, at) = match parser {
            None => return Self::none(),
            Some(Parser::Path(at)) => ("path", at),
            Some(Parser::Regex(at)) => ("regex", at),
            Some(Parser::Script(at)) => ("script", at),
        };
        Self {
            kind: kind.to_owned(),
            at: at.clone(),
        }
    }

    /// The parser; none where nothing is looked for.
    ///
    /// # Errors
    /// At `field.kind` or `field.at`.
    pub fn check(&self, field: &str) -> Result<Option<Parser>, FieldErrors> {
        let at = self.at.trim().to_owned();
        let parser = match self.kind.as_str() {
            "none" | "" => return Ok(None),
            "path" => Parser::Path(at),
            "regex" => Parser::Regex(at),
            "script" => Parser::Script(at),
            _ => {
                let message = "Choose how the value is found.";
                return Err(FieldErrors::one(
                    &format!("{field}.kind"),
                    "unknown",
                    message,
                ));
            }
        };
        match parser.check() {
            Ok(()) => Ok(Some(parser)),
            Err(why) => Err(FieldErrors::one(
                &format!("{field}.at"),
                "malformed",
                &why.to_string(),
            )),
        }
    }
}
