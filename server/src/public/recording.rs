//! `GET /recordings/{id}`: the sound of a recording through our own door. The carrier's address and
//! credentials never reach a browser.

use crate::adapter::telephony::Sound;
use crate::adapter::twilio::RestError;
use crate::error;
use crate::state::AppState;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::id::RecordingId;
use service::{Error, OpCtx};

/// Headers of the carrier's answer that are passed on.
const PASSED: [HeaderName; 5] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::ACCEPT_RANGES,
    header::ETAG,
];

/// Plays a recording; `Range` works, so that players can seek.
pub async fn play(
    State(state): State<AppState>,
    Extension(op): Extension<OpCtx>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let range = headers.get(header::RANGE).and_then(|v| v.to_str().ok());
    let found = match id.parse() {
        Ok(id) => sound(&state, &op, id, range).await,
        Err(_) => Err(Error::NotFound("recording")),
    };
    match found {
        Ok(response) => response,
        Err(failure) => error::answer(&failure, &op.request_id),
    }
}

/// The sound of a recording, or the part of it that was asked for.
///
/// # Errors
/// What the service says; [`Error::Unavailable`] if the carrier does not give it.
pub async fn sound(
    state: &AppState,
    op: &OpCtx,
    id: RecordingId,
    range: Option<&str>,
) -> Result<Response, Error> {
    let recording = state.services.recordings.source(op, id).await?;
    let sound = state.media.sound(&recording, range).await;
    let mut response = match sound {
        Ok(Sound::Stream(answer)) => pass_on(answer),
        Ok(Sound::File(bytes)) => part(bytes, range),
        Err(RestError::NotFound) => return Err(Error::NotFound("recording")),
        Err(other) => return Err(Error::Unavailable(Box::new(other))),
    };
    let out = response.headers_mut();
    // A browser that kept it would play on what was deleted, or what its user may not hear any more.
    out.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-store"),
    );
    out.entry(header::ACCEPT_RANGES)
        .or_insert(HeaderValue::from_static("bytes"));
    Ok(response)
}

fn pass_on(answer: reqwest::Response) -> Response {
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut headers = HeaderMap::new();
    for name in PASSED {
        if let Some(value) = answer.headers().get(&name) {
            headers.insert(name, value.clone());
        }
    }
    (status, headers, Body::from_stream(answer.bytes_stream())).into_response()
}

/// A file, or the part of it that was asked for.
fn part(bytes: Vec<u8>, range: Option<&str>) -> Response {
    let total = bytes.len();
    let wav = (header::CONTENT_TYPE, "audio/wav".to_owned());
    match range.map(|r| span(r, total)) {
        None | Some(Span::Whole) => ([wav], bytes).into_response(),
        Some(Span::Part(from, to)) => {
            let told = (header::CONTENT_RANGE, format!("bytes {from}-{to}/{total}"));
            (
                StatusCode::PARTIAL_CONTENT,
                [wav, told],
                bytes[from..=to].to_vec(),
            )
                .into_response()
        }
        Some(Span::Outside) => (
            StatusCode::RANGE_NOT_SATISFIABLE,
            [(header::CONTENT_RANGE, format!("bytes */{total}"))],
        )
            .into_response(),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Span {
    Whole,
    /// Both ends included.
    Part(usize, usize),
    Outside,
}

/// A single range of bytes; anything else is answered with the whole, as RFC 9110 allows.
fn span(text: &str, total: usize) -> Span {
    let Some((from, to)) = text.strip_prefix("bytes=").and_then(|r| r.split_once('-')) else {
        return Span::Whole;
    };
    let last = total.saturating_sub(1);
    let (from, to) = match (from.trim().parse::<usize>(), to.trim()) {
        (Ok(from), "") => (from, last),
        (Ok(from), to) => match to.parse::<usize>() {
            Ok(to) if to >= from => (from, to.min(last)),
            _ => return Span::Whole,
        },
        (Err(_), to) if from.trim().is_empty() => match to.parse::<usize>() {
            Ok(0) => return Span::Outside,
            Ok(tail) => (total.saturating_sub(tail), last),
            Err(_) => return Span::Whole,
        },
        (Err(_), _) => return Span::Whole,
    };
    if total == 0 || from > last {
        Span::Outside
    } else {
        Span::Part(from, to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_what_is_there() {
        assert_eq!(span("bytes=0-", 10), Span::Part(0, 9));
        assert_eq!(span("bytes=2-4", 10), Span::Part(2, 4));
        assert_eq!(span("bytes=2-400", 10), Span::Part(2, 9));
        assert_eq!(span("bytes=-3", 10), Span::Part(7, 9));
        assert_eq!(span("bytes=-30", 10), Span::Part(0, 9));
        assert_eq!(span("bytes=10-", 10), Span::Outside);
        assert_eq!(span("bytes=-0", 10), Span::Outside);
        for whole in ["items=0-1", "bytes=4-2", "bytes=a-b", "bytes=0-1,3-4"] {
            assert_eq!(span(whole, 10), Span::Whole, "{whole}");
        }
    }
}
