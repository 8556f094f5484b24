//! The public API.

use serde::Deserialize;

/// Settings of the public API.
#[derive(Debug, Clone, Deserialize)]
pub struct Api {
    pub requests_per_minute: u32,
}
