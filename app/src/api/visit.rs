//! Visits of advertisers' pages.

use domain::api::visit::{TrafficPage, TrafficQuery};
use leptos::prelude::*;

use super::{Answer, Wire};

/// Who came to the pages with our script in a stretch of time, from where, and who of them called.
#[server(endpoint = "visits/traffic", output = Wire)]
pub async fn load_traffic(#[server(default)] query: TrafficQuery) -> Answer<TrafficPage> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .visits
        .traffic(&op, &query)
        .await
        .map_err(ctx::reject)
}
