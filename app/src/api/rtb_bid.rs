//! What publishers asked and were answered.

use domain::api::rtb_bid::{BidPage, BidQuery};
use leptos::prelude::*;

use super::{Answer, Wire};

/// A page of the report.
#[server(endpoint = "rtb/bids", output = Wire)]
pub async fn load_bids(query: BidQuery) -> Answer<BidPage> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .rtb_bids
        .page(&op, &query)
        .await
        .map_err(ctx::reject)
}
