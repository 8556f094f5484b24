//! Dynamic number insertion: the script for advertisers' pages, and what it asks and tells.
//!
//! The script sends JSON as plain text, so that a browser asks no permission first. An answer names
//! the page's origin only if the tag is for it; no cookie is read or set.

use crate::client;
use crate::limit::network;
use crate::public::visitor;
use crate::state::AppState;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::id::{DniTagId, VisitId};
use domain::invalid::FieldErrors;
use domain::time::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use service::TagHome;
use service::visit::{Ask, Refused};
use std::sync::{Arc, LazyLock};

/// The script as it is written; it is small enough to be read by whoever embeds it.
const SCRIPT: &str = include_str!("dni/dni.js");
/// How long a browser may use the script without asking again.
const SCRIPT_KEPT: &str = "public, max-age=300";

static SCRIPT_TAG: LazyLock<String> = LazyLock::new(|| {
    use sha2::{Digest as _, Sha256};
    let hash = Sha256::digest(SCRIPT.as_bytes());
    let hex: String = hash
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("\"{hex}\"")
});

/// `GET /dni.js`
pub async fn script(headers: HeaderMap) -> Response {
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|tags| tags.contains(SCRIPT_TAG.trim_matches('"')));
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
        (kind, SCRIPT).into_response()
    };
    let own = response.headers_mut();
    own.insert(header::CACHE_CONTROL, HeaderValue::from_static(SCRIPT_KEPT));
    if let Ok(tag) = HeaderValue::from_str(&SCRIPT_TAG) {
        own.insert(header::ETAG, tag);
    }
    own.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    for_everybody(own);
    response
}

/// Pages of other sites load it.
fn for_everybody(headers: &mut HeaderMap) {
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
}

