//! What one request may cost: time, and a panic of ours ends it without details.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::any::Any;
use std::time::Duration;

/// How long a request may take.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(pub Duration);

/// Gives up on an answer that does not begin in time. What streams after that may take long.
pub async fn deadline(
    State(Deadline(limit)): State<Deadline>,
    request: Request,
    next: Next,
) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!(
                limit_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
                "gave up on a request"
            );
            (
                StatusCode::SERVICE_UNAVAILABLE,
                [(header::RETRY_AFTER, "1")],
                "The server is too busy. Try again in a moment.\n",
            )
                .into_response()
        }
    }
}

/// The answer to a request that panicked. Webhooks never get here with a caller on the line: their
/// own handlers catch panics and apologise.
#[must_use]
pub fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response<Body> {
    let text = cause
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| cause.downcast_ref::<String>().cloned());
    tracing::error!(
        panic = text.as_deref().unwrap_or("unknown"),
        "a request panicked"
    );
    metrics::counter!("panics_total").increment(1);
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something went wrong on our side.\n",
    )
        .into_response()
}
