//! Where the data is.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::path::Path;

/// Settings of the database. The address may hold a password.
#[derive(Debug, Clone, Deserialize)]
pub struct Database {
    pub url: SecretString,
    pub connections_max: u32,
}

impl Database {
    /// The address to connect to; the embedded database if none is set.
    #[must_use]
    pub fn effective_url(&self, data: &Path) -> String {
        match self.url.expose_secret() {
            "" => format!("sqlite://{}?mode=rwc", data.join("callcenter.db").display()),
            url => url.to_owned(),
        }
    }
}
