//! Opening hours: always, or day by day with breaks.

use domain::api::target::{DayForm, TargetForm};
use domain::time::Weekday;
use leptos::prelude::*;

use super::fields::{Chosen, Zone};
use crate::form::{Form, input};
use crate::ui::{Choice, Icon, Segmented};

/// Zone, kind of hours, and the week.
#[component]
pub fn Hours(form: Form, start: TargetForm, chosen: Chosen) -> impl IntoView {
    let kinds = vec![
        Choice::new("always", "Always"),
        Choice::new("weekly", "Weekly hours"),
    ];
    let mut days = start.days;
    days.resize_with(7, DayForm::default);
    let rows = days.into_iter().zip(Weekday::ALL).map(|(day, weekday)| view! { <Day form=form day=day weekday=weekday open=chosen.days[weekday.index()]/> }).collect_view();
    view! {
        <div class="form">
            <Zone form=form value=start.zone/>
            <Segmented name=input("hours") id="f-hours" label="Opening hours" options=kinds bind=chosen.hours error=form.error("hours")/>
            <div class="indent stack-sm" hidden=move || chosen.hours.with(|now| now != "weekly")>
                {rows}
                <p class="hint">"A time until that is not after the time from means the next day. Breaks read 12:00-13:00, several with commas."</p>
            </div>
        </div>
    }
    .into_any()
}

/// One day: open or not, from, until, breaks.
#[component]
fn Day(form: Form, day: DayForm, weekday: Weekday, open: RwSignal<bool>) -> impl IntoView {
    let at = weekday.index();
    let name = weekday.name();
    let error = form.error(format!("days[{at}]"));
    let invalid = move || error.get().map(|_| "true");
    let part = move |part: &str| input(&format!("days[{at}][{part}]"));
    let help = move || {
        error.get().map(|text| view! { <p class="error" id=format!("f-days[{at}]-help")><Icon name="error"/><span>{text}</span></p> })
    };
    let closed = move || !open.get();
    view! {
        <div class="row" role="group" aria-label=name aria-describedby=move || error.get().map(|_| format!("f-days[{at}]-help"))>
            <label class="check w-32">
                <input class="checkbox" type="checkbox" id=format!("f-days[{at}]") name=part("open") value="on" checked=open.get_untracked()
                    prop:checked=move || open.get() on:change=move |ev| open.set(event_target_checked(&ev))/>
                <span>{name}</span>
            </label>
            <span class="soft" hidden=move || open.get()>"Closed"</span>
            <input class="input w-36" type="time" name=part("from") value=day.from aria-label=format!("{name} from") aria-invalid=invalid hidden=closed/>
            <span class="soft" hidden=closed>"to"</span>
            <input class="input w-36" type="time" name=part("to") value=day.to aria-label=format!("{name} until") aria-invalid=invalid hidden=closed/>
            <input class="input w-48" type="text" name=part("breaks") value=day.breaks placeholder="Breaks, 12:00-13:00" aria-label=format!("{name} breaks")
                aria-invalid=invalid hidden=closed/>
        </div>
        {help}
    }
    .into_any()
}
