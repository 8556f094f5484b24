//! The fields of a rule: when it pays and how much, for which calls, in which hours, up to which caps.

use domain::api::publisher::PayoutRuleForm;
use domain::schedule::ZONES;
use leptos::prelude::*;

use super::edit::Edit;
use super::held::RuleEdit;
use super::week::Week;
use crate::form::input;
use crate::ui::{Choice, FilterEditor, NumberInput, Segmented, Select, TextInput};

/// A text of a rule as a signal, for a control.
struct Part {
    /// Its name in the form.
    name: &'static str,
    get: fn(&PayoutRuleForm) -> &String,
    get_mut: fn(&mut PayoutRuleForm) -> &mut String,
}

macro_rules! part {
    ($field:ident) => {
        Part {
            name: stringify!($field),
            get: |form| &form.$field,
            get_mut: |form| &mut form.$field,
        }
    };
}

/// What a control of a rule is made with.
struct Control {
    name: String,
    id: String,
    error: Signal<Option<String>>,
    bind: RwSignal<String>,
}

/// Ties a part of a rule to a control: both ways, for edits are taken back as well.
fn control(edit: Edit, rule: RuleEdit, part: &Part) -> Control {
    let Part { name, get, get_mut } = *part;
    let form = rule.form;
    let bind = RwSignal::new(form.with_untracked(|form| get(form).clone()));
    Effect::new(move |_| {
        let text = bind.get();
        if form.with_untracked(|form| *get(form) != text) {
            form.update(|form| *get_mut(form) = text);
        }
    });
    Effect::new(move |_| {
        let text = form.with(|form| get(form).clone());
        if bind.with_untracked(|bind| *bind != text) {
            bind.set(text);
        }
    });
    let field = rule.field(name);
    Control {
        name: input(&field),
        id: format!("f-{field}"),
        error: edit.error(rule, name),
        bind,
    }
}

/// All of them, behind a line that opens them.
#[component]
pub fn Fields(edit: Edit, rule: RuleEdit) -> impl IntoView {
    let toggled = move |ev: web_sys::Event| {
        rule.open
            .set(event_target::<web_sys::Element>(&ev).has_attribute("open"));
    };
    let field = rule.field("filter");
    view! {
        <details class="payout-more" open=move || rule.open.get() on:toggle=toggled>
            <summary>"Edit"</summary>
            <div class="payout-body">
                <input type="hidden" name=input(&rule.field("id")) value=move || rule.form.with(|form| form.id.clone())/>
                <Pays edit=edit rule=rule/>
                <FilterEditor field=field bind=rule.filter choices=edit.choices errors=edit.errors/>
                <Hours edit=edit rule=rule/>
                <Caps edit=edit rule=rule/>
            </div>
        </details>
    }
    .into_any()
}

fn unless(signal: RwSignal<String>, value: &'static str) -> impl Fn() -> bool + Send + Sync + Copy {
    move || signal.with(|now| now != value)
}

#[component]
fn Pays(edit: Edit, rule: RuleEdit) -> impl IntoView {
    let name = control(edit, rule, &part!(name));
    let trigger = control(edit, rule, &part!(trigger));
    let (length, from) = (
        control(edit, rule, &part!(length_s)),
        control(edit, rule, &part!(from)),
    );
    let pays = control(edit, rule, &part!(pays));
    let triggers = vec![
        Choice::new("length", "It lasted so long"),
        Choice::new("connect", "It connected"),
        Choice::new("converted", "It converted"),
        Choice::new("incoming", "It came in"),
    ];
    let timers = vec![
        Choice::new("connect", "the connection"),
        Choice::new("dial", "the dialing of the target"),
        Choice::new("incoming", "the arrival of the call"),
    ];
    let kinds = vec![
        Choice::new("fixed", "Fixed amount"),
        Choice::new("share", "Share of revenue"),
    ];
    let (kind, when) = (pays.bind, trigger.bind);
    view! {
        <div class="form-2">
            <TextInput name=name.name id=name.id label="Name" error=name.error bind=name.bind required=true/>
            <Select name=trigger.name id=trigger.id label="A call is paid when" options=triggers error=trigger.error bind=trigger.bind/>
        </div>
        <div class="form-2" hidden=unless(when, "length")>
            <NumberInput name=length.name id=length.id label="Length" unit="seconds" error=length.error bind=length.bind min="1" step="1"/>
            <Select name=from.name id=from.id label="Counted from" options=timers error=from.error bind=from.bind/>
        </div>
        <Segmented name=pays.name id=pays.id label="It pays" options=kinds error=pays.error bind=kind/>
        <Amounts edit=edit rule=rule kind=kind/>
    }
    .into_any()
}

