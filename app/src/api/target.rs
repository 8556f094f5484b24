//! Targets.

use domain::api::page::Activity;
use domain::api::plan::{QuickAdded, QuickTargetForm};
use domain::api::target::{TargetDetail, TargetForm};
use domain::caps::reset::Counts;
use domain::id::{BuyerId, TargetId};
use leptos::prelude::*;

use super::{Answer, Wire};

/// One target with its form and usage.
#[server(endpoint = "targets/detail", output = Wire)]
pub async fn load_target(id: TargetId) -> Answer<TargetDetail> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.targets.detail(&op, id).await.map_err(ctx::reject)
}

/// Makes a target of a buyer and goes back to the buyer.
#[server(endpoint = "targets/create", output = Wire)]
pub async fn create_target(buyer: BuyerId, form: TargetForm) -> Answer<TargetId> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let id = services
        .targets
        .create(&op, buyer, &form)
        .await
        .map_err(ctx::reject_form(&form.without_password()))?;
    ctx::go(&route::buyer(buyer));
    Ok(id)
}

/// Saves a target.
#[server(endpoint = "targets/update", output = Wire)]
pub async fn update_target(id: TargetId, form: TargetForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .targets
        .update(&op, id, &form)
        .await
        .map_err(ctx::reject_form(&form.without_password()))
}

/// Pauses, resumes or archives a target.
#[server(endpoint = "targets/set_activity", output = Wire)]
pub async fn set_target_activity(id: TargetId, activity: Activity) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .targets
        .set_activity(&op, id, activity)
        .await
        .map_err(ctx::reject)
}

/// Sets a target's counts to zero; answers what they were.
#[server(endpoint = "targets/reset_counts", output = Wire)]
pub async fn reset_target_counts(id: TargetId) -> Answer<Counts> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .targets
        .reset_counts(&op, id)
        .await
        .map_err(ctx::reject)
}

/// Takes a reset back.
#[server(endpoint = "targets/restore_counts", output = Wire)]
pub async fn restore_target_counts(id: TargetId, counts: Counts) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .targets
        .restore_counts(&op, id, &counts)
        .await
        .map_err(ctx::reject)
}

/// Makes a target in passing, with its buyer if that is new.
#[server(endpoint = "targets/add_quick", output = Wire)]
pub async fn add_quick_target(form: QuickTargetForm) -> Answer<QuickAdded> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .targets
        .add_quick(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))
}
