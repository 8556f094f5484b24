//! Bulk lists.

use domain::api::bulk_list::{BulkListDetail, BulkListForm, BulkListRow};
use domain::id::BulkListId;
use leptos::prelude::*;

use super::{Answer, Wire};

/// All lists, without their values.
#[server(endpoint = "lists/list", output = Wire)]
pub async fn list_bulk_lists() -> Answer<Vec<BulkListRow>> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.bulk_lists.list(&op).await.map_err(ctx::reject)
}

/// One list with its values.
#[server(endpoint = "lists/detail", output = Wire)]
pub async fn load_bulk_list(id: BulkListId) -> Answer<BulkListDetail> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .bulk_lists
        .detail(&op, id)
        .await
        .map_err(ctx::reject)
}

/// Makes a list and goes to all of them.
#[server(endpoint = "lists/create", output = Wire)]
pub async fn create_bulk_list(form: BulkListForm) -> Answer<BulkListId> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let id = services
        .bulk_lists
        .create(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))?;
    ctx::go(route::LISTS);
    Ok(id)
}

/// Replaces a list's name and values.
#[server(endpoint = "lists/update", output = Wire)]
pub async fn update_bulk_list(id: BulkListId, form: BulkListForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .bulk_lists
        .update(&op, id, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// Removes a list and goes to the others.
#[server(endpoint = "lists/remove", output = Wire)]
pub async fn remove_bulk_list(id: BulkListId) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    services
        .bulk_lists
        .remove(&op, id)
        .await
        .map_err(ctx::reject)?;
    ctx::go(route::LISTS);
    Ok(())
}
