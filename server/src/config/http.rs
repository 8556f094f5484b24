//! The listener and what stands before it.

use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Settings of the listener.
#[derive(Debug, Clone, Deserialize)]
pub struct Http {
    pub addr: SocketAddr,
    /// Without a slash at the end; empty: the address listened on.
    pub public_base_url: String,
    pub trusted_proxies: String,
    pub body_bytes_max: usize,
    pub timeout_ms: u64,
    pub drain_ms: u64,
}

impl Http {
    /// Whether only this machine can connect.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.addr.ip().is_loopback()
    }

    /// Whether browsers reach the server over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_base_url.starts_with("https://")
    }

    /// Peers whose forwarding headers are believed.
    #[must_use]
    pub fn proxies(&self) -> Vec<IpAddr> {
        self.trusted_proxies
            .split(',')
            .filter_map(|a| a.trim().parse().ok())
            .collect()
    }

    /// How long a request may take.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// How long open requests may take after the server was asked to stop.
    #[must_use]
    pub fn drain(&self) -> Duration {
        Duration::from_millis(self.drain_ms)
    }
}
