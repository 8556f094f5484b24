//! `GET|POST /hook/{webhook_id}`: a buyer tells that a call was worth something. The parameters stand
//! in the address, in a form or in a JSON object; what they are called is a setting of the webhook.

use crate::state::AppState;
use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, extract::FromRequest as _};
use domain::id::WebhookId;
use serde_json::{Value, json};
use service::Error;

/// Parameters of one delivery that are looked at.
const PARAMETERS_MAX: usize = 200;

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
    let sent = match read(request).await {
        Ok(sent) => sent,
        Err(refusal) => return *refusal,
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

/// The parameters of the address, then those of the body.
async fn read(request: Request) -> Result<Vec<(String, String)>, Box<Response>> {
    let query = request.uri().query().unwrap_or_default();
    let mut sent = pairs(query.as_bytes());
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.split(';').next())
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let body = Bytes::from_request(request, &()).await.map_err(|refusal| {
        let message = "The body is larger than 16 kB.";
        Box::new(answer(refusal.status(), "invalid", message))
    })?;
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(sent);
    }
    if kind == "application/json" || kind.ends_with("+json") {
        let told = object(&body).ok_or_else(|| {
            let message = "The body is no JSON object.";
            Box::new(answer(StatusCode::BAD_REQUEST, "invalid", message))
        })?;
        sent.extend(told);
    } else {
        sent.extend(pairs(&body));
    }
    sent.truncate(PARAMETERS_MAX);
    Ok(sent)
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    let pairs = url::form_urlencoded::parse(text).take(PARAMETERS_MAX);
    pairs
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// The texts and numbers of a JSON object.
fn object(body: &[u8]) -> Option<Vec<(String, String)>> {
    let tree: Value = serde_json::from_slice(body).ok()?;
    let fields = tree.as_object()?.iter().filter_map(|(name, value)| {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        Some((name.clone(), text))
    });
    Some(fields.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_object_is_read_as_a_form_is() {
        let told = object(br#"{"call_id":"x","revenue":25.5,"more":{"a":1},"none":null}"#);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            told,
            Some(vec![pair("call_id", "x"), pair("revenue", "25.5")])
        );
        assert_eq!(object(b"[1]"), None);
        assert_eq!(pairs(b"a=1&a=%zz"), [pair("a", "1"), pair("a", "%zz")]);
    }
}
