//! The frame around every page.

use domain::api::session::Opening;
use leptos::prelude::*;

use super::{Answer, Wire};

/// Who is signed in, the header's counters, and how far the calls are.
#[server(endpoint = "session/shell", output = Wire)]
pub async fn load_shell() -> Answer<Opening> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    // First: what changes after it is told by the stream of events.
    let figure = services.session.activity(&op).await.map_err(ctx::reject)?;
    let shell = services.session.shell(&op).await.map_err(ctx::reject)?;
    Ok(Opening { shell, figure })
}
