//! Blocked callers.

use domain::api::block::{BlockForm, BlockList, BlockQuery};
use domain::id::{BlockId, CallId};
use leptos::prelude::*;

use super::{Answer, Wire};

/// A page of the list.
#[server(endpoint = "blocks/list", output = Wire)]
pub async fn list_blocks(#[server(default)] query: BlockQuery) -> Answer<BlockList> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.blocks.list(&op, &query).await.map_err(ctx::reject)
}

/// Blocks callers and goes to the list.
#[server(endpoint = "blocks/add", output = Wire)]
pub async fn add_block(form: BlockForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    services
        .blocks
        .add(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))?;
    ctx::go(route::BLOCKS);
    Ok(())
}

/// Blocks the caller of a call.
#[server(endpoint = "blocks/add_caller", output = Wire)]
pub async fn block_caller(call: CallId) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .blocks
        .add_caller(&op, call)
        .await
        .map_err(ctx::reject)
}

/// Lets callers in again.
#[server(endpoint = "blocks/remove", output = Wire)]
pub async fn remove_block(id: BlockId) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.blocks.remove(&op, id).await.map_err(ctx::reject)
}

/// Lets all callers of a list in again, and goes to the others; says how many entries that were.
#[server(endpoint = "blocks/remove_source", output = Wire)]
pub async fn remove_blocks_of(source: String) -> Answer<u64> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let removed = services
        .blocks
        .remove_source(&op, &source)
        .await
        .map_err(ctx::reject)?;
    ctx::go(route::BLOCKS);
    Ok(removed)
}
