//! One id for a request, in its log lines, its error answers and its response.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// The header that carries the id.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of the request at hand, in its extensions.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Makes the id; a client's own is not believed, or it could forge log lines.
pub async fn set(mut request: Request, next: Next) -> Response {
    let id = crate::adapter::system::new_id().simple().to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

/// The id of a request; empty outside [`set`].
#[must_use]
pub fn of(extensions: &axum::http::Extensions) -> String {
    extensions
        .get::<RequestId>()
        .map(|id| id.0.clone())
        .unwrap_or_default()
}
