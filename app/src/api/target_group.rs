//! Groups of targets.

use domain::api::page::Activity;
use domain::api::target_group::{MemberChoice, TargetGroupDetail, TargetGroupForm, TargetGroupRow};
use domain::id::TargetGroupId;
use leptos::prelude::*;

use super::{Answer, Wire};

/// All groups, or all ring trees, with how they stand.
#[server(endpoint = "groups/list", output = Wire)]
pub async fn list_target_groups(trees: bool) -> Answer<Vec<TargetGroupRow>> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .target_groups
        .list(&op, trees)
        .await
        .map_err(ctx::reject)
}

/// One group with its form and usage.
#[server(endpoint = "groups/detail", output = Wire)]
pub async fn load_target_group(id: TargetGroupId) -> Answer<TargetGroupDetail> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .target_groups
        .detail(&op, id)
        .await
        .map_err(ctx::reject)
}

/// The targets that a new group, or a new ring tree, can have.
#[server(endpoint = "groups/choices", output = Wire)]
pub async fn group_choices(tree: bool) -> Answer<Vec<MemberChoice>> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .target_groups
        .choices(&op, tree)
        .await
        .map_err(ctx::reject)
}

/// Makes a group, or a ring tree, and goes to the list.
#[server(endpoint = "groups/create", output = Wire)]
pub async fn create_target_group(form: TargetGroupForm) -> Answer<TargetGroupId> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let id = services
        .target_groups
        .create(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))?;
    ctx::go(if form.auction.is_empty() {
        route::GROUPS
    } else {
        route::RING_TREES
    });
    Ok(id)
}

/// Saves a group.
#[server(endpoint = "groups/update", output = Wire)]
pub async fn update_target_group(id: TargetGroupId, form: TargetGroupForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .target_groups
        .update(&op, id, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// Pauses, resumes or archives a group.
#[server(endpoint = "groups/set_activity", output = Wire)]
pub async fn set_target_group_activity(id: TargetGroupId, activity: Activity) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .target_groups
        .set_activity(&op, id, activity)
        .await
        .map_err(ctx::reject)
}
