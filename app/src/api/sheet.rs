//! Importing lists.

use domain::api::sheet::{ImportForm, ImportProgress, ImportReport, ImportStart};
use leptos::prelude::*;

use super::{Answer, Wire};

/// What the page of an import starts with.
#[server(endpoint = "import/start", output = Wire)]
pub async fn start_import(list: String) -> Answer<ImportStart> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    let start = services.imports.start(&op, &list).await;
    start.map(ctx::with_posted).map_err(ctx::reject)
}

/// Says what becomes of each row of a file, and stores the good ones if asked to.
#[server(endpoint = "import/run", output = Wire)]
pub async fn run_import(form: ImportForm) -> Answer<ImportReport> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.imports.run(&op, &form).await.map_err(ctx::reject)
}

/// How far the import is that this person runs.
#[server(endpoint = "import/progress", output = Wire)]
pub async fn progress_of_import() -> Answer<ImportProgress> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    // Known at once; a server function answers later all the same.
    Ok(std::future::ready(services.imports.progress(&op)).await)
}
