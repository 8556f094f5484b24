//! The settings of a pool, and the page for a new one.

use domain::access::Permission;
use domain::api::page::Choice as Entry;
use domain::api::pool::{PoolDetail, PoolForm};
use domain::pool::grow::MOST_MAX;
use domain::pool::{CLOSED_S, IDLE_S, Rotation};
use leptos::prelude::*;

use super::detail::{PoolSource, crumbs};
use crate::api::pool::{CreatePool, UpdatePool, list_pools};
use crate::form::{Form, checked, input};
use crate::page::parts::{IfMay, choices};
use crate::route;
use crate::state::source::{Renew, Source};
use crate::state::use_scripted;
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, Choice, EmptyState, FieldSet, FormErrors, LinkButton,
    NumberInput, PageHead, Panel, SaveBar, Segmented, Select, Switch, TextInput, use_toasts,
};

/// What each field is called, at the field and where its error is told.
fn label(field: &str) -> String {
    match field {
        "name" => "Name",
        "campaign" => "Campaign",
        "idle_s" => "Keep a quiet visitor’s number for",
        "closed_s" => "Keep it after the page is closed for",
        "rotation" => "Which free number comes next",
        "area" => "Area code to buy in",
        "grow" => "Buy numbers when they run short",
        "grow_most" => "Up to",
        "grow_budget" => "For at most",
        _ => "",
    }
    .to_owned()
}

#[component]
fn Fields(form: Form, start: PoolForm, campaigns: Vec<Entry>) -> impl IntoView {
    let rotations = Rotation::ALL
        .iter()
        .map(|rotation| Choice::new(rotation.code(), rotation.word()))
        .collect::<Vec<_>>();
    let (grow, scripted) = (RwSignal::new(start.grow == "on"), use_scripted());
    let bounds = |(min, max): (u32, u32)| (min.to_string(), max.to_string());
    let (idle_min, idle_max) = bounds(IDLE_S);
    let (closed_min, closed_max) = bounds(CLOSED_S);
    view! {
        <TextInput name=input("name") id="f-name" label=label("name") value=start.name error=form.error("name") required=true hint="For example the site and where its visitors come from: Roofs, search"/>
        <Select name=input("campaign") id="f-campaign" label=label("campaign") options=choices(&campaigns) value=start.campaign placeholder="Choose a campaign" required=true error=form.error("campaign")
            hint="Calls on its numbers are calls of this campaign."/>
        <NumberInput name=input("idle_s") id="f-idle_s" label=label("idle_s") unit="seconds" value=start.idle_s error=form.error("idle_s") min=idle_min max=idle_max step="1"
            hint="An open page says once a minute that its visitor is there. After so long without a word, the number is free for the next one."/>
        <NumberInput name=input("closed_s") id="f-closed_s" label=label("closed_s") unit="seconds" value=start.closed_s error=form.error("closed_s") min=closed_min max=closed_max step="1"
            hint="Many close the page and then dial. A longer time needs more numbers."/>
        <Segmented name=input("rotation") id="f-rotation" label=label("rotation") options=rotations value=start.rotation error=form.error("rotation")
            hint="Late calls find their visitor best with the number that is free the longest. As few as possible keeps the rest of the pool unseen."/>
        <FieldSet legend="Growing by itself">
            <Switch name=input("grow") id="f-grow" label=label("grow") value="on" bind=grow
                hint="When nine of ten numbers are with visitors or somebody got none, it grows by a fifth, ten numbers at most, and not again for five minutes."/>
            <div class="field-row" hidden=move || scripted.get() && !grow.get()>
                <NumberInput name=input("grow_most") id="f-grow_most" label=label("grow_most") unit="numbers" value=start.grow_most error=form.error("grow_most") min="1" max=MOST_MAX.to_string() step="1"/>
                <NumberInput name=input("grow_budget") id="f-grow_budget" label=label("grow_budget") prefix="$" unit="a month" value=start.grow_budget error=form.error("grow_budget") min="0" step="any" placeholder="No limit" hint="For all its numbers"/>
                <TextInput name=input("area") id="f-area" label=label("area") value=start.area error=form.error("area") optional=true maxlength=3 placeholder="Any" hint="Another one if none is for sale there"/>
            </div>
        </FieldSet>
    }
    .into_any()
}

/// The settings, with their save bar.
#[component]
pub fn Edit(source: PoolSource, detail: Signal<PoolDetail>) -> impl IntoView {
    let (id, stored, campaigns) =
        detail.with_untracked(|d| (d.row.id, d.form.clone(), d.campaigns.clone()));
    let save = ServerAction::<UpdatePool>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done("Pool saved.");
        source.reload();
    });
    let form = Form::new("pool-form", label, |el| checked(el, PoolForm::check))
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
        <SaveBar form=form.id counted=form.node stored=form.stored() note="Visitors keep the numbers they have" label="Save pool" errors=form.count() saving=save.pending() saved=form.saved on_discard=Callback::new(move |()| form.clear())/>
    }
    .into_any()
}

/// The page for a new pool.
#[component]
pub fn PoolNew() -> impl IntoView {
    let source = Source::new(|| (), |()| list_pools());
    view! {
        <Breadcrumbs items=crumbs() here="New pool"/>
        <PageHead title="New pool" sub="Its numbers come next."/>
        <IfMay what=Permission::EditNumbers title="New pool">
            {source.view("The form", Renew::Never, move |list| {
                let campaigns = list.with_untracked(|l| l.campaigns.clone());
                view! { <New campaigns=campaigns/> }.into_any()
            })}
        </IfMay>
    }
    .into_any()
}

#[component]
fn New(campaigns: Vec<Entry>) -> impl IntoView {
    let create = ServerAction::<CreatePool>::new();
    let form = Form::new("pool-form", label, |el| checked(el, PoolForm::check))
        .watch(create.value().into(), None)
        .guarded(create.pending());
    if campaigns.is_empty() {
        return view! {
            <Panel title="Pool" flush=true>
                <EmptyState title="A campaign comes first" text="Calls on a pool’s numbers are calls of a campaign, and there is none yet.">
                    <LinkButton href=route::CAMPAIGN_NEW icon="plus">"New campaign"</LinkButton>
                </EmptyState>
            </Panel>
        }
        .into_any();
    }
    let start = form.start(PoolForm::default());
    view! {
        <Panel title="Pool">
            <ActionForm action=create node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <Fields form=form start=start campaigns=campaigns/>
                <div class="form-foot">
                    <Button kind=ButtonKind::Primary submit=true busy=create.pending()>"Create pool"</Button>
                    <LinkButton href=route::POOLS kind=ButtonKind::Ghost>"Cancel"</LinkButton>
                </div>
            </ActionForm>
        </Panel>
    }
    .into_any()
}
