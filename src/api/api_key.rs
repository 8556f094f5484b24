//! Keys for programs.

use serde::{Deserialize, Serialize};

use super::page::Stamp;
use crate::api_key::{Scope, Scopes};
use crate::id::ApiKeyId;
use crate::invalid::{FieldErrors, name};

/// How long a key can be made to last: days, and what people read.
pub const LIFETIMES: &[(&str, &str)] = &[("30", "30 days"), ("90", "90 days"), ("365", "1 year")];

/// All keys of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyList {
    /// Newest first, those that no longer open anything at the end.
    pub rows: Vec<ApiKeyRow>,
    /// A key that was made a moment ago without the page's script, in full, this once.
    pub fresh: Option<String>,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyRow {
    pub id: ApiKeyId,
    pub name: String,
    /// "ccp_live_3fKq9Z".
    pub prefix: String,
    pub scopes: Vec<Scope>,
    pub state: KeyState,
    pub created: Stamp,
    /// Who made it; "Command line" where nobody was signed in.
    pub created_by: String,
    /// None if it was never used.
    pub last_used: Option<Stamp>,
    /// None for good.
    pub expires: Option<Stamp>,
}

/// Whether a key opens anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    Active,
    Expired,
    Revoked,
}

impl KeyState {
    /// What people read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Expired => "Expired",
            Self::Revoked => "Revoked",
        }
    }
}

/// A key that was just made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedKey {
    pub id: ApiKeyId,
    /// In full; nobody can show it again.
    pub text: String,
}

/// What a person chooses for a key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApiKeyForm {
    pub name: String,
    /// Codes of scopes; a box that is not ticked sends nothing.
    pub scopes: Vec<String>,
    /// Days until it ends; empty for never.
    pub days: String,
}

/// A checked key to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApiKey {
    pub name: String,
    pub scopes: Scopes,
    pub days: Option<u16>,
}

impl ApiKeyForm {
    /// Checks all fields.
    ///
    /// # Errors
    /// At `name`, `scopes` or `days`.
    pub fn check(&self) -> Result<NewApiKey, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take(name("name", &self.name));
        let given = self.scopes.iter().filter(|code| !code.is_empty());
        let scopes = given
            .map(|code| code.parse())
            .collect::<Result<Scopes, _>>();
        match &scopes {
            Ok(scopes) if scopes.is_empty() => {
                errors.add("scopes", "required", "Choose what the key may do.");
            }
            Ok(_) => {}
            Err(_) => errors.add("scopes", "unknown", "Choose scopes from the list."),
        }
        let days = match self.days.as_str() {
            "" => None,
            typed if LIFETIMES.iter().any(|(days, _)| *days == typed) => typed.parse().ok(),
            _ => {
                errors.add("days", "unknown", "Choose how long the key lasts.");
                None
            }
        };
        match (name, scopes) {
            (Some(name), Ok(scopes)) if errors.is_empty() => Ok(NewApiKey { name, scopes, days }),
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_needs_a_name_and_something_to_do() {
        let form = ApiKeyForm {
            name: "Warehouse".to_owned(),
            scopes: vec!["calls:read".to_owned(), String::new()],
            days: "90".to_owned(),
        };
        let new = form.check().expect("valid");
        assert_eq!(
            (new.scopes.to_string().as_str(), new.days),
            ("calls:read", Some(90))
        );
        let errors = ApiKeyForm::default().check().expect_err("empty");
        let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["name", "scopes"]);
        let wrong = ApiKeyForm {
            scopes: vec!["calls:write".to_owned()],
            days: "12".to_owned(),
            ..form
        };
        let errors = wrong.check().expect_err("unknown");
        assert!(errors.0.iter().all(|e| e.code == "unknown") && errors.0.len() == 2);
    }
}
