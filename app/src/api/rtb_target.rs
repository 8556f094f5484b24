//! RTB targets.

use domain::api::rtb_target::{
    RtbTargetChoices, RtbTargetDetail, RtbTargetForm, RtbTargetRow, Trial, TrialForm,
};
use domain::id::TargetId;
use leptos::prelude::*;

use super::{Answer, Wire};

/// All RTB targets with how they fare.
#[server(endpoint = "rtb_targets/list", output = Wire)]
pub async fn list_rtb_targets() -> Answer<Vec<RtbTargetRow>> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.rtb_targets.list(&op).await.map_err(ctx::reject)
}

/// What a new RTB target can be made for.
#[server(endpoint = "rtb_targets/choices", output = Wire)]
pub async fn load_rtb_target_choices() -> Answer<RtbTargetChoices> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.rtb_targets.choices(&op).await.map_err(ctx::reject)
}

/// One RTB target with its form and latest pings.
#[server(endpoint = "rtb_targets/detail", output = Wire)]
pub async fn load_rtb_target(id: TargetId) -> Answer<RtbTargetDetail> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .rtb_targets
        .detail(&op, id)
        .await
        .map_err(ctx::reject)
}

/// Makes an RTB target and goes to its page.
#[server(endpoint = "rtb_targets/create", output = Wire)]
pub async fn create_rtb_target(form: RtbTargetForm) -> Answer<TargetId> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let id = services
        .rtb_targets
        .create(&op, &form)
        .await
        .map_err(ctx::reject_form(&form.without_secrets()))?;
    ctx::go(&route::rtb_target(id));
    Ok(id)
}

/// Saves how an RTB target bids.
#[server(endpoint = "rtb_targets/update", output = Wire)]
pub async fn update_rtb_target(id: TargetId, form: RtbTargetForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .rtb_targets
        .update(&op, id, &form)
        .await
        .map_err(ctx::reject_form(&form.without_secrets()))
}

/// Sends a test ping by what a form says, saved or not.
#[server(endpoint = "rtb_targets/try", output = Wire)]
pub async fn try_rtb_target(
    id: Option<TargetId>,
    form: RtbTargetForm,
    about: TrialForm,
) -> Answer<Trial> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .rtb_targets
        .try_out(&op, id, &form, &about)
        .await
        .map_err(ctx::reject)
}
