//! Tracking numbers.

use super::extract::{Ask, Asked, Body, Id};
use super::list::{List, Page, page};
use super::problem::Problem;
use super::wire::given;
use crate::state::AppState;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::api::number::NumberForm;
use domain::id::{CampaignId, NumberId, PublisherId};
use domain::invalid::FieldErrors;
use serde::{Deserialize, Serialize};
use service::Error;
use store::NumberRecord;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_numbers, add_number))
        .routes(routes!(get_number, assign_number, remove_number))
}

/// A tracking number that callers dial.
#[derive(Debug, Serialize, ToSchema)]
pub struct Number {
    #[schema(value_type = i64)]
    id: NumberId,
    /// E.164.
    #[schema(example = "+18005550101")]
    number: String,
    label: String,
    /// Null where no campaign uses it.
    #[schema(value_type = Option<Uuid>)]
    campaign_id: Option<CampaignId>,
    /// Whose callers dial it; null where it is nobody's.
    #[schema(value_type = Option<i64>)]
    publisher_id: Option<PublisherId>,
    /// Where to send what is known of a caller before the call: `?callerid=+12145550142&zip=75201`, kept
    /// for 48 hours. Null for a key that may not write numbers.
    enrichment_url: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A number to add. It exists at the carrier already.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNumber {
    #[schema(example = "+18005550101")]
    number: String,
    #[serde(default)]
    #[schema(max_length = 80)]
    label: Option<String>,
    #[serde(default)]
    campaign_id: Option<Uuid>,
    #[serde(default)]
    publisher_id: Option<i64>,
}

/// Which campaign uses a number, and whose it is: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberChange {
    /// Null takes it from all.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    campaign_id: Option<Option<Uuid>>,
    /// Null makes it nobody's.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>)]
    publisher_id: Option<Option<i64>>,
}

impl Number {
    fn of(asked: &Asked, n: NumberRecord) -> Self {
        Self {
            enrichment_url: asked.services.numbers.enrichment_url(&asked.op, &n),
            id: n.id,
            number: n.e164.as_str().to_owned(),
            label: n.label,
            campaign_id: n.campaign,
            publisher_id: n.publisher,
            created_at: n.created_at.rfc3339(),
        }
    }
}

fn field(name: &str) -> Option<String> {
    matches!(name, "campaign" | "publisher").then(|| format!("{name}_id"))
}

/// What is told of a campaign or publisher that is not there.
fn unknown(error: Error) -> Problem {
    match error {
        Error::NotFound("campaign") => {
            FieldErrors::one("campaign_id", "unknown", "There is no such campaign.").into()
        }
        Error::NotFound("publisher") => {
            FieldErrors::one("publisher_id", "unknown", "There is no such publisher.").into()
        }
        other => other.into(),
    }
}

async fn found(asked: &Asked, id: NumberId) -> Result<Json<Number>, Problem> {
    let record = asked.services.numbers.record(&asked.op, id).await?;
    Ok(Json(Number::of(asked, record)))
}

/// List numbers
///
/// Oldest first.
#[utoipa::path(get, path = "/numbers", tag = "Numbers", params(Page), responses((status = 200, description = "A page of numbers", body = List<Number>)), security(("key" = ["numbers:read"])))]
async fn list_numbers(asked: Asked, Ask(ask): Ask<Page>) -> Result<Json<List<Number>>, Problem> {
    let all = asked.services.numbers.records(&asked.op).await?;
    let list = page(all, |n| n.id, (ask.limit, ask.after.as_deref()))?;
    Ok(Json(list.map(|record| Number::of(&asked, record))))
}

/// Get a number
#[utoipa::path(get, path = "/numbers/{id}", tag = "Numbers", params(("id" = i64, Path, description = "The number")), responses((status = 200, description = "The number", body = Number)), security(("key" = ["numbers:read"])))]
async fn get_number(asked: Asked, Id(id): Id<NumberId>) -> Result<Json<Number>, Problem> {
    found(&asked, id).await
}

/// Add a number
///
/// It exists at the carrier already, and its webhooks lead here.
#[utoipa::path(post, path = "/numbers", tag = "Numbers", request_body = NewNumber, responses((status = 201, description = "Added; Location leads to it", body = Number)), security(("key" = ["numbers:write"])))]
async fn add_number(asked: Asked, Body(new): Body<NewNumber>) -> Result<Response, Problem> {
    let form = NumberForm {
        number: new.number,
        label: new.label.unwrap_or_default(),
        campaign: new.campaign_id.map(|c| c.to_string()).unwrap_or_default(),
        publisher: new.publisher_id.map(|p| p.to_string()).unwrap_or_default(),
    };
    let added = asked.services.numbers.add(&asked.op, &form).await;
    let id = added.map_err(|e| Problem::from(e).named(field))?;
    let at = [(header::LOCATION, format!("{}/numbers/{id}", super::ROOT))];
    Ok((StatusCode::CREATED, at, found(&asked, id).await?).into_response())
}

/// Give a number to a campaign or a publisher
///
/// What is absent stays as it is.
#[utoipa::path(patch, path = "/numbers/{id}", tag = "Numbers", params(("id" = i64, Path, description = "The number")), request_body = NumberChange, responses((status = 200, description = "As it is now", body = Number)), security(("key" = ["numbers:write"])))]
async fn assign_number(
    asked: Asked,
    Id(id): Id<NumberId>,
    Body(change): Body<NumberChange>,
) -> Result<Json<Number>, Problem> {
    let (numbers, publishers) = (&asked.services.numbers, &asked.services.publishers);
    let publisher = change.publisher_id.map(|p| p.map(PublisherId));
    // Looked at before anything is changed: half of a change is none.
    numbers.record(&asked.op, id).await?;
    if let Some(Some(publisher)) = publisher {
        publishers
            .record(&asked.op, publisher)
            .await
            .map_err(unknown)?;
    }
    if let Some(campaign) = change.campaign_id {
        let given = numbers.assign(&asked.op, id, campaign.map(CampaignId));
        given.await.map_err(unknown)?;
    }
    if let Some(publisher) = publisher {
        let given = numbers.set_publisher(&asked.op, id, publisher);
        given.await.map_err(unknown)?;
    }
    found(&asked, id).await
}

/// Remove a number
///
/// It stays at the carrier, and its calls stay here. 409 `number_in_use` while somebody is calling it.
#[utoipa::path(delete, path = "/numbers/{id}", tag = "Numbers", params(("id" = i64, Path, description = "The number")), responses((status = 204, description = "Removed"), (status = 409, description = "A call is in progress")), security(("key" = ["numbers:write"])))]
async fn remove_number(asked: Asked, Id(id): Id<NumberId>) -> Result<StatusCode, Problem> {
    asked.services.numbers.remove(&asked.op, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
