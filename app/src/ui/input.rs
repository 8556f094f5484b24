//! Fields that are typed into or picked from: text, number with its unit, select, text area.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

use super::{dom, field::Frame, icon::Icon};

/// One entry of a select, segmented control or combobox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What the form posts.
    pub value: String,
    /// What people read.
    pub label: String,
    /// A quiet fact at the right, for example "422 calls".
    pub note: String,
    /// Why it cannot be chosen.
    pub disabled: Option<String>,
}

impl Choice {
    /// An entry that can be chosen.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            ..Self::default()
        }
    }

    /// Adds a quiet fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Says why it cannot be chosen now.
    #[must_use]
    pub fn disabled(mut self, reason: impl Into<String>) -> Self {
        self.disabled = Some(reason.into());
        self
    }
}

/// A control's first value: the signal's if it is bound, else the given one.
fn first_value(value: String, bind: Option<RwSignal<String>>) -> String {
    bind.map_or(value, |b| b.get_untracked())
}

fn write_back(bind: Option<RwSignal<String>>) -> impl Fn(web_sys::Event) {
    move |ev| {
        if let Some(bind) = bind {
            bind.set(event_target_value(&ev));
        }
    }
}

/// A one-line text field.
#[component]
pub fn TextInput(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    /// The input's type: text, email, password, tel, url, search, date, time.
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(optional)] required: bool,
    /// Says "optional" beside the label.
    #[prop(optional)]
    optional: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] autocomplete: Option<String>,
    #[prop(optional, into)] placeholder: Option<String>,
    #[prop(optional)] maxlength: Option<u32>,
    /// For ids, addresses and keys.
    #[prop(optional)]
    mono: bool,
    /// The id of a `datalist` with texts to choose from.
    #[prop(optional, into)]
    list: Option<String>,
    #[prop(optional)] bind: Option<RwSignal<String>>,
) -> impl IntoView {
    let frame = Frame {
        id: Frame::id(id, &name),
        label,
        hint,
        error,
        optional,
    };
    let (described, invalid) = (frame.described(), frame.invalid());
    let node = NodeRef::<html::Input>::new();
    dom::link_value(move || node.get().map(JsCast::unchecked_into), bind);
    let control = view! {
        <input class="input" class:mono=mono node_ref=node id=frame.id.clone() name=name type=kind
            value=first_value(value, bind) required=required disabled=move || disabled.get()
            autocomplete=autocomplete placeholder=placeholder maxlength=maxlength.map(|n| n.to_string()) list=list
            aria-describedby=move || described.get() aria-invalid=move || invalid.get() on:input=write_back(bind)/>
    };
    frame.stacked(control.into_any())
}

/// A number, right-aligned, with its unit in an attached box.
#[component]
pub fn NumberInput(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    /// The unit after the number, for example "ms".
    #[prop(optional, into)]
    unit: String,
    /// The sign before the number, for example "$".
    #[prop(optional, into)]
    prefix: String,
    #[prop(optional, into)] min: Option<String>,
    #[prop(optional, into)] max: Option<String>,
    #[prop(optional, into)] step: Option<String>,
    #[prop(optional)] required: bool,
    #[prop(optional)] optional: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] placeholder: Option<String>,
    #[prop(optional)] bind: Option<RwSignal<String>>,
) -> impl IntoView {
    let frame = Frame {
        id: Frame::id(id, &name),
        label,
        hint,
        error,
        optional,
    };
    let (described, invalid) = (frame.described(), frame.invalid());
    let node = NodeRef::<html::Input>::new();
    dom::link_value(move || node.get().map(JsCast::unchecked_into), bind);
    // The unit is read with the label, so that the number alone is never heard.
    let spoken = (!unit.is_empty()).then(|| format!("{}, {unit}", frame.label));
    let boxed = |text: String| {
        (!text.is_empty()).then(|| view! { <span class="unit" aria-hidden="true">{text}</span> })
    };
    let (before, after) = (boxed(prefix), boxed(unit));
    let control = view! {
        <div class="input-box">
            {before}
            <input node_ref=node id=frame.id.clone() name=name type="number" inputmode="decimal" value=first_value(value, bind)
                min=min max=max step=step required=required disabled=move || disabled.get() placeholder=placeholder
                aria-label=spoken aria-describedby=move || described.get() aria-invalid=move || invalid.get()
                on:input=write_back(bind)/>
            {after}
        </div>
    };
    frame.stacked(control.into_any())
}

/// A native select.
#[component]
pub fn Select(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into)] options: Signal<Vec<Choice>>,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    /// The words of an empty first entry.
    #[prop(optional, into)]
    placeholder: String,
    #[prop(optional)] required: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional)] bind: Option<RwSignal<String>>,
) -> impl IntoView {
    let frame = Frame {
        id: Frame::id(id, &name),
        label,
        hint,
        error,
        optional: false,
    };
    let (described, invalid) = (frame.described(), frame.invalid());
    let node = NodeRef::<html::Select>::new();
    dom::link_value(move || node.get().map(JsCast::unchecked_into), bind);
    let chosen = first_value(value, bind);
    let empty =
        (!placeholder.is_empty()).then(|| view! { <option value="">{placeholder}</option> });
    let entries = move || {
        let now = bind.map_or_else(|| chosen.clone(), |b| b.get_untracked());
        options
            .get()
            .into_iter()
            .map(|c| option_view(c, &now))
            .collect_view()
    };
    let control = view! {
        <span class="select-wrap">
            <select class="select" node_ref=node id=frame.id.clone() name=name required=required disabled=move || disabled.get()
                aria-describedby=move || described.get() aria-invalid=move || invalid.get() on:change=write_back(bind)>
                {empty}
                {entries}
            </select>
            <Icon name="chevron-down"/>
        </span>
    };
    frame.stacked(control.into_any())
}

fn option_view(choice: Choice, now: &str) -> AnyView {
    let selected = choice.value == now;
    let text = match &choice.disabled {
        Some(reason) => format!("{} ({reason})", choice.label),
        None => choice.label,
    };
    view! { <option value=choice.value selected=selected disabled=choice.disabled.is_some()>{text}</option> }.into_any()
}

/// Text of several lines; grows with what is typed.
#[component]
pub fn Textarea(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(default = 3)] rows: u32,
    #[prop(optional)] required: bool,
    #[prop(optional)] optional: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] placeholder: Option<String>,
    #[prop(optional)] maxlength: Option<u32>,
    #[prop(optional)] bind: Option<RwSignal<String>>,
) -> impl IntoView {
    let frame = Frame {
        id: Frame::id(id, &name),
        label,
        hint,
        error,
        optional,
    };
    let (described, invalid) = (frame.described(), frame.invalid());
    let node = NodeRef::<html::Textarea>::new();
    dom::link_value(move || node.get().map(JsCast::unchecked_into), bind);
    let control = view! {
        <textarea class="textarea" node_ref=node id=frame.id.clone() name=name rows=rows.to_string() required=required
            disabled=move || disabled.get() placeholder=placeholder maxlength=maxlength.map(|n| n.to_string())
            aria-describedby=move || described.get() aria-invalid=move || invalid.get() on:input=write_back(bind)>
            {first_value(value, bind)}
        </textarea>
    };
    frame.stacked(control.into_any())
}
