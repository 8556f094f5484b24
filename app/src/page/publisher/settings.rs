//! A publisher's name and sub-id.

use domain::access::Permission;
use domain::api::publisher::{PublisherDetail, PublisherForm};
use leptos::prelude::*;

use super::{PublisherSource, may_change};
use crate::api::publisher::UpdatePublisher;
use crate::form::{Form, checked, input};
use crate::page::parts::OnlyLook;
use crate::ui::{DescriptionList, Fact, FormErrors, Panel, SaveBar, TextInput, Time, use_toasts};

/// What each field is called, at the field and where its error is told.
pub fn label(field: &str) -> String {
    match field {
        "name" => "Name",
        "sub_id" => "Sub-ID",
        _ => "",
    }
    .to_owned()
}

/// The tab.
#[component]
pub fn Settings(source: PublisherSource, detail: Signal<PublisherDetail>) -> impl IntoView {
    let edit = may_change(detail);
    let created = detail.with_untracked(|d| d.created.clone());
    view! {
        {move || if edit.get() {
            view! { <Edit source=source detail=detail/> }.into_any()
        } else {
            view! { <Panel title="Settings"><OnlyLook what=Permission::EditPublishers/></Panel> }.into_any()
        }}
        <Panel title="Facts"><DescriptionList><Fact term="Added"><Time datetime=created.datetime text=created.full/></Fact></DescriptionList></Panel>
    }
    .into_any()
}

#[component]
fn Edit(source: PublisherSource, detail: Signal<PublisherDetail>) -> impl IntoView {
    let (id, stored) = detail.with_untracked(|d| (d.row.id, d.settings.clone()));
    let save = ServerAction::<UpdatePublisher>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done("Publisher saved.");
        source.reload();
    });
    let form = Form::new("publisher-form", label, |el| {
        checked(el, PublisherForm::check)
    })
    .watch(save.value().into(), done);
    let start = form.start(stored);
    view! {
        <Panel title="Settings">
            <ActionForm action=save node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <input type="hidden" name="id" value=id.to_string()/>
                <Names form=form name=start.name sub_id=start.sub_id/>
            </ActionForm>
        </Panel>
        <SaveBar form=form.id counted=form.node stored=form.stored() label="Save publisher" errors=form.count() saving=save.pending() saved=form.saved on_discard=Callback::new(move |()| form.clear())/>
    }
    .into_any()
}

/// The fields of what a publisher is called.
#[component]
pub fn Names(form: Form, name: String, sub_id: String) -> impl IntoView {
    view! {
        <TextInput name=input("name") id="f-name" label=label("name") value=name error=form.error("name") required=true hint="Who sends callers"/>
        <TextInput name=input("sub_id") id="f-sub_id" label=label("sub_id") value=sub_id error=form.error("sub_id") optional=true mono=true
            hint="The publisher’s own name of itself, for its reports"/>
    }
    .into_any()
}
