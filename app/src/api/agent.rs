//! Agents, and an agent's own page.

use domain::agent::AgentStatus;
use domain::api::agent::{
    AgentChoices, AgentDetail, AgentForm, AgentRow, AgentSettingsForm, MadeAgent, MyCalls,
    WrapUpForm,
};
use domain::id::{CallId, TargetId};
use leptos::prelude::*;

use super::{Answer, Wire};

/// All agents with how they stand.
#[server(endpoint = "agents/list", output = Wire)]
pub async fn list_agents() -> Answer<Vec<AgentRow>> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.agents.list(&op).await.map_err(ctx::reject)
}

/// One agent with a page of what they were sent; `after` may be empty.
#[server(endpoint = "agents/detail", output = Wire)]
pub async fn load_agent(id: TargetId, after: String) -> Answer<AgentDetail> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    let detail = services.agents.detail(&op, id, &after).await;
    let detail = detail.map_err(ctx::reject)?;
    Ok(AgentDetail {
        fresh: ctx::handed_over(),
        ..detail
    })
}

/// What the form for a new agent offers.
#[server(endpoint = "agents/choices", output = Wire)]
pub async fn offer_agent() -> Answer<AgentChoices> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.agents.choices(&op).await.map_err(ctx::reject)
}

/// Makes an agent, whose password is in the answer this once.
#[server(endpoint = "agents/create", output = Wire)]
pub async fn create_agent(form: AgentForm) -> Answer<MadeAgent> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let made = services.agents.create(&op, &form).await;
    let made = made.map_err(ctx::reject_form(&form))?;
    ctx::show_once(&route::agent(made.id, ""), made.password.as_deref());
    Ok(made)
}

/// Changes how an agent gets calls.
#[server(endpoint = "agents/update", output = Wire)]
pub async fn update_agent(id: TargetId, form: AgentSettingsForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    let changed = services.agents.update(&op, id, &form).await;
    changed.map_err(ctx::reject_form(&form))
}

/// Says for an agent whether they take calls.
#[server(endpoint = "agents/set_status", output = Wire)]
pub async fn set_agent_status(id: TargetId, status: AgentStatus) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    let set = services.agents.set_status(&op, id, status).await;
    set.map_err(ctx::reject)
}

/// Gives an agent another password, which is in the answer this once.
#[server(endpoint = "agents/reset_password", output = Wire)]
pub async fn reset_agent_password(id: TargetId) -> Answer<MadeAgent> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let made = services.agents.reset_password(&op, id).await;
    let made = made.map_err(ctx::reject)?;
    ctx::show_once(&route::agent(made.id, ""), made.password.as_deref());
    Ok(made)
}

/// The page of the person who asks; both may be empty.
#[server(endpoint = "agents/mine", output = Wire)]
pub async fn load_my_calls(call: String, after: String) -> Answer<MyCalls> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    let mine = services.agents.mine(&op, &call, &after).await;
    mine.map_err(ctx::reject)
}

/// Says whether the person who asks takes calls.
#[server(endpoint = "agents/set_my_status", output = Wire)]
pub async fn set_my_status(status: AgentStatus) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    let set = services.agents.set_my_status(&op, status).await;
    set.map_err(ctx::reject)
}

/// Keeps what the person who asks writes of a call, and goes back to their calls.
#[server(endpoint = "agents/wrap_up", output = Wire)]
pub async fn wrap_up_call(call: CallId, form: WrapUpForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::{ctx, route};
    let (op, services) = ctx::both()?;
    let kept = services.agents.wrap_up(&op, call, &form).await;
    kept.map_err(ctx::reject_form(&form))?;
    ctx::go(route::MY_CALLS);
    Ok(())
}
