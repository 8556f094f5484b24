//! The fields of a revenue rule: when a call is paid and how much. A campaign and each of its routes
//! have them.

use domain::api::revenue::{RevenueForm, WITHIN_MAX_DAYS};
use domain::invalid::FieldErrors;
use domain::ledger::revenue::LENGTH_MAX_S;
use leptos::prelude::*;

use crate::form::input;
use crate::ui::{Choice, NumberInput, Segmented, Select};

/// What is typed in the fields of one rule.
#[derive(Clone, Copy)]
pub struct Revenue {
    trigger: RwSignal<String>,
    length_s: RwSignal<String>,
    from: RwSignal<String>,
    within_days: RwSignal<String>,
    pays: RwSignal<String>,
    price: RwSignal<String>,
}

impl Revenue {
    /// As in a form.
    pub fn new(start: &RevenueForm) -> Self {
        let text = |text: &String| RwSignal::new(text.clone());
        Self {
            trigger: text(&start.trigger),
            length_s: text(&start.length_s),
            from: text(&start.from),
            within_days: text(&start.within_days),
            pays: text(&start.pays),
            price: text(&start.price),
        }
    }

    /// What is typed now.
    pub fn form(self) -> RevenueForm {
        RevenueForm {
            trigger: self.trigger.get(),
            length_s: self.length_s.get(),
            from: self.from.get(),
            within_days: self.within_days.get(),
            pays: self.pays.get(),
            price: self.price.get(),
        }
    }

    /// Puts other texts into the fields.
    pub fn set(self, form: &RevenueForm) {
        for (signal, text) in [
            (self.trigger, &form.trigger),
            (self.length_s, &form.length_s),
            (self.from, &form.from),
            (self.within_days, &form.within_days),
            (self.pays, &form.pays),
            (self.price, &form.price),
        ] {
            if signal.with_untracked(|now| now != text) {
                signal.set(text.clone());
            }
        }
    }
}

/// What each field is called, at the field and where its error is told.
pub fn label(field: &str) -> &'static str {
    match field {
        "trigger" => "A call is paid",
        "length_s" => "Length",
        "from" => "Counted from",
        "within_days" => "Conversions are taken for",
        "pays" => "A conversion pays",
        "price" => "Price",
        _ => "",
    }
}

/// The fields.
#[component]
pub fn RevenueFields(
    /// What the rule is called in its form, `routes[2].revenue`; empty where it is the whole form.
    #[prop(into)]
    path: Signal<String>,
    /// Of the controls; unlike the path it stays when a route moves.
    #[prop(into)]
    id: String,
    fields: Revenue,
    /// The errors of the whole form.
    #[prop(into)]
    errors: Signal<FieldErrors>,
    /// What it means to choose no rule.
    #[prop(into)]
    none: String,
) -> impl IntoView {
    let at = move |field: &str| match path.get() {
        path if path.is_empty() => field.to_owned(),
        path => format!("{path}.{field}"),
    };
    let error = move |field: &'static str| {
        Signal::derive(move || {
            let at = at(field);
            errors.with(|errors| errors.message(&at))
        })
    };
    // The kit's controls take their names once; a route that moves is posted by the script.
    let name = move |field: &str| untrack(move || input(&at(field)));
    let unless = move |wanted: &'static str| move || fields.trigger.with(|now| now != wanted);
    let no_price = move || {
        let told = fields.pays.with(|pays| pays == "reported");
        fields.trigger.with(|now| match now.as_str() {
            "" => true,
            "conversion" => told,
            _ => false,
        })
    };
    let triggers = vec![
        Choice::new("", none),
        Choice::new("length", "After a length"),
        Choice::new("connect", "When connected"),
        Choice::new("dial", "When dialed"),
        Choice::new("conversion", "When it converts"),
    ];
    let starts = vec![
        Choice::new("connect", "Connecting"),
        Choice::new("dial", "Dialing"),
        Choice::new("incoming", "Arrival"),
    ];
    let pays = vec![
        Choice::new("fixed", "A fixed price"),
        Choice::new("reported", "What the buyer tells"),
    ];
    view! {
        <Select name=name("trigger") id=format!("{id}trigger") label=label("trigger") options=triggers bind=fields.trigger error=error("trigger")/>
        <div class="indent" hidden=unless("length")>
            <NumberInput name=name("length_s") id=format!("{id}length_s") label=label("length_s") unit="seconds" min="1" max=LENGTH_MAX_S.to_string() step="1"
                bind=fields.length_s error=error("length_s")/>
            <Segmented name=name("from") id=format!("{id}from") label=label("from") options=starts bind=fields.from error=error("from")/>
        </div>
        <div class="indent" hidden=unless("conversion")>
            <NumberInput name=name("within_days") id=format!("{id}within_days") label=label("within_days") unit="days" min="1" max=WITHIN_MAX_DAYS.to_string() step="1"
                bind=fields.within_days error=error("within_days") hint="Counted from the end of the call."/>
            <Segmented name=name("pays") id=format!("{id}pays") label=label("pays") options=pays bind=fields.pays error=error("pays")/>
        </div>
        <div hidden=no_price>
            <NumberInput name=name("price") id=format!("{id}price") label=label("price") prefix="$" min="0" step="any" bind=fields.price error=error("price")/>
        </div>
    }
    .into_any()
}
