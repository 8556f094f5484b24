//! The account of the key.

mod rates;
mod settings;

use super::extract::Asked;
use crate::state::AppState;
use axum::Json;
use domain::id::AccountId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What amounts of money are in.
pub(super) const CURRENCY: &str = "USD";

pub(super) use settings::Attestation;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_account))
        .routes(routes!(
            settings::get_account_settings,
            settings::update_account_settings
        ))
        .routes(routes!(
            rates::get_rates,
            rates::update_rates,
            rates::reset_rates
        ))
}

/// The account a key belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Account {
    #[schema(value_type = i64)]
    id: AccountId,
    name: String,
    /// IANA zone; days and months of the account begin by its clock.
    #[schema(example = "America/New_York")]
    zone: String,
    /// ISO 4217.
    #[schema(example = "USD")]
    currency: &'static str,
    key: Key,
}

/// The key that was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct Key {
    name: String,
    /// What it may do.
    #[schema(example = json!(["calls:read"]))]
    scopes: Vec<String>,
}

/// The account and the key
///
/// Needs no scope: a program can see what its key opens.
#[utoipa::path(get, path = "/account", tag = "Account", responses((status = 200, description = "The account", body = Account)), security(("key" = [])))]
async fn get_account(asked: Asked) -> Json<Account> {
    let op = asked.op;
    let scopes = match &op.actor.rights {
        service::Rights::Key(_, scopes) => scopes.iter().map(|s| s.code().to_owned()).collect(),
        service::Rights::Member(_) => Vec::new(),
    };
    Json(Account {
        id: op.scope.account(),
        name: op.account_name,
        zone: op.zone,
        currency: CURRENCY,
        key: Key {
            name: op.actor.name,
            scopes,
        },
    })
}
