//! Disputes of calls.

use domain::api::dispute::{DecideForm, DisputeForm, DisputePage, DisputeQuery, DisputeView};
use domain::id::{CallId, DisputeId};
use leptos::prelude::*;

use super::{Answer, Wire};

/// A page of the list.
#[server(endpoint = "disputes/page", output = Wire)]
pub async fn page_disputes(#[server(default)] query: DisputeQuery) -> Answer<DisputePage> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .disputes
        .page(&op, &query)
        .await
        .map_err(ctx::reject)
}

/// One dispute with its history.
#[server(endpoint = "disputes/detail", output = Wire)]
pub async fn load_dispute(id: DisputeId) -> Answer<DisputeView> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.disputes.detail(&op, id).await.map_err(ctx::reject)
}

/// Opens a dispute of a call for its buyer.
#[server(endpoint = "disputes/open", output = Wire)]
pub async fn open_dispute(call: CallId, #[server(default)] form: DisputeForm) -> Answer<DisputeId> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .disputes
        .open(&op, call, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// Approves, rejects, takes back or opens again.
#[server(endpoint = "disputes/decide", output = Wire)]
pub async fn decide_dispute(id: DisputeId, #[server(default)] form: DecideForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .disputes
        .decide(&op, id, &form)
        .await
        .map_err(ctx::reject_form(&form))
}
