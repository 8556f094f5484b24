//! The fields of a target: where it rings, when, how much it takes, and what it takes at all.

use domain::api::filter::FilterChoices;
use domain::api::target::{Inherited, TargetForm};
use leptos::prelude::*;

use crate::form::{Form, input};
use crate::page::terms::again::{Recovery, Restriction};
use crate::page::terms::caps::Caps;
use crate::page::terms::chosen::Chosen;
use crate::page::terms::hours::Hours;
use crate::page::terms::inherit::FromBuyer;
use crate::page::terms::ring::{CallerId, RingLimit};
use crate::page::terms::{Terms, label, unless};
use crate::ui::{
    Accordion, AccordionItem, Choice, FilterEditor, MatrixEditor, NumberInput, Panel, Segmented,
    Switch, TextInput, Textarea,
};

/// What the page knows beside the form.
#[derive(Clone, Copy)]
pub struct Around {
    pub inherited: Signal<Inherited>,
    pub filters: Signal<FilterChoices>,
    pub filter_warning: Signal<String>,
    pub has_password: Signal<bool>,
}

/// All fields, in three panels and a list of sections that open.
#[component]
pub fn Fields(form: Form, start: TargetForm, chosen: Chosen, around: Around) -> impl IntoView {
    let terms = StoredValue::new(Terms::from(&start));
    let (count_on, connects) = (start.count_on.clone(), start.connects_max.clone());
    let says = |part: fn(&Inherited) -> &String| {
        let inherited = around.inherited;
        Signal::derive(move || inherited.with(|i| part(i).clone()))
    };
    let (hours, caps) = (says(|i| &i.hours), says(|i| &i.caps));
    view! {
        <Panel title="Where it rings">
            <Destination form=form start=start chosen=chosen has_password=around.has_password/>
            <Rings form=form terms=terms chosen=chosen inherited=around.inherited/>
        </Panel>
        <Panel title="When it takes calls">
            <FromBuyer field="inherit_hours" label="Use the buyer’s hours" says=hours bind=chosen.inherit.hours>
                <Hours form=form terms=terms chosen=chosen/>
            </FromBuyer>
        </Panel>
        <Panel title="How many calls it takes" note="Empty means no limit">
            <FromBuyer field="inherit_caps" label="Use the buyer’s limits" says=caps bind=chosen.inherit.caps>
                <Caps form=form terms=terms/>
            </FromBuyer>
            <CountOn form=form value=count_on/>
        </Panel>
        <More form=form terms=terms chosen=chosen around=around connects=connects/>
    }
    .into_any()
}

#[component]
fn Destination(
    form: Form,
    start: TargetForm,
    chosen: Chosen,
    has_password: Signal<bool>,
) -> impl IntoView {
    let kinds = vec![Choice::new("number", "Number"), Choice::new("sip", "SIP")];
    let access = start.clone();
    view! {
        <div class="form">
            <div class="form-2">
                <TextInput name=input("name") id="f-name" label=label("name") value=start.name error=form.error("name") required=true/>
                <TextInput name=input("sub_id") id="f-sub_id" label=label("sub_id") value=start.sub_id error=form.error("sub_id") optional=true/>
            </div>
            <Segmented name=input("kind") id="f-kind" label=label("kind") options=kinds bind=chosen.kind error=form.error("kind")/>
            <div class="indent" hidden=unless(chosen.kind, "number")>
                <TextInput name=input("number") id="f-number" label=label("number") kind="tel" value=start.number error=form.error("number") placeholder="(214) 555-0187"/>
            </div>
            <div class="indent" hidden=unless(chosen.kind, "sip")><Sip form=form start=access has_password=has_password/></div>
            <TextInput name=input("digits") id="f-digits" label=label("digits") value=start.digits error=form.error("digits") mono=true optional=true placeholder="1w5"
                hint="For a menu at the other end; w waits half a second."/>
            <Textarea name=input("whisper") id="f-whisper" label=label("whisper") rows=2 optional=true value=start.whisper error=form.error("whisper") maxlength=300
                hint="Spoken to the target before the caller is connected."/>
            <Switch name=input("accept_key") id="f-accept_key" label=label("accept_key") value="on" checked=!start.accept_key.is_empty()
                hint="Keeps callers from voicemail boxes: only a person presses 1."/>
            <Switch name=input("recording_blocked") id="f-recording_blocked" label=label("recording_blocked") value="on" checked=!start.recording_blocked.is_empty()
                hint="Whatever the campaign says about recording."/>
        </div>
    }
    .into_any()
}

/// A SIP address, how to sign in to it, and what is sent along.
#[component]
fn Sip(form: Form, start: TargetForm, has_password: Signal<bool>) -> impl IntoView {
    let stored = move || {
        has_password
            .get()
            .then(|| view! { <p class="hint">"A password is stored. Leave the field empty to keep it; it is asked for again when the address changes."</p> })
    };
    view! {
        <TextInput name=input("sip") id="f-sip" label=label("sip") mono=true value=start.sip error=form.error("sip") placeholder="sip:night@pbx.example.com"/>
        <div class="form-2">
            <TextInput name=input("sip_user") id="f-sip_user" label=label("sip_user") value=start.sip_user error=form.error("sip_user") optional=true autocomplete="off"/>
            <TextInput name=input("sip_password") id="f-sip_password" label=label("sip_password") kind="password" error=form.error("sip_password") optional=true autocomplete="new-password"/>
        </div>
        {stored}
        <Textarea name=input("sip_headers") id="f-sip_headers" label=label("sip_headers") rows=2 optional=true value=start.sip_headers error=form.error("sip_headers")
            placeholder="X-Lead-Source: roof" hint="Sent along, one a line. Names begin with X-."/>
    }
    .into_any()
}

