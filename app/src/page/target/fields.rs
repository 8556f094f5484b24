//! The fields of a target: where it rings, what it sees and hears, how much it takes.

use domain::api::target::TargetForm;
use domain::schedule::ZONES;
use domain::target::RING_TIMEOUT_S;
use domain::time::Weekday;
use leptos::prelude::*;

use super::hours::Hours;
use crate::form::{Form, input};
use crate::ui::{Choice, NumberInput, Panel, Segmented, Select, TextInput, Textarea};

/// What each field is called, at the field and where its error is told.
pub fn label(field: &str) -> String {
    if let Some(day) = field.strip_prefix("days[") {
        let at = day
            .split(']')
            .next()
            .and_then(|at| at.parse::<usize>().ok());
        let name = at
            .and_then(|at| Weekday::ALL.get(at))
            .map_or("Opening hours", |weekday| weekday.name());
        let part = if field.ends_with(".breaks") {
            " breaks"
        } else {
            ""
        };
        return format!("{name}{part}");
    }
    let words = match field {
        "name" => "Name",
        "kind" => "Send the call to",
        "number" => "Phone number",
        "sip" => "SIP address",
        "ring_timeout_s" => "Ring limit",
        "caller_id" => "Number the target sees",
        "caller_id_number" => "Fixed number",
        "whisper" => "Whisper",
        "zone" => "Time zone",
        "hours" => "Opening hours",
        "cap_concurrent" => "At the same time",
        "cap_hourly" => "Per hour",
        "cap_daily" => "Per day",
        "cap_monthly" => "Per month",
        "cap_total" => "In all",
        _ => "",
    };
    words.to_owned()
}

/// The choices that other fields hang under.
#[derive(Clone, Copy)]
pub struct Chosen {
    pub kind: RwSignal<String>,
    pub caller_id: RwSignal<String>,
    pub hours: RwSignal<String>,
    /// Which days are open, from Monday.
    pub days: [RwSignal<bool>; 7],
}

/// The same as plain values.
#[derive(Clone)]
pub struct Values {
    texts: [String; 3],
    days: [bool; 7],
}

impl Chosen {
    /// As in a form.
    pub fn new(start: &TargetForm) -> Self {
        Self {
            kind: RwSignal::new(start.kind.clone()),
            caller_id: RwSignal::new(start.caller_id.clone()),
            hours: RwSignal::new(start.hours.clone()),
            days: std::array::from_fn(|day| {
                RwSignal::new(start.days.get(day).is_some_and(|d| !d.open.is_empty()))
            }),
        }
    }

    /// What is chosen now.
    pub fn values(self) -> Values {
        Values {
            texts: [
                self.kind.get_untracked(),
                self.caller_id.get_untracked(),
                self.hours.get_untracked(),
            ],
            days: self.days.map(|day| day.get_untracked()),
        }
    }

    /// Chooses again what was chosen then.
    pub fn put_back(self, then: &Values) {
        for (signal, text) in [self.kind, self.caller_id, self.hours]
            .into_iter()
            .zip(&then.texts)
        {
            signal.set(text.clone());
        }
        for (signal, on) in self.days.into_iter().zip(then.days) {
            signal.set(on);
        }
    }
}

/// All fields, in three panels.
#[component]
pub fn Fields(form: Form, start: TargetForm, chosen: Chosen) -> impl IntoView {
    let (rings, caps) = (start.clone(), start.clone());
    view! {
        <Panel title="Where it rings"><Destination form=form start=rings chosen=chosen/></Panel>
        <Panel title="When it takes calls"><Hours form=form start=start chosen=chosen/></Panel>
        <Panel title="How many calls it takes" note="Empty means no limit"><Caps form=form start=caps/></Panel>
    }
    .into_any()
}

fn unless(
    signal: RwSignal<String>,
    value: &'static str,
) -> impl Fn() -> bool + Send + Sync + Copy + 'static {
    move || signal.with(|now| now != value)
}

