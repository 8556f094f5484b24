//! Calls: the log, and one call explained.

mod story;

use super::extract::{Ask, Asked, Id};
use super::list::{List, limit};
use super::problem::Problem;
use super::wire::{mirror, moment};
use crate::state::AppState;
use axum::Json;
use domain::api::call::CallQuery;
use domain::call::record::{LiveState as DomainState, Outcome as DomainOutcome};
use domain::id::CallId;
use domain::invalid::FieldErrors;
use serde::{Deserialize, Serialize};
use service::call::story::CallFacts;
use story::CallStory;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_calls))
        .routes(routes!(get_call))
}

/// One caller's call.
#[derive(Debug, Serialize, ToSchema)]
pub struct Call {
    #[schema(value_type = Uuid)]
    id: CallId,
    state: State,
    /// Null while the call lives.
    outcome: Option<Outcome>,
    /// E.164 or "Anonymous"; masked without the scope callers:read.
    #[schema(example = "+12145550187")]
    caller: String,
    /// State of the caller's area code; may be empty.
    #[schema(example = "TX")]
    caller_state: String,
    /// The number that was dialed.
    dialed: String,
    /// Null for calls to numbers that no campaign uses.
    campaign: Option<CampaignRef>,
    /// The last one dialed.
    target: Option<Ref>,
    buyer: Option<Ref>,
    /// Targets dialed.
    attempts: u32,
    /// Seconds a target talked with the caller.
    connected_s: u32,
    /// Seconds of the whole call; so far, while it lives.
    duration_s: u32,
    has_recording: bool,
    #[schema(format = DateTime)]
    arrived_at: String,
    #[schema(format = DateTime)]
    ended_at: Option<String>,
}

/// Something a call refers to, with its name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ref {
    pub(super) id: i64,
    pub(super) name: String,
}

/// The campaign of a call.
#[derive(Debug, Serialize, ToSchema)]
pub struct CampaignRef {
    id: Uuid,
    name: String,
}

mirror! {
    /// Where a call is.
    State of DomainState {
        Ringing,
        Connected,
        /// The caller gets the campaign's fallback.
        Fallback,
        Ended,
    }
}

mirror! {
    /// How a call ended.
    Outcome of DomainOutcome {
        Connected,
        NoAnswer,
        /// No target could be dialed: all closed, full, paused or absent.
        NoTarget,
        Voicemail,
        /// The fallback number took it.
        Forwarded,
        Abandoned,
        /// No campaign uses the number, or its campaign is paused.
        Unrouted,
        Blocked,
    }
}

/// Which calls. All filters must fit.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CallsQuery {
    campaign_id: Option<Uuid>,
    target_id: Option<i64>,
    /// An outcome, or `live`, or `not_connected` for all that are over without one.
    #[param(example = "connected")]
    outcome: Option<String>,
    /// Digits of the caller's number; without the scope callers:read it is not looked at.
    caller: Option<String>,
    /// A stretch of days by the account's clock; all if absent.
    #[param(inline)]
    range: Option<Range>,
    /// Calls that arrived at this moment or later, RFC 3339.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Calls that arrived before this moment, RFC 3339.
    #[param(format = DateTime)]
    to: Option<String>,
    /// Entries at most; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// A stretch of days.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
pub enum Range {
    #[serde(rename = "today")]
    Today,
    #[serde(rename = "yesterday")]
    Yesterday,
    #[serde(rename = "7d")]
    SevenDays,
    #[serde(rename = "month")]
    Month,
    #[serde(rename = "all")]
    All,
}

impl From<CallFacts> for Call {
    fn from(c: CallFacts) -> Self {
        Self {
            id: c.id,
            state: c.state.into(),
            outcome: c.outcome.map(Outcome::from),
            caller: c.caller,
            caller_state: c.caller_state,
            dialed: c.dialed,
            campaign: c.campaign.map(|(id, name)| CampaignRef { id: id.0, name }),
            target: c.target.map(|(id, name)| Ref { id: id.0, name }),
            buyer: c.buyer.map(|(id, name)| Ref { id: id.0, name }),
            attempts: c.attempts,
            connected_s: c.connected_s,
            duration_s: c.duration_s,
            has_recording: c.has_recording,
            arrived_at: c.arrived_at.rfc3339(),
            ended_at: c.ended_at.map(|at| at.rfc3339()),
        }
    }
}

impl CallsQuery {
    fn form(&self) -> CallQuery {
        let range = match self.range {
            None | Some(Range::All) => "all",
            Some(Range::Today) => "today",
            Some(Range::Yesterday) => "yesterday",
            Some(Range::SevenDays) => "7d",
            Some(Range::Month) => "month",
        };
        CallQuery {
            campaign: self.campaign_id.map(|c| c.to_string()).unwrap_or_default(),
            target: self.target_id.map(|t| t.to_string()).unwrap_or_default(),
            outcome: self.outcome.clone().unwrap_or_default(),
            range: range.to_owned(),
            caller: self.caller.clone().unwrap_or_default(),
            after: self.after.clone().unwrap_or_default(),
            ..CallQuery::default()
        }
    }
}

fn field(name: &str) -> Option<String> {
    ["campaign", "target"]
        .contains(&name)
        .then(|| format!("{name}_id"))
}

/// List calls
///
/// Newest first. A page begins where the one before ended, however many calls come in meanwhile.
#[utoipa::path(get, path = "/calls", tag = "Calls", params(CallsQuery), responses((status = 200, description = "A page of calls", body = List<Call>)), security(("key" = ["calls:read"])))]
async fn list_calls(asked: Asked, Ask(ask): Ask<CallsQuery>) -> Result<Json<List<Call>>, Problem> {
    let limit = limit(ask.limit)?;
    let mut errors = FieldErrors::default();
    let from = errors.take(moment("from", ask.from.as_deref()));
    let to = errors.take(moment("to", ask.to.as_deref()));
    errors.check()?;
    let span = (from.flatten(), to.flatten());
    let calls = &asked.services.calls;
    let found = calls.facts(&asked.op, &ask.form(), span, limit).await;
    let (found, next) = found.map_err(|e| Problem::from(e).named(field))?;
    Ok(Json(List {
        data: found.into_iter().map(Call::from).collect(),
        next,
    }))
}

/// Get a call, explained
///
/// With its timeline, why each target was or was not chosen, every dial, and its recordings.
#[utoipa::path(get, path = "/calls/{id}", tag = "Calls", params(("id" = Uuid, Path, description = "The call")), responses((status = 200, description = "The call", body = CallStory)), security(("key" = ["calls:read"])))]
async fn get_call(asked: Asked, Id(id): Id<CallId>) -> Result<Json<CallStory>, Problem> {
    let story = asked.services.calls.story(&asked.op, id).await?;
    Ok(Json(story.into()))
}
