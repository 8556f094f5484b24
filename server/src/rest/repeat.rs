//! `Idempotency-Key`: a POST that is sent twice is done once, and answered twice.

use super::problem::{PROBLEM_JSON, Problem, written};
use crate::state::AppState;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest as _, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use domain::invalid::FieldErrors;
use service::idempotency::{Request as Taken, Taken as Known};
use service::{Error, KeptAnswer, OpCtx};

/// The header with which a sender names a request.
pub const HEADER: &str = "idempotency-key";
/// Marks an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The longest name of a request.
const TOKEN_CHARS_MAX: usize = 255;
/// The largest answer that is kept. What is made is one thing, and small.
const ANSWER_BYTES_MAX: usize = 1_000_000;

/// What a request is called where it must act once: by its `Idempotency-Key`, so that it is the same
/// if it is sent again after its answer was lost; else it is one of its kind.
#[derive(Clone)]
pub struct Name(pub String);

impl FromRequestParts<AppState> for Name {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        let named = parts.extensions.get::<Self>().cloned();
        let own = || {
            parts
                .extensions
                .get::<OpCtx>()
                .map(|op| Self(op.request_id.clone()))
        };
        named
            .or_else(own)
            .ok_or_else(|| Error::Unauthenticated.into())
    }
}

/// Answers a request that came before as before, and keeps the answer of one that did not.
pub async fn once(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (Some(op), true) = (
        request.extensions().get::<OpCtx>().cloned(),
        *request.method() == Method::POST && request.headers().contains_key(HEADER),
    ) else {
        return next.run(request).await;
    };
    match taken(&state, &op, request).await {
        Err(answer) => *answer,
        Ok((request, taken)) => {
            let response = written(next.run(request).await, &op.request_id);
            kept(&state, &op, &taken, response).await
        }
    }
}

/// Takes a request on, or says what to answer.
async fn taken(
    state: &AppState,
    op: &OpCtx,
    request: Request,
) -> Result<(Request, Taken), Box<Response>> {
    let refused = |problem: Problem| Box::new(problem.into_response());
    let token = token(request.headers()).map_err(refused)?;
    let (parts, body) = request.into_parts();
    let head = format!("{} {}", parts.method, parts.uri);
    let body = Request::from_parts(parts.clone(), body);
    let body = Bytes::from_request(body, &())
        .await
        .map_err(|too_large| Box::new(too_large.into_response()))?;
    let known = state
        .services
        .idempotency
        .take(op, &token, &[head.as_bytes(), &body])
        .await;
    match known {
        Ok(Known::New(taken)) => {
            let mut request = Request::from_parts(parts, Body::from(body));
            request.extensions_mut().insert(Name(taken.name()));
            Ok((request, taken))
        }
        Ok(Known::Answered(answer)) => Err(Box::new(again(answer))),
        Err(busy @ Error::Conflict { .. }) => Err(refused(Problem::from(busy).retry_after(1))),
        Err(other) => Err(refused(other.into())),
    }
}

fn token(headers: &HeaderMap) -> Result<String, Problem> {
    let text = headers.get(HEADER).and_then(|v| v.to_str().ok());
    text.filter(|t| (1..=TOKEN_CHARS_MAX).contains(&t.len()))
        .filter(|t| t.bytes().all(|b| b.is_ascii_graphic() || b == b' '))
        .map(str::to_owned)
        .ok_or_else(|| {
            FieldErrors::one(
                "Idempotency-Key",
                "malformed",
                "Use 1 to 255 printable ASCII characters.",
            )
            .into()
        })
}

/// Keeps what was answered, unless the failure was ours: then the request may be tried again.
async fn kept(state: &AppState, op: &OpCtx, taken: &Taken, response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, ANSWER_BYTES_MAX).await.unwrap_or_default();
    let idempotency = &state.services.idempotency;
    let noted = if parts.status.is_server_error() {
        idempotency.forget(op, taken).await
    } else {
        let text = |name: HeaderName| parts.headers.get(name)?.to_str().ok().map(str::to_owned);
        let answer = KeptAnswer {
            status: parts.status.as_u16(),
            location: text(header::LOCATION),
            body: String::from_utf8_lossy(&body).into_owned(),
        };
        idempotency.answer(op, taken, &answer).await
    };
    if let Err(error) = noted {
        // What was asked is done, and must not look as if it were not.
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "an answer could not be kept"
        );
    }
    Response::from_parts(parts, Body::from(body))
}

/// An answer that was given before.
fn again(answer: KeptAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = (status, answer.body).into_response();
    let kind = if status.is_success() {
        "application/json"
    } else {
        PROBLEM_JSON
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    if let Some(at) = answer.location.and_then(|at| at.try_into().ok()) {
        headers.insert(header::LOCATION, at);
    }
    response
}
