//! The hours of a rule, day by day.

use domain::api::target::DayForm;
use domain::time::Weekday;
use leptos::prelude::*;

use super::edit::Edit;
use super::held::RuleEdit;
use crate::form::input;
use crate::ui::Icon;

/// A day of a rule.
#[derive(Clone, Copy)]
struct Day {
    edit: Edit,
    rule: RuleEdit,
    weekday: Weekday,
}

impl Day {
    fn get(self, part: fn(&DayForm) -> &String) -> String {
        let at = self.weekday.index();
        self.rule.form.with(|form| {
            form.days
                .get(at)
                .map(|day| part(day).clone())
                .unwrap_or_default()
        })
    }

    fn set(self, part: fn(&mut DayForm) -> &mut String, text: String) {
        let at = self.weekday.index();
        self.rule.form.update(|form| {
            if let Some(day) = form.days.get_mut(at) {
                *part(day) = text;
            }
        });
    }

    fn field(self) -> String {
        self.rule.field(&format!("days[{}]", self.weekday.index()))
    }

    fn name(self, part: &str) -> String {
        input(&format!("{}.{part}", self.field()))
    }

    fn error(self) -> Option<String> {
        let field = self.field();
        let breaks = format!("{field}.breaks");
        self.edit
            .errors
            .with(|errors| errors.message(&field).or_else(|| errors.message(&breaks)))
    }
}

/// All seven.
#[component]
pub fn Week(edit: Edit, rule: RuleEdit) -> impl IntoView {
    let days = Weekday::ALL.map(|weekday| view! { <OneDay day=Day { edit, rule, weekday }/> });
    view! {
        {days.into_iter().collect_view()}
        <p class="hint">"A closing time at or before the opening time is on the next day. Write breaks as 12:00-13:00, several with commas."</p>
    }
    .into_any()
}

/// Open or not, from, until, breaks.
#[component]
fn OneDay(day: Day) -> impl IntoView {
    let name = day.weekday.name();
    let closed = move || day.get(|d| &d.open).is_empty();
    let flip = move |ev: web_sys::Event| {
        let on = if event_target_checked(&ev) { "on" } else { "" };
        day.set(|d| &mut d.open, on.to_owned());
    };
    let id = format!("f-{}", day.field());
    let help_id = format!("{id}-help");
    let described = {
        let help_id = help_id.clone();
        Signal::derive(move || day.error().map(|_| help_id.clone()))
    };
    let invalid = move || day.error().map(|_| "true");
    let help = move || {
        let id = help_id.clone();
        day.error().map(
            |text| view! { <p class="error" id=id><Icon name="error"/><span>{text}</span></p> },
        )
    };
    let untracked = move |part: fn(&DayForm) -> &String| untrack(move || day.get(part));
    view! {
        <div class="row" role="group" aria-label=name aria-describedby=move || described.get()>
            <label class="check w-32">
                <input class="checkbox" type="checkbox" id=id name=day.name("open") value="on" checked=!untrack(closed) prop:checked=move || !closed() on:change=flip/>
                <span>{name}</span>
            </label>
            <span class="soft" hidden=move || !closed()>"Closed"</span>
            <input class="input w-36" type="time" name=day.name("from") value=untracked(|d| &d.from) prop:value=move || day.get(|d| &d.from) hidden=closed
                aria-label=format!("{name} from") aria-invalid=invalid aria-describedby=move || described.get() on:input=move |ev| day.set(|d| &mut d.from, event_target_value(&ev))/>
            <span class="soft" hidden=closed>"to"</span>
            <input class="input w-36" type="time" name=day.name("to") value=untracked(|d| &d.to) prop:value=move || day.get(|d| &d.to) hidden=closed
                aria-label=format!("{name} until") aria-invalid=invalid aria-describedby=move || described.get() on:input=move |ev| day.set(|d| &mut d.to, event_target_value(&ev))/>
            <input class="input w-48" type="text" name=day.name("breaks") value=untracked(|d| &d.breaks) prop:value=move || day.get(|d| &d.breaks) placeholder="Breaks, 12:00-13:00" hidden=closed
                aria-label=format!("{name} breaks") aria-invalid=invalid aria-describedby=move || described.get() on:input=move |ev| day.set(|d| &mut d.breaks, event_target_value(&ev))/>
        </div>
        {help}
    }
    .into_any()
}
