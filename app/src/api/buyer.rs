//! Buyers.

use domain::api::buyer::{BuyerDetail, BuyerForm, BuyerRow};
use domain::api::page::Activity;
use domain::id::BuyerId;
use leptos::prelude::*;

use super::{Answer, Wire};

/// All buyers that are not archived, with their targets.
#[server(endpoint = "buyers/list", output = Wire)]
pub async fn list_buyers() -> Answer<Vec<BuyerRow>> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.buyers.list(&op).await.map_err(ctx::reject)
}

/// One buyer with its targets.
#[server(endpoint = "buyers/detail", output = Wire)]
pub async fn load_buyer(id: BuyerId) -> Answer<BuyerDetail> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.buyers.detail(&op, id).await.map_err(ctx::reject)
}

/// Makes a buyer and goes to it.
#[server(endpoint = "buyers/create", output = Wire)]
pub async fn create_buyer(form: BuyerForm) -> Answer<BuyerId> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let id = services
        .buyers
        .create(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))?;
    ctx::go(&route::buyer(id));
    Ok(id)
}

/// Renames a buyer.
#[server(endpoint = "buyers/update", output = Wire)]
pub async fn update_buyer(id: BuyerId, form: BuyerForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .buyers
        .update(&op, id, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// Pauses, resumes or archives a buyer with all its targets.
#[server(endpoint = "buyers/set_activity", output = Wire)]
pub async fn set_buyer_activity(id: BuyerId, activity: Activity) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .buyers
        .set_activity(&op, id, activity)
        .await
        .map_err(ctx::reject)
}
