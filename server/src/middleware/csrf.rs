//! Requests that change something come from our own pages.
//!
//! Session cookies are `SameSite=Lax`, which browsers already keep from foreign forms; this is the
//! second lock. A browser tells where a request comes from by `Sec-Fetch-Site`, an older one by
//! `Origin`; a request that tells neither is no browser's form, and is refused as well.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::sync::Arc;

/// Paths whose requests are proven by a signature instead.
const SIGNED: &str = "/api/webhooks/";

/// Our own origin, as browsers write it.
#[derive(Debug, Clone)]
pub struct Origin(pub Arc<str>);

impl Origin {
    /// The origin of the public address.
    #[must_use]
    pub fn of(base_url: &str) -> Self {
        let origin = url::Url::parse(base_url)
            .map(|url| url.origin().ascii_serialization())
            .unwrap_or_default();
        Self(origin.into())
    }
}

/// Refuses what another site made a browser send.
pub async fn guard(State(own): State<Origin>, request: Request, next: Next) -> Response {
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if safe || request.uri().path().starts_with(SIGNED) || same_origin(request.headers(), &own.0) {
        return next.run(request).await;
    }
    tracing::warn!(origin = ?request.headers().get(header::ORIGIN), "refused a request from another site");
    metrics::counter!("csrf_refused_total").increment(1);
    (
        StatusCode::FORBIDDEN,
        "This request came from another site. Open the page here and try again.\n",
    )
        .into_response()
}

fn same_origin(headers: &HeaderMap, own: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let origin_fits = text("origin").map(|origin| {
        let by_host = text("host").is_some_and(|host| {
            origin
                .split_once("://")
                .is_some_and(|(_, o)| o.eq_ignore_ascii_case(host))
        });
        origin == own || by_host
    });
    match text("sec-fetch-site") {
        // `none` is a person's own doing: an address typed or a bookmark.
        Some("same-origin" | "none") => origin_fits.unwrap_or(true),
        Some(_) => false,
        None => origin_fits.unwrap_or(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn fits(list: &[(&'static str, &'static str)]) -> bool {
        let headers = list
            .iter()
            .map(|(n, v)| {
                (
                    header::HeaderName::from_static(n),
                    HeaderValue::from_static(v),
                )
            })
            .collect();
        same_origin(&headers, "https://calls.example")
    }

    #[test]
    fn only_our_own_pages_may_change_things() {
        assert!(fits(&[
            ("sec-fetch-site", "same-origin"),
            ("origin", "https://calls.example")
        ]));
        assert!(fits(&[("origin", "https://calls.example")]));
        assert!(fits(&[
            ("origin", "http://127.0.0.1:3000"),
            ("host", "127.0.0.1:3000")
        ]));
        assert!(!fits(&[]));
        assert!(!fits(&[
            ("origin", "https://evil.example"),
            ("host", "calls.example")
        ]));
        assert!(!fits(&[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://calls.example")
        ]));
        assert!(!fits(&[("sec-fetch-site", "same-site")]));
        assert!(!fits(&[
            ("sec-fetch-site", "same-origin"),
            ("origin", "null")
        ]));
    }
}
