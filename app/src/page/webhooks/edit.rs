//! One webhook: its address, what came in, its settings; and the page for a new one.

use domain::access::Permission;
use domain::api::page::Choice;
use domain::api::webhook::{WebhookDetail, WebhookForm};
use domain::id::WebhookId;
use leptos::prelude::*;

use super::{Deliveries, enabled_state};
use crate::api::webhook::{
    CreateWebhook, SetWebhookEnabled, UpdateWebhook, list_webhooks, load_webhook,
    set_webhook_enabled,
};
use crate::form::{Form, checked, input};
use crate::page::parts::{OnlyLook, choices, may, with_id};
use crate::route;
use crate::state::on_off::OnOff;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, CopyButton, FieldSet, FormErrors, LinkButton, PageHead, Panel,
    SaveBar, Select, Size, Status, TextInput, use_toasts,
};

type HookSource = Source<WebhookId, WebhookDetail>;

fn crumbs() -> Vec<(String, String)> {
    vec![("Webhooks".to_owned(), route::WEBHOOKS.to_owned())]
}

/// What each field is called, at the field and where its error is told.
fn label(field: &str) -> String {
    match field {
        "name" => "Name",
        "campaign" => "Campaign",
        "call_parameter" => "Call",
        "revenue_parameter" => "Revenue",
        "event_parameter" => "Event",
        _ => "",
    }
    .to_owned()
}

#[component]
fn Fields(form: Form, start: WebhookForm, campaigns: Vec<Choice>) -> impl IntoView {
    view! {
        <TextInput name=input("name") id="f-name" label=label("name") value=start.name error=form.error("name") required=true hint="Whose system calls it, for example Crestline CRM"/>
        <Select name=input("campaign") id="f-campaign" label=label("campaign") options=choices(&campaigns) value=start.campaign placeholder="Every campaign" error=form.error("campaign")
            hint="A call of another campaign is answered as if there was none"/>
        <FieldSet legend="What the parameters are called">
            <p class="soft">"As the buyer’s system sends them: in the address, in a form, or as JSON or XML."</p>
            <div class="field-row">
                <TextInput name=input("call_parameter") id="f-call_parameter" label=label("call_parameter") value=start.call_parameter error=form.error("call_parameter") required=true mono=true hint="The id of the call"/>
                <TextInput name=input("revenue_parameter") id="f-revenue_parameter" label=label("revenue_parameter") value=start.revenue_parameter error=form.error("revenue_parameter") required=true mono=true hint="What it was worth"/>
                <TextInput name=input("event_parameter") id="f-event_parameter" label=label("event_parameter") value=start.event_parameter error=form.error("event_parameter") required=true mono=true hint="The same twice counts once"/>
            </div>
        </FieldSet>
    }
    .into_any()
}

/// The page of a webhook.
#[component]
pub fn Webhook() -> impl IntoView {
    with_id("The webhook", |id: Memo<WebhookId>| {
        let source = Source::new(move || id.get(), load_webhook).follow_calls();
        source.view("The webhook", Renew::WithQuestion, move |detail| {
            view! { <Detail source=source detail=detail/> }.into_any()
        })
    })
}

#[component]
fn Detail(source: HookSource, detail: Signal<WebhookDetail>) -> impl IntoView {
    let edit = may(Permission::EditWebhooks);
    let name = Signal::derive(move || detail.with(|d| d.row.name.clone()));
    let enabled = Memo::new(move |_| detail.with(|d| d.row.enabled));
    let shape = Signal::derive(move || enabled_state(enabled.get()).0);
    let word = Signal::derive(move || enabled_state(enabled.get()).1.to_owned());
    let sub = Signal::derive(move || {
        detail.with(|d| match d.row.campaign_name.as_str() {
            "" => "Takes conversions of calls of every campaign".to_owned(),
            name => format!("Takes conversions of calls of {name}"),
        })
    });
    let deliveries = Signal::derive(move || detail.with(|d| d.deliveries.clone()));
    let actions = move || {
        edit.get()
            .then(|| view! { <Switch source=source detail=detail enabled=enabled/> })
    };
    view! {
        <Breadcrumbs items=crumbs() here=name/>
        <PageHead title=name sub=sub state=move || view! { <Status state=shape text=word/> } actions=move || actions/>
        <Address detail=detail/>
        <Deliveries list=deliveries/>
        {move || if edit.get() {
            view! { <Edit source=source detail=detail/> }.into_any()
        } else {
            view! { <Panel title="Settings"><OnlyLook what=Permission::EditWebhooks/></Panel> }.into_any()
        }}
    }
    .into_any()
}

