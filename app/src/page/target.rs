//! One target: where it rings, when, and how much; and the page for a new one.

mod fields;
mod usage;

use domain::access::Permission;
use domain::api::buyer::BuyerDetail;
use domain::api::target::{TargetDetail, TargetForm};
use domain::id::{BuyerId, TargetId};
use leptos::prelude::*;

use crate::api::buyer::load_buyer;
use crate::api::target::{CreateTarget, UpdateTarget, load_target};
use crate::form::{Form, checked};
use crate::page::parts::{IfMay, OnlyLook, may, standing, with_id};
use crate::page::terms::chosen::Chosen;
use crate::page::terms::label;
use crate::route;
use crate::state::activity::{Changes, PauseButton, Thing};
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, FormErrors, LinkButton, PageHead, Panel, SaveBar, Status,
    use_toasts,
};
use fields::{Around, Fields};
use usage::Usage;

/// The target's resource.
type TargetSource = Source<TargetId, TargetDetail>;

fn crumbs() -> Vec<(String, String)> {
    vec![("Buyers & targets".to_owned(), route::BUYERS.to_owned())]
}

/// The page of a target.
#[component]
pub fn Target() -> impl IntoView {
    with_id("The target", |id: Memo<TargetId>| {
        let source = Source::new(move || id.get(), load_target).follow_calls();
        source.view("The target", Renew::WithQuestion, move |detail| {
            view! { <Detail source=source detail=detail/> }.into_any()
        })
    })
}

#[component]
fn Detail(source: TargetSource, detail: Signal<TargetDetail>) -> impl IntoView {
    let (thing, buyer) = detail.with_untracked(|d| {
        (
            Thing::Target(d.row.id),
            (d.row.buyer_name.clone(), route::buyer(d.row.buyer)),
        )
    });
    let edit = may(Permission::EditBuyers);
    let changes = Changes::new(move || source.reload());
    let name = Signal::derive(move || detail.with(|d| d.row.name.clone()));
    let stored = Signal::derive(move || detail.with(|d| d.row.activity));
    let now = Signal::derive(move || detail.with(|d| d.row.now.clone()));
    let (shape, word) = standing(move |stored| changes.of(thing, stored), stored, now, " ");
    let sub = Signal::derive(move || detail.with(|d| d.row.destination.clone()));
    let actions = move || {
        edit.get()
            .then(|| view! { <PauseButton thing=thing name=name stored=stored changes=changes/> })
    };
    let mut steps = crumbs();
    steps.push(buyer);
    view! {
        <Breadcrumbs items=steps here=name/>
        <PageHead title=name sub=sub state=move || view! { <Status state=shape text=word/> } actions=move || actions/>
        <div class="split-296">
            {move || if edit.get() {
                view! { <Edit source=source detail=detail/> }.into_any()
            } else {
                view! { <Panel title="Settings"><OnlyLook what=Permission::EditBuyers/></Panel> }.into_any()
            }}
            <Usage source=source detail=detail/>
        </div>
    }
    .into_any()
}

#[component]
fn Edit(source: TargetSource, detail: Signal<TargetDetail>) -> impl IntoView {
    let (id, stored) = detail.with_untracked(|d| (d.row.id, d.form.clone()));
    let save = ServerAction::<UpdateTarget>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done("Target saved. New calls follow it.");
        source.reload();
    });
    let form = Form::new("target-form", label, |el| checked(el, TargetForm::check))
        .watch(save.value().into(), done);
    let around = Around {
        inherited: Signal::derive(move || detail.with(|d| d.inherited.clone())),
        filters: Signal::derive(move || detail.with(|d| d.filters.clone())),
        filter_warning: Signal::derive(move || detail.with(|d| d.filter_warning.clone())),
        has_password: Signal::derive(move || detail.with(|d| d.has_password)),
    };
    let kept = StoredValue::new(Chosen::of_target(&stored).values());
    let start = form.start(stored);
    let chosen = Chosen::of_target(&start);
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
        <div class="stack">
            <ActionForm action=save node_ref=form.node attr:id=form.id attr:class="stack" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <input type="hidden" name="id" value=id.to_string()/>
                <Fields form=form start=start chosen=chosen around=around/>
            </ActionForm>
            <SaveBar form=form.id counted=form.node stored=form.stored() note="New calls follow the new settings" label="Save target" errors=form.count() saving=save.pending() saved=form.saved
                on_discard=discard/>
        </div>
    }
    .into_any()
}

/// The page for a new target of a buyer.
#[component]
pub fn TargetNew() -> impl IntoView {
    with_id("The buyer", |id: Memo<BuyerId>| {
        let source = Source::new(move || id.get(), load_buyer);
        source.view("The buyer", Renew::WithQuestion, move |detail| {
            view! { <New detail=detail/> }.into_any()
        })
    })
}

#[component]
fn New(detail: Signal<BuyerDetail>) -> impl IntoView {
    let (buyer, name) = detail.with_untracked(|d| (d.row.id, d.row.name.clone()));
    let around = Around {
        inherited: Signal::derive(move || detail.with(|d| d.inherited.clone())),
        filters: Signal::derive(move || detail.with(|d| d.filters.clone())),
        filter_warning: Signal::default(),
        has_password: Signal::default(),
    };
    let create = ServerAction::<CreateTarget>::new();
    let form = Form::new("target-form", label, |el| checked(el, TargetForm::check))
        .watch(create.value().into(), None)
        .guarded(create.pending());
    let mut steps = crumbs();
    steps.push((name, route::buyer(buyer)));
    let inside = move || {
        let start = form.start(TargetForm::of_buyer());
        let chosen = Chosen::of_target(&start);
        view! {
            <ActionForm action=create node_ref=form.node attr:id=form.id attr:class="stack" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <input type="hidden" name="buyer" value=buyer.to_string()/>
                <Fields form=form start=start chosen=chosen around=around/>
                <div class="row">
                    <Button kind=ButtonKind::Primary submit=true busy=create.pending()>"Create target"</Button>
                    <LinkButton href=route::buyer(buyer) kind=ButtonKind::Ghost>"Cancel"</LinkButton>
                </div>
            </ActionForm>
        }
    };
    view! {
        <Breadcrumbs items=steps here="New target"/>
        <PageHead title="New target" sub="A phone number or SIP address that rings, with its hours and limits."/>
        <IfMay what=Permission::EditBuyers title="New target">{inside()}</IfMay>
    }
    .into_any()
}
