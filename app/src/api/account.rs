//! Settings of the account.

use domain::api::account::{AccountForm, RatesForm, RatesView};
use leptos::prelude::*;

use super::{Answer, Wire};

/// What holds for the calls of all campaigns.
#[server(endpoint = "account/settings", output = Wire)]
pub async fn load_account() -> Answer<AccountForm> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.accounts.settings(&op).await.map_err(ctx::reject)
}

/// Saves what holds for the calls of all campaigns.
#[server(endpoint = "account/update", output = Wire)]
pub async fn update_account(form: AccountForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .accounts
        .update(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// What the carrier charges.
#[server(endpoint = "account/rates", output = Wire)]
pub async fn load_rates() -> Answer<RatesView> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.accounts.rates(&op).await.map_err(ctx::reject)
}

/// Saves what the carrier charges.
#[server(endpoint = "account/set_rates", output = Wire)]
pub async fn set_rates(form: RatesForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .accounts
        .set_rates(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// Goes back to the carrier's list prices.
#[server(endpoint = "account/reset_rates", output = Wire)]
pub async fn reset_rates() -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .accounts
        .reset_rates(&op)
        .await
        .map_err(ctx::reject)
}
