//! The frame around every page.

use domain::api::session::Shell;
use leptos::prelude::*;

use super::{Answer, Wire};

/// Who is signed in, and the header's counters.
#[server(endpoint = "session/shell", output = Wire)]
pub async fn load_shell() -> Answer<Shell> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.session.shell(&op).await.map_err(ctx::reject)
}
