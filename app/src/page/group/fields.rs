//! The fields of a group: its targets, how they ring, when, and how many calls it takes.

use domain::api::target_group::TargetGroupForm;
use domain::rtb::auction::{DEADLINE_MS_MAX, DEADLINE_MS_MIN};
use domain::target::RING_TIMEOUT_S;
use domain::target::group::RingOrder;
use leptos::prelude::*;

use super::members::{MemberList, Members};
use crate::form::{Form, input};
use crate::page::terms::chosen::Chosen;
use crate::page::terms::hours::Hours;
use crate::page::terms::{self, Terms};
use crate::ui::{Checkbox, Choice, NumberInput, Panel, Segmented, TextInput};

/// What each field is called, at the field and where its error is told.
pub fn label(field: &str) -> String {
    match field {
        "order" => "How they ring".to_owned(),
        "ring_timeout_s" => "Each ring lasts".to_owned(),
        "deadline_ms" => "Ping timeout".to_owned(),
        "min_revenue" => "Least revenue".to_owned(),
        "waterfall" => "Go on to the next bid".to_owned(),
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
    let tree = !start.auction.is_empty();
    let how = if tree {
        view! { <Auction form=form start=start.clone()/> }.into_any()
    } else {
        view! {
            <Segmented name=input("order") id="f-order" label=label("order") options=orders bind=chosen.kind error=form.error("order")
                hint="All at once, the first to answer has the caller. A group counts as one attempt of the campaign either way."/>
        }
        .into_any()
    };
    let [concurrent, hourly, daily, monthly, total] = terms.with_value(|t| t.calls.clone());
    view! {
        <Panel title=if tree { "Who bids" } else { "Who rings" }>
            <div class="form">
                <TextInput name=input("name") id="f-name" label=label("name") value=start.name error=form.error("name") required=true/>
                {how}
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

/// How the auction of a ring tree is held.
#[component]
fn Auction(form: Form, start: TargetGroupForm) -> impl IntoView {
    view! {
        <input type="hidden" name=input("auction") value="on"/>
        <input type="hidden" name=input("order") value=RingOrder::InTurn.code()/>
        <div class="form-2">
            <NumberInput name=input("deadline_ms") id="f-deadline_ms" label=label("deadline_ms") unit="ms" value=start.deadline_ms error=form.error("deadline_ms")
                min=DEADLINE_MS_MIN.to_string() max=DEADLINE_MS_MAX.to_string() step="1" hint="The auction ends when all have answered, or then."/>
            <NumberInput name=input("min_revenue") id="f-min_revenue" label=label("min_revenue") prefix="$" value=start.min_revenue error=form.error("min_revenue")
                min="0" step="0.01" placeholder="Any bid" hint="A call is not sent for less."/>
        </div>
        <Checkbox name=input("waterfall") id="f-waterfall" label=label("waterfall") checked=!start.waterfall.is_empty()
            hint="When the winner does not connect, the next best bid that still holds is rung. Off, the routing plan goes on."/>
    }
    .into_any()
}
