//! Number pools.

use super::extract::{Ask, Asked, Body, Id, Ids};
use super::list::{List, Page, page};
use super::problem::Problem;
use super::wire::{given, mirror, needs};
use crate::state::AppState;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::api::pool::{PoolForm, PoolNumbersForm};
use domain::id::{CampaignId, NumberId, PoolId};
use domain::money::Micros;
use domain::pool::Rotation as DomainRotation;
use serde::{Deserialize, Serialize};
use store::{PoolNumberRecord, PoolRecord};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_pools, create_pool))
        .routes(routes!(get_pool, update_pool, remove_pool))
        .routes(routes!(list_pool_numbers, add_pool_numbers))
        .routes(routes!(take_pool_number))
}

/// Tracking numbers that are lent to the visitors of a site, one to each.
#[derive(Debug, Serialize, ToSchema)]
pub struct Pool {
    #[schema(value_type = i64)]
    id: PoolId,
    #[schema(example = "Medicare sites")]
    name: String,
    /// Whose calls come in on its numbers.
    #[schema(value_type = Uuid)]
    campaign_id: CampaignId,
    /// How long a number stays with a visitor who has gone quiet, in seconds.
    #[schema(example = 300)]
    idle_s: u32,
    /// How long it stays after the page was closed, in seconds.
    #[schema(example = 30)]
    closed_s: u32,
    rotation: Rotation,
    /// How far it buys numbers by itself; null where it does not.
    grow: Option<Grow>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// How far a pool grows by itself.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Grow {
    /// Numbers at most.
    #[schema(minimum = 1, maximum = 5000, example = 50)]
    most: u32,
    /// Dollars a month for all its numbers; null for no bound, which has to be said.
    #[schema(example = "57.50", required)]
    #[serde(deserialize_with = "Option::deserialize")]
    budget: Option<String>,
    /// Area code of the numbers that are bought; null for any. Others are taken where it has none.
    #[schema(example = "214", pattern = "^[2-9][0-9]{2}$")]
    #[serde(default)]
    area: Option<String>,
}

mirror! {
    /// Which of the free numbers a new visitor gets.
    Rotation of DomainRotation {
        /// The one that is free the longest.
        LongestFree,
        /// Always the same few.
        FewestNumbers,
    }
}

/// A change of a pool: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PoolChange {
    /// At most 80 characters, unlike every other pool's.
    #[schema(example = "Medicare sites", min_length = 1, max_length = 80)]
    name: Option<String>,
    /// Its numbers go along to another campaign, and stay with whoever has them.
    campaign_id: Option<Uuid>,
    #[schema(minimum = 60, maximum = 86_400)]
    idle_s: Option<u32>,
    #[schema(minimum = 0, maximum = 86_400)]
    closed_s: Option<u32>,
    rotation: Option<Rotation>,
    /// Null: it does not grow by itself.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Grow>)]
    grow: Option<Option<Grow>>,
}

needs! {
    /// A pool to make.
    NewPool: PoolChange, "name", "campaign_id"
}

/// A number of a pool.
#[derive(Debug, Serialize, ToSchema)]
pub struct PoolNumber {
    #[schema(value_type = i64)]
    id: NumberId,
    /// E.164.
    #[schema(example = "+18335550110")]
    number: String,
    /// From when on another visitor may get it; null if nobody ever had it.
    #[schema(format = DateTime)]
    free_at: Option<String>,
}

/// Numbers to put into a pool: all of them or none.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPoolNumbers {
    /// In any usual form. One that the account does not have yet is added to it.
    #[schema(min_items = 1, max_items = 1000, example = json!(["+18335550110"]))]
    numbers: Vec<String>,
}

