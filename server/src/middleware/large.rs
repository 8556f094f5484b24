//! What to answer to a request that is larger than any may be: a sentence, where its page is, instead
//! of a broken connection.

use app::error::AppError;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::sheet::row::too_large;
use futures_util::StreamExt as _;

/// The most bytes of a request.
#[derive(Debug, Clone, Copy)]
pub struct Most(pub usize);

/// What is read, and thrown away, of a request that is too large: a browser hears no answer before
/// it has sent all it has.
const THROWN_AWAY: usize = 64 * 1024 * 1024;

/// Answers requests that say that they are too large.
pub async fn refuse(State(Most(most)): State<Most>, request: Request, next: Next) -> Response {
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    let path = request.uri().path().to_owned();
    let told = path.starts_with("/api/") || path.starts_with("/import/");
    if !told || length.is_none_or(|length| length <= most) {
        return next.run(request).await;
    }
    let (mut read, mut body) = (0, request.into_body().into_data_stream());
    while let Some(Ok(part)) = body.next().await {
        read += part.len();
        if read > THROWN_AWAY {
            break;
        }
    }
    if path.starts_with("/import/") {
        return Redirect::to(&format!("{path}?refused=too_large")).into_response();
    }
    let refusal = AppError {
        code: "invalid".to_owned(),
        message: "This is more than one request may hold.".to_owned(),
        fields: too_large(),
        ..AppError::default()
    };
    (StatusCode::PAYLOAD_TOO_LARGE, Json(refusal)).into_response()
}