/// Ring limit and caller id, the buyer's or its own.
#[component]
fn Rings(
    form: Form,
    terms: StoredValue<Terms>,
    chosen: Chosen,
    inherited: Signal<Inherited>,
) -> impl IntoView {
    let ring = Signal::derive(move || inherited.with(|i| i.ring_timeout.clone()));
    let caller = Signal::derive(move || inherited.with(|i| i.caller_id.clone()));
    view! {
        <div class="form">
            <FromBuyer field="inherit_ring" label="Ring as long as the buyer says" says=ring bind=chosen.inherit.ring>
                <RingLimit form=form terms=terms/>
            </FromBuyer>
            <FromBuyer field="inherit_caller_id" label="Show the number the buyer chose" says=caller bind=chosen.inherit.caller_id>
                <CallerId form=form terms=terms chosen=chosen/>
            </FromBuyer>
        </div>
    }
    .into_any()
}

#[component]
fn CountOn(form: Form, value: String) -> impl IntoView {
    let options = vec![
        Choice::new("connect", "It connects"),
        Choice::new("convert", "It converts"),
        Choice::new("revenue", "It is worth something"),
    ];
    view! {
        <Segmented name=input("count_on") id="f-count_on" label=label("count_on") options=options value=value error=form.error("count_on")
            hint="Each call holds its place until it is known; one that does not count gives it back."/>
    }
    .into_any()
}

/// What most targets leave as it is.
#[component]
fn More(
    form: Form,
    terms: StoredValue<Terms>,
    chosen: Chosen,
    around: Around,
    connects: String,
) -> impl IntoView {
    let [concurrent, volume] = chosen.matrices;
    let limited = Signal::derive(move || {
        let none = concurrent.with(String::is_empty) && volume.with(String::is_empty);
        if none { "No limits" } else { "Limited" }.to_owned()
    });
    let calls = Signal::derive(move || match chosen.filter.with(|f| f.rows.len()) {
        0 => "Every call".to_owned(),
        1 => "1 rule".to_owned(),
        n => format!("{n} rules"),
    });
    let inherited = around.inherited;
    let again = Signal::derive(move || {
        chosen.restrict.with(|kind| match kind.as_str() {
            "inherit" => inherited.with(|i| format!("From the buyer: {}", i.restriction)),
            "none" => "Taken like others".to_owned(),
            _ => "Kept away".to_owned(),
        })
    });
    let sent_on = Signal::derive(move || {
        chosen.recovery.with(|kind| match kind.as_str() {
            "inherit" => inherited.with(|i| format!("From the buyer: {}", i.recovery)),
            "off" => "Off".to_owned(),
            _ => "Sent on".to_owned(),
        })
    });
    let warning = move || {
        let text = around.filter_warning.get();
        (!text.is_empty()).then(|| view! { <p class="hint warn">{text}</p> })
    };
    view! {
        <Accordion>
            <AccordionItem title="Limits by hour of the week" fact=limited><ByHour form=form chosen=chosen/></AccordionItem>
            <AccordionItem title="Which calls it takes" fact=calls>
                <FilterEditor field="filter" bind=chosen.filter choices=around.filters errors=form.shown() legend="Calls this target takes"/>
                {warning}
            </AccordionItem>
            <AccordionItem title="Duplicates" fact=again><Duplicates form=form terms=terms chosen=chosen/></AccordionItem>
            <AccordionItem title="Recovery" fact=sent_on><EarlyEnd form=form terms=terms chosen=chosen connects=connects/></AccordionItem>
        </Accordion>
    }
    .into_any()
}

#[component]
fn ByHour(form: Form, chosen: Chosen) -> impl IntoView {
    let [concurrent, volume] = chosen.matrices;
    view! {
        <MatrixEditor name=input("matrix_concurrent") id="f-matrix_concurrent" label=label("matrix_concurrent") bind=concurrent error=form.error("matrix_concurrent")
            hint="The smaller of this and the limit above holds. Hours that are not named have no limit of their own."/>
        <MatrixEditor name=input("matrix_volume") id="f-matrix_volume" label=label("matrix_volume") bind=volume error=form.error("matrix_volume")/>
    }
    .into_any()
}

#[component]
fn Duplicates(form: Form, terms: StoredValue<Terms>, chosen: Chosen) -> impl IntoView {
    let options = vec![
        Choice::new("inherit", "As the buyer says"),
        Choice::new("none", "Take them"),
        Choice::new("own", "Keep them away"),
    ];
    view! { <Restriction form=form terms=terms chosen=chosen options=options/> }.into_any()
}

#[component]
fn EarlyEnd(
    form: Form,
    terms: StoredValue<Terms>,
    chosen: Chosen,
    connects: String,
) -> impl IntoView {
    let options = vec![
        Choice::new("inherit", "As the buyer says"),
        Choice::new("off", "End the call"),
        Choice::new("on", "Send the caller on"),
    ];
    view! {
        <Recovery form=form terms=terms chosen=chosen options=options/>
        <NumberInput name=input("connects_max") id="f-connects_max" label=label("connects_max") unit="targets" value=connects error=form.error("connects_max")
            min="0" step="1" placeholder="Any" hint="With how many targets a caller may have been connected before this one takes them over."/>
    }
    .into_any()
}
