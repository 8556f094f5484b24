//! The conversion webhook of the demo.

use domain::api::webhook::WebhookForm;
use domain::id::WebhookId;
use service::{Error, OpCtx, Services};

/// Its id: the same on every machine, as all of the demo is.
pub(super) fn id() -> WebhookId {
    WebhookId(uuid::Uuid::from_u128(
        0x5d0e_0000_0000_4000_8000_0000_0000_0001,
    ))
}

fn form() -> WebhookForm {
    WebhookForm {
        name: "Crestline CRM".to_owned(),
        ..WebhookForm::default()
    }
}

/// Makes it if it is missing.
pub(super) async fn ensure(services: &Services, op: &OpCtx) -> Result<(), Error> {
    match services.webhooks.record(op, id()).await {
        Ok(_) => return Ok(()),
        Err(Error::NotFound(_)) => {}
        Err(other) => return Err(other),
    }
    match services.webhooks.create_as(op, id(), &form()).await {
        // Somebody made another of this name: it stays as it is.
        Ok(_) | Err(Error::Invalid(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// Puts it back as it was made.
pub(super) async fn reset(services: &Services, op: &OpCtx) -> Result<(), Error> {
    ensure(services, op).await?;
    match services.webhooks.update(op, id(), &form()).await {
        Ok(()) => services.webhooks.set_enabled(op, id(), true).await,
        Err(Error::Invalid(_) | Error::NotFound(_)) => Ok(()),
        Err(other) => Err(other),
    }
}
