//! RTB ids: what publishers ask.

use domain::api::rtb_id::{RtbIdDetail, RtbIdForm, RtbIdList, TestPingForm, TestPingView};
use domain::id::RtbId;
use leptos::prelude::*;

use super::{Answer, Wire};

/// All RTB ids, each with its pings of today.
#[server(endpoint = "rtb_ids/list", output = Wire)]
pub async fn list_rtb_ids() -> Answer<RtbIdList> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.rtb_ids.list(&op).await.map_err(ctx::reject)
}

/// One RTB id with its instructions and latest pings.
#[server(endpoint = "rtb_ids/detail", output = Wire)]
pub async fn load_rtb_id(id: RtbId) -> Answer<RtbIdDetail> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.rtb_ids.detail(&op, id).await.map_err(ctx::reject)
}

/// Makes an RTB id and goes to its page, where the instructions are.
#[server(endpoint = "rtb_ids/create", output = Wire)]
pub async fn create_rtb_id(form: RtbIdForm) -> Answer<RtbId> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let id = services
        .rtb_ids
        .create(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))?;
    ctx::go(&route::rtb_id(id));
    Ok(id)
}

/// Replaces an RTB id's settings.
#[server(endpoint = "rtb_ids/update", output = Wire)]
pub async fn update_rtb_id(id: RtbId, form: RtbIdForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .rtb_ids
        .update(&op, id, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// Switches an RTB id on or off, and goes to its page.
#[server(endpoint = "rtb_ids/set_enabled", output = Wire)]
pub async fn set_rtb_id_enabled(id: RtbId, enabled: bool) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    services
        .rtb_ids
        .set_enabled(&op, id, enabled)
        .await
        .map_err(ctx::reject)?;
    ctx::go(&route::rtb_id(id));
    Ok(())
}

/// Sends a test ping: what it is answered, and why.
#[server(endpoint = "rtb_ids/test", output = Wire)]
pub async fn test_rtb_id(id: RtbId, form: TestPingForm) -> Answer<TestPingView> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .rtb_ids
        .test(&op, id, &form)
        .await
        .map_err(ctx::reject_form(&form))
}