/// Pauses or resumes it.
#[component]
fn Switch(source: HookSource, detail: Signal<WebhookDetail>, enabled: Memo<bool>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let set = ServerAction::<SetWebhookEnabled>::new();
    let told = move |before: bool| {
        let name = detail.with_untracked(|d| d.row.name.clone());
        match before {
            true => format!("{name} paused. What it is sent is refused."),
            false => format!("{name} takes conversions again."),
        }
    };
    view! {
        <ActionForm action=set>
            <OnOff id=id.to_string() enabled=enabled value=set.value() pending=set.pending() words=["Pause", "Resume"] told=told
                put=move |on| set_webhook_enabled(id, on) reload=move || source.reload()/>
        </ActionForm>
    }
    .into_any()
}

/// Where buyers tell conversions.
#[component]
fn Address(detail: Signal<WebhookDetail>) -> impl IntoView {
    let url = detail.with_untracked(|d| d.url.clone());
    let example = move || detail.with(|d| d.example.clone());
    let copy = move || view! { <CopyButton text=example() label="Copy example" worded=true size=Size::Sm/> };
    view! {
        <Panel title="Address">
            <div class="stack-sm">
                <p>"Give it to the buyer alone: whoever knows it can tell conversions. GET and POST are the same."</p>
                <div class="row"><code class="mono url" data-hook="">{url.clone()}</code><CopyButton text=url label="Copy address" worded=true size=Size::Sm/></div>
                <p class="soft">"For example, with the call’s id, what it was worth and an id of the buyer’s own for the sale:"</p>
                <div class="row"><code class="mono url">{example}</code>{copy}</div>
                <p class="soft">"A later amount for the same call takes the place of the first, and both stay in the call’s ledger. The call must be worth something per conversion by its revenue rule."</p>
            </div>
        </Panel>
    }
    .into_any()
}

#[component]
fn Edit(source: HookSource, detail: Signal<WebhookDetail>) -> impl IntoView {
    let (id, stored, campaigns) =
        detail.with_untracked(|d| (d.row.id, d.form.clone(), d.campaigns.clone()));
    let save = ServerAction::<UpdateWebhook>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done("Webhook saved.");
        source.reload();
    });
    let form = Form::new("webhook-form", label, |el| checked(el, WebhookForm::check))
        .watch(save.value().into(), done);
    let start = form.start(stored);
    view! {
        <Panel title="Settings">
            <ActionForm action=save node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <input type="hidden" name="id" value=id.to_string()/>
                <Fields form=form start=start campaigns=campaigns/>
            </ActionForm>
        </Panel>
        <SaveBar form=form.id counted=form.node stored=form.stored() note="The address stays" label="Save webhook" errors=form.count() saving=save.pending() saved=form.saved on_discard=Callback::new(move |()| form.clear())/>
    }
    .into_any()
}

/// The page for a new webhook.
#[component]
pub fn WebhookNew() -> impl IntoView {
    let source = Source::new(|| (), |()| list_webhooks());
    view! {
        <Breadcrumbs items=crumbs() here="New webhook"/>
        <PageHead title="New webhook" sub="One for each buyer’s system, so that one can be paused without the others."/>
        {source.view("The form", Renew::Never, move |list| {
            let campaigns = list.with_untracked(|l| l.campaigns.clone());
            view! { <NewForm campaigns=campaigns/> }.into_any()
        })}
    }
    .into_any()
}

#[component]
fn NewForm(campaigns: Vec<Choice>) -> impl IntoView {
    let create = ServerAction::<CreateWebhook>::new();
    let form = Form::new("webhook-form", label, |el| checked(el, WebhookForm::check))
        .watch(create.value().into(), None)
        .guarded(create.pending());
    let start = form.start(WebhookForm::default());
    view! {
        <Panel title="Webhook">
            <ActionForm action=create node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <Fields form=form start=start campaigns=campaigns/>
                <div class="form-foot">
                    <Button kind=ButtonKind::Primary submit=true busy=create.pending()>"Create webhook"</Button>
                    <LinkButton href=route::WEBHOOKS kind=ButtonKind::Ghost>"Cancel"</LinkButton>
                </div>
            </ActionForm>
        </Panel>
    }
    .into_any()
}
