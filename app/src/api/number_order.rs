//! Orders for numbers.

use domain::api::number_order::NumberOrderForm;
use domain::id::NumberOrderId;
use leptos::prelude::*;

use super::{Answer, Wire};

/// Orders numbers and goes to the list; how many are ordered.
#[server(endpoint = "number_orders/place", output = Wire)]
pub async fn order_numbers(form: NumberOrderForm) -> Answer<u32> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let placed = services
        .number_orders
        .place(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))?;
    ctx::go(route::NUMBERS);
    Ok(u32::try_from(placed.len()).unwrap_or(u32::MAX))
}

/// Takes an order that is over off the list.
#[server(endpoint = "number_orders/dismiss", output = Wire)]
pub async fn dismiss_order(id: NumberOrderId) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    services
        .number_orders
        .dismiss(&op, id)
        .await
        .map_err(ctx::reject)?;
    ctx::go(route::NUMBERS);
    Ok(())
}
