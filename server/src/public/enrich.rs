//! `GET|POST /enrich/{key}?callerid=+12145550142&name=value`: somebody tells what they know of a caller
//! who is about to call a number.

use crate::public::parameters;
use crate::state::AppState;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::id::EnrichKey;
use serde_json::{Value, json};
use service::enrichment::Received;

/// Takes what is told.
pub async fn receive(
    State(state): State<AppState>,
    Path(key): Path<String>,
    request: Request,
) -> Response {
    // To look at an address must not tell anything.
    if *request.method() == Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let Ok(key) = key.parse::<EnrichKey>() else {
        return unknown();
    };
    if let Err(seconds) = state.enrichments.check(&key) {
        let message = format!("Too much at once. Go on in {seconds} seconds.");
        let mut response = refused(StatusCode::TOO_MANY_REQUESTS, "limited", &message);
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, seconds.into());
        return response;
    }
    let sent = match parameters::read(request).await {
        Ok(sent) => sent,
        Err(unreadable) => {
            return refused(unreadable.status(), "malformed", &unreadable.to_string());
        }
    };
    let services = &state.services;
    let now = services.clock.now();
    match services.enrichments.receive(key, &sent, now).await {
        Ok(Received::Kept { values }) => {
            let hours = domain::enrichment::KEPT_S / 3_600;
            answer(
                StatusCode::OK,
                json!({ "outcome": "kept", "values": values, "kept_hours": hours }),
            )
        }
        Ok(Received::Invalid(errors)) => {
            let message = errors.0.first().map_or("", |error| error.message.as_str());
            answer(
                StatusCode::UNPROCESSABLE_ENTITY,
                json!({ "outcome": "invalid", "message": message, "fields": errors }),
            )
        }
        Ok(Received::Unknown) => unknown(),
        Err(failure) => {
            tracing::error!(
                error = &failure as &dyn std::error::Error,
                "what was sent of a caller could not be kept"
            );
            let message = "Not available right now. Send it again in a moment.";
            let mut response = refused(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message);
            response.headers_mut().insert(header::RETRY_AFTER, 5.into());
            response
        }
    }
}

fn unknown() -> Response {
    let message = "No number has this address.";
    refused(StatusCode::NOT_FOUND, "unknown_number", message)
}

fn refused(status: StatusCode, outcome: &str, message: &str) -> Response {
    answer(status, json!({ "outcome": outcome, "message": message }))
}

fn answer(status: StatusCode, body: Value) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store")];
    (status, headers, Json(body)).into_response()
}
