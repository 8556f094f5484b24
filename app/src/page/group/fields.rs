//! The fields of a group: its targets, how they ring, when, and how many calls it takes.

use domain::api::target_group::TargetGroupForm;
use domain::target::RING_TIMEOUT_S;
use domain::target::group::RingOrder;
use leptos::prelude::*;

use super::members::{MemberList, Members};
use crate::form::{Form, input};
use crate::page::terms::chosen::Chosen;
use crate::page::terms::hours::Hours;
use crate::page::terms::{self, Terms};
use crate::ui::{Choice, NumberInput, Panel, Segmented, TextInput};

/// What each field is called, at the field and where its error is told.
pub fn label(field: &str) -> String {
    match field {
        "order" => "How they ring".to_owned(),
        "ring_timeout_s" => "Each ring lasts".to_owned(),
        field if field.starts_with("members") => "Targets".to_owned(),
        field => terms::label(field),
    }
}

/// All fields, in three panels.
#[component]
pub fn Fields(
    form: Form,
    start: TargetGroupForm,
    chosen: Chosen,
    members: Members,
) -> impl IntoView {
    let terms = StoredValue::new(Terms::of_group(&start));
    let orders = RingOrder::ALL
        .map(|order| Choice::new(order.code(), order.word()))
        .to_vec();
    let cap = move |field: &'static str, value: String| {
        view! {
            <NumberInput name=input(field) id=format!("f-{field}") label=label(field) unit="calls" value=value error=form.error(field) min="0" step="1" placeholder="No limit"/>
        }
    };
    let [concurrent, hourly, daily, monthly, total] = terms.with_value(|t| t.calls.clone());
    view! {
        <Panel title="Who rings">
            <div class="form">
                <TextInput name=input("name") id="f-name" label=label("name") value=start.name error=form.error("name") required=true/>
                <Segmented name=input("order") id="f-order" label=label("order") options=orders bind=chosen.kind error=form.error("order")
                    hint="All at once, the first to answer has the caller. A group counts as one attempt of the campaign either way."/>
                <NumberInput name=input("ring_timeout_s") id="f-ring_timeout_s" label=label("ring_timeout_s") unit="seconds" value=start.ring_timeout_s
                    error=form.error("ring_timeout_s") min=RING_TIMEOUT_S.0.to_string() max=RING_TIMEOUT_S.1.to_string() step="1"
                    hint="In place of what its targets say."/>
                <MemberList form=form members=members/>
            </div>
        </Panel>
        <Panel title="When it takes calls" note="Beside the hours of its targets">
            <Hours form=form terms=terms chosen=chosen/>
        </Panel>
        <Panel title="How many calls it takes" note="Beside the limits of its targets; empty means no limit">
            <div class="form-2">
                {cap("cap_concurrent", concurrent)}{cap("cap_hourly", hourly)}
                {cap("cap_daily", daily)}{cap("cap_monthly", monthly)}{cap("cap_total", total)}
            </div>
        </Panel>
    }
    .into_any()
}
