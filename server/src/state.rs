//! What handlers share.

use crate::adapter::telephony::Media;
use crate::health::Health;
use crate::limit::Limit;
use crate::public::page_threads::PageThreads;
use crate::public::pulse::Pulse;
use crate::public::visitor::Places;
use crate::webhook::twilio::door::Keys;
use axum::extract::FromRef;
use domain::id::{EnrichKey, WebhookId};
use leptos::config::LeptosOptions;
use secrecy::SecretString;
use service::Services;
use std::net::IpAddr;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// See the module. Cheap to clone: each layer of the router clones it for each request.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// What is behind an [`AppState`].
pub struct Shared {
    pub services: Services,
    pub leptos: LeptosOptions,
    pub keys: Arc<Keys>,
    pub media: Media,
    pub health: Arc<Health>,
    pub pulse: Pulse,
    /// Sign-ins by network.
    pub throttle: Arc<Limit<IpAddr>>,
    /// Deliveries to a conversion webhook.
    pub hooks: Arc<Limit<WebhookId>>,
    /// What is sent of callers before they call.
    pub enrichments: Arc<Limit<EnrichKey>>,
    /// Pages that ask for a number, by network.
    pub visitors: Arc<Limit<IpAddr>>,
    pub places: Places,
    pub pages: PageThreads,
    pub proxies: Arc<[IpAddr]>,
    pub metrics_token: SecretString,
    /// Whether browsers reach us over TLS.
    pub tls: bool,
    /// Ends streams when the server stops.
    pub stopping: CancellationToken,
}

impl AppState {
    /// Shares it from now on.
    #[must_use]
    pub fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }
}

impl std::ops::Deref for AppState {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
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
