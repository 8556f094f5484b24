//! Conversion webhooks.

use super::extract::{Ask, Asked, Body, Id};
use super::list::{List, Page, page};
use super::problem::Problem;
use super::wire::{given, mirror, needs};
use crate::state::AppState;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::api::webhook::WebhookForm;
use domain::id::{CampaignId, WebhookId};
use domain::webhook::Outcome as DomainOutcome;
use serde::{Deserialize, Serialize};
use store::{DeliveryRecord, WebhookRecord};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_webhooks, create_webhook))
        .routes(routes!(get_webhook, update_webhook))
        .routes(routes!(list_webhook_deliveries))
}

/// An address that a buyer's system calls when a call turned out to be worth something. Whoever knows
/// it may tell conversions.
#[derive(Debug, Serialize, ToSchema)]
pub struct Webhook {
    #[schema(value_type = Uuid)]
    id: WebhookId,
    #[schema(example = "Crestline CRM")]
    name: String,
    /// Whose calls it takes; null takes those of every campaign.
    #[schema(value_type = Option<Uuid>)]
    campaign_id: Option<CampaignId>,
    /// False while it takes nothing.
    enabled: bool,
    /// The whole address, without parameters.
    #[schema(example = "https://calls.example.com/hook/01989a00-de30-7000-8000-000000000001")]
    url: String,
    parameters: WebhookParameters,
    #[schema(format = DateTime)]
    created_at: String,
}

/// What the parameters are called.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookParameters {
    /// Which call it is about.
    #[schema(example = "call_id")]
    call: String,
    /// What it was worth.
    #[schema(example = "revenue")]
    revenue: String,
    /// Which word of the buyer it is: the same one twice counts once.
    #[schema(example = "event_id")]
    event: String,
}

/// A change of a webhook: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookChange {
    /// At most 80 characters, unlike every other webhook's.
    #[schema(example = "Crestline CRM", min_length = 1, max_length = 80)]
    name: Option<String>,
    /// Null takes calls of every campaign.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    campaign_id: Option<Option<Uuid>>,
    enabled: Option<bool>,
    parameters: Option<WebhookParametersChange>,
}

/// A change of what the parameters are called: what is absent stays. Each has a name of its own.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookParametersChange {
    #[schema(example = "call_id", min_length = 1, max_length = 60)]
    call: Option<String>,
    #[schema(example = "revenue", min_length = 1, max_length = 60)]
    revenue: Option<String>,
    #[schema(example = "event_id", min_length = 1, max_length = 60)]
    event: Option<String>,
}

needs! {
    /// A webhook to make.
    NewWebhook: WebhookChange, "name"
}

/// Something that came in at a webhook. The latest twenty are kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookDelivery {
    id: i64,
    #[schema(format = DateTime)]
    at: String,
    /// What was sent as the call, shortened; may be empty.
    call: String,
    revenue: String,
    event: String,
    outcome: WebhookOutcome,
    /// The status it was answered with.
    status: u16,
    /// What was answered, for people.
    message: String,
}

mirror! {
    /// What became of a delivery.
    WebhookOutcome of DomainOutcome {
        Converted,
        /// It said something else than the conversion before.
        Updated,
        /// It was known.
        Unchanged,
        UnknownCall,
        Invalid,
        Paused,
    }
}

impl From<DeliveryRecord> for WebhookDelivery {
    fn from(record: DeliveryRecord) -> Self {
        let kept = record.delivery;
        Self {
            id: record.id,
            at: kept.at.rfc3339(),
            call: kept.call,
            revenue: kept.revenue,
            event: kept.event,
            outcome: kept.answer.outcome.into(),
            status: kept.answer.outcome.status(),
            message: kept.answer.message,
        }
    }
}

impl WebhookChange {
    fn onto(self, mut form: WebhookForm) -> WebhookForm {
        form.name = self.name.unwrap_or(form.name);
        if let Some(campaign) = self.campaign_id {
            form.campaign = campaign.map(|id| id.to_string()).unwrap_or_default();
        }
        let names = self.parameters.unwrap_or_default();
        form.call_parameter = names.call.unwrap_or(form.call_parameter);
        form.revenue_parameter = names.revenue.unwrap_or(form.revenue_parameter);
        form.event_parameter = names.event.unwrap_or(form.event_parameter);
        form
    }
}

/// What a field of the form is called here.
fn field(name: &str) -> Option<String> {
    if name == "campaign" {
        return Some("campaign_id".to_owned());
    }
    let parameter = name.strip_suffix("_parameter")?;
    Some(format!("parameters.{parameter}"))
}

