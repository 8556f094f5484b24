//! Dynamic number insertion.

use serde::Deserialize;
use std::path::PathBuf;

/// Settings of what advertisers' pages ask.
#[derive(Debug, Clone, Deserialize)]
pub struct Dni {
    pub visitors_per_minute: u32,
    /// Empty for none.
    pub places: PathBuf,
}
