//! Who may read /metrics.

use secrecy::SecretString;
use serde::Deserialize;

/// Settings of the metrics page.
#[derive(Debug, Clone, Deserialize)]
pub struct Metrics {
    /// Empty: loopback only.
    pub token: SecretString,
}
