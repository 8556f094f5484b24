//! How long a target rings, and which number it sees.

use domain::target::RING_TIMEOUT_S;
use leptos::prelude::*;

use super::chosen::Chosen;
use super::{Terms, label, unless};
use crate::form::{Form, input};
use crate::ui::{Choice, NumberInput, Segmented, TextInput};

/// Seconds until the next target is tried.
#[component]
pub fn RingLimit(form: Form, terms: StoredValue<Terms>) -> impl IntoView {
    let terms = terms.get_value();
    view! {
        <NumberInput name=input("ring_timeout_s") id="f-ring_timeout_s" label=label("ring_timeout_s") unit="seconds" value=terms.ring_timeout_s
            error=form.error("ring_timeout_s") min=RING_TIMEOUT_S.0.to_string() max=RING_TIMEOUT_S.1.to_string() step="1"
            hint="Then the next target is tried."/>
    }
    .into_any()
}

/// The caller's own number, the tracking number or a fixed one.
#[component]
pub fn CallerId(form: Form, terms: StoredValue<Terms>, chosen: Chosen) -> impl IntoView {
    let terms = terms.get_value();
    let policies = vec![
        Choice::new("pass_through", "Caller"),
        Choice::new("tracking", "Tracking number"),
        Choice::new("fixed", "Fixed number"),
    ];
    view! {
        <Segmented name=input("caller_id") id="f-caller_id" label=label("caller_id") options=policies bind=chosen.caller_id error=form.error("caller_id")/>
        <div class="indent" hidden=unless(chosen.caller_id, "fixed")>
            <TextInput name=input("caller_id_number") id="f-caller_id_number" label=label("caller_id_number") kind="tel" value=terms.caller_id_number
                error=form.error("caller_id_number") hint="It must be one of yours at the carrier."/>
        </div>
    }
    .into_any()
}
