//! Numbers at the carrier.

use domain::api::carrier_number::{
    CarrierNumbers, ImportedNumbers, NumberImportForm, NumberSearch, NumberSearchForm, ReleaseForm,
};
use domain::id::NumberId;
use leptos::prelude::*;

use super::{Answer, Wire};

/// Numbers for sale; without a form just the page.
#[server(endpoint = "carrier_numbers/search", output = Wire)]
pub async fn search_numbers(
    #[server(default)] form: Option<NumberSearchForm>,
) -> Answer<NumberSearch> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .carrier_numbers
        .search(&op, form)
        .await
        .map_err(ctx::reject)
}

/// Our numbers beside the carrier's, as they are now.
#[server(endpoint = "carrier_numbers/compare", output = Wire)]
pub async fn compare_numbers() -> Answer<CarrierNumbers> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .carrier_numbers
        .compare(&op)
        .await
        .map_err(ctx::reject)
}

/// Sets numbers up at the carrier as we want them; how many were.
#[server(endpoint = "carrier_numbers/repair", output = Wire)]
pub async fn repair_numbers(ids: Vec<NumberId>) -> Answer<u32> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let mended = services
        .carrier_numbers
        .repair(&op, &ids)
        .await
        .map_err(ctx::reject)?;
    ctx::go(route::NUMBERS_CARRIER);
    Ok(mended)
}

/// Takes numbers of the carrier account in.
#[server(endpoint = "carrier_numbers/import", output = Wire)]
pub async fn import_numbers(form: NumberImportForm) -> Answer<ImportedNumbers> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let taken = services
        .carrier_numbers
        .import(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))?;
    ctx::go(route::NUMBERS);
    Ok(taken)
}

/// Gives a number back to the carrier, confirmed by typing it.
#[server(endpoint = "carrier_numbers/release", output = Wire)]
pub async fn release_number(id: NumberId, #[server(default)] form: ReleaseForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    services
        .carrier_numbers
        .release(&op, id, &form.typed)
        .await
        .map_err(ctx::reject_form(&form))?;
    ctx::go(route::NUMBERS);
    Ok(())
}
