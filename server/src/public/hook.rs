//! `GET|POST /hook/{webhook_id}`: a buyer tells that a call was worth something. What the parameters
//! are called is a setting of the webhook.

use crate::public::parameters;
use crate::state::AppState;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::id::WebhookId;
use serde_json::json;
use service::Error;

/// Takes a delivery.
pub async fn receive(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    // To look at an address must not tell anything.
    if *request.method() == Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let Ok(id) = id.parse::<WebhookId>() else {
        return no_such_webhook();
    };
    if let Err(seconds) = state.hooks.check(&id) {
        let message = format!("Too many deliveries. Go on in {seconds} seconds.");
        let mut response = answer(StatusCode::TOO_MANY_REQUESTS, "limited", &message);
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, seconds.into());
        return response;
    }
    let sent = match parameters::read(request).await {
        Ok(sent) => sent,
        Err(unreadable) => {
            return answer(unreadable.status(), "invalid", &unreadable.to_string());
        }
    };
    let services = &state.services;
    match services
        .webhooks
        .receive(id, &sent, services.clock.now())
        .await
    {
        Ok(Some(said)) => {
            let status = StatusCode::from_u16(said.outcome.status()).unwrap_or(StatusCode::OK);
            answer(status, said.outcome.code(), &said.message)
        }
        Ok(None) | Err(Error::NotFound(_)) => no_such_webhook(),
        Err(failure) => {
            tracing::error!(
                error = &failure as &dyn std::error::Error,
                webhook = id.to_string().get(..8).unwrap_or_default(),
                "a conversion could not be taken"
            );
            let mut response = answer(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Not available right now. Send it again in a moment.",
            );
            response.headers_mut().insert(header::RETRY_AFTER, 5.into());
            response
        }
    }
}

fn no_such_webhook() -> Response {
    let message = "There is no webhook at this address.";
    answer(StatusCode::NOT_FOUND, "unknown_webhook", message)
}

fn answer(status: StatusCode, outcome: &str, message: &str) -> Response {
    let body = json!({ "outcome": outcome, "message": message });
    let headers = [(header::CACHE_CONTROL, "no-store")];
    (status, headers, Json(body)).into_response()
}
