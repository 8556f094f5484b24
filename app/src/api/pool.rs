//! Number pools.

use domain::api::pool::{PoolDetail, PoolForm, PoolList, PoolNumbersForm};
use domain::id::{NumberId, PoolId};
use leptos::prelude::*;

use super::{Answer, Wire};

/// All pools, each with how much of it is in use.
#[server(endpoint = "pools/list", output = Wire)]
pub async fn list_pools() -> Answer<PoolList> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.pools.list(&op).await.map_err(ctx::reject)
}

/// One pool with its numbers and its latest days.
#[server(endpoint = "pools/detail", output = Wire)]
pub async fn load_pool(id: PoolId) -> Answer<PoolDetail> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.pools.detail(&op, id).await.map_err(ctx::reject)
}

/// Makes a pool without numbers and goes to its page.
#[server(endpoint = "pools/create", output = Wire)]
pub async fn create_pool(form: PoolForm) -> Answer<PoolId> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let id = services
        .pools
        .create(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))?;
    ctx::go(&route::pool(id));
    Ok(id)
}

/// Replaces a pool's settings.
#[server(endpoint = "pools/update", output = Wire)]
pub async fn update_pool(id: PoolId, form: PoolForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .pools
        .update(&op, id, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// Removes a pool, and goes to the list.
#[server(endpoint = "pools/remove", output = Wire)]
pub async fn remove_pool(id: PoolId) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    services.pools.remove(&op, id).await.map_err(ctx::reject)?;
    ctx::go(route::POOLS);
    Ok(())
}

/// Puts numbers into a pool; says how many.
#[server(endpoint = "pools/add_numbers", output = Wire)]
pub async fn add_pool_numbers(id: PoolId, form: PoolNumbersForm) -> Answer<u32> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .pools
        .add_numbers(&op, id, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// Takes a number out of a pool; it stays in the account.
#[server(endpoint = "pools/take_number", output = Wire)]
pub async fn take_pool_number(id: PoolId, number: NumberId) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .pools
        .take_number(&op, id, number)
        .await
        .map_err(ctx::reject)
}
