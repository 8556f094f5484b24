//! One log line and one measurement a request. Query strings are left out: on webhooks that come by
//! GET they hold callers. So are the ids of conversion webhooks: who knows one may tell conversions.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

/// Logs and measures what passes.
pub async fn record(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    // The route, not the path: a label must not grow with every id there is.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "other".to_owned(), |p| p.as_str().to_owned());
    // Who knows the address may use it: it does not stand in logs.
    let shown = if path.starts_with("/hook/") || path.starts_with("/enrich/") {
        &route
    } else {
        &path
    };
    let span = tracing::info_span!("request", id = %super::request_id::of(request.extensions()), %method, path = %shown);
    let started = tokio::time::Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let took = started.elapsed();
    let status = response.status().as_u16();
    let labels = [
        ("method", method.to_string()),
        ("route", route),
        ("status", status.to_string()),
    ];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_seconds", &labels[..2]).record(took.as_secs_f64());
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        if status >= 500 {
            tracing::error!(status, took_ms, "answered");
        } else if path.starts_with("/pkg/")
            || path == "/healthz"
            || path == "/readyz"
            || path == "/metrics"
        {
            tracing::debug!(status, took_ms, "answered");
        } else {
            tracing::info!(status, took_ms, "answered");
        }
    });
    response
}
