//! `GET /export/{file}`: a list as CSV, with the filters of its page in the address. A long one is
//! sent as it is read.

use crate::error;
use crate::state::AppState;
use axum::Extension;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{Uri, header};
use axum::response::{IntoResponse as _, Response};
use domain::api::rtb_bid::BidQuery;
use domain::api::sheet::ExportQuery;
use domain::invalid::FieldErrors;
use futures_util::stream;
use service::sheet::export::Export;
use service::{Error, OpCtx};

/// The list of what publishers were bid.
const BIDS: &str = "bids";

/// Sends a list.
pub async fn download(
    State(state): State<AppState>,
    Extension(op): Extension<OpCtx>,
    Path(file): Path<String>,
    uri: Uri,
    query: Result<Query<ExportQuery>, QueryRejection>,
) -> Response {
    let name = file.strip_suffix(".csv").unwrap_or_default();
    if name == BIDS {
        return bids(&state, &op, &uri).await;
    }
    let opened = match query {
        Ok(Query(query)) => state.services.exports.open(&op, name, &query).await,
        Err(_) => {
            let message = "The address of this export is damaged. Export from the list again.";
            Err(FieldErrors::one("query", "malformed", message).into())
        }
    };
    match opened {
        Ok(export) => send(export),
        Err(failure) => error::answer(&failure, &op.request_id),
    }
}

/// What publishers were bid, by the filters of the report.
async fn bids(state: &AppState, op: &OpCtx, uri: &Uri) -> Response {
    let exported = match Query::<BidQuery>::try_from_uri(uri) {
        Ok(Query(query)) => state.services.rtb_bids.export(op, &query).await,
        Err(_) => {
            let message = "The address of this export is damaged. Export from the report again.";
            Err(FieldErrors::one("query", "malformed", message).into())
        }
    };
    match exported {
        Ok((file, text)) => csv(&file, Body::from(text)),
        Err(failure) => error::answer(&failure, &op.request_id),
    }
}

fn send(export: Export) -> Response {
    let file = export.file.clone();
    let parts = stream::try_unfold(export, |mut export| async move {
        match export.next().await {
            Ok(part) => Ok(part.map(|part| (part, export))),
            Err(failure) => {
                // The answer has begun: all that is left is to break it off.
                tracing::error!(%failure, "an export broke off");
                Err::<_, Error>(failure)
            }
        }
    });
    csv(&file, Body::from_stream(parts))
}

/// A file to save.
pub(super) fn csv(file: &str, body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{file}\""),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, body).into_response()
}
