//! The dashboard.

use domain::api::dashboard::Dashboard;
use domain::id::CampaignId;
use leptos::prelude::*;

use super::{Answer, Wire};

/// Today, of one campaign or of all.
#[server(endpoint = "dashboard/today", output = Wire)]
pub async fn load_today(campaign: Option<CampaignId>) -> Answer<Dashboard> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .dashboard
        .today(&op, campaign)
        .await
        .map_err(ctx::reject)
}
