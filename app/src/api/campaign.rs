//! Campaigns and their routing plans.

use domain::api::campaign::{
    CampaignDetail, CampaignForm, CampaignRow, DuplicatesForm, NewCampaignForm, PlanForm,
};
use domain::api::page::Activity;
use domain::api::revenue::RevenueForm;
use domain::id::CampaignId;
use leptos::prelude::*;

use super::{Answer, Wire};

/// All campaigns, those that are archived at the end.
#[server(endpoint = "campaigns/list", output = Wire)]
pub async fn list_campaigns() -> Answer<Vec<CampaignRow>> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.campaigns.list(&op).await.map_err(ctx::reject)
}

/// One campaign with settings, numbers and plan.
#[server(endpoint = "campaigns/detail", output = Wire)]
pub async fn load_campaign(id: CampaignId) -> Answer<CampaignDetail> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .campaigns
        .detail(&op, id)
        .await
        .map_err(ctx::reject)
}

/// Makes a campaign and goes to its routing plan.
#[server(endpoint = "campaigns/create", output = Wire)]
pub async fn create_campaign(form: NewCampaignForm) -> Answer<CampaignId> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let id = services
        .campaigns
        .begin(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))?;
    ctx::go(&route::campaign(id, route::CampaignTab::Routing));
    Ok(id)
}

/// Saves a campaign's settings.
#[server(endpoint = "campaigns/update", output = Wire)]
pub async fn update_campaign(id: CampaignId, form: CampaignForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .campaigns
        .update(&op, id, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// Saves what becomes of duplicates and who is let in.
#[server(endpoint = "campaigns/set_duplicates", output = Wire)]
pub async fn set_duplicates(id: CampaignId, form: DuplicatesForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .campaigns
        .set_duplicates(&op, id, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// Saves what a call is worth on a route that says nothing of its own.
#[server(endpoint = "campaigns/set_revenue", output = Wire)]
pub async fn set_revenue(id: CampaignId, form: RevenueForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .campaigns
        .set_revenue(&op, id, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// Pauses, resumes or archives a campaign.
#[server(endpoint = "campaigns/set_activity", output = Wire)]
pub async fn set_campaign_activity(id: CampaignId, activity: Activity) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .campaigns
        .set_activity(&op, id, activity)
        .await
        .map_err(ctx::reject)
}

/// Saves a routing plan over the version it was edited from; answers the new version.
#[server(endpoint = "campaigns/save_plan", output = Wire)]
pub async fn save_plan(id: CampaignId, form: PlanForm) -> Answer<i64> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .campaigns
        .save_plan(&op, id, &form)
        .await
        .map_err(ctx::reject)
}
