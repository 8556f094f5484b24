//! Forms: checked on both sides by the same `check`, with what was typed kept on every error.
//!
//! Fields are plain inputs, so a form posts before the page's script runs. Afterwards leaving a
//! field checks it, changing it checks it again, and submitting checks all of them first.
//! A server function's argument `form` gives the inputs their names: `form[name]`,
//! `form[days][2][from]`. The error of a field is found under the name `check` gives it: `name`,
//! `days[2]`.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use domain::invalid::FieldErrors;
use leptos::form::FromFormData;
use leptos::html;
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, FormData, HtmlElement, HtmlFormElement};

use crate::error::AppError;
use crate::state::session::sign_in_again;
use crate::ui::dom;
use crate::ui::edits::Edits;
use crate::ui::{ToastBus, use_leaving, use_toasts};
use crate::wire;

/// What an input of a form posts as: `form[name]`, `form[rules][2][filter]` for `rules[2].filter`.
#[must_use]
pub fn input(field: &str) -> String {
    let parts = field.split(['[', ']', '.']).filter(|part| !part.is_empty());
    parts.fold("form".to_owned(), |name, part| format!("{name}[{part}]"))
}

/// The field that an input of the form belongs to: `form[days][2][from]` is `days[2].from`.
fn field_of(input: &str) -> Option<String> {
    let mut field = String::new();
    for part in input
        .strip_prefix("form")?
        .split(['[', ']'])
        .filter(|part| !part.is_empty())
    {
        if part.bytes().all(|b| b.is_ascii_digit()) {
            field.push('[');
            field.push_str(part);
            field.push(']');
        } else {
            if !field.is_empty() {
                field.push('.');
            }
            field.push_str(part);
        }
    }
    Some(field)
}

/// Whether an error at `error` is about a field that was touched.
fn covers(touched: &str, error: &str) -> bool {
    touched
        .strip_prefix(error)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// What the browser posts, cut down to the form.
#[derive(Deserialize)]
#[serde(bound = "F: DeserializeOwned + Default")]
struct Posted<F> {
    #[serde(default)]
    form: F,
}

/// What a stored form would post: the other way round.
#[derive(Serialize)]
struct Post<'a, F> {
    form: &'a F,
}

/// What is in a form element now; none if it cannot be read.
pub fn read<F: DeserializeOwned + Default>(el: &HtmlFormElement) -> Option<F> {
    let data = FormData::new_with_form(el).ok()?;
    Posted::<F>::from_form_data(&data)
        .ok()
        .map(|posted| posted.form)
}

/// How a form stands.
#[derive(Clone, Copy)]
pub struct Form {
    /// The id of the form element.
    pub id: &'static str,
    /// The form element, for its save bar.
    pub node: NodeRef<html::Form>,
    shown: RwSignal<FieldErrors>,
    touched: StoredValue<BTreeSet<String>>,
    all: StoredValue<bool>,
    /// Grows by one with each save.
    pub saved: RwSignal<usize>,
    check: StoredValue<fn(&HtmlFormElement) -> FieldErrors>,
    /// What was typed before the server refused it, where the page's script did not keep it.
    typed: StoredValue<String>,
    /// What is saved, as the form would post it, where its fields begin with what was typed.
    stored: StoredValue<Option<String>>,
    /// What a field is called.
    label: StoredValue<fn(&str) -> String>,
    toasts: ToastBus,
}

impl Form {
    /// A form checked by `check` of `F`, given as [`checked`].
    /// `label` says what each field is called.
    pub fn new(
        id: &'static str,
        label: fn(&str) -> String,
        check: fn(&HtmlFormElement) -> FieldErrors,
    ) -> Self {
        Self {
            id,
            node: NodeRef::new(),
            shown: RwSignal::new(FieldErrors::default()),
            touched: StoredValue::new(BTreeSet::new()),
            all: StoredValue::new(false),
            saved: RwSignal::new(0),
            check: StoredValue::new(check),
            typed: StoredValue::new(String::new()),
            stored: StoredValue::new(None),
            label: StoredValue::new(label),
            toasts: use_toasts(),
        }
    }

    /// What was typed into this form before it was refused, if it was posted without the page's
    /// script; the fields start with it.
    #[must_use]
    pub fn typed<F: DeserializeOwned>(self) -> Option<F> {
        self.typed
            .with_value(|typed| wire::read(typed.as_bytes()).ok())
    }

    /// What the fields of a stored thing start with: what was typed before it was refused, else what
    /// is stored.
    #[must_use]
    pub fn start<F: DeserializeOwned + Serialize>(self, stored: F) -> F {
        match self.typed() {
            Some(typed) => {
                let post = serde_qs::to_string(&Post { form: &stored });
                self.stored.set_value(post.ok());
                typed
            }
            None => stored,
        }
    }

    /// What is saved, for the save bar, where the fields start with something else.
    #[must_use]
    pub fn stored(self) -> Option<String> {
        self.stored.get_value()
    }

