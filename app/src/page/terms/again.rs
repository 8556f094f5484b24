//! Callers who come again, and callers whom a target hung up on.

use leptos::prelude::*;

use super::chosen::Chosen;
use super::{Terms, label, unless};
use crate::form::{Form, input};
use crate::ui::{Choice, NumberInput, Segmented};

/// Whether callers are kept away for a time after they were connected or converted.
#[component]
pub fn Restriction(
    form: Form,
    terms: StoredValue<Terms>,
    chosen: Chosen,
    options: Vec<Choice>,
    #[prop(optional, into)] hint: String,
) -> impl IntoView {
    let terms = terms.get_value();
    let from = vec![
        Choice::new("buyer", "All targets of the buyer"),
        Choice::new("target", "The target that had them"),
    ];
    let after = vec![
        Choice::new("connected", "Were connected"),
        Choice::new("converted", "Converted"),
    ];
    view! {
        <Segmented name=input("restrict") id="f-restrict" label=label("restrict") options=options bind=chosen.restrict hint=hint error=form.error("restrict")/>
        <div class="indent" hidden=unless(chosen.restrict, "own")>
            <Segmented name=input("restrict_from") id="f-restrict_from" label=label("restrict_from") options=from value=terms.restrict_from error=form.error("restrict_from")/>
            <Segmented name=input("restrict_after") id="f-restrict_after" label=label("restrict_after") options=after value=terms.restrict_after error=form.error("restrict_after")/>
            <NumberInput name=input("restrict_days") id="f-restrict_days" label=label("restrict_days") unit="days" value=terms.restrict_days
                error=form.error("restrict_days") min="1" step="1" placeholder="For good" hint="Within one campaign; empty is for good."/>
        </div>
    }
    .into_any()
}

/// Whether a caller is sent on when the target hangs up early.
#[component]
pub fn Recovery(
    form: Form,
    terms: StoredValue<Terms>,
    chosen: Chosen,
    options: Vec<Choice>,
    #[prop(optional, into)] hint: String,
) -> impl IntoView {
    let terms = terms.get_value();
    view! {
        <Segmented name=input("recovery") id="f-recovery" label=label("recovery") options=options bind=chosen.recovery hint=hint error=form.error("recovery")/>
        <div class="indent" hidden=unless(chosen.recovery, "on")>
            <div class="form-2">
                <NumberInput name=input("recovery_within_s") id="f-recovery_within_s" label=label("recovery_within_s") unit="seconds" value=terms.recovery_within_s
                    error=form.error("recovery_within_s") min="1" max="600" step="1"/>
                <NumberInput name=input("recovery_reroutes") id="f-recovery_reroutes" label=label("recovery_reroutes") unit="times at most" value=terms.recovery_reroutes
                    error=form.error("recovery_reroutes") min="1" max="5" step="1"/>
            </div>
        </div>
    }
    .into_any()
}
