//! How routes of one priority share calls, how many are dialed, and what else holds for the whole
//! plan.

use domain::access::Permission;
use domain::api::predict::PredictiveForm;
use domain::campaign::{ATTEMPTS, Distribution};
use domain::plan::PRIORITY_MAX;
use leptos::prelude::*;

use super::super::RestoreFirst;
use super::draft::Draft;
use super::edit::Edit;
use crate::form::input;
use crate::page::parts::OnlyLook;
use crate::ui::{Accordion, AccordionItem, Button, Choice, NumberInput, Segmented};

/// The controls over the priorities.
#[component]
pub fn Controls(edit: Edit) -> impl IntoView {
    let view = move || {
        if edit.archived.get() {
            return view! { <div class="mb-4"><RestoreFirst/></div> }.into_any();
        }
        if !edit.may_edit.get() {
            return view! { <OnlyLook what=Permission::EditCampaigns/> }.into_any();
        }
        view! { <Sharing edit=edit/><Further edit=edit/> }.into_any()
    };
    view.into_any()
}

fn error(edit: Edit, field: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || edit.errors.with(|errors| errors.message(field)))
}

/// How routes share calls, how many are dialed, and a further priority.
#[component]
fn Sharing(edit: Edit) -> impl IntoView {
    let distribution = edit.bound(|d: &Draft| Some(&d.distribution), |d, t| d.distribution = t);
    let attempts = edit.bound(|d: &Draft| Some(&d.attempts_max), |d, t| d.attempts_max = t);
    let add = move |_| edit.change(|d| d.tiers.push(Vec::new()));
    let full = Signal::derive(move || {
        edit.now.with(|d| {
            d.tiers.len() >= PRIORITY_MAX as usize || d.tiers.last().is_some_and(Vec::is_empty)
        })
    });
    let why = move || match edit.now.with(|d| d.tiers.last().is_some_and(Vec::is_empty)) {
        true => "The last priority has no route yet.".to_owned(),
        false => format!("A plan has at most {PRIORITY_MAX} priorities."),
    };
    let options = Distribution::ALL
        .into_iter()
        .map(|way| Choice::new(way.code(), way.words()))
        .collect::<Vec<_>>();
    view! {
        <div class="mb-4 flex flex-wrap items-end gap-x-4 gap-y-3">
            <Segmented name="form[distribution]" id="f-distribution" label="How calls are shared" options=options bind=distribution error=error(edit, "distribution")/>
            <div class="w-28">
                <NumberInput name="form[attempts_max]" id="f-attempts_max" label="Dial attempts" min=ATTEMPTS.0.to_string()
                    max=ATTEMPTS.1.to_string() step="1" error=error(edit, "attempts_max") bind=attempts/>
            </div>
            <div class="ml-auto flex flex-wrap items-center gap-2">
                {move || full.get().then(|| view! { <span class="hint">{why()}</span> })}
                <Button icon="plus" disabled=full on:click=add>"Add priority"</Button>
            </div>
        </div>
        <p class="hint mb-4" role="status">{move || distribution.with(|way| explained(way))}</p>
    }
    .into_any()
}

/// What a distribution does, in a sentence.
fn explained(code: &str) -> &'static str {
    match code {
        "round_robin" => "In a priority, the open route that waited longest for a call is next.",
        "longest_idle" => {
            "In a priority, the open route whose last call ended longest ago is next."
        }
        "predictive" => {
            "In a priority, the open route that is likely to earn most is next, judged by what earlier calls made there."
        }
        _ => "In a priority, open routes share calls in proportion to their weights.",
    }
}

/// What most campaigns leave as it is.
#[component]
fn Further(edit: Edit) -> impl IntoView {
    let mode = edit.bound(
        |d: &Draft| Some(&d.recovery.mode),
        |d, t| d.recovery.mode = t,
    );
    let within = edit.bound(
        |d: &Draft| Some(&d.recovery.within_s),
        |d, t| d.recovery.within_s = t,
    );
    let reroutes = edit.bound(
        |d: &Draft| Some(&d.recovery.reroutes_max),
        |d, t| d.recovery.reroutes_max = t,
    );
    let wrong = Signal::derive(move || {
        edit.errors.with(|errors| {
            let further = |field: &str| {
                ["recovery.", "predictive."]
                    .iter()
                    .any(|p| field.starts_with(p))
            };
            errors.0.iter().any(|e| further(&e.field))
        })
    });
    // Nothing says more than the campaign does, so to follow what stands above is to do nothing.
    let modes = vec![Choice::new("inherit", "No"), Choice::new("on", "Yes")];
    let off = move || mode.with(|mode| mode != "on");
    let predicts = Memo::new(move |_| edit.now.with(|d| d.distribution == "predictive"));
    let fact = if edit.now.with_untracked(|d| d.recovery.mode == "on") {
        "Callers are sent on"
    } else {
        ""
    };
    view! {
        <div class="mb-4" id="plan-further" data-wrong=move || wrong.get().then_some("")>
            <Accordion>
                <AccordionItem title="Advanced" fact=fact>
                    <Segmented name=input("recovery.mode") id="f-recovery.mode" label="Send a caller on when the target hangs up at once" options=modes bind=mode
                        error=error(edit, "recovery.mode") hint="The caller hears ringing, and the next open route that takes such callers is dialed."/>
                    <div class="indent" hidden=off>
                        <div class="form-2">
                            <NumberInput name=input("recovery.within_s") id="f-recovery.within_s" label="Hung up within" unit="seconds" min="1" step="1" bind=within
                                error=error(edit, "recovery.within_s")/>
                            <NumberInput name=input("recovery.reroutes_max") id="f-recovery.reroutes_max" label="Sent on at most" unit="times" min="1" max="5" step="1" bind=reroutes
                                error=error(edit, "recovery.reroutes_max")/>
                        </div>
                    </div>
                    <div class="stack" hidden=move || !predicts.get()><Predictive edit=edit/></div>
                </AccordionItem>
            </Accordion>
        </div>
    }
    .into_any()
}

