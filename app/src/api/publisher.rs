//! Publishers.

use domain::api::page::Activity;
use domain::api::publisher::{
    NewPublisherForm, PayoutForm, PublisherDetail, PublisherForm, PublisherRow,
};
use domain::id::{CampaignId, PublisherId};
use leptos::prelude::*;

use super::{Answer, Wire};

/// All publishers with today's figures.
#[server(endpoint = "publishers/list", output = Wire)]
pub async fn list_publishers() -> Answer<Vec<PublisherRow>> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.publishers.list(&op).await.map_err(ctx::reject)
}

/// One publisher with its payout rules and numbers.
#[server(endpoint = "publishers/detail", output = Wire)]
pub async fn load_publisher(id: PublisherId) -> Answer<PublisherDetail> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .publishers
        .detail(&op, id)
        .await
        .map_err(ctx::reject)
}

/// Makes a publisher and goes to its page.
#[server(endpoint = "publishers/create", output = Wire)]
pub async fn create_publisher(form: NewPublisherForm) -> Answer<PublisherId> {
    #[cfg(feature = "ssr")]
    use crate::{
        ctx,
        route::{self, PublisherTab},
    };
    let (op, services) = ctx::both()?;
    let id = services
        .publishers
        .create(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))?;
    ctx::go(&route::publisher(id, PublisherTab::Payouts));
    Ok(id)
}

/// Changes a publisher's name and sub-id.
#[server(endpoint = "publishers/update", output = Wire)]
pub async fn update_publisher(id: PublisherId, form: PublisherForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .publishers
        .update(&op, id, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// Saves a list of payout rules, and gives it with the ids of new ones.
#[server(endpoint = "publishers/save_payouts", output = Wire)]
pub async fn save_payouts(id: PublisherId, form: PayoutForm) -> Answer<PayoutForm> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .publishers
        .save_payouts(&op, id, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// Gives a campaign payout rules of its own and goes to them.
#[server(endpoint = "publishers/add_override", output = Wire)]
pub async fn add_override(id: PublisherId, campaign: CampaignId) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    services
        .publishers
        .add_override(&op, id, campaign)
        .await
        .map_err(ctx::reject)?;
    ctx::go(&route::payouts_of(id, Some(campaign)));
    Ok(())
}

/// Lets a campaign follow the rules everywhere again.
#[server(endpoint = "publishers/drop_override", output = Wire)]
pub async fn drop_override(id: PublisherId, campaign: CampaignId) -> Answer<PayoutForm> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let dropped = services
        .publishers
        .drop_override(&op, id, campaign)
        .await
        .map_err(ctx::reject)?;
    ctx::go(&route::payouts_of(id, None));
    Ok(dropped)
}

/// Pauses, resumes or archives a publisher.
#[server(endpoint = "publishers/set_activity", output = Wire)]
pub async fn set_publisher_activity(id: PublisherId, activity: Activity) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .publishers
        .set_activity(&op, id, activity)
        .await
        .map_err(ctx::reject)
}
