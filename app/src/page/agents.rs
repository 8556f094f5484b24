//! Agents: who takes calls now, and what each took today.

use domain::access::Permission;
use domain::agent::AgentStatus;
use domain::api::agent::AgentRow;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::agent::{list_agents, set_agent_status};
use crate::page::groups::Tabs;
use crate::page::parts::{self, AvailabilityView, OnlyLook, counted, grouped, may};
use crate::route;
use crate::state::session::sign_in_again;
use crate::state::source::{Renew, Source};
use crate::ui::{
    ButtonKind, EmptyRow, LinkButton, Menu, MenuItem, MenuLink, MenuSeparator, PageHead, Panel,
    Size, TableRegion, Time, use_toasts,
};

/// Columns of the table.
const COLS: u32 = 8;

type AgentsSource = Source<(), Vec<AgentRow>>;

/// The page.
#[component]
pub fn Agents() -> impl IntoView {
    let source = Source::new(|| (), |()| list_agents()).follow_calls();
    source.view("The list of agents", Renew::Never, move |rows| {
        view! { <List source=source rows=rows/> }.into_any()
    })
}

#[component]
fn List(source: AgentsSource, rows: Signal<Vec<AgentRow>>) -> impl IntoView {
    let (make, edit) = (may(Permission::ManageUsers), may(Permission::EditBuyers));
    let list = Memo::new(move |_| rows.get());
    parts::keep_focus(Signal::derive(move || {
        list.with(|all| all.iter().map(|a| a.id.to_string()).collect())
    }));
    let new = move || {
        make.get().then(|| view! { <LinkButton href=route::AGENT_NEW kind=ButtonKind::Primary icon="plus">"New agent"</LinkButton> })
    };
    let act = move || {
        if make.get() {
            view! { <LinkButton href=route::AGENT_NEW icon="plus">"New agent"</LinkButton> }
                .into_any()
        } else {
            view! { <OnlyLook what=Permission::ManageUsers/> }.into_any()
        }
    };
    let empty = move || {
        list.with(Vec::is_empty).then(|| {
            view! {
                <EmptyRow cols=COLS title="No agents yet" text="An agent is a person whom calls are sent to. They say themselves when they take some, and write up what came of each.">{act}</EmptyRow>
            }
        })
    };
    let sub = Signal::derive(move || match list.with(Vec::len) as u64 {
        0 => String::new(),
        n => counted(n, "agent", "agents"),
    });
    view! {
        <PageHead title="Agents" sub=sub actions=move || new/>
        <Tabs here=route::AGENTS/>
        <Panel flush=true>
            <TableRegion label="Agents" stick=true>
                <table class="data">
                    <thead><tr>
                        <th scope="col">"Agent"</th><th scope="col">"Right now"</th><th scope="col" class="phone-hide">"Buyer"</th>
                        <th scope="col" class="phone-hide">"Rings at"</th><th scope="col" class="num">"Taken today"</th><th scope="col" class="num phone-hide">"Talked"</th>
                        <th scope="col" class="phone-hide">"Last call"</th><th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                    </tr></thead>
                    <tbody>{empty}{parts::rows(list, |a| a.id, move |row| agent_row(row, source, edit))}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

fn agent_row(row: Memo<AgentRow>, source: AgentsSource, edit: Signal<bool>) -> AnyView {
    let id = row.with_untracked(|r| r.id);
    let now = Memo::new(move |_| row.with(|r| r.now.clone()));
    let taken = move || row.with(|r| taken_words(r.taken, r.rang));
    let last = move || match row.with(|r| r.last.clone()) {
        None => view! { <span class="soft">"None today"</span> }.into_any(),
        Some(at) => view! { <Time datetime=at.datetime text=at.time title=at.full/> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="name"><span class="two"><a class="row-link" href=route::agent(id, "")>{move || row.with(|r| r.name.clone())}</a><small>{move || row.with(|r| r.email.clone())}</small></span></th>
            <td>{move || view! { <AvailabilityView now=now.get()/> }}</td>
            <td class="phone-hide"><a class="link" href=move || route::buyer(row.with(|r| r.buyer))>{move || row.with(|r| r.buyer_name.clone())}</a></td>
            <td class="nowrap soft phone-hide">{move || row.with(|r| r.destination.clone())}</td>
            <td class="num nowrap">{taken}</td>
            <td class="num phone-hide">{move || row.with(|r| r.talked.clone())}</td>
            <td class="nowrap phone-hide">{last}</td>
            <td class="act">{move || edit.get().then(|| view! { <AgentMenu row=row source=source/> })}</td>
        </tr>
    }
    .into_any()
}

/// "3 of 4", of calls that rang.
#[must_use]
pub fn taken_words(taken: u32, rang: u32) -> String {
    format!(
        "{} of {}",
        grouped(u64::from(taken)),
        grouped(u64::from(rang))
    )
}

#[component]
fn AgentMenu(row: Memo<AgentRow>, source: AgentsSource) -> impl IntoView {
    let (id, name) = row.with_untracked(|r| (r.id, r.name.clone()));
    let toasts = use_toasts();
    // What takes a change back outlives the entry of the menu that made it.
    let owner = Owner::current().unwrap_or_default();
    let set = move |status: AgentStatus| {
        let owner = owner.clone();
        Callback::new(move |()| {
            let before = row.with_untracked(|r| r.status);
            let name = row.with_untracked(|r| r.name.clone());
            let back = owner.with(|| {
                Callback::new(move |()| {
                    spawn_local(async move {
                        drop(set_agent_status(id, before).await);
                        source.reload();
                    });
                })
            });
            spawn_local(async move {
                match set_agent_status(id, status).await {
                    Ok(()) => {
                        toasts.undo(status_words(&name, status), back);
                        source.reload();
                    }
                    Err(error) if error.is_signed_out() => sign_in_again(),
                    Err(error) => toasts.error(error.message),
                }
            });
        })
    };
    let others = move || {
        let now = row.with(|r| r.status);
        let others = AgentStatus::ALL.into_iter().filter(|status| *status != now);
        others
            .map(|status| view! { <MenuItem on_select=set(status)>{format!("Set {}", status.word().to_lowercase())}</MenuItem> })
            .collect_view()
    };
    view! {
        <Menu id=format!("agent-menu-{id}") label=format!("Actions for {name}") size=Size::Xs>
            {others}
            <MenuSeparator/>
            <MenuLink href=route::agent(id, "") icon="calls">"Calls and settings"</MenuLink>
            <MenuLink href=route::target(id) icon="edit">"Hours, limits and filters"</MenuLink>
        </Menu>
    }
    .into_any()
}

/// What a toast says.
#[must_use]
pub fn status_words(name: &str, status: AgentStatus) -> String {
    match status {
        AgentStatus::Available => format!("{name} takes calls."),
        AgentStatus::Busy => format!("{name} is busy and takes no calls."),
        AgentStatus::Away => format!("{name} is away and takes no calls."),
    }
}
