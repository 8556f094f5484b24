//! Conversion webhooks: which there are, and what came in last at each.

pub mod edit;

use domain::api::webhook::{DeliveryRow, WebhookList, WebhookRow};
use domain::webhook::Outcome;
use leptos::prelude::*;

use crate::api::webhook::list_webhooks;
use crate::page::parts::{counted, rows};
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{
    ButtonKind, EmptyRow, LinkButton, PageHead, Panel, State, Status, TableRegion, Time,
};

/// The page.
#[component]
pub fn Webhooks() -> impl IntoView {
    let source = Source::new(|| (), |()| list_webhooks()).follow_calls();
    source.view("The webhooks", Renew::Never, move |list| {
        view! { <List list=list/> }.into_any()
    })
}

#[component]
fn List(list: Signal<WebhookList>) -> impl IntoView {
    let actions = || {
        view! {
            <LinkButton href=route::API_DOCS icon="external" attr:rel="external">"API reference"</LinkButton>
            <LinkButton href=route::WEBHOOK_NEW kind=ButtonKind::Primary icon="plus">"New webhook"</LinkButton>
        }
    };
    let hooks = Memo::new(move |_| list.with(|l| l.rows.clone()));
    let note = Signal::derive(move || {
        let on = hooks.with(|all| all.iter().filter(|hook| hook.enabled).count());
        counted(on as u64, "active", "active")
    });
    let empty = move || {
        hooks.with(Vec::is_empty).then(|| {
            view! {
                <EmptyRow cols=4 title="No webhooks yet" text="A buyer’s system calls a webhook when a call turned into a sale. The call then earns what its revenue rule says for a conversion.">
                    <LinkButton href=route::WEBHOOK_NEW icon="plus">"New webhook"</LinkButton>
                </EmptyRow>
            }
        })
    };
    view! {
        <PageHead title="Webhooks" sub="Addresses at which buyers tell that a call converted, and what it was worth." actions=actions/>
        <Panel title="Conversion webhooks" note=note flush=true>
            <TableRegion label="Webhooks" stick=true>
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col">"Webhook"</th><th scope="col">"State"</th><th scope="col">"Came in last"</th><th scope="col">"Added"</th>
                    </tr></thead>
                    <tbody>{empty}{rows(hooks, |w| w.id, hook_row)}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

fn hook_row(row: Memo<WebhookRow>) -> AnyView {
    let href = route::webhook(row.with_untracked(|r| r.id));
    let campaign = move || {
        row.with(|r| match r.campaign_name.as_str() {
            "" => "Calls of every campaign".to_owned(),
            name => format!("Calls of {name}"),
        })
    };
    let state = move || {
        let (shape, word) = enabled_state(row.with(|r| r.enabled));
        view! { <Status state=shape text=word/> }
    };
    let last = move || match row.with(|r| r.last.clone()) {
        None => view! { <span class="soft">"Nothing yet"</span> }.into_any(),
        Some(came) => {
            let (shape, word) = outcome_state(came.outcome);
            view! {
                <span class="two"><Status state=shape text=word/><small><Time datetime=came.at.datetime text=came.at.full/></small></span>
            }
            .into_any()
        }
    };
    let added = move || {
        let at = row.with(|r| r.created.clone());
        view! { <Time datetime=at.datetime text=at.date title=at.full/> }
    };
    view! {
        <tr>
            <th scope="row" class="name"><span class="two"><a class="row-link" href=href>{move || row.with(|r| r.name.clone())}</a><small>{campaign}</small></span></th>
            <td class="nowrap" data-label="State">{state}</td>
            <td data-label="Came in last">{last}</td>
            <td class="nowrap" data-label="Added">{added}</td>
        </tr>
    }
    .into_any()
}

/// The shape and word of a webhook.
fn enabled_state(enabled: bool) -> (State, &'static str) {
    if enabled {
        (State::Open, "Active")
    } else {
        (State::Paused, "Paused")
    }
}

/// The shape and word of what became of a delivery.
fn outcome_state(outcome: Outcome) -> (State, &'static str) {
    match outcome {
        Outcome::Converted => (State::Won, "Converted"),
        Outcome::Updated => (State::Won, "Updated"),
        Outcome::Unchanged => (State::Neutral, "Known before"),
        Outcome::UnknownCall => (State::Failed, "No such call"),
        Outcome::Invalid => (State::Failed, "Refused"),
        Outcome::Paused => (State::Paused, "Paused"),
    }
}

/// What came in, newest first.
#[component]
fn Deliveries(list: Signal<Vec<DeliveryRow>>) -> impl IntoView {
    let all = Memo::new(move |_| list.get());
    let empty = move || {
        all.with(Vec::is_empty).then(|| {
            view! { <EmptyRow cols=5 title="Nothing came in yet" text="Give the address to your buyer. What its system sends stands here, with what was answered."/> }
        })
    };
    view! {
        <Panel title="Came in last" note="The latest 20" flush=true>
            <TableRegion label="What came in">
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col">"Time"</th><th scope="col">"Call"</th><th scope="col" class="num">"Revenue"</th>
                        <th scope="col">"Event"</th><th scope="col">"Answer"</th>
                    </tr></thead>
                    <tbody>{empty}{rows(all, |d| d.id, delivery_row)}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

fn delivery_row(row: Memo<DeliveryRow>) -> AnyView {
    // What came in never changes.
    let came = row.get_untracked();
    let (shape, word) = outcome_state(came.outcome);
    let status = came.outcome.status();
    let known = !matches!(came.outcome, Outcome::UnknownCall | Outcome::Invalid);
    let call = match came.call.parse() {
        Ok(id) if known => {
            view! { <a class="link mono" href=route::call(id)>{came.call}</a> }.into_any()
        }
        _ => text(&came.call),
    };
    view! {
        <tr>
            <td class="nowrap" data-label="Time"><Time datetime=came.at.datetime text=came.at.full/></td>
            <td data-label="Call" data-wide="">{call}</td>
            <td class="num" data-label="Revenue">{text(&came.revenue)}</td>
            <td data-label="Event">{text(&came.event)}</td>
            <td data-label="Answer" data-wide=""><span class="two"><Status state=shape text=format!("{word}, {status}")/><small>{came.message}</small></span></td>
        </tr>
    }
    .into_any()
}

/// What was sent, as it was sent.
fn text(sent: &str) -> AnyView {
    if sent.is_empty() {
        view! { <span class="none">"–"</span> }.into_any()
    } else {
        view! { <span class="mono">{sent.to_owned()}</span> }.into_any()
    }
}
