//! Campaigns.

mod duplicates;
mod revenue;

use super::extract::{Ask, Asked, Body, Id};
use super::list::{List, Page, page};
use super::problem::Problem;
use super::wire::{Activity, ActivityChange, given, limit_text, mirror, needs};
use crate::state::AppState;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::api::campaign::CampaignForm;
use domain::campaign::{Fallback as DomainFallback, RecordingMode as DomainRecording};
use domain::id::CampaignId;
use serde::{Deserialize, Serialize};
use service::campaign::input_of;
use store::CampaignRecord;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_campaigns, create_campaign))
        .routes(routes!(get_campaign, update_campaign))
        .routes(routes!(set_campaign_activity))
        .routes(routes!(
            duplicates::get_duplicates,
            duplicates::update_duplicates
        ))
        .routes(routes!(revenue::get_revenue, revenue::replace_revenue))
}

/// What callers of a set of numbers are sold as, with one routing plan.
#[derive(Debug, Serialize, ToSchema)]
pub struct Campaign {
    #[schema(value_type = uuid::Uuid)]
    id: CampaignId,
    #[schema(example = "Roof repair, Texas")]
    name: String,
    #[schema(example = "Home services")]
    vertical: String,
    activity: Activity,
    recording: RecordingMode,
    /// How long recordings are kept; 0 is for ever, null follows the account.
    recording_keep_days: Option<u32>,
    fallback: Fallback,
    /// Version of the routing plan that is live.
    plan_version: i64,
    #[schema(format = DateTime)]
    created_at: String,
}

mirror! {
    /// What is recorded.
    RecordingMode of DomainRecording {
        Off,
        /// From the moment the target answers, both sides mixed.
        FromAnswer,
        /// From the moment the target answers, one channel a side.
        FromAnswerDual,
        /// From the first ring, one channel a side.
        FromRingingDual,
    }
}

/// What the caller gets when no target took the call.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fallback {
    kind: FallbackKind,
    /// Whom to ring, E.164; with `number`.
    #[schema(example = "+12145550187")]
    #[serde(default)]
    number: Option<String>,
    /// What is spoken, or asked before a message is left; with `message` and `voicemail`.
    #[serde(default)]
    text: Option<String>,
}

/// How a call ends that nobody took.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FallbackKind {
    Number,
    Voicemail,
    Message,
    HangUp,
}

/// A change of a campaign: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignChange {
    /// At most 80 characters, unlike every other campaign's.
    #[schema(example = "Roof repair, Texas", min_length = 1, max_length = 80)]
    name: Option<String>,
    /// One of the console's list.
    #[schema(example = "Home services")]
    vertical: Option<String>,
    recording: Option<RecordingMode>,
    /// 0 is for ever, null follows the account.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, maximum = 3_650)]
    recording_keep_days: Option<Option<u32>>,
    fallback: Option<Fallback>,
}

needs! {
    /// A campaign to make.
    NewCampaign: CampaignChange, "name"
}

impl From<CampaignRecord> for Campaign {
    fn from(c: CampaignRecord) -> Self {
        Self {
            id: c.id,
            name: c.name,
            vertical: c.vertical,
            activity: c.activity.into(),
            recording: c.recording.into(),
            recording_keep_days: c.recording_keep.map(|keep| keep.days()),
            fallback: c.fallback.into(),
            plan_version: c.version,
            created_at: c.created_at.rfc3339(),
        }
    }
}

impl From<DomainFallback> for Fallback {
    fn from(fallback: DomainFallback) -> Self {
        let (kind, number, text) = match fallback {
            DomainFallback::Number(n) => (FallbackKind::Number, Some(n.as_str().to_owned()), None),
            DomainFallback::Voicemail { greeting } => {
                (FallbackKind::Voicemail, None, Some(greeting))
            }
            DomainFallback::Message { text } => (FallbackKind::Message, None, Some(text)),
            DomainFallback::HangUp => (FallbackKind::HangUp, None, None),
        };
        Self { kind, number, text }
    }
}

impl CampaignChange {
    /// The form with what this changes.
    fn onto(self, mut form: CampaignForm) -> CampaignForm {
        form.name = self.name.unwrap_or(form.name);
        form.vertical = self.vertical.unwrap_or(form.vertical);
        if let Some(recording) = self.recording {
            DomainRecording::from(recording)
                .code()
                .clone_into(&mut form.recording);
        }
        if let Some(days) = self.recording_keep_days {
            form.recording_days = limit_text(days);
        }
        let Some(Fallback { kind, number, text }) = self.fallback else {
            return form;
        };
        let (code, said) = match kind {
            FallbackKind::Number => ("number", None),
            FallbackKind::Voicemail => ("voicemail", Some(&mut form.fallback_greeting)),
            FallbackKind::Message => ("message", Some(&mut form.fallback_message)),
            FallbackKind::HangUp => ("hang_up", None),
        };
        if let (Some(said), Some(text)) = (said, text) {
            *said = text;
        }
        code.clone_into(&mut form.fallback);
        form.fallback_number = number.unwrap_or_default();
        form
    }
}

