//! Opening hours: always, or day by day with breaks; and holidays.

use domain::api::target::DayForm;
use domain::schedule::ZONES;
use domain::schedule::holiday::{Federal, text};
use domain::time::Weekday;
use leptos::prelude::*;

use super::chosen::Chosen;
use super::{Terms, label};
use crate::form::{Form, input};
use crate::state::use_scripted;
use crate::ui::{Choice, FieldSet, Icon, Segmented, Select, Textarea};

/// Zone, kind of hours, the week, and holidays.
#[component]
pub fn Hours(form: Form, terms: StoredValue<Terms>, chosen: Chosen) -> impl IntoView {
    let terms = terms.get_value();
    let kinds = vec![
        Choice::new("always", "Always"),
        Choice::new("weekly", "Weekly hours"),
    ];
    let mut days = terms.days;
    days.resize_with(7, DayForm::default);
    let rows = days.into_iter().zip(Weekday::ALL).map(|(day, weekday)| view! { <Day form=form day=day weekday=weekday open=chosen.days[weekday.index()]/> }).collect_view();
    view! {
        <div class="form">
            <Zone form=form value=terms.zone/>
            <Segmented name=input("hours") id="f-hours" label=label("hours") options=kinds bind=chosen.hours error=form.error("hours")/>
            <div class="indent stack-sm" hidden=move || chosen.hours.with(|now| now != "weekly")>
                {rows}
                <p class="hint">"A closing time at or before the opening time is on the next day: 20:00 to 02:00 closes at 2 at night. Write breaks as 12:00-13:00, several with commas."</p>
            </div>
            <Holidays form=form chosen=chosen/>
        </div>
    }
    .into_any()
}

/// The zone the hours and limits are counted in.
#[component]
fn Zone(form: Form, value: String) -> impl IntoView {
    let zones: Vec<Choice> = ZONES
        .iter()
        .map(|(zone, words)| Choice::new(*zone, *words))
        .collect();
    view! {
        <Select name=input("zone") id="f-zone" label=label("zone") options=zones value=value error=form.error("zone") hint="Hours and limits follow this clock."/>
    }
    .into_any()
}

/// Days with other hours or none: public holidays to tick, over the text that says them all.
#[component]
fn Holidays(form: Form, chosen: Chosen) -> impl IntoView {
    let typed = chosen.holidays;
    let scripted = use_scripted();
    let tick = move |holiday: Federal| {
        let on = Memo::new(move |_| typed.with(|typed| text::names(typed, holiday)));
        let flip = move |ev| {
            let wanted = event_target_checked(&ev);
            typed.update(|typed| *typed = text::with(typed, holiday, wanted));
        };
        view! {
            <label class="check"><input class="checkbox" type="checkbox" prop:checked=move || on.get() on:change=flip/><span>{holiday.name()}</span></label>
        }
    };
    let ticks = move || {
        scripted.get().then(|| {
            let all = Federal::ALL.map(tick).into_iter().collect_view();
            view! { <FieldSet legend="Public holidays"><div class="ticks">{all}</div></FieldSet> }
        })
    };
    view! {
        {ticks}
        <Textarea name=input("holidays") id="f-holidays" label=label("holidays") rows=3 optional=true bind=typed error=form.error("holidays")
            placeholder="12-24 Christmas Eve = 9:00-12:00"
            hint="One a line: 12-31 Staff party, or 2026-12-24 for that year alone. Hours stand after =, else it is closed. A public holiday is its name; the working day it is observed on counts too, unless “, only on the day” follows."/>
    }
    .into_any()
}

/// One day: open or not, from, until, breaks.
#[component]
fn Day(form: Form, day: DayForm, weekday: Weekday, open: RwSignal<bool>) -> impl IntoView {
    let at = weekday.index();
    let name = weekday.name();
    let (hours, breaks) = (
        form.error(format!("days[{at}]")),
        form.error(format!("days[{at}].breaks")),
    );
    let (hours_help, breaks_help) = (
        format!("f-days[{at}]-help"),
        format!("f-days[{at}].breaks-help"),
    );
    let part = move |part: &str| input(&format!("days[{at}][{part}]"));
    let closed = move || !open.get();
    view! {
        <div class="row" role="group" aria-label=name aria-describedby=described(hours, &hours_help)>
            <label class="check w-32">
                <input class="checkbox" type="checkbox" id=format!("f-days[{at}]") name=part("open") value="on" checked=open.get_untracked()
                    prop:checked=move || open.get() on:change=move |ev| open.set(event_target_checked(&ev))/>
                <span>{name}</span>
            </label>
            <span class="soft" hidden=move || open.get()>"Closed"</span>
            <input class="input w-36" type="time" name=part("from") value=day.from aria-label=format!("{name} from") aria-invalid=invalid(hours)
                aria-describedby=described(hours, &hours_help) hidden=closed/>
            <span class="soft" hidden=closed>"to"</span>
            <input class="input w-36" type="time" name=part("to") value=day.to aria-label=format!("{name} until") aria-invalid=invalid(hours)
                aria-describedby=described(hours, &hours_help) hidden=closed/>
            <input class="input w-48" type="text" id=format!("f-days[{at}].breaks") name=part("breaks") value=day.breaks placeholder="Breaks, 12:00-13:00"
                aria-label=format!("{name} breaks") aria-invalid=invalid(breaks) aria-describedby=described(breaks, &breaks_help) hidden=closed/>
        </div>
        {help(hours, hours_help)}
        {help(breaks, breaks_help)}
    }
    .into_any()
}

fn invalid(error: Signal<Option<String>>) -> impl Fn() -> Option<&'static str> + Send + Sync {
    move || error.with(Option::is_some).then_some("true")
}

fn described(
    error: Signal<Option<String>>,
    help: &str,
) -> impl Fn() -> Option<String> + Send + Sync + use<> {
    let help = help.to_owned();
    move || error.with(Option::is_some).then(|| help.clone())
}

fn help(error: Signal<Option<String>>, id: String) -> AnyView {
    let text = move || {
        let id = id.clone();
        error.get().map(
            |text| view! { <p class="error" id=id><Icon name="error"/><span>{text}</span></p> },
        )
    };
    text.into_any()
}