    /// Asks before the page is left while something was typed; for a form without a save bar.
    #[must_use]
    pub fn guarded(self, sending: impl Into<Signal<bool>>) -> Self {
        let (edits, sending) = (Edits::new(), sending.into());
        edits.watch(self.node, move || self.stored());
        Effect::new(move |before: Option<()>| {
            self.saved.track();
            // What the answer shows may stand in the form's place.
            if before.is_some() {
                match self.element() {
                    Some(el) => edits.keep(&el),
                    None => edits.count.set(0),
                }
            }
        });
        use_leaving().guard(Signal::derive(move || {
            edits.count.get() > 0 && !sending.get()
        }));
        self
    }

    /// The error at a field.
    #[must_use]
    pub fn error(self, field: impl Into<String>) -> Signal<Option<String>> {
        let field = field.into();
        Signal::derive(move || self.shown.with(|errors| errors.message(&field)))
    }

    /// All errors, for the summary: field, and the message with the field's name in front. None
    /// before the form was submitted: while somebody is still filling it in, the error at the field
    /// is enough.
    #[must_use]
    pub fn errors(self) -> Signal<Vec<(String, String)>> {
        Signal::derive(move || {
            self.shown.with(|errors| {
                let tried = self.all.get_value();
                let all = errors.0.iter().filter(|_| tried);
                let label = self.label.get_value();
                all.map(|e| (e.field.clone(), told(&label(&e.field), &e.message)))
                    .collect()
            })
        })
    }

    /// The errors that are shown, as they are, for a component that finds its own.
    #[must_use]
    pub fn shown(self) -> Signal<FieldErrors> {
        self.shown.into()
    }

    /// How many errors are shown.
    #[must_use]
    pub fn count(self) -> Signal<usize> {
        Signal::derive(move || self.shown.with(|errors| errors.0.len()))
    }

    /// On leaving a field: from now on its error is shown.
    pub fn left(self, ev: &Event) {
        if let Some(name) = name_of(ev).as_deref().and_then(field_of) {
            self.touched.update_value(|touched| {
                touched.insert(name);
            });
            after_press(move || self.recheck());
        }
    }

    /// On a change: errors that are shown are checked again.
    pub fn changed(self, _ev: &Event) {
        if self.all.get_value() || self.touched.with_value(|touched| !touched.is_empty()) {
            self.recheck();
        }
    }

    /// Before submitting: holds the form back while something is wrong and goes to the first error.
    pub fn submitting(self, ev: &Event) {
        let Some(el) = self.element() else { return };
        let errors = self.check.with_value(|check| check(&el));
        self.all.set_value(true);
        if !errors.is_empty() {
            ev.prevent_default();
            ev.stop_propagation();
            self.show(errors);
        }
    }

    /// Takes the server's answer: errors to their fields, anything else to a toast.
    pub fn answered<T>(self, answer: &Result<T, AppError>) {
        match answer {
            Ok(_) => {
                if let Some(el) = self.element() {
                    keep_as_first(&el);
                }
                self.all.set_value(false);
                self.touched.update_value(BTreeSet::clear);
                self.shown.set(FieldErrors::default());
                self.saved.update(|n| *n += 1);
            }
            Err(error) if error.is_signed_out() => sign_in_again(),
            Err(error) if !error.fields.is_empty() => {
                self.all.set_value(true);
                self.show(error.fields.clone());
            }
            Err(error) => self
                .toasts
                .error(format!("Not saved: {} Your edits are kept.", error.message)),
        }
    }

    /// Watches an action for answers, those from before the script ran included.
    pub fn watch<T: Clone + Send + Sync + 'static>(
        self,
        value: Signal<Option<Result<T, AppError>>>,
        done: impl Into<Option<Callback<T>>>,
    ) -> Self {
        let done = done.into();
        if let Some(Err(error)) = value.get_untracked() {
            let mut errors = error.fields;
            if errors.is_empty() {
                errors.add("", &error.code, error.message);
            }
            self.all.set_value(true);
            self.shown.set(errors);
            self.typed.set_value(error.typed);
        }
        Effect::new(move |before: Option<()>| {
            let answer = value.get();
            if before.is_none() {
                return;
            }
            if let Some(answer) = answer {
                self.answered(&answer);
                if let (Ok(value), Some(done)) = (answer, done) {
                    done.run(value);
                }
            }
        });
        self
    }

    /// Forgets what is shown, for a form that was put back.
    pub fn clear(self) {
        self.all.set_value(false);
        self.touched.update_value(BTreeSet::clear);
        self.shown.set(FieldErrors::default());
    }

    fn show(self, errors: FieldErrors) {
        self.shown.set(errors);
        let id = self.id;
        request_animation_frame(move || focus_first(id));
    }

    fn recheck(self) {
        let Some(el) = self.element() else { return };
        // This runs after a field was left, and the page may have been left with it.
        let Some(mut errors) = self.check.try_with_value(|check| check(&el)) else {
            return;
        };
        if !self.all.get_value() {
            self.touched.with_value(|touched| {
                errors
                    .0
                    .retain(|e| touched.iter().any(|t| covers(t, &e.field)))
            });
        }
        if self.shown.with_untracked(|shown| *shown != errors) {
            self.shown.set(errors);
        }
    }

    fn element(self) -> Option<HtmlFormElement> {
        document().get_element_by_id(self.id)?.dyn_into().ok()
    }
}

