//! What handlers share. Cheap to clone.

use crate::adapter::telephony::Media;
use crate::auth::throttle::PeerThrottle;
use crate::health::Health;
use crate::public::pulse::Pulse;
use crate::webhook::twilio::door::Keys;
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use secrecy::SecretString;
use service::Services;
use std::net::IpAddr;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// See the module.
#[derive(Clone)]
pub struct AppState {
    pub services: Services,
    pub leptos: LeptosOptions,
    pub keys: Arc<Keys>,
    pub media: Media,
    pub health: Arc<Health>,
    pub pulse: Pulse,
    pub throttle: Arc<PeerThrottle>,
    pub proxies: Arc<[IpAddr]>,
    pub metrics_token: SecretString,
    /// Whether browsers reach us over TLS.
    pub tls: bool,
    /// Ends streams when the server stops.
    pub stopping: CancellationToken,
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState").finish_non_exhaustive()
    }
}
