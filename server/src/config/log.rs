//! Log lines.

use serde::Deserialize;

/// Settings of the log.
#[derive(Debug, Clone, Deserialize)]
pub struct Log {
    pub format: Format,
    pub filter: String,
}

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Auto,
    Json,
    Pretty,
}