/// A message that names its field; some do so by themselves ("Monday’s breaks overlap.").
fn told(label: &str, message: &str) -> String {
    let first = label.split(' ').next().unwrap_or_default();
    if first.is_empty() || message.starts_with(first) {
        message.to_owned()
    } else {
        format!("{label}: {message}")
    }
}

/// Reads and checks a form: `|el| checked::<BuyerForm, _>(el, BuyerForm::check)`.
pub fn checked<F: DeserializeOwned + Default, T>(
    el: &HtmlFormElement,
    check: fn(&F) -> Result<T, FieldErrors>,
) -> FieldErrors {
    read::<F>(el)
        .and_then(|form| check(&form).err())
        .unwrap_or_default()
}

fn name_of(ev: &Event) -> Option<String> {
    ev.target()?
        .dyn_into::<Element>()
        .ok()?
        .get_attribute("name")
}

/// Runs in the next frame, or, while a button of the pointer is down, after it is up: an error that
/// appears in between moves what was pressed away, and the click is lost. Not at once: a field that
/// has the focus is left as well when its page goes.
fn after_press(act: impl FnOnce() + 'static) {
    if !matches!(document().query_selector("body :active"), Ok(Some(_))) {
        request_animation_frame(act);
        return;
    }
    let (act, listening) = (
        Cell::new(Some(act)),
        Rc::new(Cell::new(None::<WindowListenerHandle>)),
    );
    let own = Rc::clone(&listening);
    listening.set(Some(window_event_listener(
        leptos::ev::pointerup,
        move |_| {
            if let Some(handle) = own.take() {
                handle.remove();
            }
            if let Some(act) = act.take() {
                set_timeout(act, Duration::ZERO);
            }
        },
    )));
}

fn focus_first(form: &str) {
    let selector = format!("#{form} [aria-invalid=true]");
    if let Ok(Some(el)) = document().query_selector(&selector) {
        let inner = el.query_selector("input, select, textarea").ok().flatten();
        if let Ok(el) = inner.unwrap_or(el).dyn_into::<HtmlElement>() {
            dom::focus(&el);
        }
    }
}

/// Makes what is in the fields what "Discard" goes back to.
fn keep_as_first(form: &HtmlFormElement) {
    let Ok(list) = form.query_selector_all("input, textarea, option") else {
        return;
    };
    for el in (0..list.length()).filter_map(|at| list.get(at)) {
        for (from, to) in [
            ("value", "defaultValue"),
            ("checked", "defaultChecked"),
            ("selected", "defaultSelected"),
        ] {
            let (from, to) = (JsValue::from_str(from), JsValue::from_str(to));
            if js_sys::Reflect::has(&el, &to).unwrap_or(false)
                && let Ok(now) = js_sys::Reflect::get(&el, &from)
            {
                drop(js_sys::Reflect::set(&el, &to, &now));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn inputs_and_fields_name_each_other() {
        assert_eq!(input("name"), "form[name]");
        assert_eq!(input("days[2]"), "form[days][2]");
        assert_eq!(input("days[2][from]"), "form[days][2][from]");
        assert_eq!(
            input("rules[2].filter[0].tag"),
            "form[rules][2][filter][0][tag]"
        );
        assert_eq!(field_of("form[name]").as_deref(), Some("name"));
        assert_eq!(
            field_of("form[days][2][from]").as_deref(),
            Some("days[2].from")
        );
        assert_eq!(field_of("id"), None);
    }

    #[test]
    fn the_summary_names_the_field_once() {
        assert_eq!(
            told("Per day", "Enter a number."),
            "Per day: Enter a number."
        );
        assert_eq!(told("", "Try again."), "Try again.");
        assert_eq!(
            told("Monday breaks", "Monday’s breaks overlap."),
            "Monday’s breaks overlap."
        );
    }

    #[test]
    fn what_is_stored_is_posted_under_the_names_of_the_inputs() {
        let stored = BTreeMap::from([("name", vec!["a b"])]);
        let post = serde_qs::to_string(&Post { form: &stored }).expect("text");
        let decoded = post.replace("%5B", "[").replace("%5D", "]");
        assert_eq!(decoded, "form[name][0]=a+b");
    }

    #[test]
    fn a_touched_part_shows_the_error_of_its_whole() {
        assert!(covers("days[2].from", "days[2]"));
        assert!(covers("name", "name"));
        assert!(!covers("number", "num"));
        assert!(!covers("caller_id", "caller_id_number"));
    }
}
