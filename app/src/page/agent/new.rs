//! Making a person an agent.

use domain::access::Permission;
use domain::agent::WRAP_UP_S_MAX;
use domain::api::agent::{AgentChoices, AgentForm, MadeAgent};
use leptos::prelude::*;

use super::{Once, crumbs, label};
use crate::api::agent::{CreateAgent, offer_agent};
use crate::form::{Form, checked, input};
use crate::page::parts::{OnlyLook, choices, may};
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, FormErrors, LinkButton, NumberInput, PageHead, Panel, Select,
    Switch, TextInput,
};

/// The page.
#[component]
pub fn AgentNew() -> impl IntoView {
    let source = Source::new(|| (), |()| offer_agent());
    let made = RwSignal::new(None::<MadeAgent>);
    let inside = move |offered: Signal<AgentChoices>| {
        let make = may(Permission::ManageUsers);
        let view = move || match made.get() {
            Some(agent) => view! { <Made agent=agent/> }.into_any(),
            None if make.get() => view! { <New offered=offered made=made/> }.into_any(),
            None => {
                view! { <Panel title="New agent"><OnlyLook what=Permission::ManageUsers/></Panel> }
                    .into_any()
            }
        };
        view.into_any()
    };
    view! {
        <Breadcrumbs items=crumbs() here="New agent"/>
        <PageHead title="New agent" sub="A person whom calls are sent to. They sign in to say when they take some."/>
        {source.view("The form", Renew::Never, inside)}
    }
    .into_any()
}

/// What was made, with the password for the only time.
#[component]
fn Made(agent: MadeAgent) -> impl IntoView {
    let page = route::agent(agent.id, "");
    let inside = match agent.password {
        Some(password) => view! { <Once email=agent.email password=password/> }.into_any(),
        None => {
            let words = format!("{} signs in as before.", agent.name);
            view! { <Panel title="Made"><p>{words}</p></Panel> }.into_any()
        }
    };
    let to = format!("To {}", agent.name);
    view! {
        {inside}
        <p class="soft">"Calls are sent there once a routing plan names the target, and the agent is available."</p>
        <div class="row"><LinkButton href=page kind=ButtonKind::Primary>{to}</LinkButton></div>
    }
    .into_any()
}

#[component]
fn New(offered: Signal<AgentChoices>, made: RwSignal<Option<MadeAgent>>) -> impl IntoView {
    let create = ServerAction::<CreateAgent>::new();
    let done = Callback::new(move |agent: MadeAgent| made.set(Some(agent)));
    let form = Form::new("agent-form", label, |el| checked(el, AgentForm::check))
        .watch(create.value().into(), done)
        .guarded(create.pending());
    let start = form.start(AgentForm::default());
    let buyers = Signal::derive(move || offered.with(|o| choices(&o.buyers)));
    view! {
        <Panel title="Agent">
            <ActionForm action=create node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <TextInput name=input("name") id="f-name" label=label("name") value=start.name error=form.error("name") required=true autocomplete="off"/>
                <TextInput name=input("email") id="f-email" label=label("email") kind="email" value=start.email error=form.error("email") required=true autocomplete="off"
                    hint="They sign in with it. Somebody new gets a password, which is shown once."/>
                <Select name=input("buyer") id="f-buyer" label=label("buyer") options=buyers value=start.buyer placeholder="Choose a buyer" error=form.error("buyer")
                    hint="Who pays for the calls. Hours and ring time are the buyer’s until the target has its own."/>
                <TextInput name=input("rings") id="f-rings" label=label("rings") value=start.rings error=form.error("rings") required=true placeholder="(214) 555-0187"
                    hint="A phone number or a SIP address"/>
                <NumberInput name=input("wrap_up_s") id="f-wrap_up_s" label=label("wrap_up_s") unit="seconds" value=start.wrap_up_s min="0" max=WRAP_UP_S_MAX.to_string() step="1"
                    error=form.error("wrap_up_s") hint="No call comes in that time, or until the call is written up. 0: the next call may come at once."/>
                <Switch name=input("accept_key") id="f-accept_key" label=label("accept_key") value="on" checked=!start.accept_key.is_empty()
                    hint="Keeps callers from voicemail boxes: only a person presses 1."/>
                <div class="form-foot">
                    <Button kind=ButtonKind::Primary submit=true busy=create.pending()>"Create agent"</Button>
                    <LinkButton href=route::AGENTS kind=ButtonKind::Ghost>"Cancel"</LinkButton>
                </div>
            </ActionForm>
        </Panel>
    }
    .into_any()
}
