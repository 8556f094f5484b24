//! What a page or server function knows of the request it serves.
//!
//! The only file that names the services and the server's side of Leptos.

use std::any::Any;
use std::pin::Pin;
use std::sync::Arc;

use domain::api::sheet::{ImportStart, Posted};
use http::header::{ACCEPT, CONTENT_SECURITY_POLICY, COOKIE, HeaderName, HeaderValue, SET_COOKIE};
use http::request::Parts;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos_axum::ResponseOptions;
use serde::Serialize;
use service::{OpCtx, Services};
use tracing::Instrument as _;

use crate::error::AppError;
use crate::state::theme::Theme;

/// What of a refused form is sent back: it travels in an address, and proxies in front of us take
/// headers of 4 KB. Every form that is filled in within its limits fits.
const TYPED_BYTES_MAX: usize = 2_048;

/// The cookie in which a secret travels to the page that shows it.
const HANDED: &str = "handed";

/// Who asks, and the use cases that answer.
///
/// # Errors
/// `unauthenticated` where the request belongs to nobody.
pub fn both() -> Result<(OpCtx, Services), AppError> {
    let op = use_context::<Parts>().and_then(|parts| parts.extensions.get::<OpCtx>().cloned());
    let Some(op) = op else {
        return Err(reject(service::Error::Unauthenticated));
    };
    let Some(services) = use_context::<Services>() else {
        tracing::error!(
            request_id = op.request_id,
            "no services in the context of this request"
        );
        return Err(AppError {
            code: "internal".to_owned(),
            message: "Something went wrong on our side.".to_owned(),
            ..AppError::default()
        });
    };
    Ok((op, services))
}

/// Work to be done, with what came of it.
pub type Work = Pin<Box<dyn Future<Output = Box<dyn Any + Send>> + Send>>;

/// Does work on the threads that serve everything but pages.
#[derive(Clone)]
pub struct Elsewhere(Arc<dyn Fn(Work) -> Work + Send + Sync>);

impl Elsewhere {
    /// `spawn` begins the work, and answers when it is done.
    pub fn new(spawn: impl Fn(Work) -> Work + Send + Sync + 'static) -> Self {
        Self(Arc::new(spawn))
    }
}

/// Does what a page asks for on the threads that serve everything else: a page has one thread of its
/// own, on which nothing else should have to wait.
pub(crate) async fn apart<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let Some(Elsewhere(spawn)) = use_context::<Elsewhere>() else {
        return work.await;
    };
    // It finds the page's context there, too.
    let work = ScopedFuture::new_untracked(work).instrument(tracing::Span::current());
    let answer = spawn(Box::pin(async move {
        let answer: Box<dyn Any + Send> = Box::new(work.await);
        answer
    }));
    match answer.await.downcast::<T>() {
        Ok(answer) => *answer,
        // What was given back is not what was made: the server ends, and the page with it.
        Err(_) => std::future::pending().await,
    }
}

/// Logs a refusal or failure, sets the status, and keeps what the caller may know.
#[must_use]
pub fn reject(error: service::Error) -> AppError {
    let parts = use_context::<Parts>();
    let request_id = parts
        .as_ref()
        .and_then(|parts| parts.extensions.get::<OpCtx>())
        .map(|op| op.request_id.clone())
        .or_else(|| parts.as_ref().and_then(header_request_id))
        .unwrap_or_default();
    let status = error.status();
    if status >= 500 {
        tracing::error!(request_id, code = error.code(), status, cause = %chain(&error), "request failed");
    } else {
        tracing::info!(request_id, code = error.code(), status, cause = %chain(&error), "request refused");
    }
    page_status_unless_form(parts.as_ref(), status);
    let (code, message) = (error.code().to_owned(), error.public_message());
    let fields = match error {
        service::Error::Invalid(fields) => fields,
        _ => domain::invalid::FieldErrors::default(),
    };
    AppError {
        code,
        message,
        fields,
        request_id,
        ..AppError::default()
    }
}

/// As [`reject`], for a form: where it was posted without the page's script, what was typed goes
/// back to the page with the refusal.
pub fn reject_form<F: Serialize + Default>(form: &F) -> impl FnOnce(service::Error) -> AppError {
    let typed = if use_context::<Parts>().is_some_and(|parts| is_plain_form(&parts)) {
        typed_in(form)
            .filter(|typed| typed.len() <= TYPED_BYTES_MAX)
            .unwrap_or_default()
    } else {
        String::new()
    };
    move |error| AppError {
        typed,
        ..reject(error)
    }
}

