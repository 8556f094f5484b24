//! The demo's agent: a person with a target of their own.

use super::AGENT;
use domain::agent::AgentStatus;
use domain::api::agent::AgentForm;
use domain::id::TargetId;
use service::{Error, OpCtx, Services};

/// Makes the agent, who takes calls from the start, if there is none.
///
/// # Errors
/// What the services say.
pub(super) async fn ensure(services: &Services, op: &OpCtx) -> Result<TargetId, Error> {
    let known = services.agents.list(op).await?;
    if let Some(agent) = known.iter().find(|agent| agent.email == AGENT.email) {
        return Ok(agent.id);
    }
    let buyers = services.buyers.list(op).await?;
    let buyer = buyers.iter().find(|buyer| buyer.name == AGENT.buyer);
    let form = AgentForm {
        name: AGENT.name.to_owned(),
        email: AGENT.email.to_owned(),
        buyer: buyer.map(|buyer| buyer.id.to_string()).unwrap_or_default(),
        rings: AGENT.rings.to_owned(),
        ..AgentForm::default()
    };
    let made = services.agents.create(op, &form).await?;
    services
        .agents
        .set_status(op, made.id, AgentStatus::Available)
        .await?;
    Ok(made.id)
}
