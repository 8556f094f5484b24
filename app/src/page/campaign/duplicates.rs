//! What becomes of callers who call again, and which callers are let in.

use domain::access::Permission;
use domain::api::campaign::{CampaignDetail, DuplicatesForm};
use domain::block::attestation::Minimum;
use domain::ledger::revenue::LENGTH_MAX_S;
use leptos::prelude::*;

use super::{CampaignSource, RestoreFirst, is_archived};
use crate::api::campaign::SetDuplicates;
use crate::form::{Form, checked, input};
use crate::page::parts::{OnlyLook, may};
use crate::route;
use crate::ui::{
    Choice, FormErrors, NumberInput, Panel, SaveBar, Segmented, Select, Switch, use_toasts,
};

/// The tab.
#[component]
pub fn Duplicates(source: CampaignSource, detail: Signal<CampaignDetail>) -> impl IntoView {
    let (edit, archived) = (may(Permission::EditCampaigns), is_archived(detail));
    let view = move || {
        if !edit.get() {
            return view! { <Panel title="Duplicates"><OnlyLook what=Permission::EditCampaigns/></Panel> }.into_any();
        }
        if archived.get() {
            return view! { <Panel title="Duplicates"><RestoreFirst/></Panel> }.into_any();
        }
        view! { <Edit source=source detail=detail/> }.into_any()
    };
    view.into_any()
}

/// The choices that other fields hang under.
#[derive(Clone, Copy)]
struct Chosen {
    mark: RwSignal<String>,
    routing: RwSignal<String>,
    pay: RwSignal<String>,
}

impl Chosen {
    fn new(form: &DuplicatesForm) -> Self {
        Self {
            mark: RwSignal::new(form.mark.clone()),
            routing: RwSignal::new(form.routing.clone()),
            pay: RwSignal::new(form.pay.clone()),
        }
    }

    fn values(self) -> [String; 3] {
        [self.mark, self.routing, self.pay].map(|signal| signal.get_untracked())
    }

    fn put_back(self, values: [String; 3]) {
        for (signal, text) in [self.mark, self.routing, self.pay].into_iter().zip(values) {
            signal.set(text);
        }
    }
}

/// What each field is called, at the field and where its error is told.
fn label(field: &str) -> String {
    let words = match field {
        "mark" => "A call is a duplicate if the caller",
        "mark_length_s" => "Talked for at least",
        "anonymous" => "All callers without a number count as one",
        "routing" => "A duplicate goes to",
        "strict" => "Even if that leaves nobody",
        "pay" => "A duplicate is paid",
        "pay_after_days" => "Once so much time has passed",
        "across" => "It counts what the caller did with",
        "attestation" => "Let in",
        _ => "",
    };
    words.to_owned()
}

#[component]
fn Edit(source: CampaignSource, detail: Signal<CampaignDetail>) -> impl IntoView {
    let save = ServerAction::<SetDuplicates>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done("Saved. New calls follow it.");
        source.reload();
    });
    let form = Form::new("duplicates-form", label, |el| {
        checked(el, DuplicatesForm::check)
    })
    .watch(save.value().into(), done);
    let (id, stored) = detail.with_untracked(|d| (d.row.id, d.duplicates.clone()));
    let kept = StoredValue::new(Chosen::new(&stored).values());
    let start = form.start(stored);
    let chosen = Chosen::new(&start);
    Effect::new(move |before: Option<()>| {
        form.saved.track();
        if before.is_some() {
            kept.set_value(untrack(move || chosen.values()));
        }
    });
    let discard = Callback::new(move |()| {
        chosen.put_back(kept.get_value());
        form.clear();
    });
    let account = detail.with_untracked(|d| d.account_attestation.clone());
    let callers = start.clone();
    view! {
        <ActionForm action=save node_ref=form.node attr:id=form.id attr:class="stack" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
            on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
            <FormErrors errors=form.errors()/>
            <input type="hidden" name="id" value=id.to_string()/>
            <Panel title="Duplicates" note="Three questions, each answered by itself">
                <div class="form"><Fields form=form start=start chosen=chosen/></div>
            </Panel>
            <Panel title="Who is let in"><Callers form=form start=callers account=account/></Panel>
        </ActionForm>
        <SaveBar form=form.id counted=form.node stored=form.stored() note="New calls follow it" label="Save" errors=form.count() saving=save.pending() saved=form.saved on_discard=discard/>
    }
    .into_any()
}

