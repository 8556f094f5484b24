//! Targets of buyers.

mod change;
mod model;

use super::extract::{Ask, Asked, Body, Id};
use super::list::{List, page};
use super::problem::Problem;
use super::wire::ActivityChange;
use super::{again, caller_id, caps, filter, hours};
use crate::state::AppState;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use change::{NewTarget, TargetChange};
use domain::api::target::TargetForm;
use domain::id::{BuyerId, TargetId};
use domain::invalid::FieldErrors;
pub(super) use model::Destination;
use model::Target;
use serde::Deserialize;
use service::Error;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_targets, create_target))
        .routes(routes!(get_target, update_target))
        .routes(routes!(set_target_activity))
}

/// Which targets.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TargetQuery {
    /// Only those of this buyer.
    buyer_id: Option<i64>,
    /// Entries at most; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// What a field of the form is called here.
fn field(name: &str) -> Option<String> {
    let known = match name {
        "kind" => "destination.kind",
        "number" | "sip" => "destination.address",
        "sip_user" => "sip.user",
        "sip_password" => "sip.password",
        "sip_headers" => "sip.headers",
        "matrix_concurrent" => "matrices.concurrent",
        "matrix_volume" => "matrices.volume",
        "restrict" => "restriction.mode",
        "restrict_from" => "restriction.own.from",
        "restrict_after" => "restriction.own.after",
        "restrict_days" => "restriction.own.days",
        other => {
            return caps::field(other)
                .or_else(|| caller_id::field(other))
                .or_else(|| again::field(other))
                .or_else(|| filter::field(other))
                .or_else(|| hours::field(other));
        }
    };
    Some(known.to_owned())
}

async fn found(asked: &Asked, id: TargetId) -> Result<Json<Target>, Problem> {
    let facts = asked.services.targets.fact(&asked.op, id).await?;
    Ok(Json(facts.into()))
}

/// What is told of a buyer that is not there.
fn no_buyer(error: Error) -> Problem {
    match error {
        Error::NotFound("buyer") => {
            FieldErrors::one("buyer_id", "unknown", "There is no such buyer.").into()
        }
        other => Problem::from(other).named(field),
    }
}

/// List targets
///
/// Those that are not archived, oldest first, each with how it stands right now.
#[utoipa::path(get, path = "/targets", tag = "Targets", params(TargetQuery), responses((status = 200, description = "A page of targets", body = List<Target>)), security(("key" = ["buyers:read"])))]
async fn list_targets(
    asked: Asked,
    Ask(ask): Ask<TargetQuery>,
) -> Result<Json<List<Target>>, Problem> {
    let targets = &asked.services.targets;
    let all = targets.facts(&asked.op, ask.buyer_id.map(BuyerId)).await;
    let all = all.map_err(no_buyer)?;
    let list = page(all, |t| t.record.id, (ask.limit, ask.after.as_deref()))?;
    Ok(Json(list.map(Target::from)))
}

/// Get a target
#[utoipa::path(get, path = "/targets/{id}", tag = "Targets", params(("id" = i64, Path, description = "The target")), responses((status = 200, description = "The target", body = Target)), security(("key" = ["buyers:read"])))]
async fn get_target(asked: Asked, Id(id): Id<TargetId>) -> Result<Json<Target>, Problem> {
    found(&asked, id).await
}

/// Make a target of a buyer
///
/// It gets calls once a routing plan names it.
#[utoipa::path(post, path = "/targets", tag = "Targets", request_body = NewTarget, responses((status = 201, description = "Made; Location leads to it", body = Target)), security(("key" = ["buyers:write"])))]
async fn create_target(
    asked: Asked,
    Body(change): Body<TargetChange>,
) -> Result<Response, Problem> {
    let Some(buyer) = change.buyer_id.map(BuyerId) else {
        return Err(FieldErrors::one("buyer_id", "required", "Say whose target it is.").into());
    };
    let form = change.onto(TargetForm::default())?;
    let made = asked.services.targets.create(&asked.op, buyer, &form).await;
    let id = made.map_err(no_buyer)?;
    let at = [(header::LOCATION, format!("{}/targets/{id}", super::ROOT))];
    Ok((StatusCode::CREATED, at, found(&asked, id).await?).into_response())
}

/// Change a target
///
/// What is absent stays as it is. Calls in progress keep their lines. `inherits` takes settings from
/// the buyer again; to say one of them makes it the target's own.
#[utoipa::path(patch, path = "/targets/{id}", tag = "Targets", params(("id" = i64, Path, description = "The target")), request_body = TargetChange, responses((status = 200, description = "As it is now", body = Target)), security(("key" = ["buyers:write"])))]
async fn update_target(
    asked: Asked,
    Id(id): Id<TargetId>,
    Body(change): Body<TargetChange>,
) -> Result<Json<Target>, Problem> {
    let targets = &asked.services.targets;
    let facts = targets.fact(&asked.op, id).await?;
    let buyer = change.buyer_id.unwrap_or(facts.record.buyer.0);
    if buyer != facts.record.buyer.0 {
        let moved = "A target stays with its buyer. Make another one.";
        return Err(FieldErrors::one("buyer_id", "immutable", moved).into());
    }
    let form = change.onto(TargetForm::of(&facts.record.input, &facts.record.settings))?;
    let changed = targets.update(&asked.op, id, &form).await;
    changed.map_err(|e| Problem::from(e).named(field))?;
    found(&asked, id).await
}

/// Pause, resume or archive a target
#[utoipa::path(put, path = "/targets/{id}/activity", tag = "Targets", params(("id" = i64, Path, description = "The target")), request_body = ActivityChange, responses((status = 200, description = "As it is now", body = Target)), security(("key" = ["buyers:write"])))]
async fn set_target_activity(
    asked: Asked,
    Id(id): Id<TargetId>,
    Body(change): Body<ActivityChange>,
) -> Result<Json<Target>, Problem> {
    let targets = &asked.services.targets;
    targets
        .set_activity(&asked.op, id, change.activity.into())
        .await?;
    found(&asked, id).await
}
