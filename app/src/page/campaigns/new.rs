//! A new campaign: what it is called, a number, what its calls are worth. Its routing plan follows on
//! its own page.

use domain::access::Permission;
use domain::api::campaign::NewCampaignForm;
use domain::api::number::NumberRow;
use domain::campaign::VERTICALS;
use leptos::prelude::*;

use crate::api::campaign::CreateCampaign;
use crate::api::number::list_numbers;
use crate::form::{Form, checked, input};
use crate::page::campaign::settings;
use crate::page::parts::IfMay;
use crate::page::revenue::{self, Revenue, RevenueFields};
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, Choice, FormErrors, LinkButton, PageHead, Panel, Select,
    TextInput,
};

/// The page.
#[component]
pub fn CampaignNew() -> impl IntoView {
    let source = Source::new(|| (), |()| list_numbers());
    view! {
        <Breadcrumbs items=vec![("Campaigns".to_owned(), route::CAMPAIGNS.to_owned())] here="New campaign"/>
        <PageHead title="New campaign" sub="Its routing plan comes next."/>
        <IfMay what=Permission::EditCampaigns title="New campaign">
            {source.view("The list of numbers", Renew::Never, move |list| {
                let free = list.with_untracked(|l| {
                    l.rows.iter().filter(|n| n.campaign.is_none()).cloned().collect::<Vec<_>>()
                });
                view! { <New free=free/> }.into_any()
            })}
        </IfMay>
    }
    .into_any()
}

/// What each field is called, at the field and where its error is told.
fn label(field: &str) -> String {
    match field.strip_prefix("revenue.") {
        Some(field) => revenue::label(field).to_owned(),
        None if field == "number" => "Number".to_owned(),
        None => settings::label(field),
    }
}

#[component]
fn New(free: Vec<NumberRow>) -> impl IntoView {
    let create = ServerAction::<CreateCampaign>::new();
    let form = Form::new("campaign-form", label, |el| {
        checked(el, NewCampaignForm::check)
    })
    .watch(create.value().into(), None)
    .guarded(create.pending());
    let start = form.start(NewCampaignForm::default());
    let fields = Revenue::new(&start.revenue);
    let verticals: Vec<Choice> = VERTICALS.iter().map(|v| Choice::new(*v, *v)).collect();
    let hint = match free.len() {
        0 => "One you hold at the carrier; it is added to the account.".to_owned(),
        1 => "One number is free. A new one is added to the account.".to_owned(),
        n => format!("{n} numbers are free. A new one is added to the account."),
    };
    let numbers = free
        .into_iter()
        .map(|n| view! { <option value=n.display>{n.label}</option> })
        .collect_view();
    view! {
        <Panel title="Campaign">
            <ActionForm action=create node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <TextInput name=input("name") id="f-name" label=label("name") value=start.name error=form.error("name") required=true
                    hint="What callers want and where, for example Roof repair, Texas"/>
                <Select name=input("vertical") id="f-vertical" label=label("vertical") options=verticals value=start.vertical error=form.error("vertical")/>
                <datalist id="free-numbers">{numbers}</datalist>
                <TextInput name=input("number") id="f-number" label=label("number") kind="tel" optional=true value=start.number error=form.error("number") list="free-numbers"
                    autocomplete="off" placeholder="(214) 555-0187" hint=hint/>
                <RevenueFields path="revenue" id="f-revenue." fields=fields errors=form.shown() none="Not at all, or as each route says"/>
                <div class="form-foot">
                    <Button kind=ButtonKind::Primary submit=true busy=create.pending()>"Create campaign"</Button>
                    <LinkButton href=route::CAMPAIGNS kind=ButtonKind::Ghost>"Cancel"</LinkButton>
                </div>
            </ActionForm>
        </Panel>
    }
    .into_any()
}
