//! The page for adding a number by hand.

use domain::access::Permission;
use domain::api::number::{NumberForm, NumberList};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::Addresses;
use crate::api::number::{AddNumber, list_numbers};
use crate::form::{Form, checked, input};
use crate::page::parts::{OnlyLook, choices, may};
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, Choice, FormErrors, LinkButton, PageHead, Panel, Select,
    TextInput,
};

/// What each field is called, at the field and where its error is told.
fn label(field: &str) -> String {
    let words = match field {
        "number" => "Number",
        "label" => "Label",
        "campaign" => "Campaign",
        "publisher" => "Publisher",
        _ => "",
    };
    words.to_owned()
}

/// The page for adding a number; `?campaign=` and `?publisher=` choose them already.
#[component]
pub fn NumberNew() -> impl IntoView {
    let source = Source::new(|| (), |()| list_numbers());
    let create = ServerAction::<AddNumber>::new();
    let form = Form::new("number-form", label, |el| checked(el, NumberForm::check))
        .watch(create.value().into(), None)
        .guarded(create.pending());
    let asked = use_query_map().with_untracked(|q| NumberForm {
        campaign: q.get("campaign").unwrap_or_default(),
        publisher: q.get("publisher").unwrap_or_default(),
        ..NumberForm::default()
    });
    let fields = move |list: Signal<NumberList>| {
        let edit = may(Permission::EditNumbers);
        let options = list.with_untracked(|l| (choices(&l.campaigns), choices(&l.publishers)));
        let view = {
            let asked = asked.clone();
            move || {
                if edit.get() {
                    view! { <NewForm form=form create=create asked=asked.clone() options=options.clone()/> }.into_any()
                } else {
                    view! { <Panel title="Number"><OnlyLook what=Permission::EditNumbers/></Panel> }
                        .into_any()
                }
            }
        };
        view! {
            <PageHead title="Add a number" sub="A number that you hold at the carrier."/>
            {view}
            <Addresses list=list/>
        }
        .into_any()
    };
    view! {
        <Breadcrumbs items=vec![("Numbers".to_owned(), route::NUMBERS.to_owned())] here="Add a number"/>
        {source.view("The form", Renew::Never, fields)}
    }
    .into_any()
}

#[component]
fn NewForm(
    form: Form,
    create: ServerAction<AddNumber>,
    asked: NumberForm,
    /// Campaigns and publishers.
    options: (Vec<Choice>, Vec<Choice>),
) -> impl IntoView {
    let start = form.start(asked);
    let (campaigns, publishers) = options;
    view! {
        <Panel title="Number">
            <ActionForm action=create node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <TextInput name=input("number") id="f-number" label=label("number") kind="tel" value=start.number error=form.error("number") required=true placeholder="(800) 555-0126"/>
                <TextInput name=input("label") id="f-label" label=label("label") optional=true value=start.label error=form.error("label") hint="Where it is printed or shown"/>
                <Select name=input("campaign") id="f-campaign" label=label("campaign") options=campaigns value=start.campaign placeholder="No campaign yet" error=form.error("campaign")/>
                <Select name=input("publisher") id="f-publisher" label=label("publisher") options=publishers value=start.publisher placeholder="No publisher" error=form.error("publisher") hint="Whose callers dial it"/>
                <div class="form-foot">
                    <Button kind=ButtonKind::Primary submit=true busy=create.pending()>"Add number"</Button>
                    <LinkButton href=route::NUMBERS kind=ButtonKind::Ghost>"Cancel"</LinkButton>
                </div>
            </ActionForm>
        </Panel>
    }
    .into_any()
}