/// An import's start with what was posted to its page without the page's script, and the answer.
#[must_use]
pub fn with_posted(start: ImportStart) -> ImportStart {
    ImportStart {
        posted: use_context::<Posted>(),
        ..start
    }
}

/// What was typed into a form: the fields that are not as they start, for an address is short.
fn typed_in<F: Serialize + Default>(form: &F) -> Option<String> {
    let mut typed = serde_json::to_value(form).ok()?;
    let start = serde_json::to_value(F::default()).ok()?;
    if let (Some(typed), Some(start)) = (typed.as_object_mut(), start.as_object()) {
        typed.retain(|field, text| start.get(field) != Some(text));
    }
    Some(typed.to_string())
}

/// Sends the browser on to `path` once the answer arrived, with or without the page's script.
pub fn go(path: &str) {
    leptos_axum::redirect(path);
}

/// Takes a secret to a page that shows it once, where a form was posted without the page's script:
/// the answer is a way there, and an address would stay in histories and logs. It travels in a
/// cookie that only that page gets, for a minute. With the script the answer itself holds it.
pub fn hand_over(path: &str, secret: &str) {
    let Some(parts) = use_context::<Parts>().filter(is_plain_form) else {
        return;
    };
    set_handed(path, secret, 60, &parts);
    go(path);
}

/// Takes a secret to a page that shows it once, as [`hand_over`]; without one just goes there.
pub fn show_once(path: &str, secret: Option<&str>) {
    match secret {
        Some(secret) => hand_over(path, secret),
        None => go(path),
    }
}

/// The secret that was handed to the page being rendered; it is gone afterwards.
#[must_use]
pub fn handed_over() -> Option<String> {
    let parts = use_context::<Parts>()?;
    let secret = cookie(&parts, HANDED)?;
    let key: domain::api_key::KeyText = secret.parse().ok()?;
    set_handed(parts.uri.path(), "", 0, &parts);
    Some(key.as_str().to_owned())
}

fn set_handed(path: &str, secret: &str, seconds: u32, parts: &Parts) {
    // The session's cookie is called so where browsers reach us over TLS.
    let secure = match cookie(parts, "__Host-callcenter") {
        Some(_) => "; Secure",
        None => "",
    };
    let text = format!(
        "{HANDED}={secret}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    );
    if let (Some(out), Ok(value)) = (
        use_context::<ResponseOptions>(),
        HeaderValue::from_str(&text),
    ) {
        out.append_header(SET_COOKIE, value);
    }
}

/// A cookie of a request.
fn cookie(parts: &Parts, name: &str) -> Option<String> {
    let all = parts.headers.get_all(COOKIE).iter();
    let mut pairs = all
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'));
    pairs.find_map(|pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name).then(|| value.to_owned())
    })
}

/// Sets the status of the page being rendered.
pub fn page_status(status: u16) {
    if let (Some(out), Ok(status)) = (
        use_context::<ResponseOptions>(),
        http::StatusCode::from_u16(status),
    ) {
        out.set_status(status);
    }
}

/// Has the page that is being rendered tell the browser to fetch a chunk at once.
pub fn prefetch(chunk: &'static str) {
    leptos::prefetch_lazy_fn_on_server(chunk);
}

/// The headers every page has: what may run and load in it, and that it is nobody else's.
pub fn page_headers() {
    let (Some(out), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce()) else {
        return;
    };
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data:; media-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'self'; \
         form-action 'self'; object-src 'none'"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        out.insert_header(CONTENT_SECURITY_POLICY, value);
    }
    out.insert_header(
        http::header::CACHE_CONTROL,
        HeaderValue::from_static("no-store"),
    );
}

/// The theme this browser chose.
#[must_use]
pub fn theme() -> Theme {
    use_context::<Parts>()
        .and_then(|parts| cookie(&parts, "theme"))
        .and_then(|code| Theme::from_code(&code))
        .unwrap_or_default()
}

/// A plain form post is answered with a way back to the page; a status would hide that way.
fn page_status_unless_form(parts: Option<&Parts>, status: u16) {
    if !parts.is_some_and(is_plain_form) {
        page_status(status);
    }
}

/// Whether the browser itself posted a form to a server function, without the page's script.
fn is_plain_form(parts: &Parts) -> bool {
    let html = parts
        .headers
        .get(ACCEPT)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.contains("text/html"));
    html && parts.uri.path().starts_with("/api/")
}

fn header_request_id(parts: &Parts) -> Option<String> {
    parts
        .headers
        .get(HeaderName::from_static("x-request-id"))
        .and_then(|v| v.to_str().ok())
        .map(str::to_owned)
}

/// An error with all its causes, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
