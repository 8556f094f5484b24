//! The caller's own leg changed: only its end matters here.

use super::door::{Authentic, Refused};
use super::reply;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

/// Takes note of a call's end.
pub async fn changed(
    State(state): State<AppState>,
    Authentic { form, engine }: Authentic,
) -> Response {
    let (sid, status) = match (form.call_sid(), form.status()) {
        (Ok(sid), Ok(status)) => (sid, status),
        (Err(error), _) | (_, Err(error)) => return Refused::from(error).into_response(),
    };
    if !status.is_final() {
        return StatusCode::NO_CONTENT.into_response();
    }
    let now = state.services.clock.now();
    let answer = reply::noted(
        "status",
        engine.call_ended(sid, status, form.duration(), now),
    )
    .await;
    state.pulse.beat();
    answer
}
