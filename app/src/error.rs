//! What a server function says when it cannot do what was asked.
//!
//! Carries no cause and no internals: those were logged on the server under `request_id`.

use domain::invalid::FieldErrors;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// A refusal or failure, in words for people and a code for programs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppError {
    /// `not_found`, `conflict`, `invalid`, `denied`, `unauthenticated`, `limited`, `unavailable`,
    /// `internal`, a conflict's own code, or `transport` where no answer arrived.
    pub code: String,
    /// A full sentence.
    pub message: String,
    /// What is wrong, by field.
    #[serde(default)]
    pub fields: FieldErrors,
    /// What to quote to whoever reads the log; empty where no answer arrived.
    #[serde(default)]
    pub request_id: String,
    /// What was typed into a refused form, as JSON, so that the page can show it again; empty where
    /// the page's script asked, which still has it.
    #[serde(default)]
    pub typed: String,
}

impl AppError {
    /// A failure between the browser and the server.
    #[must_use]
    pub fn transport(message: &str) -> Self {
        Self {
            code: "transport".to_owned(),
            message: message.to_owned(),
            ..Self::default()
        }
    }

    /// Whether there is no such thing, or not in this account.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.code == "not_found"
    }

    /// Whether the session is over.
    #[must_use]
    pub fn is_signed_out(&self) -> bool {
        self.code == "unauthenticated"
    }

    /// Whether trying again later may help, so that what is on the page may stay.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self.code.as_str(),
            "transport" | "unavailable" | "internal" | "limited"
        )
    }
}

impl FromServerFnError for AppError {
    type Encoder = crate::wire::Text;

    fn from_server_fn_error(value: ServerFnErrorErr) -> Self {
        match value {
            ServerFnErrorErr::Request(_) => Self::transport("The server did not answer. Check the connection and try again."),
            // An answer that does not fit, or an address that is gone, means this page is older than the server.
            ServerFnErrorErr::Deserialization(_) => Self::transport("The server was updated since this page was loaded. Reload the page."),
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self {
                code: "invalid".to_owned(),
                message: "The request did not fit what the server expects. Reload the page and try again.".to_owned(),
                ..Self::default()
            },
            _ => Self { code: "internal".to_owned(), message: "Something went wrong on our side.".to_owned(), ..Self::default() },
        }
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for AppError {}
