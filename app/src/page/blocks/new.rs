//! Blocking a number, a prefix or all withheld numbers.

use domain::access::Permission;
use domain::api::block::{BlockForm, BlockQuery};
use leptos::prelude::*;

use crate::api::block::{AddBlock, list_blocks};
use crate::form::{Form, checked, input};
use crate::page::parts::{OnlyLook, choices, may};
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, Choice, FormErrors, LinkButton, NumberInput, PageHead, Panel,
    Select, TextInput,
};

/// The page.
#[component]
pub fn BlockNew() -> impl IntoView {
    let source = Source::new(BlockQuery::default, list_blocks);
    let create = ServerAction::<AddBlock>::new();
    let form = Form::new("block-form", label, |el| checked(el, BlockForm::check))
        .watch(create.value().into(), None)
        .guarded(create.pending());
    let fields = move |list: Signal<domain::api::block::BlockList>| {
        let edit = may(Permission::EditBlocks);
        let options = list.with_untracked(|l| choices(&l.campaigns));
        let view = move || {
            if edit.get() {
                view! { <NewForm form=form create=create options=options.clone()/> }.into_any()
            } else {
                view! { <Panel title="Callers"><OnlyLook what=Permission::EditBlocks/></Panel> }
                    .into_any()
            }
        };
        view.into_any()
    };
    view! {
        <Breadcrumbs items=vec![("Blocked callers".to_owned(), route::BLOCKS.to_owned())] here="Block callers"/>
        <PageHead title="Block callers" sub="Their calls are turned away before anybody is dialed."/>
        {source.view("The form", Renew::Never, fields)}
    }
    .into_any()
}

/// What a field is called.
fn label(field: &str) -> String {
    match field {
        "pattern" => "Number or prefix",
        "campaign" => "Where",
        "hours" => "For how long",
        "note" => "Note",
        _ => "",
    }
    .to_owned()
}

#[component]
fn NewForm(form: Form, create: ServerAction<AddBlock>, options: Vec<Choice>) -> impl IntoView {
    let start = form.start(BlockForm::default());
    view! {
        <Panel title="Callers">
            <ActionForm action=create attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <TextInput name=input("pattern") id="f-pattern" label="Number or prefix" value=start.pattern error=form.error("pattern") required=true
                    placeholder="(307) 555-0100" hint="A prefix ends with a star: +1307*. The word anonymous blocks all withheld numbers."/>
                <Select name=input("campaign") id="f-campaign" label="Where" options=options value=start.campaign placeholder="Every campaign" error=form.error("campaign")/>
                <NumberInput name=input("hours") id="f-hours" label="For how long" unit="hours" value=start.hours error=form.error("hours") optional=true hint="Empty blocks for good"/>
                <TextInput name=input("note") id="f-note" label="Note" optional=true value=start.note error=form.error("note") hint="Why, for your colleagues"/>
                <div class="form-foot">
                    <Button kind=ButtonKind::Primary submit=true busy=create.pending()>"Block"</Button>
                    <LinkButton href=route::BLOCKS kind=ButtonKind::Ghost>"Cancel"</LinkButton>
                </div>
            </ActionForm>
        </Panel>
    }
    .into_any()
}
