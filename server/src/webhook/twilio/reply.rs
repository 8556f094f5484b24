//! Answers to the carrier. Once a request is authentic, a caller is on the line: whatever goes wrong
//! with us, they hear words instead of the carrier's own error message.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use service::Error;
use service::call::engine::Answer;
use std::error::Error as _;
use std::panic::AssertUnwindSafe;

/// What callers hear when we fail.
const APOLOGY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Say>Sorry, we cannot take your call right now. Please try again in a few minutes.</Say><Hangup/></Response>";
/// The document that ends a leg without a word.
const NOTHING: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response></Response>";

/// A TwiML answer: the document, or an apology, always with 200.
pub async fn twiml(
    kind: &'static str,
    work: impl Future<Output = Result<Answer, Error>>,
) -> Response {
    let document = match AssertUnwindSafe(work).catch_unwind().await {
        Ok(Ok(answer)) => {
            metrics::counter!("webhooks_total", "kind" => kind, "repeated" => answer.repeated.to_string()).increment(1);
            answer.twiml
        }
        // Somebody plays with our action addresses, or the call was deleted: there is nothing to say.
        Ok(Err(Error::NotFound(what))) => {
            tracing::warn!(kind, what, "the carrier asked about something unknown");
            metrics::counter!("webhooks_unknown_total", "kind" => kind).increment(1);
            NOTHING.to_owned()
        }
        Ok(Err(error)) => {
            failed(kind, &error);
            APOLOGY.to_owned()
        }
        Err(_) => {
            tracing::error!(kind, "a webhook panicked; the caller hears an apology");
            metrics::counter!("panics_total").increment(1);
            APOLOGY.to_owned()
        }
    };
    document_response(document)
}

/// A document as the carrier wants it.
#[must_use]
pub fn document_response(document: String) -> Response {
    (
        StatusCode::OK,
        [
            (header::CONTENT_TYPE, "text/xml; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        document,
    )
        .into_response()
}

/// The answer to news that do not control the call. What we could not keep is worth a retry, so it is
/// not called done; the sweeper finds what is lost all the same.
pub async fn noted(kind: &'static str, work: impl Future<Output = Result<(), Error>>) -> Response {
    match work.await {
        Ok(()) => {
            metrics::counter!("webhooks_total", "kind" => kind, "repeated" => "false").increment(1);
            StatusCode::NO_CONTENT.into_response()
        }
        // News of a call we never heard of: nothing to keep, and nothing that a retry would mend.
        Err(Error::NotFound(what)) => {
            tracing::warn!(kind, what, "news of something unknown");
            metrics::counter!("webhooks_unknown_total", "kind" => kind).increment(1);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => {
            failed(kind, &error);
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

fn failed(kind: &'static str, error: &Error) {
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(next) = cause {
        causes.push(next.to_string());
        cause = next.source();
    }
    tracing::error!(
        kind,
        code = error.code(),
        causes = causes.join(": "),
        "a webhook failed"
    );
    metrics::counter!("webhooks_failed_total", "kind" => kind).increment(1);
}
