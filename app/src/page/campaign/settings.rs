//! A campaign's settings; the fields are shared with the page for a new one.

use domain::access::Permission;
use domain::api::campaign::{CampaignDetail, CampaignForm};
use domain::campaign::{RecordingMode, VERTICALS};
use domain::retention::DAYS_MAX;
use leptos::prelude::*;

use super::{CampaignSource, RestoreFirst, is_archived};
use crate::api::campaign::UpdateCampaign;
use crate::form::{Form, checked, input};
use crate::page::parts::{OnlyLook, may};
use crate::ui::{
    Choice, FormErrors, NumberInput, Panel, SaveBar, Segmented, Select, TextInput, Textarea,
    use_toasts,
};

/// Which fallback is chosen; its fields show beneath.
#[derive(Clone, Copy)]
pub struct Fallbacks {
    chosen: RwSignal<String>,
}

impl Fallbacks {
    /// As in a form.
    pub fn new(start: &CampaignForm) -> Self {
        Self {
            chosen: RwSignal::new(start.fallback.clone()),
        }
    }
}

/// The tab.
#[component]
pub fn Settings(source: CampaignSource, detail: Signal<CampaignDetail>) -> impl IntoView {
    let (edit, archived) = (may(Permission::EditCampaigns), is_archived(detail));
    let save = ServerAction::<UpdateCampaign>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done("Settings saved. New calls follow them.");
        source.reload();
    });
    let form = Form::new("campaign-form", label, |el| {
        checked(el, CampaignForm::check)
    })
    .watch(save.value().into(), done);
    let view = move || {
        if !edit.get() {
            return view! { <Panel title="Settings"><OnlyLook what=Permission::EditCampaigns/></Panel> }.into_any();
        }
        if archived.get() {
            return view! { <Panel title="Settings"><RestoreFirst/></Panel> }.into_any();
        }
        let (id, stored) = detail.with_untracked(|d| (d.row.id, d.settings.clone()));
        let first = RwSignal::new(stored.fallback.clone());
        let start = form.start(stored);
        let fallback = Fallbacks::new(&start);
        let discard = {
            Effect::new(move |before: Option<()>| {
                form.saved.track();
                if before.is_some() {
                    first.set(fallback.chosen.get_untracked());
                }
            });
            Callback::new(move |()| {
                fallback.chosen.set(first.get_untracked());
                form.clear();
            })
        };
        view! {
            <Panel title="Settings">
                <ActionForm action=save node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                    on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                    <FormErrors errors=form.errors()/>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <Fields form=form start=start fallback=fallback/>
                </ActionForm>
            </Panel>
            <SaveBar form=form.id counted=form.node stored=form.stored() note="New calls follow the new settings" label="Save settings" errors=form.count() saving=save.pending() saved=form.saved on_discard=discard/>
        }
        .into_any()
    };
    view.into_any()
}

/// What each field is called, at the field and where its error is told.
pub fn label(field: &str) -> String {
    let words = match field {
        "name" => "Campaign name",
        "vertical" => "Vertical",
        "recording" => "Recording",
        "recording_days" => "Keep recordings",
        "fallback" => "When nobody takes the call",
        "fallback_message" => "Message",
        "fallback_greeting" => "Greeting",
        "fallback_number" => "Forward to",
        _ => "",
    };
    words.to_owned()
}

/// All fields of a campaign.
#[component]
pub fn Fields(form: Form, start: CampaignForm, fallback: Fallbacks) -> impl IntoView {
    let verticals: Vec<Choice> = VERTICALS.iter().map(|v| Choice::new(*v, *v)).collect();
    let modes: Vec<Choice> = RecordingMode::ALL
        .iter()
        .map(|(_, code, words)| Choice::new(*code, *words))
        .collect();
    view! {
        <TextInput name=input("name") id="f-name" label=label("name") value=start.name.clone() error=form.error("name") required=true
            hint="What callers want and where, for example Roof repair, Texas"/>
        <Select name=input("vertical") id="f-vertical" label=label("vertical") options=verticals value=start.vertical.clone() error=form.error("vertical")/>
        <Select name=input("recording") id="f-recording" label=label("recording") options=modes value=start.recording.clone() error=form.error("recording")
            hint="Tell callers where the law asks for it: the greeting is yours to word."/>
        <NumberInput name=input("recording_days") id="f-recording_days" label=label("recording_days") unit="days" value=start.recording_days.clone() error=form.error("recording_days")
            min="0" max=DAYS_MAX.to_string() step="1" placeholder="As the account" hint="Then they are deleted, at the carrier too. Empty follows the account’s settings, 0 keeps them for ever."/>
        <FallbackFields form=form start=start fallback=fallback/>
    }
    .into_any()
}

/// What a caller gets when no target took the call.
#[component]
fn FallbackFields(form: Form, start: CampaignForm, fallback: Fallbacks) -> impl IntoView {
    let chosen = fallback.chosen;
    let options = vec![
        Choice::new("message", "Message"),
        Choice::new("voicemail", "Voicemail"),
        Choice::new("number", "Number"),
        Choice::new("hang_up", "Hang up"),
    ];
    let unless = move |kind: &'static str| move || chosen.with(|now| now != kind);
    view! {
        <Segmented name=input("fallback") id="f-fallback" label=label("fallback") options=options bind=chosen error=form.error("fallback")/>
        <div class="indent" hidden=unless("message")>
            <Textarea name=input("fallback_message") id="f-fallback_message" label=label("fallback_message") value=start.fallback_message error=form.error("fallback_message")
                hint="Spoken to the caller, then the call ends. Empty: the standard message." maxlength=500/>
        </div>
        <div class="indent" hidden=unless("voicemail")>
            <Textarea name=input("fallback_greeting") id="f-fallback_greeting" label=label("fallback_greeting") value=start.fallback_greeting error=form.error("fallback_greeting")
                hint="Spoken before the tone." maxlength=500/>
        </div>
        <div class="indent" hidden=unless("number")>
            <TextInput name=input("fallback_number") id="f-fallback_number" label=label("fallback_number") kind="tel" value=start.fallback_number
                error=form.error("fallback_number") placeholder="(214) 555-0187"/>
        </div>
        <p class="hint" hidden=unless("hang_up")>"The caller hears the line close."</p>
    }
    .into_any()
}
