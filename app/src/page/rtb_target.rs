//! One RTB target: what it is asked, how its answers are read, what a bid is worth; a test ping that
//! shows the raw answer; and the page for a new one.

pub mod about;
mod fields;
mod health;
pub mod pings;
mod trial;

use domain::access::Permission;
use domain::api::rtb_target::{RtbTargetChoices, RtbTargetDetail, RtbTargetForm};
use domain::id::TargetId;
use leptos::prelude::*;

use crate::api::rtb_target::{
    CreateRtbTarget, UpdateRtbTarget, load_rtb_target, load_rtb_target_choices,
};
use crate::form::{Form, checked, input};
use crate::page::parts::{OnlyLook, choices, may, standing, with_id};
use crate::route;
use crate::state::activity::{Changes, PauseButton, Thing};
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, FormErrors, LinkButton, PageHead, Panel, SaveBar, Select,
    Status, use_toasts,
};
use fields::{Fields, Picks, label};
use health::Health;
use pings::Latest;
use trial::TrialPanel;

type RtbSource = Source<TargetId, RtbTargetDetail>;

fn crumbs() -> Vec<(String, String)> {
    vec![("RTB targets".to_owned(), route::RTB_TARGETS.to_owned())]
}

/// The page of an RTB target.
#[component]
pub fn RtbTarget() -> impl IntoView {
    with_id("The RTB target", |id: Memo<TargetId>| {
        let source = Source::new(move || id.get(), load_rtb_target).follow_calls();
        source.view("The RTB target", Renew::WithQuestion, move |detail| {
            view! { <Detail source=source detail=detail/> }.into_any()
        })
    })
}

#[component]
fn Detail(source: RtbSource, detail: Signal<RtbTargetDetail>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let thing = Thing::Target(id);
    let edit = may(Permission::EditBuyers);
    let changes = Changes::new(move || source.reload());
    let name = Signal::derive(move || detail.with(|d| d.row.name.clone()));
    let stored = Signal::derive(move || detail.with(|d| d.row.activity));
    let now = Signal::derive(move || detail.with(|d| d.row.now.clone()));
    let (shape, word) = standing(move |stored| changes.of(thing, stored), stored, now, " ");
    let sub = Signal::derive(move || detail.with(|d| format!("Bids for {}", d.row.buyer_name)));
    let actions = move || {
        view! { <LinkButton href=route::target(id) icon="clock">"Hours, caps and filters"</LinkButton> }
            .into_any()
    };
    let pause = move || {
        edit.get()
            .then(|| view! { <PauseButton thing=thing name=name stored=stored changes=changes/> })
    };
    let pings = Signal::derive(move || detail.with(|d| d.pings.clone()));
    view! {
        <Breadcrumbs items=crumbs() here=name/>
        <PageHead title=name sub=sub state=move || view! { <Status state=shape text=word/> } actions=move || view! { {actions}{pause} }/>
        <div class="split-296">
            <div class="stack">
                {move || if edit.get() {
                    view! { <Edit source=source detail=detail/> }.into_any()
                } else {
                    view! { <Panel title="How it bids"><OnlyLook what=Permission::EditBuyers/></Panel> }.into_any()
                }}
                <Latest pings=pings/>
            </div>
            <Health detail=detail/>
        </div>
    }
    .into_any()
}

#[component]
fn Edit(source: RtbSource, detail: Signal<RtbTargetDetail>) -> impl IntoView {
    let (id, stored, tokens, secrets) = detail.with_untracked(|d| {
        (
            d.row.id,
            d.form.clone(),
            d.tokens.clone(),
            [d.has_secret, d.confirm_has_secret],
        )
    });
    let save = ServerAction::<UpdateRtbTarget>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done("RTB target saved. New calls follow it.");
        source.reload();
    });
    let form = Form::new("rtb-form", label, |el| checked(el, RtbTargetForm::check))
        .watch(save.value().into(), done);
    // What is gone back to is what is stored, not what a refused form brought along.
    let kept = StoredValue::new(Picks::of(&stored).values());
    let start = form.start(stored);
    let picks = Picks::of(&start);
    Effect::new(move |before: Option<()>| {
        form.saved.track();
        if before.is_some() {
            kept.set_value(picks.values());
        }
    });
    let discard = Callback::new(move |()| {
        picks.put_back(&kept.get_value());
        form.clear();
    });
    view! {
        <ActionForm action=save node_ref=form.node attr:id=form.id attr:class="stack" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
            on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev) on:change=move |ev| form.changed(&ev)>
            <FormErrors errors=form.errors()/>
            <input type="hidden" name="id" value=id.to_string()/>
            <Fields form=form start=start picks=picks tokens=tokens secrets=secrets
                trial=move || view! { <TrialPanel id=Some(id) form=form picks=picks/> }.into_any()/>
        </ActionForm>
        <SaveBar form=form.id counted=form.node stored=form.stored() note="New calls follow the new settings" label="Save RTB target" errors=form.count() saving=save.pending() saved=form.saved
            on_discard=discard/>
    }
    .into_any()
}

/// The page for a new RTB target.
#[component]
pub fn RtbTargetNew() -> impl IntoView {
    let source = Source::new(|| (), |()| load_rtb_target_choices());
    let inside = move |known: Signal<RtbTargetChoices>| {
        let edit = may(Permission::EditBuyers);
        let view = move || {
            if edit.get() {
                view! { <New known=known/> }.into_any()
            } else {
                view! { <Panel title="New RTB target"><OnlyLook what=Permission::EditBuyers/></Panel> }
                    .into_any()
            }
        };
        view.into_any()
    };
    view! {
        <Breadcrumbs items=crumbs() here="New RTB target"/>
        <PageHead title="New RTB target" sub="A buyer’s machine that says for each call what it pays."/>
        {source.view("The form", Renew::Never, inside)}
    }
    .into_any()
}

#[component]
fn New(known: Signal<RtbTargetChoices>) -> impl IntoView {
    let create = ServerAction::<CreateRtbTarget>::new();
    let form = Form::new("rtb-form", label, |el| checked(el, RtbTargetForm::check))
        .watch(create.value().into(), None)
        .guarded(create.pending());
    let start = form.start(RtbTargetForm::default());
    let picks = Picks::of(&start);
    let (buyers, tokens) = known.with_untracked(|k| (choices(&k.buyers), k.tokens.clone()));
    let buyer = start.buyer.clone();
    let who = move || {
        view! {
            <Select name=input("buyer") id="f-buyer" label=label("buyer") options=buyers.clone() value=buyer.clone() placeholder="Choose a buyer" required=true
                error=form.error("buyer") hint="Who pays for the calls that its bids win."/>
        }
        .into_any()
    };
    view! {
        <ActionForm action=create node_ref=form.node attr:id=form.id attr:class="stack" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
            on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev) on:change=move |ev| form.changed(&ev)>
            <FormErrors errors=form.errors()/>
            <Fields form=form start=start picks=picks tokens=tokens secrets=[false, false] who=who
                trial=move || view! { <TrialPanel id=None form=form picks=picks/> }.into_any()/>
            <div class="row">
                <Button kind=ButtonKind::Primary submit=true busy=create.pending()>"Create RTB target"</Button>
                <LinkButton href=route::RTB_TARGETS kind=ButtonKind::Ghost>"Cancel"</LinkButton>
            </div>
        </ActionForm>
    }
    .into_any()
}
