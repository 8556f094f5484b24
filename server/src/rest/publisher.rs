//! Publishers.

mod payout;
mod rule;

use super::extract::{Ask, Asked, Body, Id};
use super::list::{List, Page, page};
use super::problem::Problem;
use super::wire::{Activity, ActivityChange, needs};
use crate::state::AppState;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::api::publisher::PublisherForm;
use domain::id::PublisherId;
use serde::{Deserialize, Serialize};
use store::PublisherRecord;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_publishers, create_publisher))
        .routes(routes!(get_publisher, update_publisher))
        .routes(routes!(set_publisher_activity))
        .merge(payout::routes())
}

/// Who sends callers and is paid for them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Publisher {
    #[schema(value_type = i64)]
    id: PublisherId,
    #[schema(example = "Lead Harbor")]
    name: String,
    /// The publisher's own name of itself; may be empty.
    #[schema(example = "lh-2209")]
    sub_id: String,
    activity: Activity,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A change of a publisher: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublisherChange {
    /// At most 80 characters, unlike every other publisher's.
    #[schema(example = "Lead Harbor", min_length = 1, max_length = 80)]
    name: Option<String>,
    #[schema(example = "lh-2209", max_length = 120)]
    sub_id: Option<String>,
}

needs! {
    /// A publisher to make.
    NewPublisher: PublisherChange, "name"
}

impl From<PublisherRecord> for Publisher {
    fn from(p: PublisherRecord) -> Self {
        Self {
            id: p.id,
            name: p.name,
            sub_id: p.sub_id,
            activity: p.activity.into(),
            created_at: p.created_at.rfc3339(),
        }
    }
}

impl PublisherChange {
    fn onto(self, form: PublisherForm) -> PublisherForm {
        PublisherForm {
            name: self.name.unwrap_or(form.name),
            sub_id: self.sub_id.unwrap_or(form.sub_id),
        }
    }
}

async fn found(asked: &Asked, id: PublisherId) -> Result<Json<Publisher>, Problem> {
    let record = asked.services.publishers.record(&asked.op, id).await?;
    Ok(Json(record.into()))
}

/// List publishers
///
/// Those that are not archived, oldest first.
#[utoipa::path(get, path = "/publishers", tag = "Publishers", params(Page), responses((status = 200, description = "A page of publishers", body = List<Publisher>)), security(("key" = ["publishers:read"])))]
async fn list_publishers(
    asked: Asked,
    Ask(ask): Ask<Page>,
) -> Result<Json<List<Publisher>>, Problem> {
    let all = asked.services.publishers.records(&asked.op).await?;
    let list = page(all, |p| p.id, (ask.limit, ask.after.as_deref()))?;
    Ok(Json(list.map(Publisher::from)))
}

/// Get a publisher
#[utoipa::path(get, path = "/publishers/{id}", tag = "Publishers", params(("id" = i64, Path, description = "The publisher")), responses((status = 200, description = "The publisher", body = Publisher)), security(("key" = ["publishers:read"])))]
async fn get_publisher(asked: Asked, Id(id): Id<PublisherId>) -> Result<Json<Publisher>, Problem> {
    found(&asked, id).await
}

/// Make a publisher
///
/// It has no numbers and no payout rules yet.
#[utoipa::path(post, path = "/publishers", tag = "Publishers", request_body = NewPublisher, responses((status = 201, description = "Made; Location leads to it", body = Publisher)), security(("key" = ["publishers:write"])))]
async fn create_publisher(
    asked: Asked,
    Body(change): Body<PublisherChange>,
) -> Result<Response, Problem> {
    let form = change.onto(PublisherForm::default());
    let id = asked
        .services
        .publishers
        .create(&asked.op, &form.into())
        .await?;
    let at = [(header::LOCATION, format!("{}/publishers/{id}", super::ROOT))];
    Ok((StatusCode::CREATED, at, found(&asked, id).await?).into_response())
}

/// Change a publisher
#[utoipa::path(patch, path = "/publishers/{id}", tag = "Publishers", params(("id" = i64, Path, description = "The publisher")), request_body = PublisherChange, responses((status = 200, description = "As it is now", body = Publisher)), security(("key" = ["publishers:write"])))]
async fn update_publisher(
    asked: Asked,
    Id(id): Id<PublisherId>,
    Body(change): Body<PublisherChange>,
) -> Result<Json<Publisher>, Problem> {
    let publishers = &asked.services.publishers;
    let record = publishers.record(&asked.op, id).await?;
    let form = change.onto(PublisherForm {
        name: record.name,
        sub_id: record.sub_id,
    });
    publishers.update(&asked.op, id, &form).await?;
    found(&asked, id).await
}

/// Pause, resume or archive a publisher
///
/// While it is not active its callers are routed as any other, and not paid.
#[utoipa::path(put, path = "/publishers/{id}/activity", tag = "Publishers", params(("id" = i64, Path, description = "The publisher")), request_body = ActivityChange, responses((status = 200, description = "As it is now", body = Publisher)), security(("key" = ["publishers:write"])))]
async fn set_publisher_activity(
    asked: Asked,
    Id(id): Id<PublisherId>,
    Body(change): Body<ActivityChange>,
) -> Result<Json<Publisher>, Problem> {
    let publishers = &asked.services.publishers;
    publishers
        .set_activity(&asked.op, id, change.activity.into())
        .await?;
    found(&asked, id).await
}
