//! What holds for the calls of all campaigns: who is held off, who is let in, which targets are paused
//! by themselves, and how long a call can be disputed.

use domain::access::Permission;
use domain::api::account::{AccountForm, MissForm};
use domain::block::attestation::Minimum;
use domain::block::guard::GUARD_S_MAX;
use domain::ledger::dispute::WINDOW_DAYS_MAX;
use domain::recovery::pause::RULES_MAX;
use leptos::prelude::*;

use super::{Head, Tab};
use crate::api::account::{UpdateAccount, load_account};
use crate::form::{Form, checked, input};
use crate::page::parts::{OnlyLook, may};
use crate::state::source::{Renew, Source};
use crate::ui::{
    Choice, FormErrors, NumberInput, Panel, SaveBar, Select, Switch, Textarea, use_toasts,
};

/// How many rules of pauses there is room for at least.
const RULES_SHOWN: usize = 3;

/// The page.
#[component]
pub fn Routing() -> impl IntoView {
    let source = Source::new(|| (), |()| load_account());
    let edit = may(Permission::EditAccount);
    view! {
        <Head now=Tab::Routing sub="They hold in every campaign that says nothing else."/>
        {source.view("The settings", Renew::Never, move |stored| {
            (move || if edit.get() {
                view! { <Edit stored=stored.get_untracked()/> }.into_any()
            } else {
                view! { <Panel title="Calls"><OnlyLook what=Permission::EditAccount/></Panel> }.into_any()
            })
            .into_any()
        })}
    }
    .into_any()
}

/// What each field is called, at the field and where its error is told.
fn label(field: &str) -> String {
    let words = match field {
        "guard_s" => "Hold off the same caller for",
        "anonymous_is_one" => "All callers without a number count as one",
        "attestation" => "Let in",
        "auto_pause" => "Pause targets that miss their calls",
        "brief_s" => "A conversation counts as missed up to",
        "rang_s" => "Ringing counts as missed from",
        "back_after_min" => "Back after",
        "dispositions" => "What can come of a call",
        "dispute_days" => "A buyer may dispute a call for",
        _ if field.ends_with(".missed") => "Missed in a row",
        _ if field.ends_with(".within_min") => "Within",
        _ => "",
    };
    words.to_owned()
}

#[component]
fn Edit(stored: AccountForm) -> impl IntoView {
    let save = ServerAction::<UpdateAccount>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| toasts.done("Settings saved. New calls follow them."));
    let form = Form::new("account-form", label, |el| checked(el, AccountForm::check))
        .watch(save.value().into(), done);
    let kept = StoredValue::new(!stored.auto_pause.is_empty());
    let start = form.start(stored);
    let pauses = RwSignal::new(!start.auto_pause.is_empty());
    Effect::new(move |before: Option<()>| {
        form.saved.track();
        if before.is_some() {
            kept.set_value(pauses.get_untracked());
        }
    });
    let discard = Callback::new(move |()| {
        pauses.set(kept.get_value());
        form.clear();
    });
    let (callers, disputes) = (start.clone(), start.clone());
    let dispositions = start.dispositions.clone();
    view! {
        <ActionForm action=save node_ref=form.node attr:id=form.id attr:class="stack" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
            on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
            <FormErrors errors=form.errors()/>
            <Panel title="Callers"><Callers form=form start=callers/></Panel>
            <Panel title="Targets that do not answer"><Pauses form=form start=start pauses=pauses/></Panel>
            <Panel title="Disputes">
                <div class="form">
                    <NumberInput name=input("dispute_days") id="f-dispute_days" label=label("dispute_days") unit="days" value=disputes.dispute_days min="1"
                        max=WINDOW_DAYS_MAX.to_string() step="1" error=form.error("dispute_days") hint="Counted from the end of the call."/>
                </div>
            </Panel>
            <Panel title="Agents">
                <div class="form">
                    <Textarea name=input("dispositions") id="f-dispositions" label=label("dispositions") rows=6 value=dispositions error=form.error("dispositions")
                        hint="One a line. Agents choose from these after a conversation."/>
                </div>
            </Panel>
        </ActionForm>
        <SaveBar form=form.id counted=form.node stored=form.stored() note="New calls follow the new settings" label="Save settings" errors=form.count() saving=save.pending()
            saved=form.saved on_discard=discard/>
    }
    .into_any()
}

#[component]
fn Callers(form: Form, start: AccountForm) -> impl IntoView {
    let levels: Vec<Choice> = Minimum::ALL
        .into_iter()
        .map(|minimum| Choice::new(minimum.code(), minimum.words()))
        .collect();
    view! {
        <div class="form">
            <NumberInput name=input("guard_s") id="f-guard_s" label=label("guard_s") unit="seconds" value=start.guard_s min="0" max=GUARD_S_MAX.to_string() step="1"
                error=form.error("guard_s") hint="Machines and networks send the same call twice. 0: nobody is held off."/>
            <Switch name=input("anonymous_is_one") id="f-anonymous_is_one" label=label("anonymous_is_one") value="on" checked=!start.anonymous_is_one.is_empty()
                hint="Off: callers who withhold their number are never held off."/>
            <Select name=input("attestation") id="f-attestation" label=label("attestation") options=levels value=start.attestation error=form.error("attestation")
                hint="What the caller’s carrier says of the number (SHAKEN/STIR). Calls from abroad and from old lines have no such word. A campaign can say otherwise."/>
        </div>
    }
    .into_any()
}

#[component]
fn Pauses(form: Form, start: AccountForm, pauses: RwSignal<bool>) -> impl IntoView {
    let mut rules = start.rules;
    let lines = (rules.len() + 1).clamp(RULES_SHOWN, RULES_MAX);
    rules.resize(lines, MissForm::default());
    let rules = rules
        .into_iter()
        .enumerate()
        .map(|(at, rule)| view! { <Rule form=form at=at rule=rule/> })
        .collect_view();
    view! {
        <div class="form">
            <Switch name=input("auto_pause") id="f-auto_pause" label=label("auto_pause") value="on" bind=pauses
                hint="The dashboard says which, and anybody who may change targets can end it."/>
            <div class="indent" hidden=move || !pauses.get()>
                <p class="hint">"Any of these pauses a target. A line without figures is none."</p>
                {rules}
                <div class="form-2">
                    <NumberInput name=input("brief_s") id="f-brief_s" label=label("brief_s") unit="seconds" value=start.brief_s min="0" step="1" error=form.error("brief_s")
                        hint="If the target ended it."/>
                    <NumberInput name=input("rang_s") id="f-rang_s" label=label("rang_s") unit="seconds" value=start.rang_s min="0" step="1" error=form.error("rang_s")
                        hint="If nobody answered."/>
                    <NumberInput name=input("back_after_min") id="f-back_after_min" label=label("back_after_min") unit="minutes" value=start.back_after_min min="1" step="1"
                        error=form.error("back_after_min") placeholder="Until a person ends it" hint="Twice as long each time it is paused again. Empty: until a person ends it."/>
                </div>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Rule(form: Form, at: usize, rule: MissForm) -> impl IntoView {
    let field = move |part: &str| format!("rules[{at}].{part}");
    let number = move |part: &str, unit: &'static str, value: String| {
        let field = field(part);
        view! {
            <NumberInput name=input(&field) id=format!("f-{field}") label=label(&field) unit=unit value=value min="1" step="1" error=form.error(field)/>
        }
    };
    view! {
        <div class="form-2" role="group" aria-label=format!("Rule {}", at + 1)>
            {number("missed", "calls", rule.missed)}
            {number("within_min", "minutes", rule.within_min)}
        </div>
    }
    .into_any()
}