/// A browser asks before it sends JSON that says so. What the answer may be read by is decided with
/// the request itself.
pub async fn ask_first(headers: HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let own = response.headers_mut();
    if let Some(origin) = headers.get(header::ORIGIN) {
        own.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
        (header::VARY, "origin"),
    ] {
        own.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[derive(Debug, Deserialize)]
struct Assign {
    tag: String,
    #[serde(default)]
    visitor: String,
    #[serde(default)]
    session: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    referrer: String,
    #[serde(default)]
    page: String,
    #[serde(default)]
    data: Map<String, Value>,
}

/// `POST /dni/v1/assign`
pub async fn assign(State(state): State<AppState>, request: Request) -> Response {
    let peer = client::address(request.extensions(), request.headers(), &state.proxies);
    let agent = text(request.headers(), &header::USER_AGENT);
    let (asked, page) = match Page::open::<Assign>(&state, request, |asked| &asked.tag).await {
        Ok(opened) => opened,
        Err(refusal) => return *refusal,
    };
    // A program that asks for one number after another would leave none for people.
    if let Some(seconds) = peer.and_then(|peer| state.visitors.check(&network(peer)).err()) {
        return page.limited(seconds);
    }
    let data = match values(asked.data) {
        Ok(data) => data,
        Err(errors) => return page.refuse(&Refused::Invalid(errors)),
    };
    let ask = Ask {
        visitor: asked.visitor,
        session: asked.session.parse().ok(),
        url: asked.url,
        referrer: asked.referrer,
        page: asked.page,
        data,
        circumstances: visitor::circumstances(&agent, peer, &state.places),
    };
    match state
        .services
        .visits
        .assign(&page.home, &ask, page.now)
        .await
    {
        Ok(answer) => page.answer(json!({
            "session": answer.session,
            "number": answer.number.as_ref().map_or("", |number| number.as_str()),
            "display": answer.display,
            "expires_in_s": answer.expires_in_s,
            "beat_s": answer.beat_s,
            "fallback": answer.fallback,
            "seen": answer.seen.0,
            "swap": {
                "numbers": answer.swap.numbers,
                "selectors": answer.swap.selectors,
                "format": answer.swap.format,
            },
        })),
        Err(refused) => page.refuse(&refused),
    }
}

#[derive(Debug, Deserialize)]
struct Beat {
    tag: String,
    #[serde(default)]
    session: String,
    #[serde(default)]
    page: String,
}

/// `POST /dni/v1/beat`
pub async fn beat(State(state): State<AppState>, request: Request) -> Response {
    let (told, page) = match Page::open::<Beat>(&state, request, |told| &told.tag).await {
        Ok(opened) => opened,
        Err(refusal) => return *refusal,
    };
    let Ok(session) = told.session.parse::<VisitId>() else {
        return page.refuse(&Refused::UnknownVisit);
    };
    let visits = &state.services.visits;
    match visits.beat(&page.home, session, &told.page, page.now).await {
        Ok(heard) => page.answer(json!({
            "number": heard.number.as_ref().map_or("", |number| number.as_str()),
            "display": heard.display,
            "expires_in_s": heard.expires_in_s,
            "seen": heard.seen.0,
        })),
        Err(refused) => page.refuse(&refused),
    }
}

#[derive(Debug, Deserialize)]
struct Told {
    tag: String,
    #[serde(default)]
    session: String,
    #[serde(default)]
    data: Map<String, Value>,
}

/// `POST /dni/v1/tags`
pub async fn tags(State(state): State<AppState>, request: Request) -> Response {
    let (told, page) = match Page::open::<Told>(&state, request, |told| &told.tag).await {
        Ok(opened) => opened,
        Err(refusal) => return *refusal,
    };
    let Ok(session) = told.session.parse::<VisitId>() else {
        return page.refuse(&Refused::UnknownVisit);
    };
    let done = match values(told.data) {
        Ok(data) => {
            let visits = &state.services.visits;
            visits.tell(&page.home, session, &data).await
        }
        Err(errors) => Err(Refused::Invalid(errors)),
    };
    page.done(done)
}

#[derive(Debug, Deserialize)]
struct Leave {
    tag: String,
    #[serde(default)]
    session: String,
    /// What the latest answer said.
    #[serde(default)]
    seen: i64,
}

/// `POST /dni/v1/leave`
///
/// A beacon: a page that keeps its referrer to itself sends it without its origin, and nobody reads
/// the answer. Who knows the visit is its page.
pub async fn leave(State(state): State<AppState>, request: Request) -> Response {
    let told: Leave = match read(request).await {
        Ok(told) => told,
        Err(refusal) => return *refusal,
    };
    let (Ok(tag), Ok(session)) = (
        told.tag.parse::<DniTagId>(),
        told.session.parse::<VisitId>(),
    ) else {
        return refused(&Refused::UnknownVisit);
    };
    let (visits, now) = (&state.services.visits, state.services.clock.now());
    let left = match visits.tag(tag, now).await {
        Ok(home) => {
            visits
                .leave(&home, session, Timestamp(told.seen), now)
                .await
        }
        Err(refusal) => Err(refusal),
    };
    match left {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => refused(&refusal),
    }
}

/// The texts, numbers and yes or no that a page sends; what is nothing is left out.
fn values(sent: Map<String, Value>) -> Result<Vec<(String, String)>, FieldErrors> {
    let mut data = Vec::with_capacity(sent.len());
    for (name, value) in sent {
        let text = match value {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Bool(yes) => yes.to_string(),
            Value::Null => continue,
            Value::Array(_) | Value::Object(_) => {
                let shown: String = name.chars().take(40).collect();
                let message = format!("“{shown}” must be a text, a number or yes or no.");
                return Err(FieldErrors::one("data", "malformed", &message));
            }
        };
        data.push((name, text));
    }
    Ok(data)
}

/// A body of JSON, whatever it says it is.
async fn read<T: DeserializeOwned>(request: Request) -> Result<T, Box<Response>> {
    let body = Bytes::from_request(request, &()).await.map_err(|refusal| {
        let message = "The request is larger than 64 kB.";
        Box::new(problem(refusal.status(), "too_large", message))
    })?;
    serde_json::from_slice(&body).map_err(|error| {
        let message = format!("The request is no JSON of the wanted form: {error}.");
        Box::new(problem(StatusCode::BAD_REQUEST, "malformed", &message))
    })
}

/// A page that may use its tag.
struct Page {
    home: Arc<TagHome>,
    origin: HeaderValue,
    now: Timestamp,
}

impl Page {
    /// Reads a request and finds its tag.
    async fn open<T: DeserializeOwned>(
        state: &AppState,
        request: Request,
        tag: impl Fn(&T) -> &String,
    ) -> Result<(T, Self), Box<Response>> {
        let origin = request.headers().get(header::ORIGIN).cloned();
        let asked: T = read(request).await?;
        let id: DniTagId = tag(&asked)
            .parse()
            .map_err(|_| Box::new(refused(&Refused::UnknownTag)))?;
        let Some(origin) = origin else {
            return Err(Box::new(refused(&Refused::Origin)));
        };
        let name = origin.to_str().unwrap_or_default();
        let now = state.services.clock.now();
        match state.services.visits.admit(id, name, now).await {
            Ok(home) => Ok((asked, Self { home, origin, now })),
            // A page is to know that its tag was switched off, and shows its own number again.
            Err(refusal @ Refused::UnknownTag) => {
                Err(Box::new(readable(refused(&refusal), origin)))
            }
            Err(refusal) => Err(Box::new(refused(&refusal))),
        }
    }

    fn answer(&self, body: Value) -> Response {
        self.readable((StatusCode::OK, Json(body)).into_response())
    }

    fn done(&self, outcome: Result<(), Refused>) -> Response {
        match outcome {
            Ok(()) => self.readable(StatusCode::NO_CONTENT.into_response()),
            Err(refusal) => self.refuse(&refusal),
        }
    }

    fn refuse(&self, refusal: &Refused) -> Response {
        self.readable(refused(refusal))
    }

    fn limited(&self, seconds: u32) -> Response {
        let message = format!("Too many visitors from one address. Go on in {seconds} seconds.");
        let mut response = problem(StatusCode::TOO_MANY_REQUESTS, "limited", &message);
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, seconds.into());
        self.readable(response)
    }

    fn readable(&self, response: Response) -> Response {
        readable(response, self.origin.clone())
    }
}

/// The page's script may read the answer; nobody keeps it.
fn readable(mut response: Response, origin: HeaderValue) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for_everybody(headers);
    response
}

