//! Real-time bidding.

use domain::outgoing::{Allowed, ParseAllowedError};
use serde::Deserialize;

/// Settings of what bidders are asked.
#[derive(Debug, Clone, Deserialize)]
pub struct Rtb {
    /// Places that may be asked although they are not on the public internet, with commas between:
    /// `10.0.0.0/8, bidder.internal:8443`.
    pub allow: String,
}

impl Rtb {
    /// The places.
    ///
    /// # Errors
    /// The first that is none.
    pub fn allowed(&self) -> Result<Vec<Allowed>, ParseAllowedError> {
        let all = self.allow.split(',').map(str::trim);
        all.filter(|place| !place.is_empty())
            .map(str::parse)
            .collect()
    }
}
