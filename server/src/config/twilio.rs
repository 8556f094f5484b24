//! The carrier.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use service::port::CarrierLogin;
use std::time::Duration;

/// Settings of the carrier's account.
#[derive(Debug, Clone, Deserialize)]
pub struct Twilio {
    pub account_sid: String,
    pub auth_token: SecretString,
    pub api_base_url: String,
    pub pricing_base_url: String,
    pub rest_concurrency: usize,
    pub rest_timeout_ms: u64,
    pub rest_pause_ms: u64,
}

impl Twilio {
    /// The tokens that may have signed a request; the first one is ours to use.
    #[must_use]
    pub fn tokens(&self) -> Vec<SecretString> {
        let list = self
            .auth_token
            .expose_secret()
            .split(',')
            .map(str::trim)
            .filter(|t| !t.is_empty());
        list.map(SecretString::from).collect()
    }

    /// Whether there is any token.
    #[must_use]
    pub fn has_token(&self) -> bool {
        self.auth_token
            .expose_secret()
            .split(',')
            .any(|t| !t.trim().is_empty())
    }

    /// What signs in at the carrier; none without a token.
    #[must_use]
    pub fn login(&self) -> Option<CarrierLogin> {
        let token = self.tokens().into_iter().next()?;
        Some(CarrierLogin {
            sid: self.account_sid.clone(),
            token,
        })
    }

    /// How long one request to the carrier may take.
    #[must_use]
    pub fn rest_timeout(&self) -> Duration {
        Duration::from_millis(self.rest_timeout_ms)
    }
}
