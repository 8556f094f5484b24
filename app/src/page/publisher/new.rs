//! A new publisher: what it is called, what a call pays it, and the number it sends callers to.

use domain::access::Permission;
use domain::api::number::NumberRow;
use domain::api::publisher::NewPublisherForm;
use domain::ledger::revenue::LENGTH_MAX_S;
use leptos::prelude::*;

use super::crumbs;
use super::settings::{self, Names};
use crate::api::number::list_numbers;
use crate::api::publisher::CreatePublisher;
use crate::form::{Form, checked, input};
use crate::page::parts::{IfMay, may};
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, Choice, FormErrors, LinkButton, NumberInput, PageHead, Panel,
    Select,
};

/// The page.
#[component]
pub fn PublisherNew() -> impl IntoView {
    let source = Source::new(|| (), |()| list_numbers());
    view! {
        <Breadcrumbs items=crumbs() here="New publisher"/>
        <PageHead title="New publisher" sub="More payout rules and numbers come next."/>
        <IfMay what=Permission::EditPublishers title="New publisher">
            {source.view("The list of numbers", Renew::Never, move |list| {
                let free = list.with_untracked(|l| {
                    l.rows.iter().filter(|n| n.publisher.is_none()).cloned().collect::<Vec<_>>()
                });
                view! { <New free=free/> }.into_any()
            })}
        </IfMay>
    }
    .into_any()
}

/// What each field is called, at the field and where its error is told.
fn label(field: &str) -> String {
    match field {
        "amount" => "Pay per call".to_owned(),
        "trigger" => "A call is paid when".to_owned(),
        "length_s" => "Length".to_owned(),
        "number" => "Number".to_owned(),
        _ => settings::label(field),
    }
}

#[component]
fn New(free: Vec<NumberRow>) -> impl IntoView {
    let create = ServerAction::<CreatePublisher>::new();
    let form = Form::new("publisher-form", label, |el| {
        checked(el, NewPublisherForm::check)
    })
    .watch(create.value().into(), None)
    .guarded(create.pending());
    let start = form.start(NewPublisherForm::default());
    let trigger = RwSignal::new(start.trigger);
    let triggers = vec![
        Choice::new("length", "It lasted so long"),
        Choice::new("connect", "It connected"),
        Choice::new("converted", "It converted"),
        Choice::new("incoming", "It came in"),
    ];
    let numbers = match may(Permission::EditNumbers).get_untracked() {
        true => free,
        false => Vec::new(),
    };
    let hint = match numbers.len() {
        0 => "No number is free: add one on the numbers page.",
        _ => "Callers who dial it are this publisher’s.",
    };
    let none = std::iter::once(Choice::new("", "None yet"));
    let numbers: Vec<Choice> = none
        .chain(numbers.into_iter().map(|n| {
            let of = match n.campaign_name.as_str() {
                "" => n.display,
                campaign => format!("{}, {campaign}", n.display),
            };
            Choice::new(n.id.to_string(), of)
        }))
        .collect();
    view! {
        <Panel title="Publisher">
            <ActionForm action=create node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <Names form=form name=start.name sub_id=start.sub_id/>
                <NumberInput name=input("amount") id="f-amount" label=label("amount") value=start.amount error=form.error("amount") optional=true prefix="$" min="0" step="any"
                    hint="Without one, nothing is paid until a payout rule is added."/>
                <Select name=input("trigger") id="f-trigger" label=label("trigger") options=triggers error=form.error("trigger") bind=trigger/>
                <div class="indent" hidden=move || trigger.with(|now| now != "length")>
                    <NumberInput name=input("length_s") id="f-length_s" label=label("length_s") value=start.length_s error=form.error("length_s")
                        unit="seconds" min="1" max=LENGTH_MAX_S.to_string() step="1" hint="Counted from the connection"/>
                </div>
                <Select name=input("number") id="f-number" label=label("number") options=numbers value=start.number error=form.error("number") hint=hint/>
                <div class="form-foot">
                    <Button kind=ButtonKind::Primary submit=true busy=create.pending()>"Create publisher"</Button>
                    <LinkButton href=route::PUBLISHERS kind=ButtonKind::Ghost>"Cancel"</LinkButton>
                </div>
            </ActionForm>
        </Panel>
    }
    .into_any()
}
