//! Calls: the log, the live ones, one explained.

use domain::api::adjustment::bulk::{BulkForm, BulkPreview};
use domain::api::adjustment::{AdjustForm, ConvertForm, Corrected};
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

/// Corrects what calls earned or paid, one by one.
#[server(endpoint = "calls/correct", output = Wire)]
pub async fn correct_calls(#[server(default)] form: AdjustForm) -> Answer<Vec<Corrected>> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .engine
        .correct(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// Corrects revenue, payout or both of many calls, one by one.
#[server(endpoint = "calls/correct_many", output = Wire)]
pub async fn correct_many(#[server(default)] form: BulkForm) -> Answer<Vec<Corrected>> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .engine
        .correct_many(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// What [`correct_many`] would do.
#[server(endpoint = "calls/preview", output = Wire)]
pub async fn preview_correction(#[server(default)] form: BulkForm) -> Answer<BulkPreview> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .engine
        .preview(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// Marks a call as converted; the amount is asked for where the rule takes it from the buyer.
#[server(endpoint = "calls/convert", output = Wire)]
pub async fn convert_call(id: CallId, #[server(default)] form: ConvertForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .engine
        .convert(&op, id, &form)
        .await
        .map_err(ctx::reject_form(&form))
}