impl From<PoolRecord> for Pool {
    fn from(pool: PoolRecord) -> Self {
        Self {
            id: pool.id,
            name: pool.settings.name,
            campaign_id: pool.settings.campaign,
            idle_s: pool.settings.hold.idle_s,
            closed_s: pool.settings.hold.closed_s,
            rotation: pool.settings.rotation.into(),
            grow: pool.settings.grow.map(|grow| Grow {
                most: grow.most,
                budget: grow.budget.map(Micros::exact),
                area: pool.settings.area,
            }),
            created_at: pool.created_at.rfc3339(),
        }
    }
}

impl From<PoolNumberRecord> for PoolNumber {
    fn from(record: PoolNumberRecord) -> Self {
        let had = record.slot.holder.is_some();
        Self {
            id: record.slot.number,
            number: record.e164.as_str().to_owned(),
            free_at: had.then(|| record.slot.free_at.rfc3339()),
        }
    }
}

impl PoolChange {
    fn onto(self, mut form: PoolForm) -> PoolForm {
        form.name = self.name.unwrap_or(form.name);
        if let Some(campaign) = self.campaign_id {
            form.campaign = campaign.to_string();
        }
        if let Some(secs) = self.idle_s {
            form.idle_s = secs.to_string();
        }
        if let Some(secs) = self.closed_s {
            form.closed_s = secs.to_string();
        }
        if let Some(rotation) = self.rotation {
            form.rotation = DomainRotation::from(rotation).code().to_owned();
        }
        if let Some(grow) = self.grow {
            let on = if grow.is_some() { "on" } else { "" };
            form.grow = on.to_owned();
            let grow = grow.map(|grow| (grow.most.to_string(), grow.budget, grow.area));
            let (most, budget, area) = grow.unwrap_or_default();
            (form.grow_most, form.grow_budget) = (most, budget.unwrap_or_default());
            form.area = area.unwrap_or_default();
        }
        form
    }
}

/// What a field of the form is called here.
fn field(name: &str) -> Option<String> {
    let here = match name {
        "campaign" => "campaign_id",
        "grow_most" => "grow.most",
        "grow_budget" => "grow.budget",
        "area" => "grow.area",
        _ => return None,
    };
    Some(here.to_owned())
}

async fn found(asked: &Asked, id: PoolId) -> Result<Json<Pool>, Problem> {
    let record = asked.services.pools.record(&asked.op, id).await?;
    Ok(Json(record.into()))
}

/// List pools
#[utoipa::path(get, path = "/pools", tag = "Pools", params(Page), responses((status = 200, description = "A page of pools", body = List<Pool>)), security(("key" = ["numbers:read"])))]
async fn list_pools(asked: Asked, Ask(ask): Ask<Page>) -> Result<Json<List<Pool>>, Problem> {
    let all = asked.services.pools.records(&asked.op).await?;
    let list = page(all, |pool| pool.id, (ask.limit, ask.after.as_deref()))?;
    Ok(Json(list.map(Pool::from)))
}

/// Get a pool
#[utoipa::path(get, path = "/pools/{id}", tag = "Pools", params(("id" = i64, Path, description = "The pool")), responses((status = 200, description = "The pool", body = Pool)), security(("key" = ["numbers:read"])))]
async fn get_pool(asked: Asked, Id(id): Id<PoolId>) -> Result<Json<Pool>, Problem> {
    found(&asked, id).await
}

/// Make a pool
///
/// It has no numbers yet.
#[utoipa::path(post, path = "/pools", tag = "Pools", request_body = NewPool, responses((status = 201, description = "Made; Location leads to it", body = Pool)), security(("key" = ["numbers:write"])))]
async fn create_pool(asked: Asked, Body(change): Body<PoolChange>) -> Result<Response, Problem> {
    let form = change.onto(PoolForm::default());
    let made = asked.services.pools.create(&asked.op, &form).await;
    let id = made.map_err(|e| Problem::from(e).named(field))?;
    let at = [(header::LOCATION, format!("{}/pools/{id}", super::ROOT))];
    Ok((StatusCode::CREATED, at, found(&asked, id).await?).into_response())
}

