//! What a page or server function knows of the request it serves.
//!
//! The only file that names the services and the server's side of Leptos.

use http::header::{ACCEPT, CONTENT_SECURITY_POLICY, COOKIE, HeaderName, HeaderValue};
use http::request::Parts;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use serde::Serialize;
use service::{OpCtx, Services};

use crate::error::AppError;
use crate::state::theme::Theme;

/// What of a refused form is sent back: it travels in an address, and proxies in front of us take
/// headers of 4 KB. Every form that is filled in within its limits fits.
const TYPED_BYTES_MAX: usize = 2_048;

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
pub fn reject_form<F: Serialize>(form: &F) -> impl FnOnce(service::Error) -> AppError {
    let typed = if use_context::<Parts>().is_some_and(|parts| is_plain_form(&parts)) {
        serde_json::to_string(form)
            .ok()
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

/// Sends the browser on to `path` once the answer arrived, with or without the page's script.
pub fn go(path: &str) {
    leptos_axum::redirect(path);
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
    let cookie = use_context::<Parts>().and_then(|parts| {
        let all = parts
            .headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|v| v.to_str().ok())
            .collect::<Vec<_>>()
            .join("; ");
        all.split(';')
            .find_map(|pair| pair.trim().strip_prefix("theme=").map(str::to_owned))
    });
    cookie
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
