//! Real-time bidding, in both directions.

use domain::outgoing::{Allowed, ParseAllowedError};
use serde::Deserialize;

/// Settings of what bidders are asked, and of how calls come that publishers were bid for.
#[derive(Debug, Clone, Deserialize)]
pub struct Rtb {
    /// Places that may be asked although they are not on the public internet, with commas between:
    /// `10.0.0.0/8, bidder.internal:8443`.
    pub allow: String,
    /// Where calls come in by SIP: the domain that the carrier hands over to us; empty for none.
    pub sip_host: String,
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

    /// Whether the SIP domain is a name, or nothing.
    #[must_use]
    pub fn has_good_sip_host(&self) -> bool {
        let host = self.sip_host.trim();
        let label = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        host.is_empty() || (host.len() <= 200 && host.split('.').all(label))
    }
}
