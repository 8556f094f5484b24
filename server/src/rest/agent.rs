//! Agents: targets whose owner is a person.

use super::extract::{Ask, Asked, Body, Id};
use super::list::{List, Page, page};
use super::problem::Problem;
use super::target::Destination;
use super::wire::{Activity, Availability, mirror};
use crate::state::AppState;
use axum::Json;
use domain::agent::AgentStatus as DomainStatus;
use domain::api::agent::AgentSettingsForm;
use domain::id::{BuyerId, TargetId};
use serde::{Deserialize, Serialize};
use service::agent::AgentFacts;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_agents))
        .routes(routes!(get_agent, update_agent))
        .routes(routes!(set_agent_status))
}

/// A person whom calls are sent to. Their target has the same id: what is not here is changed there.
#[derive(Debug, Serialize, ToSchema)]
pub struct Agent {
    /// That of the target as well.
    #[schema(value_type = i64)]
    id: TargetId,
    #[schema(example = "Priya Nair")]
    name: String,
    /// What the person signs in with.
    #[schema(example = "priya@dryright.example")]
    email: String,
    #[schema(value_type = i64)]
    buyer_id: BuyerId,
    /// Where their phone rings.
    destination: Destination,
    /// Of the target.
    activity: Activity,
    status: AgentStatus,
    /// Full during a call; paused while the agent is busy, away or writing up a call.
    availability: Availability,
    /// For how many seconds the agent is left alone after a conversation.
    wrap_up_s: u32,
    /// Whoever answers must press 1 to get the caller.
    accept_key: bool,
    today: AgentDay,
    #[schema(format = DateTime)]
    created_at: String,
}

/// What an agent was sent since midnight, by the account's clock.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentDay {
    /// Calls that rang there.
    rang: u32,
    /// Those of them that were connected.
    taken: u32,
}

mirror! {
    /// What an agent says of themselves.
    AgentStatus of DomainStatus {
        /// Takes calls.
        Available,
        /// At work, but takes no calls.
        Busy,
        /// Not at work.
        Away,
    }
}

/// A change of an agent: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentChange {
    /// 0 never leaves the agent alone.
    #[schema(maximum = 3_600)]
    wrap_up_s: Option<u32>,
    accept_key: Option<bool>,
}

/// A change of status.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentStatusChange {
    status: AgentStatus,
}

impl From<AgentFacts> for Agent {
    fn from(facts: AgentFacts) -> Self {
        let (row, settings) = (facts.row, facts.settings);
        Self {
            id: row.id,
            name: row.name,
            email: row.email,
            buyer_id: row.buyer,
            destination: facts.destination.into(),
            activity: row.activity.into(),
            status: row.status.into(),
            availability: row.now.into(),
            wrap_up_s: settings.wrap_up_s,
            accept_key: settings.accept_key,
            today: AgentDay {
                rang: row.rang,
                taken: row.taken,
            },
            created_at: facts.created_at.rfc3339(),
        }
    }
}

impl AgentChange {
    /// The form with what this changes.
    fn onto(self, mut form: AgentSettingsForm) -> AgentSettingsForm {
        if let Some(seconds) = self.wrap_up_s {
            form.wrap_up_s = seconds.to_string();
        }
        if let Some(asked) = self.accept_key {
            form.accept_key = if asked { "on" } else { "" }.to_owned();
        }
        form
    }
}

async fn found(asked: &Asked, id: TargetId) -> Result<Json<Agent>, Problem> {
    let facts = asked.services.agents.fact(&asked.op, id).await?;
    Ok(Json(facts.into()))
}

/// List agents
///
/// Those whose target is not archived, oldest first, each with how they stand right now. Agents are
/// made in the console, because a person signs in with them.
#[utoipa::path(get, path = "/agents", tag = "Agents", params(Page), responses((status = 200, description = "A page of agents", body = List<Agent>)), security(("key" = ["buyers:read"])))]
async fn list_agents(asked: Asked, Ask(ask): Ask<Page>) -> Result<Json<List<Agent>>, Problem> {
    let all = asked.services.agents.facts(&asked.op).await?;
    let list = page(all, |a| a.row.id, (ask.limit, ask.after.as_deref()))?;
    Ok(Json(list.map(Agent::from)))
}

/// Get an agent
#[utoipa::path(get, path = "/agents/{id}", tag = "Agents", params(("id" = i64, Path, description = "The agent")), responses((status = 200, description = "The agent", body = Agent)), security(("key" = ["buyers:read"])))]
async fn get_agent(asked: Asked, Id(id): Id<TargetId>) -> Result<Json<Agent>, Problem> {
    found(&asked, id).await
}

/// Change an agent
///
/// What is absent stays as it is. The next call follows it.
#[utoipa::path(patch, path = "/agents/{id}", tag = "Agents", params(("id" = i64, Path, description = "The agent")), request_body = AgentChange, responses((status = 200, description = "As it is now", body = Agent)), security(("key" = ["buyers:write"])))]
async fn update_agent(
    asked: Asked,
    Id(id): Id<TargetId>,
    Body(change): Body<AgentChange>,
) -> Result<Json<Agent>, Problem> {
    let agents = &asked.services.agents;
    let facts = agents.fact(&asked.op, id).await?;
    let form = change.onto(AgentSettingsForm::of(facts.settings));
    agents.update(&asked.op, id, &form).await?;
    found(&asked, id).await
}

/// Say whether an agent takes calls
///
/// As the agent does it themselves. A call in progress goes on; one that is being written up holds
/// the agent no longer.
#[utoipa::path(put, path = "/agents/{id}/status", tag = "Agents", params(("id" = i64, Path, description = "The agent")), request_body = AgentStatusChange, responses((status = 200, description = "As it is now", body = Agent)), security(("key" = ["buyers:write"])))]
async fn set_agent_status(
    asked: Asked,
    Id(id): Id<TargetId>,
    Body(change): Body<AgentStatusChange>,
) -> Result<Json<Agent>, Problem> {
    let agents = &asked.services.agents;
    agents
        .set_status(&asked.op, id, change.status.into())
        .await?;
    found(&asked, id).await
}
