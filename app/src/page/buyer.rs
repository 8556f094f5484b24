//! One buyer: its targets, and what they take from it; and the page for a new one.

mod fields;

use domain::access::Permission;
use domain::api::buyer::{BuyerDetail, BuyerForm};
use domain::id::BuyerId;
use leptos::prelude::*;

use crate::api::buyer::{CreateBuyer, UpdateBuyer, load_buyer};
use crate::form::{Form, checked, input};
use crate::page::buyers::Targets;
use crate::page::parts::{IfMay, activity_state, counted, may, with_id};
use crate::page::terms::chosen::Chosen;
use crate::page::terms::label;
use crate::route;
use crate::state::activity::{Changes, PauseButton, Thing};
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, FormErrors, LinkButton, PageHead, Panel, SaveBar, Size,
    Status, TextInput, use_toasts,
};
use fields::Fields;

fn crumbs() -> Vec<(String, String)> {
    vec![("Buyers & targets".to_owned(), route::BUYERS.to_owned())]
}

/// The page of a buyer.
#[component]
pub fn Buyer() -> impl IntoView {
    with_id("The buyer", |id: Memo<BuyerId>| {
        let source = Source::new(move || id.get(), load_buyer).follow_calls();
        source.view("The buyer", Renew::WithQuestion, move |detail| {
            view! { <Detail source=source detail=detail/> }.into_any()
        })
    })
}

#[component]
fn Detail(source: Source<BuyerId, BuyerDetail>, detail: Signal<BuyerDetail>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let thing = Thing::Buyer(id);
    let edit = may(Permission::EditBuyers);
    let changes = Changes::new(move || source.reload());
    let name = Signal::derive(move || detail.with(|d| d.row.name.clone()));
    let stored = Signal::derive(move || detail.with(|d| d.row.activity));
    let state = Memo::new(move |_| activity_state(changes.of(thing, stored.get())));
    let (shape, word) = (
        Signal::derive(move || state.get().0),
        Signal::derive(move || state.get().1.to_owned()),
    );
    let sub = Signal::derive(move || {
        detail.with(|d| {
            format!(
                "{}, {} connected today",
                counted(u64::from(d.row.live), "live call", "live calls"),
                d.row.connected_today
            )
        })
    });
    let actions = move || {
        edit.get()
            .then(|| view! { <PauseButton thing=thing name=name stored=stored changes=changes/> })
    };
    let rows = Memo::new(move |_| detail.with(|d| d.row.targets.clone()));
    let badge = Signal::derive(move || rows.with(Vec::len).to_string());
    let add = move || {
        edit.get().then(|| view! { <LinkButton href=route::target_new(id) icon="plus" size=Size::Sm>"New target"</LinkButton> })
    };
    view! {
        <Breadcrumbs items=crumbs() here=name/>
        <PageHead title=name sub=sub state=move || view! { <Status state=shape text=word/> } actions=move || actions/>
        <Panel title="Targets" badge=badge flush=true actions=move || add>
            <Targets label="Targets" list=rows changes=changes edit=edit/>
        </Panel>
        {move || edit.get().then(|| view! { <Settings source=source detail=detail/> })}
    }
    .into_any()
}

/// The buyer's own settings, and what its targets take from it.
#[component]
fn Settings(source: Source<BuyerId, BuyerDetail>, detail: Signal<BuyerDetail>) -> impl IntoView {
    let (id, stored) = detail.with_untracked(|d| (d.row.id, d.form.clone()));
    let save = ServerAction::<UpdateBuyer>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done("Buyer saved. New calls follow it.");
        source.reload();
    });
    let form = Form::new("buyer-form", label, |el| checked(el, BuyerForm::check))
        .watch(save.value().into(), done);
    let kept = StoredValue::new(Chosen::of_buyer(&stored).values());
    let start = form.start(stored);
    let chosen = Chosen::of_buyer(&start);
    Effect::new(move |before: Option<()>| {
        form.saved.track();
        if before.is_some() {
            kept.set_value(untrack(move || chosen.values()));
        }
    });
    let discard = Callback::new(move |()| {
        chosen.put_back(&kept.get_value());
        form.clear();
    });
    view! {
        <ActionForm action=save node_ref=form.node attr:id=form.id attr:class="stack" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
            on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
            <FormErrors errors=form.errors()/>
            <input type="hidden" name="id" value=id.to_string()/>
            <Fields form=form start=start chosen=chosen detail=detail/>
        </ActionForm>
        <SaveBar form=form.id counted=form.node stored=form.stored() note="Targets that use it follow with the next call" label="Save buyer" errors=form.count()
            saving=save.pending() saved=form.saved on_discard=discard/>
    }
    .into_any()
}

/// The page for a new buyer.
#[component]
pub fn BuyerNew() -> impl IntoView {
    let create = ServerAction::<CreateBuyer>::new();
    let form = Form::new("buyer-form", label, |el| checked(el, BuyerForm::check))
        .watch(create.value().into(), None)
        .guarded(create.pending());
    let inside = move || {
        let start = form.start(BuyerForm::default());
        view! {
            <Panel title="Buyer">
                <ActionForm action=create node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                    on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                    <FormErrors errors=form.errors()/>
                    <TextInput name=input("name") id="f-name" label=label("name") value=start.name error=form.error("name") required=true hint="The company that pays for calls"/>
                    <div class="form-foot">
                        <Button kind=ButtonKind::Primary submit=true busy=create.pending()>"Create buyer"</Button>
                        <LinkButton href=route::BUYERS kind=ButtonKind::Ghost>"Cancel"</LinkButton>
                    </div>
                </ActionForm>
            </Panel>
        }
    };
    view! {
        <Breadcrumbs items=crumbs() here="New buyer"/>
        <PageHead title="New buyer" sub="Targets, the phones that ring, come next."/>
        <IfMay what=Permission::EditBuyers title="New buyer">{inside()}</IfMay>
    }
    .into_any()
}