#[component]
fn Fields(form: Form, start: DuplicatesForm, chosen: Chosen) -> impl IntoView {
    let marks = vec![
        Choice::new("connected", "Was connected before"),
        Choice::new("incoming", "Called before"),
        Choice::new("length", "Talked for a while"),
    ];
    let routings = vec![
        Choice::new("normally", "Anybody"),
        Choice::new("original", "The same target"),
        Choice::new("different", "Another target"),
    ];
    let pays = vec![
        Choice::new("never", "Never"),
        Choice::new("after", "After a time"),
        Choice::new("always", "Always"),
    ];
    let across = vec![
        Choice::new("same", "The same publisher"),
        Choice::new("all", "Any publisher"),
    ];
    let unless = move |signal: RwSignal<String>, wanted: &'static str| {
        move || signal.with(|now| now != wanted)
    };
    let on = |text: &str| !text.is_empty();
    view! {
        <Segmented name=input("mark") id="f-mark" label=label("mark") options=marks bind=chosen.mark error=form.error("mark") hint="In this campaign."/>
        <div class="indent" hidden=unless(chosen.mark, "length")>
            <NumberInput name=input("mark_length_s") id="f-mark_length_s" label=label("mark_length_s") unit="seconds" value=start.mark_length_s min="1" max=LENGTH_MAX_S.to_string()
                step="1" error=form.error("mark_length_s")/>
        </div>
        <Switch name=input("anonymous") id="f-anonymous" label=label("anonymous") value="on" checked=on(&start.anonymous) hint="Off: such a call is never a duplicate."/>
        <Segmented name=input("routing") id="f-routing" label=label("routing") options=routings bind=chosen.routing error=form.error("routing")
            hint="The same target: the one the caller was connected with last. Another: one the caller was never connected with here."/>
        <div class="indent" hidden=move || chosen.routing.with(|now| now == "normally")>
            <Switch name=input("strict") id="f-strict" label=label("strict") value="on" checked=on(&start.strict) hint="Off: others are asked if none of those can take the call."/>
        </div>
        <Segmented name=input("pay") id="f-pay" label=label("pay") options=pays bind=chosen.pay error=form.error("pay") hint="To the publisher. What the buyer pays is the routes’ revenue."/>
        <div class="indent" hidden=unless(chosen.pay, "after")>
            <NumberInput name=input("pay_after_days") id="f-pay_after_days" label=label("pay_after_days") unit="days" value=start.pay_after_days min="1" step="1"
                error=form.error("pay_after_days")/>
        </div>
        <div class="indent" hidden=move || chosen.pay.with(|now| now == "always")>
            <Segmented name=input("across") id="f-across" label=label("across") options=across value=start.across error=form.error("across")/>
        </div>
    }
    .into_any()
}

/// The least that carriers must vouch for, and the way to what else keeps callers out.
#[component]
fn Callers(form: Form, start: DuplicatesForm, account: String) -> impl IntoView {
    let inherited = start.attestation.is_empty();
    let mut levels = vec![Choice::new("", format!("As the account: {account}"))];
    levels.extend(
        Minimum::ALL
            .into_iter()
            .map(|minimum| Choice::new(minimum.code(), minimum.words())),
    );
    let note = if inherited {
        "Follows the account."
    } else {
        "Differs from the account; choose the first entry to follow it again."
    };
    view! {
        <div class="form">
            <Select name=input("attestation") id="f-attestation" label=label("attestation") options=levels value=start.attestation error=form.error("attestation")
                hint=format!("What the caller’s carrier says of the number (SHAKEN/STIR). {note}")/>
            <p class="soft">
                "Callers who dial again at once are held off by the "<a class="link" href=route::SETTINGS_ROUTING>"account’s guard"</a>
                "; numbers are kept out by the list of "<a class="link" href=route::BLOCKS>"blocked callers"</a>"."
            </p>
        </div>
    }
    .into_any()
}