#[component]
fn Amounts(edit: Edit, rule: RuleEdit, kind: RwSignal<String>) -> impl IntoView {
    let amount = control(edit, rule, &part!(amount));
    let share = control(edit, rule, &part!(share));
    let (min, max) = (
        control(edit, rule, &part!(min)),
        control(edit, rule, &part!(max)),
    );
    view! {
        <div class="form-2" hidden=unless(kind, "fixed")>
            <NumberInput name=amount.name id=amount.id label="Amount" prefix="$" error=amount.error bind=amount.bind min="0" step="any"/>
        </div>
        <div class="payout-share" hidden=unless(kind, "share")>
            <NumberInput name=share.name id=share.id label="Share" unit="%" error=share.error bind=share.bind min="0" max="100" step="any"/>
            <NumberInput name=min.name id=min.id label="At least" prefix="$" error=min.error bind=min.bind min="0" step="any" placeholder="None"/>
            <NumberInput name=max.name id=max.id label="At most" prefix="$" error=max.error bind=max.bind min="0" step="any" placeholder="No limit"/>
        </div>
    }
    .into_any()
}

#[component]
fn Hours(edit: Edit, rule: RuleEdit) -> impl IntoView {
    let (zone, hours) = (
        control(edit, rule, &part!(zone)),
        control(edit, rule, &part!(hours)),
    );
    let zones: Vec<Choice> = ZONES
        .iter()
        .map(|(zone, words)| Choice::new(*zone, *words))
        .collect();
    let kinds = vec![
        Choice::new("always", "Always"),
        Choice::new("weekly", "Weekly hours"),
    ];
    let chosen = hours.bind;
    view! {
        <div class="form-2">
            <Segmented name=hours.name id=hours.id label="Calls that come" options=kinds error=hours.error bind=chosen/>
            <Select name=zone.name id=zone.id label="Time zone" options=zones error=zone.error bind=zone.bind hint="Hours and caps follow this clock."/>
        </div>
        <div class="indent stack-sm" hidden=unless(chosen, "weekly")><Week edit=edit rule=rule/></div>
    }
    .into_any()
}

/// Up to how many calls and how much money, per hour, day, month and in all.
#[component]
fn Caps(edit: Edit, rule: RuleEdit) -> impl IntoView {
    let calls = [
        part!(cap_hourly),
        part!(cap_daily),
        part!(cap_monthly),
        part!(cap_total),
    ];
    let money = [
        part!(dollars_hourly),
        part!(dollars_daily),
        part!(dollars_monthly),
        part!(dollars_total),
    ];
    let windows = ["Per hour", "Per day", "Per month", "In all"];
    let calls = calls.iter().zip(windows).map(|(part, label)| {
        let c = control(edit, rule, part);
        view! { <NumberInput name=c.name id=c.id label=label unit="calls" error=c.error bind=c.bind min="0" step="1" placeholder="No limit"/> }
    });
    let money = money.iter().zip(windows).map(|(part, label)| {
        let c = control(edit, rule, part);
        view! { <NumberInput name=c.name id=c.id label=label prefix="$" error=c.error bind=c.bind min="0" step="any" placeholder="No limit"/> }
    });
    view! {
        <fieldset class="payout-caps"><legend>"Paid calls, at most"</legend>{calls.collect_view()}</fieldset>
        <fieldset class="payout-caps"><legend>"Paid money, at most"</legend>{money.collect_view()}</fieldset>
    }
    .into_any()
}
