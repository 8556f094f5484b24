//! Where a request comes from.

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};
use std::net::{IpAddr, SocketAddr};

/// The address on the other side of the connection; none in tests without one.
#[must_use]
pub fn connected(extensions: &Extensions) -> Option<IpAddr> {
    extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip().to_canonical())
}

/// The client's address: that of the connection, or what a trusted proxy says. Each proxy appends the
/// address it saw, so the last entry that is not itself a trusted proxy is the client.
#[must_use]
pub fn address(extensions: &Extensions, headers: &HeaderMap, proxies: &[IpAddr]) -> Option<IpAddr> {
    let peer = connected(extensions)?;
    if !proxies.contains(&peer) {
        return Some(peer);
    }
    let told = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','));
    let chain: Vec<IpAddr> = told.filter_map(|a| a.trim().parse().ok()).collect();
    chain
        .iter()
        .rev()
        .find(|a| !proxies.contains(a))
        .copied()
        .or(Some(peer))
}

/// Whether a request was made on this machine, and not passed on by a proxy on it.
#[must_use]
pub fn is_local(extensions: &Extensions, headers: &HeaderMap) -> bool {
    let forwarded = headers.contains_key("x-forwarded-for")
        || headers.contains_key("forwarded")
        || headers.contains_key("via");
    !forwarded && connected(extensions).is_some_and(|peer| peer.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn extensions(peer: &str) -> Extensions {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(
            peer.parse().expect("address"),
            1,
        )));
        extensions
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-forwarded-for",
            HeaderValue::from_static("6.6.6.6, 203.0.113.9, 10.0.0.2"),
        );
        let proxies: Vec<IpAddr> = vec![
            "10.0.0.1".parse().expect("a"),
            "10.0.0.2".parse().expect("b"),
        ];
        let seen =
            |peer: &str| address(&extensions(peer), &headers, &proxies).map(|a| a.to_string());
        assert_eq!(seen("10.0.0.1").as_deref(), Some("203.0.113.9"));
        assert_eq!(seen("198.51.100.7").as_deref(), Some("198.51.100.7"));
        assert!(!is_local(&extensions("127.0.0.1"), &headers));
        assert!(is_local(&extensions("127.0.0.1"), &HeaderMap::new()));
        assert!(!is_local(&extensions("192.0.2.1"), &HeaderMap::new()));
    }
}
