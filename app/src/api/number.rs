//! Tracking numbers.

use domain::api::number::{NumberForm, NumberList, NumberRow};
use domain::id::{CampaignId, NumberId, PublisherId};
use leptos::prelude::*;

use super::{Answer, Wire};

/// All numbers, and the addresses to enter at the carrier.
#[server(endpoint = "numbers/list", output = Wire)]
pub async fn list_numbers() -> Answer<NumberList> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.numbers.list(&op).await.map_err(ctx::reject)
}

/// One number as the list shows it.
#[server(endpoint = "numbers/row", output = Wire)]
pub async fn load_number(id: NumberId) -> Answer<NumberRow> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.numbers.row(&op, id).await.map_err(ctx::reject)
}

/// Adds a number and goes to the list.
#[server(endpoint = "numbers/add", output = Wire)]
pub async fn add_number(form: NumberForm) -> Answer<NumberId> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let id = services
        .numbers
        .add(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))?;
    ctx::go(route::NUMBERS);
    Ok(id)
}

/// Gives a number to a campaign, or takes it from all.
#[server(endpoint = "numbers/assign", output = Wire)]
pub async fn assign_number(
    id: NumberId,
    #[server(default)] campaign: Option<CampaignId>,
) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .numbers
        .assign(&op, id, campaign)
        .await
        .map_err(ctx::reject)
}

/// Says whose callers dial a number, or that it is nobody's.
#[server(endpoint = "numbers/set_publisher", output = Wire)]
pub async fn set_number_publisher(
    id: NumberId,
    #[server(default)] publisher: Option<PublisherId>,
) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .numbers
        .set_publisher(&op, id, publisher)
        .await
        .map_err(ctx::reject)
}

/// Removes a number from the account.
#[server(endpoint = "numbers/remove", output = Wire)]
pub async fn remove_number(id: NumberId) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.numbers.remove(&op, id).await.map_err(ctx::reject)
}
