//! Calls: the log, the live ones, one explained.

use domain::api::call::{CallDetail, CallPage, CallQuery, CallRow};
use domain::id::CallId;
use leptos::prelude::*;

use super::{Answer, Wire};

/// A page of the call log.
#[server(endpoint = "calls/page", output = Wire)]
pub async fn page_calls(#[server(default)] query: CallQuery) -> Answer<CallPage> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.calls.page(&op, &query).await.map_err(ctx::reject)
}

/// The calls that are going on.
#[server(endpoint = "calls/live", output = Wire)]
pub async fn live_calls() -> Answer<Vec<CallRow>> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.calls.live(&op).await.map_err(ctx::reject)
}

/// One call with its timeline, decisions, legs and recordings.
#[server(endpoint = "calls/detail", output = Wire)]
pub async fn load_call(id: CallId) -> Answer<CallDetail> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.calls.detail(&op, id).await.map_err(ctx::reject)
}