/// Change a pool
///
/// What is absent stays as it is.
#[utoipa::path(patch, path = "/pools/{id}", tag = "Pools", params(("id" = i64, Path, description = "The pool")), request_body = PoolChange, responses((status = 200, description = "As it is now", body = Pool)), security(("key" = ["numbers:write"])))]
async fn update_pool(
    asked: Asked,
    Id(id): Id<PoolId>,
    Body(change): Body<PoolChange>,
) -> Result<Json<Pool>, Problem> {
    let pools = &asked.services.pools;
    let stored = pools.record(&asked.op, id).await?;
    let before = PoolForm::of(&stored.settings);
    let form = change.onto(before.clone());
    if form != before {
        let changed = pools.update(&asked.op, id, &form).await;
        changed.map_err(|e| Problem::from(e).named(field))?;
    }
    found(&asked, id).await
}

/// Remove a pool
///
/// Its numbers stay in the account, and are no campaign's. 409 `pool_in_use` while a DNI tag shows
/// them.
#[utoipa::path(delete, path = "/pools/{id}", tag = "Pools", params(("id" = i64, Path, description = "The pool")), responses((status = 204, description = "Removed"), (status = 409, description = "A DNI tag shows its numbers")), security(("key" = ["numbers:write"])))]
async fn remove_pool(asked: Asked, Id(id): Id<PoolId>) -> Result<StatusCode, Problem> {
    asked.services.pools.remove(&asked.op, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the numbers of a pool
#[utoipa::path(get, path = "/pools/{id}/numbers", tag = "Pools", params(("id" = i64, Path, description = "The pool"), Page), responses((status = 200, description = "A page of its numbers", body = List<PoolNumber>)), security(("key" = ["numbers:read"])))]
async fn list_pool_numbers(
    asked: Asked,
    Id(id): Id<PoolId>,
    Ask(ask): Ask<Page>,
) -> Result<Json<List<PoolNumber>>, Problem> {
    let all = asked.services.pools.number_records(&asked.op, id).await?;
    let list = page(
        all,
        |record| record.slot.number,
        (ask.limit, ask.after.as_deref()),
    )?;
    Ok(Json(list.map(PoolNumber::from)))
}

/// Put numbers into a pool
///
/// All of them or none: one that a campaign or a pool has already must be taken from there first.
#[utoipa::path(post, path = "/pools/{id}/numbers", tag = "Pools", params(("id" = i64, Path, description = "The pool")), request_body = NewPoolNumbers, responses((status = 200, description = "All its numbers by now, up to a page", body = List<PoolNumber>)), security(("key" = ["numbers:write"])))]
async fn add_pool_numbers(
    asked: Asked,
    Id(id): Id<PoolId>,
    Body(new): Body<NewPoolNumbers>,
) -> Result<Json<List<PoolNumber>>, Problem> {
    let form = PoolNumbersForm {
        numbers: new.numbers.join("\n"),
    };
    let pools = &asked.services.pools;
    pools.add_numbers(&asked.op, id, &form).await?;
    let all = pools.number_records(&asked.op, id).await?;
    let list = page(all, |record| record.slot.number, (None, None))?;
    Ok(Json(list.map(PoolNumber::from)))
}

/// Take a number out of a pool
///
/// It stays in the account, and is no campaign's.
#[utoipa::path(delete, path = "/pools/{id}/numbers/{number_id}", tag = "Pools", params(("id" = i64, Path, description = "The pool"), ("number_id" = i64, Path, description = "The number")), responses((status = 204, description = "Taken out")), security(("key" = ["numbers:write"])))]
async fn take_pool_number(
    asked: Asked,
    Ids(id, number): Ids<PoolId, NumberId>,
) -> Result<StatusCode, Problem> {
    let pools = &asked.services.pools;
    pools.take_number(&asked.op, id, number).await?;
    Ok(StatusCode::NO_CONTENT)
}
