//! The fields of a buyer: its name, and what its targets take from it.

use domain::api::buyer::{BuyerDetail, BuyerForm};
use domain::api::target::Inherited;
use leptos::prelude::*;

use crate::form::{Form, input};
use crate::page::terms::again::{Recovery, Restriction};
use crate::page::terms::caps::Caps;
use crate::page::terms::chosen::Chosen;
use crate::page::terms::hours::Hours;
use crate::page::terms::ring::{CallerId, RingLimit};
use crate::page::terms::{Terms, label};
use crate::ui::{Accordion, AccordionItem, Choice, FilterEditor, Panel, TextInput};

/// All fields: the name, and a section for each thing its targets take.
#[component]
pub fn Fields(
    form: Form,
    start: BuyerForm,
    chosen: Chosen,
    detail: Signal<BuyerDetail>,
) -> impl IntoView {
    let terms = StoredValue::new(Terms::from(&start));
    view! {
        <Panel title="Buyer">
            <div class="form-2">
                <TextInput name=input("name") id="f-name" label=label("name") value=start.name error=form.error("name") required=true/>
                <TextInput name=input("sub_id") id="f-sub_id" label=label("sub_id") value=start.sub_id error=form.error("sub_id") optional=true/>
            </div>
        </Panel>
        <Panel title="For its targets" note="A target uses these until it says otherwise">
            <Defaults form=form terms=terms chosen=chosen detail=detail/>
        </Panel>
    }
    .into_any()
}

#[component]
fn Defaults(
    form: Form,
    terms: StoredValue<Terms>,
    chosen: Chosen,
    detail: Signal<BuyerDetail>,
) -> impl IntoView {
    let fact = move |part: fn(&Inherited) -> String| {
        Signal::derive(move || detail.with(|d| part(&d.inherited)))
    };
    let filters = Signal::derive(move || detail.with(|d| d.filters.clone()));
    let calls = Signal::derive(move || match chosen.filter.with(|f| f.rows.len()) {
        0 => "Every call".to_owned(),
        1 => "1 rule".to_owned(),
        n => format!("{n} rules"),
    });
    let warning = move || {
        let text = detail.with(|d| d.filter_warning.clone());
        (!text.is_empty()).then(|| view! { <p class="hint warn">{text}</p> })
    };
    let again = vec![
        Choice::new("none", "Taken like others"),
        Choice::new("own", "Kept away"),
    ];
    let sent_on = vec![
        Choice::new("inherit", "As the campaign says"),
        Choice::new("off", "End the call"),
        Choice::new("on", "Send the caller on"),
    ];
    view! {
        <Accordion>
            <AccordionItem title="When they take calls" fact=fact(|i| i.hours.clone())><Hours form=form terms=terms chosen=chosen/></AccordionItem>
            <AccordionItem title="How many calls each takes" fact=fact(|i| i.caps.clone())><Caps form=form terms=terms/></AccordionItem>
            <AccordionItem title="Ringing and caller ID" fact=fact(|i| format!("{}, {}", i.ring_timeout, i.caller_id))>
                <RingLimit form=form terms=terms/>
                <CallerId form=form terms=terms chosen=chosen/>
            </AccordionItem>
            <AccordionItem title="Which calls they take" fact=calls>
                <FilterEditor field="filter" bind=chosen.filter choices=filters errors=form.shown() legend="Calls all its targets take"/>
                <p class="hint">"What a target asks for comes on top."</p>
                {warning}
            </AccordionItem>
            <AccordionItem title="Duplicates" fact=fact(|i| i.restriction.clone())><Restriction form=form terms=terms chosen=chosen options=again/></AccordionItem>
            <AccordionItem title="Recovery" fact=fact(|i| i.recovery.clone())><Recovery form=form terms=terms chosen=chosen options=sent_on/></AccordionItem>
        </Accordion>
    }
    .into_any()
}