fn told(asked: &Asked, hook: WebhookRecord) -> Webhook {
    Webhook {
        id: hook.id,
        name: hook.name,
        campaign_id: hook.campaign,
        enabled: hook.enabled,
        url: asked.services.webhooks.url(hook.id),
        parameters: WebhookParameters {
            call: hook.parameters.call,
            revenue: hook.parameters.revenue,
            event: hook.parameters.event,
        },
        created_at: hook.created_at.rfc3339(),
    }
}

async fn found(asked: &Asked, id: WebhookId) -> Result<Json<Webhook>, Problem> {
    let record = asked.services.webhooks.record(&asked.op, id).await?;
    Ok(Json(told(asked, record)))
}

/// List webhooks
#[utoipa::path(get, path = "/webhooks", tag = "Webhooks", params(Page), responses((status = 200, description = "A page of webhooks", body = List<Webhook>)), security(("key" = ["webhooks:read"])))]
async fn list_webhooks(asked: Asked, Ask(ask): Ask<Page>) -> Result<Json<List<Webhook>>, Problem> {
    let all = asked.services.webhooks.records(&asked.op).await?;
    let list = page(all, |w| w.id, (ask.limit, ask.after.as_deref()))?;
    Ok(Json(list.map(|hook| told(&asked, hook))))
}

/// Get a webhook
#[utoipa::path(get, path = "/webhooks/{id}", tag = "Webhooks", params(("id" = Uuid, Path, description = "The webhook")), responses((status = 200, description = "The webhook", body = Webhook)), security(("key" = ["webhooks:read"])))]
async fn get_webhook(asked: Asked, Id(id): Id<WebhookId>) -> Result<Json<Webhook>, Problem> {
    found(&asked, id).await
}

/// List what came in at a webhook
///
/// Newest first; the latest twenty.
#[utoipa::path(get, path = "/webhooks/{id}/deliveries", tag = "Webhooks", params(("id" = Uuid, Path, description = "The webhook")), responses((status = 200, description = "All that are kept", body = List<WebhookDelivery>)), security(("key" = ["webhooks:read"])))]
async fn list_webhook_deliveries(
    asked: Asked,
    Id(id): Id<WebhookId>,
) -> Result<Json<List<WebhookDelivery>>, Problem> {
    let kept = asked.services.webhooks.deliveries(&asked.op, id).await?;
    Ok(Json(List {
        data: kept.into_iter().map(WebhookDelivery::from).collect(),
        next: None,
    }))
}

/// Make a webhook
///
/// Its address has a random id that nobody can guess.
#[utoipa::path(post, path = "/webhooks", tag = "Webhooks", request_body = NewWebhook, responses((status = 201, description = "Made; Location leads to it", body = Webhook)), security(("key" = ["webhooks:write"])))]
async fn create_webhook(
    asked: Asked,
    Body(change): Body<WebhookChange>,
) -> Result<Response, Problem> {
    let enabled = change.enabled;
    let form = change.onto(WebhookForm::default());
    let webhooks = &asked.services.webhooks;
    let made = webhooks.create(&asked.op, &form).await;
    let id = made.map_err(|e| Problem::from(e).named(field))?;
    if enabled == Some(false) {
        webhooks.set_enabled(&asked.op, id, false).await?;
    }
    let at = [(header::LOCATION, format!("{}/webhooks/{id}", super::ROOT))];
    Ok((StatusCode::CREATED, at, found(&asked, id).await?).into_response())
}

/// Change, pause or resume a webhook
///
/// What is absent stays as it is, and its address in any case. A paused one says so, with 403, to
/// whoever tells it something.
#[utoipa::path(patch, path = "/webhooks/{id}", tag = "Webhooks", params(("id" = Uuid, Path, description = "The webhook")), request_body = WebhookChange, responses((status = 200, description = "As it is now", body = Webhook)), security(("key" = ["webhooks:write"])))]
async fn update_webhook(
    asked: Asked,
    Id(id): Id<WebhookId>,
    Body(change): Body<WebhookChange>,
) -> Result<Json<Webhook>, Problem> {
    let webhooks = &asked.services.webhooks;
    let stored = webhooks.record(&asked.op, id).await?;
    let enabled = change.enabled;
    let before = WebhookForm::of(&stored.name, stored.campaign, &stored.parameters);
    let form = change.onto(before.clone());
    if form != before {
        let changed = webhooks.update(&asked.op, id, &form).await;
        changed.map_err(|e| Problem::from(e).named(field))?;
    }
    if let Some(enabled) = enabled {
        webhooks.set_enabled(&asked.op, id, enabled).await?;
    }
    found(&asked, id).await
}
