//! Conversion webhooks.

use domain::api::webhook::{WebhookDetail, WebhookForm, WebhookList};
use domain::id::WebhookId;
use leptos::prelude::*;

use super::{Answer, Wire};

/// All webhooks, each with what came in last.
#[server(endpoint = "webhooks/list", output = Wire)]
pub async fn list_webhooks() -> Answer<WebhookList> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.webhooks.list(&op).await.map_err(ctx::reject)
}

/// One webhook with its address and what came in.
#[server(endpoint = "webhooks/detail", output = Wire)]
pub async fn load_webhook(id: WebhookId) -> Answer<WebhookDetail> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.webhooks.detail(&op, id).await.map_err(ctx::reject)
}

/// Makes a webhook and goes to its page.
#[server(endpoint = "webhooks/create", output = Wire)]
pub async fn create_webhook(form: WebhookForm) -> Answer<WebhookId> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let id = services
        .webhooks
        .create(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))?;
    ctx::go(&route::webhook(id));
    Ok(id)
}

/// Replaces a webhook's settings.
#[server(endpoint = "webhooks/update", output = Wire)]
pub async fn update_webhook(id: WebhookId, form: WebhookForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .webhooks
        .update(&op, id, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// Pauses or resumes a webhook, and goes to its page.
#[server(endpoint = "webhooks/set_enabled", output = Wire)]
pub async fn set_webhook_enabled(id: WebhookId, enabled: bool) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    services
        .webhooks
        .set_enabled(&op, id, enabled)
        .await
        .map_err(ctx::reject)?;
    ctx::go(&route::webhook(id));
    Ok(())
}
