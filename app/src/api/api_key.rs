//! Keys for programs.

use domain::api::api_key::{ApiKeyForm, ApiKeyList, CreatedKey};
use domain::id::ApiKeyId;
use leptos::prelude::*;

use super::{Answer, Wire};

/// All keys.
#[server(endpoint = "api_keys/list", output = Wire)]
pub async fn list_api_keys() -> Answer<ApiKeyList> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    let list = services.api_keys.list(&op).await.map_err(ctx::reject)?;
    Ok(ApiKeyList {
        fresh: ctx::handed_over(),
        ..list
    })
}

/// Makes a key, which is in the answer this once.
#[server(endpoint = "api_keys/create", output = Wire)]
pub async fn create_api_key(form: ApiKeyForm) -> Answer<CreatedKey> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let made = services
        .api_keys
        .create(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))?;
    ctx::hand_over(route::API_KEYS, &made.text);
    Ok(made)
}

/// Ends a key.
#[server(endpoint = "api_keys/revoke", output = Wire)]
pub async fn revoke_api_key(id: ApiKeyId) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.api_keys.revoke(&op, id).await.map_err(ctx::reject)
}
