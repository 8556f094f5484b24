//! Test auctions of ring trees.

use domain::api::rtb_target::{AuctionView, TrialForm};
use domain::id::TargetGroupId;
use leptos::prelude::*;

use super::{Answer, Wire};

/// Holds an auction as if somebody called; nothing is kept of it.
#[server(endpoint = "ring_trees/rehearse", output = Wire)]
pub async fn rehearse_ring_tree(id: TargetGroupId, about: TrialForm) -> Answer<AuctionView> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .ring_trees
        .rehearse(&op, id, &about)
        .await
        .map_err(ctx::reject)
}
