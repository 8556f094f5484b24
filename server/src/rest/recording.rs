//! The sound of recordings.

use super::extract::{Asked, Id};
use super::problem::Problem;
use crate::public;
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use domain::id::RecordingId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get_recording))
}

/// Fetch a recording
///
/// The sound itself, through this server: the carrier's address never leaves it. `Range` gets a part.
#[utoipa::path(get, path = "/recordings/{id}", tag = "Calls", params(("id" = i64, Path, description = "The recording"), ("Range" = Option<String>, Header, description = "A part in bytes", example = "bytes=0-65535")), responses((status = 200, description = "The sound", content((String = "audio/wav"), (String = "audio/mpeg"))), (status = 206, description = "The part that was asked for", content((String = "audio/wav"), (String = "audio/mpeg"))), (status = 416, description = "The recording is shorter")), security(("key" = ["recordings:read"])))]
async fn get_recording(
    State(state): State<AppState>,
    asked: Asked,
    Id(id): Id<RecordingId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let range = headers.get(header::RANGE).and_then(|v| v.to_str().ok());
    Ok(public::recording::sound(&state, &asked.op, id, range).await?)
}