/// A field of the prediction: its name, what it is called, its unit, what it means.
struct Part {
    field: &'static str,
    label: &'static str,
    unit: &'static str,
    hint: &'static str,
    get: fn(&PredictiveForm) -> &String,
    set: fn(&mut PredictiveForm, String),
}

macro_rules! part {
    ($field:ident, $label:literal, $unit:literal, $hint:literal) => {
        Part {
            field: stringify!($field),
            label: $label,
            unit: $unit,
            hint: $hint,
            get: |form| &form.$field,
            set: |form, text| form.$field = text,
        }
    };
}

/// In the order they come into play.
const PARTS: [Part; 9] = [
    part!(
        prior_value,
        "A call is worth, before there is data",
        "$",
        "The campaign starts from this."
    ),
    part!(
        prior_calls,
        "That counts as much as",
        "calls",
        "Real calls of the campaign overrule it after about as many."
    ),
    part!(
        target_calls,
        "The campaign counts for a target as much as",
        "calls",
        "After as many calls a target’s own figures weigh the same."
    ),
    part!(
        publisher_calls,
        "A target counts for a publisher as much as",
        "calls",
        "After as many calls from one publisher its own figures weigh the same."
    ),
    part!(
        training_calls,
        "A target is new for",
        "calls",
        "Until then the campaign’s average stands in for it."
    ),
    part!(
        new_bonus_percent,
        "A new target is lifted by",
        "%",
        "So that it gets calls to learn from."
    ),
    part!(
        weak_below_percent,
        "A target is weak below",
        "%",
        "Of the campaign’s average. 0: none is."
    ),
    part!(
        weak_bonus_percent,
        "A weak target is lifted by",
        "%",
        "Usually not at all."
    ),
    part!(
        retest_percent,
        "A weak target is tried anew in",
        "%",
        "Of calls, so that a bad start is not for ever."
    ),
];

/// How the plan predicts. What is not changed is what we start every campaign with.
#[component]
fn Predictive(edit: Edit) -> impl IntoView {
    let start = PredictiveForm::default();
    let fields = PARTS.iter().map(|part| {
        let (get, set) = (part.get, part.set);
        let bind = edit.bound(
            move |d: &Draft| Some(get(&d.predictive)),
            move |d, text| set(&mut d.predictive, text),
        );
        let field = format!("predictive.{}", part.field);
        let at = field.clone();
        let error = Signal::derive(move || edit.errors.with(|errors| errors.message(&at)));
        let (prefix, unit) = if part.unit == "$" { ("$", "") } else { ("", part.unit) };
        let hint = format!("{} Default {}.", part.hint, get(&start));
        view! { <NumberInput name=input(&field) id=format!("f-{field}") label=part.label prefix=prefix unit=unit min="0" step="any" hint=hint bind=bind error=error/> }
    });
    let fields = fields.collect_view();
    let count_on = edit.bound(
        |d: &Draft| Some(&d.predictive.count_on),
        |d, t| d.predictive.count_on = t,
    );
    let use_known = edit.bound(
        |d: &Draft| Some(&d.predictive.use_known),
        |d, t| d.predictive.use_known = t,
    );
    let counts = vec![
        Choice::new("dial", "Each one dialed"),
        Choice::new("connect", "Each one connected"),
    ];
    let known = vec![Choice::new("no", "No"), Choice::new("yes", "Yes")];
    view! {
        <p class="hint">"Each open route gets an estimate of what this call would make there. It starts from the campaign’s average and leans to the target’s own calls, then to its calls from the same publisher, the more of them there are."</p>
        <Segmented name=input("predictive.count_on") id="f-predictive.count_on" label="Calls that count" options=counts bind=count_on
            error=error(edit, "predictive.count_on") hint="With each one dialed, a target that does not answer loses worth."/>
        <div class="form-2">{fields}</div>
        <Segmented name=input("predictive.use_known") id="f-predictive.use_known" label="Rank by the price where it is certain" options=known bind=use_known
            hint="A route that pays a fixed price when connected is ranked by that price, not by what its calls made."/>
    }
    .into_any()
}
