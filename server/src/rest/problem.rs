//! What a refusal looks like: RFC 9457, for every status from 400 on, whoever refused.

use super::ROOT;
use crate::middleware::request_id;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::invalid::{FieldErrors, Invalid};
use serde::Serialize;
use service::Error;
use std::error::Error as _;
use utoipa::ToSchema;

/// The media type.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A refusal or a failure. `code` is for programs and does not change; `detail` is for people.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// Always "about:blank": `code` says more.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    kind: &'static str,
    /// The name of the status.
    #[schema(example = "Unprocessable Entity")]
    title: String,
    #[schema(minimum = 400, maximum = 599, example = 422)]
    status: u16,
    /// A sentence for people.
    #[schema(example = "One field needs fixing.")]
    detail: String,
    /// A stable word for programs.
    #[schema(example = "invalid")]
    code: String,
    /// What is wrong at which field of the body, or parameter.
    fields: Vec<FieldProblem>,
    /// The id of this request, also in the header X-Request-Id and in our logs.
    request_id: String,
    #[serde(skip)]
    retry_after_s: Option<u32>,
}

/// What is wrong at one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// Where: `name`, `routes[0].weight`.
    #[schema(example = "routes[0].weight")]
    pub field: String,
    /// A stable word for programs.
    #[schema(example = "out_of_range")]
    pub code: String,
    /// A sentence for people.
    #[schema(example = "Enter 1 to 1,000. Without it, no calls.")]
    pub message: String,
}

impl Problem {
    /// A refusal with a status of its own.
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            code: code.to_owned(),
            fields: Vec::new(),
            request_id: String::new(),
            retry_after_s: None,
        }
    }

    /// Asks for another try after so many seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Says the fields by the names of the wire.
    #[must_use]
    pub fn named(mut self, name: impl Fn(&str) -> Option<String>) -> Self {
        for field in &mut self.fields {
            if let Some(name) = name(&field.field) {
                field.field = name;
            }
        }
        self
    }

    /// What an answer is about that says nothing itself: a path's method, a body that is too large.
    fn of_status(status: StatusCode) -> Self {
        let (code, detail) = match status {
            StatusCode::BAD_REQUEST => ("malformed", "The request cannot be read."),
            StatusCode::NOT_FOUND => ("not_found", "There is nothing at this address."),
            StatusCode::METHOD_NOT_ALLOWED => (
                "method_not_allowed",
                "This address takes other methods; the header Allow names them.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "The body is larger than 256 kB."),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => (
                "unsupported_media_type",
                "Send JSON with Content-Type: application/json.",
            ),
            StatusCode::RANGE_NOT_SATISFIABLE => (
                "range_not_satisfiable",
                "The recording is shorter than that.",
            ),
            StatusCode::SERVICE_UNAVAILABLE => (
                "unavailable",
                "The server is too busy. Try again in a moment.",
            ),
            status if status.is_server_error() => (
                "internal",
                "Something went wrong on our side. It has been noted.",
            ),
            _ => ("refused", "The request was refused."),
        };
        Self::new(status, code, detail)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        log(&error);
        let status =
            StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (code, detail) = match &error {
            Error::Conflict { code, message } => (*code, message.clone()),
            Error::Denied(permission) => (
                "denied",
                format!("This key may not {}.", permission.words()),
            ),
            Error::Unauthenticated => (
                "unauthenticated",
                "Send a key that is in force: Authorization: Bearer ccp_live_…".to_owned(),
            ),
            other => (other.code(), other.public_message()),
        };
        let mut problem = Self::new(status, code, detail);
        if let Error::Limited { retry_after_s } = error {
            problem.retry_after_s = Some(retry_after_s);
        }
        if let Error::Invalid(fields) = error {
            problem.fields = fields.0.into_iter().map(FieldProblem::from).collect();
        }
        problem
    }
}

impl From<FieldErrors> for Problem {
    fn from(errors: FieldErrors) -> Self {
        Error::from(errors).into()
    }
}

impl From<Invalid> for FieldProblem {
    fn from(invalid: Invalid) -> Self {
        Self {
            field: invalid.field,
            code: invalid.code,
            message: invalid.message,
        }
    }
}

/// Failures of ours are logged once, here.
fn log(error: &Error) {
    if error.status() < 500 {
        return;
    }
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

impl IntoResponse for Problem {
    /// The status with the problem beside it; [`shape`] writes it down, where the request's id is
    /// known.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives every refusal below the API's root its shape, whoever refused. Stands outside of all that
/// may refuse.
pub async fn shape(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let ours = path
        .strip_prefix(ROOT)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let id = request_id::of(request.extensions());
    let response = next.run(request).await;
    if ours {
        written(response, &id)
    } else {
        response
    }
}

/// An answer with its problem written down, if it is a refusal that is not yet.
pub fn written(mut response: Response, request_id: &str) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let told = response.extensions_mut().remove::<Problem>();
    let is_problem = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|t| t == PROBLEM_JSON);
    if told.is_none() && is_problem {
        return response;
    }
    let mut problem = told.unwrap_or_else(|| Problem::of_status(status));
    request_id.clone_into(&mut problem.request_id);
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    if let Some(seconds) = problem.retry_after_s {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    *response.body_mut() = Body::from(body);
    response
}

/// An address that is none.
pub async fn no_such_address() -> Problem {
    Problem::of_status(StatusCode::NOT_FOUND)
}
