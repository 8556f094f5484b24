//! The public API, `/api/v1`: one thin layer over the use cases that the console uses.
//!
//! A resource is one file: its models of the wire, and handlers of a few lines that name the use
//! case. What is common is said once: who asks, how often and with which scope ([`door`]), what a
//! refusal looks like ([`problem`]), requests sent twice ([`repeat`]), and what every operation has in
//! the description ([`describe`]). The scope an operation needs stands in its `security`: what the
//! description says is what is asked for.

mod account;
mod adjustment;
mod again;
mod agent;
mod block;
mod bulk_list;
mod buyer;
mod call;
mod caller_id;
mod campaign;
mod caps;
mod describe;
mod dispute;
mod dni_tag;
mod docs;
mod door;
mod extract;
mod filter;
mod hours;
mod list;
mod money;
mod number;
mod plan;
mod pool;
pub mod problem;
mod publisher;
mod recording;
mod repeat;
mod revenue;
mod target;
mod target_group;
mod usage;
mod webhook;
mod wire;

use crate::config::Config;
use crate::state::AppState;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state as with;
use axum::routing::any;
use serde_json::Value;
use std::sync::LazyLock;
use utoipa_axum::router::OpenApiRouter;

/// Where everything of it begins.
pub const ROOT: &str = "/api/v1";
/// The largest body a program may send, in bytes.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// All resources.
fn resources() -> [OpenApiRouter<AppState>; 18] {
    [
        account::routes(),
        campaign::routes(),
        plan::routes(),
        buyer::routes(),
        target::routes(),
        target_group::routes(),
        agent::routes(),
        number::routes(),
        pool::routes(),
        dni_tag::routes(),
        publisher::routes(),
        bulk_list::routes(),
        block::routes(),
        call::routes(),
        adjustment::routes(),
        dispute::routes(),
        recording::routes(),
        webhook::routes(),
    ]
}

/// All of them below the root.
fn all() -> OpenApiRouter<AppState> {
    let resources = resources().into_iter();
    let all = resources.fold(OpenApiRouter::default(), OpenApiRouter::merge);
    OpenApiRouter::default().nest(ROOT, all)
}

/// The description of the API, OpenAPI 3.1.
pub static OPENAPI: LazyLock<Value> = LazyLock::new(|| describe::complete(all().into_openapi()));

/// The description as text, as it is served and checked in.
#[must_use]
pub fn openapi_text() -> String {
    // A tree of texts and numbers always has a text.
    let mut text = serde_json::to_string_pretty(&*OPENAPI).unwrap_or_default();
    text.push('\n');
    text
}

/// What is served without a key: the description and its page.
pub use docs::{openapi, page};

/// Everything behind a key.
pub fn router(state: &AppState, config: &Config) -> Router<AppState> {
    let door = door::Door::new(state.clone(), config.api.requests_per_minute);
    let (resources, _) = all().split_for_parts();
    resources
        .route(ROOT, any(problem::no_such_address))
        .route(&format!("{ROOT}/{{*path}}"), any(problem::no_such_address))
        .layer(with(state.clone(), repeat::once))
        .layer(with(door, door::enter))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// The description has one place for all models: of two with one name, one would be lost.
    #[test]
    fn no_two_models_have_one_name() {
        let mut known = BTreeMap::new();
        for resource in resources() {
            let components = resource.into_openapi().components.unwrap_or_default();
            for (name, schema) in components.schemas {
                let text = serde_json::to_string(&schema).expect("a text");
                let before = known.entry(name.clone()).or_insert_with(|| text.clone());
                assert_eq!(*before, text, "two models are called {name}");
            }
        }
        assert!(known.len() > 40, "{}", known.len());
    }
}
