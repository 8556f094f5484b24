//! The RTB report.

use domain::api::rtb::{RtbPage, RtbQuery};
use leptos::prelude::*;

use super::{Answer, Wire};

/// A page of the report.
#[server(endpoint = "rtb/report", output = Wire)]
pub async fn load_rtb(query: RtbQuery) -> Answer<RtbPage> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .rtb_reports
        .page(&op, &query)
        .await
        .map_err(ctx::reject)
}
