//! Settings: the embedded defaults, then an optional file, then the environment.
//!
//! Invariants: this module and `main` are the only places that read the environment; a setting that
//! the defaults do not name is a mistake; all mistakes are reported at once, by the name a person
//! used; a secret is never printed.

mod check;
mod report;
mod sources;

pub mod api;
pub mod auth;
pub mod database;
pub mod dni;
pub mod http;
pub mod log;
pub mod metrics;
pub mod rtb;
pub mod sweep;
pub mod twilio;

use serde::Deserialize;
use std::path::PathBuf;

pub use check::Mistake;
pub use report::redacted;

/// All settings.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    pub http: http::Http,
    pub data: Data,
    pub database: database::Database,
    pub twilio: twilio::Twilio,
    pub auth: auth::Auth,
    pub api: api::Api,
    pub dni: dni::Dni,
    pub rtb: rtb::Rtb,
    pub sweep: sweep::Sweep,
    pub metrics: metrics::Metrics,
    pub log: log::Log,
}

/// What the server keeps on disk.
#[derive(Debug, Clone, Deserialize)]
pub struct Data {
    /// Folder of the embedded database and of the generated session secret.
    pub dir: PathBuf,
}

impl Config {
    /// Reads and checks the settings of this process.
    ///
    /// # Errors
    /// Every mistake there is.
    pub fn load() -> Result<Self, Vec<Mistake>> {
        // A variable that is not text is none of ours.
        Self::from_vars(
            std::env::vars_os()
                .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))),
        )
    }

    /// Reads and checks the settings of the given environment.
    ///
    /// # Errors
    /// Every mistake there is.
    pub fn from_vars(
        vars: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Vec<Mistake>> {
        let sources = sources::read(vars)?;
        let config: Self = sources.extract().map_err(|errors| {
            errors
                .into_iter()
                .map(|e| Mistake::new(&sources::name_of(&e.path.join(".")), &e.kind.to_string()))
                .collect::<Vec<_>>()
        })?;
        let mistakes = config.mistakes();
        if mistakes.is_empty() {
            Ok(config)
        } else {
            Err(mistakes)
        }
    }

    /// Where the world reaches the server; `bound` is the address actually listened on.
    #[must_use]
    pub fn base_url(&self, bound: std::net::SocketAddr) -> String {
        if self.http.public_base_url.is_empty() {
            format!("http://{bound}")
        } else {
            self.http.public_base_url.clone()
        }
    }

    /// Whether the carrier's requests are checked: always, unless there are no credentials to check
    /// with and nobody but this machine can send any.
    #[must_use]
    pub fn signatures_required(&self) -> bool {
        self.twilio.has_token() || !self.http.is_loopback()
    }
}
