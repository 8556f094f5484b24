//! Settings of recordings: how long they are kept and who hears them.

use domain::access::{Permission, Role};
use domain::api::recording::{RecordingRulesForm, RecordingSettings};
use domain::retention::DAYS_MAX;
use leptos::prelude::*;

use crate::api::recording::{SaveRecordingSettings, load_recording_settings};
use crate::form::{Form, checked, input};
use crate::page::parts::{OnlyLook, counted, may};
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{
    DescriptionList, Fact, FormErrors, NumberInput, PageHead, Panel, SaveBar, Select, use_toasts,
};

/// The page has no question of its own.
type SettingsSource = Source<(), RecordingSettings>;

/// The page.
#[component]
pub fn Recordings() -> impl IntoView {
    let source = Source::new(|| (), |()| load_recording_settings());
    source.view("The settings", Renew::Never, move |settings| {
        view! { <Loaded source=source settings=settings/> }.into_any()
    })
}

#[component]
fn Loaded(source: SettingsSource, settings: Signal<RecordingSettings>) -> impl IntoView {
    let edit = may(Permission::ManageRecordings);
    view! {
        <PageHead title="Recordings" sub="How long they are kept, and who hears them. What is recorded is said in each campaign."/>
        <div class="split-296">
            {move || if edit.get() {
                view! { <Edit source=source settings=settings/> }.into_any()
            } else {
                view! { <Panel title="Settings"><Rules settings=settings/><OnlyLook what=Permission::ManageRecordings/></Panel> }.into_any()
            }}
            <Figures settings=settings/>
        </div>
    }
    .into_any()
}

/// What a field is called.
fn label(field: &str) -> String {
    match field {
        "keep_days" => "Keep recordings",
        "listen_from" => "Who may listen",
        _ => "",
    }
    .to_owned()
}

#[component]
fn Edit(source: SettingsSource, settings: Signal<RecordingSettings>) -> impl IntoView {
    let save = ServerAction::<SaveRecordingSettings>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done("Settings saved.");
        source.reload();
    });
    let form = Form::new("recordings-form", label, |el| {
        checked(el, RecordingRulesForm::check)
    })
    .watch(save.value().into(), done);
    let start = form.start(settings.with_untracked(|s| s.form.clone()));
    let roles = [
        (Role::Viewer, "Viewers and up: everybody"),
        (Role::Manager, "Managers and up"),
        (Role::Admin, "Admins and the owner"),
        (Role::Owner, "The owner alone"),
    ];
    let roles = roles
        .into_iter()
        .map(|(role, words)| crate::ui::Choice::new(role.code(), words))
        .collect::<Vec<_>>();
    view! {
        <div class="stack">
            <Panel title="Settings">
                <ActionForm action=save node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                    on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                    <FormErrors errors=form.errors()/>
                    <NumberInput name=input("keep_days") id="f-keep_days" label=label("keep_days") unit="days" value=start.keep_days error=form.error("keep_days")
                        min="1" max=DAYS_MAX.to_string() step="1" placeholder="For ever"
                        hint="Older ones are deleted within minutes, at the carrier too, for good. Empty keeps them for ever. A campaign can have a rule of its own."/>
                    <Select name=input("listen_from") id="f-listen_from" label=label("listen_from") options=roles value=start.listen_from error=form.error("listen_from")
                        hint="Deleting is up to admins and the owner."/>
                </ActionForm>
            </Panel>
            <SaveBar form=form.id counted=form.node stored=form.stored() note="Recordings older than that are deleted for good" label="Save settings" errors=form.count() saving=save.pending()
                saved=form.saved on_discard=Callback::new(move |()| form.clear())/>
        </div>
    }
    .into_any()
}

/// The rules in words.
#[component]
fn Rules(settings: Signal<RecordingSettings>) -> impl IntoView {
    let words = move || {
        let (keep, who) = settings.with(|s| (s.keep_words.clone(), s.listen_words.clone()));
        view! {
            <DescriptionList>
                <Fact term="Kept">{keep}</Fact>
                <Fact term="Who may listen">{who}</Fact>
            </DescriptionList>
        }
    };
    words.into_any()
}

/// How many there are, and the campaigns that differ.
#[component]
fn Figures(settings: Signal<RecordingSettings>) -> impl IntoView {
    let counts = Memo::new(move |_| settings.with(|s| (s.kept, s.waiting, s.deleted)));
    let figures = move || {
        let (kept, waiting, deleted) = counts.get();
        let row = |words: &'static str, n: u64| view! { <li class="row-between"><span class="soft">{words}</span><span class="num">{counted(n, "recording", "recordings")}</span></li> };
        view! { <ul class="lines">{row("Kept", kept)}{row("Still to be deleted", waiting)}{row("Deleted", deleted)}</ul> }
    };
    let own = Memo::new(move |_| settings.with(|s| s.own.clone()));
    let campaigns = move || {
        let all = own.get();
        if all.is_empty() {
            return view! { <p class="state soft">"Every campaign follows the account."</p> }
                .into_any();
        }
        let rows = all
            .into_iter()
            .map(|(id, name, words)| {
                let href = route::campaign(id, route::CampaignTab::Settings);
                view! { <li class="row-between"><a class="link" href=href>{name}</a><span>{words}</span></li> }
            })
            .collect_view();
        view! { <ul class="lines">{rows}</ul> }.into_any()
    };
    view! {
        <div class="stack">
            <Panel title="In this account" flush=true>{figures}</Panel>
            <Panel title="Campaigns with a rule of their own" flush=true>{campaigns}</Panel>
        </div>
    }
    .into_any()
}
