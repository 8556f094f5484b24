//! Reads the parameters of a request of another company's program.

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request};
use axum::http::{HeaderMap, StatusCode, header};
use domain::parameters::{PARAMETERS_MAX, Parameters, pairs, read as read_body};

/// Why a request has no parameters that can be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("The body is larger than 16 kB.")]
    Large(StatusCode),
    #[error("{0}")]
    Body(String),
}

impl Unreadable {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Large(status) => *status,
            Self::Body(_) => StatusCode::BAD_REQUEST,
        }
    }
}

/// The parameters of the address, then those of the body.
///
/// # Errors
/// [`Unreadable`].
pub(super) async fn read(request: Request) -> Result<Parameters, Unreadable> {
    let query = request.uri().query().unwrap_or_default();
    let mut sent = pairs(query.as_bytes());
    let kind = content_type(request.headers()).to_owned();
    let body = bytes(request).await?;
    if !is_blank(&body) {
        sent.extend(read_body(&kind, &body).map_err(Unreadable::Body)?);
    }
    sent.truncate(PARAMETERS_MAX);
    Ok(sent)
}

/// The body, if it is not too large.
///
/// # Errors
/// [`Unreadable::Large`].
pub(super) async fn bytes(request: Request) -> Result<Bytes, Unreadable> {
    let body = Bytes::from_request(request, &()).await;
    body.map_err(|refusal| Unreadable::Large(refusal.status()))
}

pub(super) fn is_blank(body: &[u8]) -> bool {
    body.iter().all(u8::is_ascii_whitespace)
}

/// What a body says that it is.
pub(super) fn content_type(headers: &HeaderMap) -> &str {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default()
}
