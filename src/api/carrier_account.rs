//! The carrier account of an account.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::page::Stamp;
use crate::carrier_account::{sid, token};
use crate::invalid::FieldErrors;

/// Whose carrier account an account's numbers are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    /// Its own.
    Own,
    /// The one of this server, which its operator has set.
    Server,
    None,
}

/// The page about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarrierAccountView {
    pub connection: Connection,
    /// With an own one: what it is called at the carrier, its id, and since when it is connected.
    pub own: Option<OwnAccount>,
    /// Whether the server has one that stands in.
    pub server: bool,
}

/// An own carrier account. Its token is never shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnAccount {
    pub sid: String,
    pub name: String,
    pub saved: Stamp,
    /// Until when requests signed with the former token are taken.
    pub former_until: Option<Stamp>,
}

/// What a person types to connect one.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CarrierAccountForm {
    pub sid: String,
    pub token: String,
}

impl fmt::Debug for CarrierAccountForm {
    /// Without the token: what is printed may be kept.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut form = f.debug_struct("CarrierAccountForm");
        form.field("sid", &self.sid).finish_non_exhaustive()
    }
}

/// Checked credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct CarrierAccountInput {
    pub sid: String,
    pub token: String,
}

impl CarrierAccountForm {
    /// Checks both fields.
    ///
    /// # Errors
    /// At `sid` or `token`.
    pub fn check(&self) -> Result<CarrierAccountInput, FieldErrors> {
        let mut errors = FieldErrors::default();
        let sid = errors.take(sid("sid", &self.sid));
        let token = errors.take(token("token", &self.token));
        match (sid, token) {
            (Some(sid), Some(token)) => Ok(CarrierAccountInput { sid, token }),
            _ => Err(errors),
        }
    }

    /// The same without the secret: what is shown again after a refusal.
    #[must_use]
    pub fn without_secret(&self) -> Self {
        Self {
            sid: self.sid.clone(),
            token: String::new(),
        }
    }
}