/// What a field of the form is called here.
fn field(name: &str) -> Option<String> {
    let name = match name {
        "recording_days" => "recording_keep_days",
        "fallback" => "fallback.kind",
        "fallback_number" => "fallback.number",
        "fallback_message" | "fallback_greeting" => "fallback.text",
        _ => return None,
    };
    Some(name.to_owned())
}

async fn found(asked: &Asked, id: CampaignId) -> Result<Json<Campaign>, Problem> {
    let record = asked.services.campaigns.record(&asked.op, id).await?;
    Ok(Json(record.into()))
}

/// List campaigns
///
/// Archived ones included, oldest first.
#[utoipa::path(get, path = "/campaigns", tag = "Campaigns", params(Page), responses((status = 200, description = "A page of campaigns", body = List<Campaign>)), security(("key" = ["campaigns:read"])))]
async fn list_campaigns(
    asked: Asked,
    Ask(ask): Ask<Page>,
) -> Result<Json<List<Campaign>>, Problem> {
    let all = asked.services.campaigns.records(&asked.op).await?;
    let list = page(all, |c| c.id, (ask.limit, ask.after.as_deref()))?;
    Ok(Json(list.map(Campaign::from)))
}

/// Get a campaign
#[utoipa::path(get, path = "/campaigns/{id}", tag = "Campaigns", params(("id" = uuid::Uuid, Path, description = "The campaign")), responses((status = 200, description = "The campaign", body = Campaign)), security(("key" = ["campaigns:read"])))]
async fn get_campaign(asked: Asked, Id(id): Id<CampaignId>) -> Result<Json<Campaign>, Problem> {
    found(&asked, id).await
}

/// Make a campaign
///
/// It has no routes and no numbers yet.
#[utoipa::path(post, path = "/campaigns", tag = "Campaigns", request_body = NewCampaign, responses((status = 201, description = "Made; Location leads to it", body = Campaign)), security(("key" = ["campaigns:write"])))]
async fn create_campaign(
    asked: Asked,
    Body(change): Body<CampaignChange>,
) -> Result<Response, Problem> {
    let form = change.onto(CampaignForm::default());
    let made = asked.services.campaigns.create(&asked.op, &form).await;
    let id = made.map_err(|e| Problem::from(e).named(field))?;
    let at = [(header::LOCATION, format!("{}/campaigns/{id}", super::ROOT))];
    Ok((StatusCode::CREATED, at, found(&asked, id).await?).into_response())
}

/// Change a campaign
///
/// What is absent stays as it is. Calls in progress go on under the old settings.
#[utoipa::path(patch, path = "/campaigns/{id}", tag = "Campaigns", params(("id" = uuid::Uuid, Path, description = "The campaign")), request_body = CampaignChange, responses((status = 200, description = "As it is now", body = Campaign)), security(("key" = ["campaigns:write"])))]
async fn update_campaign(
    asked: Asked,
    Id(id): Id<CampaignId>,
    Body(change): Body<CampaignChange>,
) -> Result<Json<Campaign>, Problem> {
    let campaigns = &asked.services.campaigns;
    let record = campaigns.record(&asked.op, id).await?;
    let form = change.onto(CampaignForm::of(&input_of(&record)));
    let changed = campaigns.update(&asked.op, id, &form).await;
    changed.map_err(|e| Problem::from(e).named(field))?;
    found(&asked, id).await
}

/// Pause, resume or archive a campaign
#[utoipa::path(put, path = "/campaigns/{id}/activity", tag = "Campaigns", params(("id" = uuid::Uuid, Path, description = "The campaign")), request_body = ActivityChange, responses((status = 200, description = "As it is now", body = Campaign)), security(("key" = ["campaigns:write"])))]
async fn set_campaign_activity(
    asked: Asked,
    Id(id): Id<CampaignId>,
    Body(change): Body<ActivityChange>,
) -> Result<Json<Campaign>, Problem> {
    let campaigns = &asked.services.campaigns;
    campaigns
        .set_activity(&asked.op, id, change.activity.into())
        .await?;
    found(&asked, id).await
}
