//! A service's refusal as an HTTP answer of the shape that server functions use.

use app::error::AppError;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use service::Error;
use std::error::Error as _;

/// The answer; failures of ours are logged here, once.
#[must_use]
pub fn answer(error: &Error, request_id: &str) -> Response {
    if error.status() >= 500 {
        let mut causes = Vec::new();
        let mut cause = error.source();
        while let Some(next) = cause {
            causes.push(next.to_string());
            cause = next.source();
        }
        tracing::error!(
            code = error.code(),
            causes = causes.join(": "),
            "a request failed"
        );
    }
    let body = AppError {
        code: error.code().to_owned(),
        message: error.public_message(),
        fields: error.fields(),
        request_id: request_id.to_owned(),
        ..AppError::default()
    };
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(body)).into_response();
    if let Error::Limited { retry_after_s } = error {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, (*retry_after_s).into());
    }
    response
}
