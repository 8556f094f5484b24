//! How many calls and how much money.

use leptos::prelude::*;

use super::{Terms, label};
use crate::form::{Form, input};
use crate::ui::NumberInput;

/// Caps in calls and money, the same span side by side.
#[component]
pub fn Caps(form: Form, terms: StoredValue<Terms>) -> impl IntoView {
    let terms = terms.get_value();
    let call = |field: &'static str, value: String| {
        view! {
            <NumberInput name=input(field) id=format!("f-{field}") label=label(field) unit="calls" value=value error=form.error(field) min="0" step="1" placeholder="No limit"/>
        }
    };
    let money = |field: &'static str, value: String| {
        view! {
            <NumberInput name=input(field) id=format!("f-{field}") label=label(field) prefix="$" value=value error=form.error(field) min="0" step="any" placeholder="No limit"/>
        }
    };
    let [concurrent, hourly, daily, monthly, total] = terms.calls;
    let [
        dollars_hourly,
        dollars_daily,
        dollars_monthly,
        dollars_total,
    ] = terms.dollars;
    view! {
        <div class="form-2">
            {call("cap_concurrent", concurrent)}
            <p class="hint self-center">"Dollars are the revenue of the calls. A call whose price does not fit is not sent here."</p>
            {call("cap_hourly", hourly)}{money("dollars_hourly", dollars_hourly)}
            {call("cap_daily", daily)}{money("dollars_daily", dollars_daily)}
            {call("cap_monthly", monthly)}{money("dollars_monthly", dollars_monthly)}
            {call("cap_total", total)}{money("dollars_total", dollars_total)}
        </div>
    }
    .into_any()
}
