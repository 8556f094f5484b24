//! The account's carrier account.

use domain::api::carrier_account::{CarrierAccountForm, CarrierAccountView};
use leptos::prelude::*;

use super::{Answer, Wire};

/// How the account is connected.
#[server(endpoint = "carrier_account/view", output = Wire)]
pub async fn load_carrier_account() -> Answer<CarrierAccountView> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .carrier_accounts
        .view(&op)
        .await
        .map_err(ctx::reject)
}

/// Connects a carrier account once the carrier says that it is good.
#[server(endpoint = "carrier_account/save", output = Wire)]
pub async fn save_carrier_account(form: CarrierAccountForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    services
        .carrier_accounts
        .save(&op, &form)
        .await
        // A token is typed again, never shown again.
        .map_err(ctx::reject_form(&form.without_secret()))?;
    ctx::go(route::SETTINGS_CARRIER);
    Ok(())
}

/// Forgets the carrier account.
#[server(endpoint = "carrier_account/remove", output = Wire)]
pub async fn remove_carrier_account() -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    services
        .carrier_accounts
        .remove(&op)
        .await
        .map_err(ctx::reject)?;
    ctx::go(route::SETTINGS_CARRIER);
    Ok(())
}
