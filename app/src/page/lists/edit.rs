//! One list with its values; and the page for a new one.

use domain::access::Permission;
use domain::api::bulk_list::{BulkListDetail, BulkListForm};
use domain::id::BulkListId;
use leptos::prelude::*;

use crate::api::bulk_list::{CreateBulkList, UpdateBulkList, load_bulk_list};
use crate::form::{Form, checked, input};
use crate::page::parts::{IfMay, OnlyLook, counted, may, with_id};
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, FormErrors, LinkButton, PageHead, Panel, SaveBar, TextInput,
    Textarea, use_toasts,
};

fn crumbs() -> Vec<(String, String)> {
    vec![("Lists".to_owned(), route::LISTS.to_owned())]
}

/// What each field is called, at the field and where its error is told.
fn label(field: &str) -> String {
    match field {
        "name" => "Name",
        "entries" => "Values",
        _ => "",
    }
    .to_owned()
}

#[component]
fn Fields(form: Form, start: BulkListForm) -> impl IntoView {
    view! {
        <TextInput name=input("name") id="f-name" label=label("name") value=start.name error=form.error("name") required=true hint="As filters name it: “geo:zip is in Dallas ZIP codes”"/>
        <Textarea name=input("entries") id="f-entries" label=label("entries") rows=12 value=start.entries error=form.error("entries") required=true
            hint="One value a line; paste a column of a spreadsheet. Upper and lower case are the same, and a value counts once."/>
    }
    .into_any()
}

/// The page of a list.
#[component]
pub fn List() -> impl IntoView {
    with_id("The list", |id: Memo<BulkListId>| {
        let source = Source::new(move || id.get(), load_bulk_list);
        source.view("The list", Renew::WithQuestion, move |detail| {
            view! { <Detail source=source detail=detail/> }.into_any()
        })
    })
}

#[component]
fn Detail(
    source: Source<BulkListId, BulkListDetail>,
    detail: Signal<BulkListDetail>,
) -> impl IntoView {
    let edit = may(Permission::EditPublishers);
    let name = Signal::derive(move || detail.with(|d| d.row.name.clone()));
    let sub = Signal::derive(move || {
        detail.with(|d| {
            let values = counted(u64::from(d.row.values), "value", "values");
            match d.row.uses.as_slice() {
                [] => format!("{values}, not used yet"),
                uses => format!("{values}, used by {}", uses.join("; ")),
            }
        })
    });
    view! {
        <Breadcrumbs items=crumbs() here=name/>
        <PageHead title=name sub=sub/>
        {move || if edit.get() {
            view! { <Edit source=source detail=detail/> }.into_any()
        } else {
            view! { <Panel title="List"><OnlyLook what=Permission::EditPublishers/></Panel> }.into_any()
        }}
    }
    .into_any()
}

#[component]
fn Edit(
    source: Source<BulkListId, BulkListDetail>,
    detail: Signal<BulkListDetail>,
) -> impl IntoView {
    let (id, stored) = detail.with_untracked(|d| (d.row.id, d.form.clone()));
    let save = ServerAction::<UpdateBulkList>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done("List saved. New calls follow it.");
        source.reload();
    });
    let form = Form::new("list-form", label, |el| checked(el, BulkListForm::check))
        .watch(save.value().into(), done);
    let start = form.start(stored);
    view! {
        <Panel title="List">
            <ActionForm action=save node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <input type="hidden" name="id" value=id.to_string()/>
                <Fields form=form start=start/>
            </ActionForm>
        </Panel>
        <SaveBar form=form.id counted=form.node stored=form.stored() note="New calls follow the new values" label="Save list" errors=form.count() saving=save.pending() saved=form.saved on_discard=Callback::new(move |()| form.clear())/>
    }
    .into_any()
}

/// The page for a new list.
#[component]
pub fn ListNew() -> impl IntoView {
    let create = ServerAction::<CreateBulkList>::new();
    let form = Form::new("list-form", label, |el| checked(el, BulkListForm::check))
        .watch(create.value().into(), None)
        .guarded(create.pending());
    let inside = move || {
        let start = form.start(BulkListForm::default());
        view! {
            <Panel title="List">
                <ActionForm action=create node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                    on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                    <FormErrors errors=form.errors()/>
                    <Fields form=form start=start/>
                    <div class="form-foot">
                        <Button kind=ButtonKind::Primary submit=true busy=create.pending()>"Create list"</Button>
                        <LinkButton href=route::LISTS kind=ButtonKind::Ghost>"Cancel"</LinkButton>
                    </div>
                </ActionForm>
            </Panel>
        }
    };
    view! {
        <Breadcrumbs items=crumbs() here="New list"/>
        <PageHead title="New list" sub="Values that filters look a tag of the call up in."/>
        <IfMay what=Permission::EditPublishers title="New list">{inside()}</IfMay>
    }
    .into_any()
}
