//! Bulk lists: the values that tag filters look calls up in.

use super::extract::{Ask, Asked, Body, Id};
use super::list::{List, Page, page};
use super::problem::Problem;
use super::wire::{needs, one_line};
use crate::state::AppState;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::api::bulk_list::{BulkListForm, BulkListRow};
use domain::id::BulkListId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_bulk_lists, create_bulk_list))
        .routes(routes!(get_bulk_list, update_bulk_list, remove_bulk_list))
}

/// A list of values, without them.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkList {
    #[schema(value_type = i64)]
    id: BulkListId,
    #[schema(example = "ZIP codes of Dallas")]
    name: String,
    /// How many different values it has.
    value_count: u32,
    /// What looks values up in it, for people.
    used_by: Vec<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A list with its values.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkListValues {
    #[schema(value_type = i64)]
    id: BulkListId,
    name: String,
    /// As they were entered, each once.
    #[schema(example = json!(["75201", "75202"]))]
    values: Vec<String>,
    /// What looks values up in it, for people.
    used_by: Vec<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A change of a list: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkListChange {
    /// At most 80 characters, unlike every other list's.
    #[schema(example = "ZIP codes of Dallas", min_length = 1, max_length = 80)]
    name: Option<String>,
    /// All of them, in the place of those there were; without regard to case each counts once. As many
    /// as fit into a request; longer lists are entered in the console.
    #[schema(example = json!(["75201", "75202"]), min_items = 1)]
    values: Option<Vec<String>>,
}

needs! {
    /// A list to make.
    NewBulkList: BulkListChange, "name", "values"
}

impl From<BulkListRow> for BulkList {
    fn from(row: BulkListRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            value_count: row.values,
            used_by: row.uses,
            created_at: row.created.at.rfc3339(),
        }
    }
}

impl BulkListChange {
    fn onto(self, form: BulkListForm) -> BulkListForm {
        let lines = |values: Vec<String>| {
            let lines: Vec<String> = values.iter().map(|value| one_line(value)).collect();
            lines.join("\n")
        };
        BulkListForm {
            name: self.name.unwrap_or(form.name),
            entries: self.values.map_or(form.entries, lines),
        }
    }
}

fn field(name: &str) -> Option<String> {
    (name == "entries").then(|| "values".to_owned())
}

async fn found(asked: &Asked, id: BulkListId) -> Result<Json<BulkListValues>, Problem> {
    let detail = asked.services.bulk_lists.detail(&asked.op, id).await?;
    Ok(Json(BulkListValues {
        id: detail.row.id,
        name: detail.row.name,
        values: detail.form.entries.lines().map(str::to_owned).collect(),
        used_by: detail.row.uses,
        created_at: detail.row.created.at.rfc3339(),
    }))
}

/// List lists
///
/// Without their values, oldest first.
#[utoipa::path(get, path = "/lists", tag = "Lists", params(Page), responses((status = 200, description = "A page of lists", body = List<BulkList>)), security(("key" = ["publishers:read"])))]
async fn list_bulk_lists(
    asked: Asked,
    Ask(ask): Ask<Page>,
) -> Result<Json<List<BulkList>>, Problem> {
    let all = asked.services.bulk_lists.list(&asked.op).await?;
    let list = page(all, |l| l.id, (ask.limit, ask.after.as_deref()))?;
    Ok(Json(list.map(BulkList::from)))
}

/// Get a list with its values
#[utoipa::path(get, path = "/lists/{id}", tag = "Lists", params(("id" = i64, Path, description = "The list")), responses((status = 200, description = "The list", body = BulkListValues)), security(("key" = ["publishers:read"])))]
async fn get_bulk_list(
    asked: Asked,
    Id(id): Id<BulkListId>,
) -> Result<Json<BulkListValues>, Problem> {
    found(&asked, id).await
}

/// Make a list
#[utoipa::path(post, path = "/lists", tag = "Lists", request_body = NewBulkList, responses((status = 201, description = "Made; Location leads to it", body = BulkListValues)), security(("key" = ["publishers:write"])))]
async fn create_bulk_list(
    asked: Asked,
    Body(change): Body<BulkListChange>,
) -> Result<Response, Problem> {
    let form = change.onto(BulkListForm::default());
    let made = asked.services.bulk_lists.create(&asked.op, &form).await;
    let id = made.map_err(|e| Problem::from(e).named(field))?;
    let at = [(header::LOCATION, format!("{}/lists/{id}", super::ROOT))];
    Ok((StatusCode::CREATED, at, found(&asked, id).await?).into_response())
}

/// Change a list
///
/// The next call is looked up in the new one.
#[utoipa::path(patch, path = "/lists/{id}", tag = "Lists", params(("id" = i64, Path, description = "The list")), request_body = BulkListChange, responses((status = 200, description = "As it is now", body = BulkListValues)), security(("key" = ["publishers:write"])))]
async fn update_bulk_list(
    asked: Asked,
    Id(id): Id<BulkListId>,
    Body(change): Body<BulkListChange>,
) -> Result<Json<BulkListValues>, Problem> {
    let lists = &asked.services.bulk_lists;
    let form = change.onto(lists.detail(&asked.op, id).await?.form);
    let changed = lists.update(&asked.op, id, &form).await;
    changed.map_err(|e| Problem::from(e).named(field))?;
    found(&asked, id).await
}

/// Remove a list
///
/// Filters that look values up in it find none there any more.
#[utoipa::path(delete, path = "/lists/{id}", tag = "Lists", params(("id" = i64, Path, description = "The list")), responses((status = 204, description = "Removed")), security(("key" = ["publishers:write"])))]
async fn remove_bulk_list(asked: Asked, Id(id): Id<BulkListId>) -> Result<StatusCode, Problem> {
    asked.services.bulk_lists.remove(&asked.op, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