#[component]
fn Destination(form: Form, start: TargetForm, chosen: Chosen) -> impl IntoView {
    let kinds = vec![Choice::new("number", "Number"), Choice::new("sip", "SIP")];
    view! {
        <div class="form">
            <TextInput name=input("name") id="f-name" label=label("name") value=start.name.clone() error=form.error("name") required=true/>
            <Segmented name=input("kind") id="f-kind" label=label("kind") options=kinds bind=chosen.kind error=form.error("kind")/>
            <div class="indent" hidden=unless(chosen.kind, "number")>
                <TextInput name=input("number") id="f-number" label=label("number") kind="tel" value=start.number.clone() error=form.error("number") placeholder="(214) 555-0187"/>
            </div>
            <div class="indent" hidden=unless(chosen.kind, "sip")>
                <TextInput name=input("sip") id="f-sip" label=label("sip") mono=true value=start.sip.clone() error=form.error("sip") placeholder="sip:night@pbx.example.com"/>
            </div>
            <NumberInput name=input("ring_timeout_s") id="f-ring_timeout_s" label=label("ring_timeout_s") unit="seconds" value=start.ring_timeout_s.clone()
                error=form.error("ring_timeout_s") min=RING_TIMEOUT_S.0.to_string() max=RING_TIMEOUT_S.1.to_string() step="1"
                hint="Then the next target is tried."/>
            <CallerId form=form start=start chosen=chosen/>
        </div>
    }
    .into_any()
}

/// What the target sees and hears before it talks.
#[component]
fn CallerId(form: Form, start: TargetForm, chosen: Chosen) -> impl IntoView {
    let policies = vec![
        Choice::new("pass_through", "Caller"),
        Choice::new("tracking", "Tracking number"),
        Choice::new("fixed", "Fixed number"),
    ];
    view! {
        <Segmented name=input("caller_id") id="f-caller_id" label=label("caller_id") options=policies bind=chosen.caller_id error=form.error("caller_id")/>
        <div class="indent" hidden=unless(chosen.caller_id, "fixed")>
            <TextInput name=input("caller_id_number") id="f-caller_id_number" label=label("caller_id_number") kind="tel" value=start.caller_id_number
                error=form.error("caller_id_number") hint="It must be one of yours at the carrier."/>
        </div>
        <Textarea name=input("whisper") id="f-whisper" label=label("whisper") rows=2 optional=true value=start.whisper error=form.error("whisper") maxlength=300
            hint="Spoken to the target before the caller is connected."/>
    }
    .into_any()
}

#[component]
fn Caps(form: Form, start: TargetForm) -> impl IntoView {
    let cap = |field: &'static str, value: String| {
        view! {
            <NumberInput name=input(field) id=format!("f-{field}") label=label(field) unit="calls" value=value error=form.error(field) min="0" step="1" placeholder="No limit"/>
        }
    };
    view! {
        <div class="form-2">
            {cap("cap_concurrent", start.cap_concurrent)}
            {cap("cap_hourly", start.cap_hourly)}
            {cap("cap_daily", start.cap_daily)}
            {cap("cap_monthly", start.cap_monthly)}
            {cap("cap_total", start.cap_total)}
        </div>
    }
    .into_any()
}

/// The zone the hours and limits are counted in.
#[component]
pub fn Zone(form: Form, value: String) -> impl IntoView {
    let zones: Vec<Choice> = ZONES
        .iter()
        .map(|(zone, words)| Choice::new(*zone, *words))
        .collect();
    view! {
        <Select name=input("zone") id="f-zone" label=label("zone") options=zones value=value error=form.error("zone") hint="Hours and limits follow this clock."/>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn every_field_with_an_error_has_a_name() {
        let bad = domain::api::target::TargetForm {
            kind: "sip".into(),
            ring_timeout_s: "1".into(),
            caller_id: "fixed".into(),
            whisper: "x".repeat(301),
            zone: "Mars".into(),
            hours: "weekly".into(),
            days: vec![domain::api::target::DayForm {
                open: "on".into(),
                breaks: "noon".into(),
                ..Default::default()
            }],
            cap_concurrent: "-1".into(),
            cap_hourly: "-1".into(),
            cap_daily: "-1".into(),
            cap_monthly: "-1".into(),
            cap_total: "-1".into(),
            ..Default::default()
        };
        let errors = bad.check().expect_err("invalid").0;
        assert_eq!(errors.len(), 12, "{errors:?}");
        assert!(
            errors.iter().all(|e| !label(&e.field).is_empty()),
            "{errors:?}"
        );
        assert_eq!(label("days[2]"), "Wednesday");
        assert_eq!(label("days[0].breaks"), "Monday breaks");
    }
}
