//! DNI tags: what scripts on advertisers' pages do.

use domain::api::dni_tag::{DniTagDetail, DniTagForm, DniTagList};
use domain::id::DniTagId;
use leptos::prelude::*;

use super::{Answer, Wire};

/// All DNI tags, each with its visitors of today.
#[server(endpoint = "dni_tags/list", output = Wire)]
pub async fn list_dni_tags() -> Answer<DniTagList> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.dni_tags.list(&op).await.map_err(ctx::reject)
}

/// One DNI tag with its script and its latest visits.
#[server(endpoint = "dni_tags/detail", output = Wire)]
pub async fn load_dni_tag(id: DniTagId) -> Answer<DniTagDetail> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.dni_tags.detail(&op, id).await.map_err(ctx::reject)
}

/// Makes a DNI tag and goes to its page, where the script is.
#[server(endpoint = "dni_tags/create", output = Wire)]
pub async fn create_dni_tag(form: DniTagForm) -> Answer<DniTagId> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let id = services
        .dni_tags
        .create(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))?;
    ctx::go(&route::dni_tag(id));
    Ok(id)
}

/// Replaces a DNI tag's settings.
#[server(endpoint = "dni_tags/update", output = Wire)]
pub async fn update_dni_tag(id: DniTagId, form: DniTagForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .dni_tags
        .update(&op, id, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// Pauses or resumes a DNI tag, and goes to its page.
#[server(endpoint = "dni_tags/set_enabled", output = Wire)]
pub async fn set_dni_tag_enabled(id: DniTagId, enabled: bool) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    services
        .dni_tags
        .set_enabled(&op, id, enabled)
        .await
        .map_err(ctx::reject)?;
    ctx::go(&route::dni_tag(id));
    Ok(())
}