fn refused(refusal: &Refused) -> Response {
    match refusal {
        Refused::UnknownTag => problem(
            StatusCode::NOT_FOUND,
            "unknown_tag",
            "There is no such tag, or it is switched off.",
        ),
        Refused::Origin => problem(
            StatusCode::FORBIDDEN,
            "origin",
            "The tag is not for pages of this site. Add the site to the tag.",
        ),
        Refused::UnknownVisit => problem(
            StatusCode::NOT_FOUND,
            "unknown_session",
            "There is no such visit. Ask for a number again.",
        ),
        Refused::Gone => problem(
            StatusCode::GONE,
            "gone",
            "The visit has no number any more. Ask for one again.",
        ),
        Refused::Invalid(errors) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let message = errors.0.first().map_or("", |error| error.message.as_str());
            let body = json!({ "code": "invalid", "message": message, "fields": errors });
            (status, Json(body)).into_response()
        }
        Refused::Failed(error) => {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "a page could not be served"
            );
            let mut response = problem(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Not available right now. The page keeps its own number.",
            );
            response.headers_mut().insert(header::RETRY_AFTER, 5.into());
            response
        }
    }
}

fn problem(status: StatusCode, code: &str, message: &str) -> Response {
    (status, Json(json!({ "code": code, "message": message }))).into_response()
}

fn text(headers: &HeaderMap, name: &HeaderName) -> String {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_sends_is_read_as_texts() {
        let sent = json!({ "zip": 75201, "vip": true, "note": "x", "none": null });
        let sent = sent.as_object().cloned().unwrap_or_default();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut read = values(sent).unwrap();
        read.sort();
        assert_eq!(
            read,
            [pair("note", "x"), pair("vip", "true"), pair("zip", "75201")]
        );
        let nested = json!({ "a": { "b": 1 } });
        assert!(values(nested.as_object().cloned().unwrap_or_default()).is_err());
    }
}
