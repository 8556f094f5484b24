//! A recording is ready, or will never be.

use super::door::{Authentic, Refused};
use super::reply;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::call::recording::{Recording, RecordingKind};

/// Takes note of a finished recording.
pub async fn ready(
    State(state): State<AppState>,
    Authentic { form, engine }: Authentic,
) -> Response {
    let (call, sid) = match (form.call_sid(), form.recording_sid()) {
        (Ok(call), Ok(sid)) => (call, sid),
        (Err(error), _) | (_, Err(error)) => return Refused::from(error).into_response(),
    };
    if form
        .get("RecordingStatus")
        .is_some_and(|status| status != "completed")
    {
        tracing::info!(
            recording = sid,
            status = form.get("RecordingStatus"),
            "no recording to keep"
        );
        return StatusCode::NO_CONTENT.into_response();
    }
    let recording = Recording {
        sid: sid.to_owned(),
        kind: RecordingKind::from_carrier(form.get("RecordingSource").unwrap_or_default()),
        duration_s: form.recording_duration().unwrap_or(0),
        channels: form.recording_channels().unwrap_or(1),
    };
    let now = state.services.clock.now();
    let answer = reply::noted("recording", engine.recording_ready(call, recording, now)).await;
    state.pulse.beat();
    answer
}
