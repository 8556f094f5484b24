//! What differs in a form from what is saved: read off the form element, so that fields need no
//! signals.

use std::collections::BTreeMap;

use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{FormData, HtmlElement, HtmlFormElement, UrlSearchParams};

use super::dom;

/// What a form would post, by field name. An empty field says as little as one that is not there.
type Posted = BTreeMap<String, Vec<String>>;

/// The events after which a form is counted again.
const WATCHED: [&str; 3] = ["input", "change", "reset"];

/// Fields that only stand in for the script are no part of it: they go when it takes over.
fn posted(form: &HtmlFormElement) -> Posted {
    let mut all =
        FormData::new_with_form(form).map_or_else(|_| Posted::new(), |data| collected(&data));
    for name in dom::all(form, "[data-spare] [name]")
        .iter()
        .filter_map(|el| el.get_attribute("name"))
    {
        all.remove(&name);
    }
    all
}

/// What a form posts, as one text.
fn parsed(query: &str) -> Posted {
    UrlSearchParams::new_with_str(query).map_or_else(|_| Posted::new(), |all| collected(&all))
}

fn collected(pairs: &JsValue) -> Posted {
    let mut all = Posted::new();
    for pair in js_sys::Array::from(pairs).iter() {
        let pair = js_sys::Array::from(&pair);
        if let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string())
            && !value.is_empty()
        {
            all.entry(name).or_default().push(value);
        }
    }
    all
}

/// How many fields differ.
fn changed(before: &Posted, now: &Posted) -> usize {
    let gone = before
        .keys()
        .filter(|name| !now.contains_key(*name))
        .count();
    gone + now
        .iter()
        .filter(|(name, values)| before.get(*name) != Some(*values))
        .count()
}

/// Makes `saved` what a reset of the form goes back to, and leaves what is in the fields.
fn reset_to(form: &HtmlFormElement, saved: &Posted) {
    for el in dom::all(form, "[name^='form[']") {
        let values = el
            .get_attribute("name")
            .and_then(|name| saved.get(&name).cloned())
            .unwrap_or_default();
        let is_in = |el: &HtmlElement| values.contains(&dom::value(el)).into();
        if dom::matches(&el, "[type=checkbox], [type=radio]") {
            start_with(&el, "checked", "defaultChecked", &is_in(&el));
        } else if dom::matches(&el, "select") {
            for option in dom::all(&el, "option") {
                start_with(&option, "selected", "defaultSelected", &is_in(&option));
            }
        } else if !dom::matches(&el, "[type=hidden]") {
            let first = values.first().map_or("", String::as_str).into();
            start_with(&el, "value", "defaultValue", &first);
        }
    }
}

/// A control whose value was set once no longer follows its default.
fn start_with(el: &HtmlElement, now: &str, default: &str, saved: &JsValue) {
    let now = JsValue::from_str(now);
    let held = js_sys::Reflect::get(el, &now).unwrap_or(JsValue::UNDEFINED);
    drop(js_sys::Reflect::set(el, &default.into(), saved));
    drop(js_sys::Reflect::set(el, &now, &held));
}

/// The edits of one form; `Copy`, so that every handler can hold it.
#[derive(Clone, Copy)]
pub(crate) struct Edits {
    saved: StoredValue<Posted>,
    /// How many fields differ.
    pub(crate) count: RwSignal<usize>,
}

impl Edits {
    pub(crate) fn new() -> Self {
        Self {
            saved: StoredValue::new(Posted::new()),
            count: RwSignal::new(0),
        }
    }

    /// Counts now and whenever the form changes; the listeners go when the page goes. `saved` says
    /// what the form would post as it is saved, where its fields begin with something else.
    ///
    /// By reference, not by id: after a navigation inside the app this runs before the page is
    /// mounted, when nothing has an id yet, and before anybody can have typed.
    pub(crate) fn watch(
        self,
        form: NodeRef<html::Form>,
        saved: impl Fn() -> Option<String> + 'static,
    ) {
        Effect::new(move |_| {
            let Some(el) = form.get() else { return };
            let mut first = posted(&el);
            if let Some(saved) = saved() {
                let saved = parsed(&saved);
                reset_to(&el, &saved);
                first.retain(|name, _| !name.starts_with("form["));
                first.extend(saved);
            }
            self.saved.set_value(first);
            self.recount(&el);
            let held = el.clone();
            let recount = Closure::<dyn Fn()>::new(move || {
                let held = held.clone();
                // After the event: a reset has its effect, redrawn fields are there.
                request_animation_frame(move || self.recount(&held));
            });
            for name in WATCHED {
                drop(el.add_event_listener_with_callback(name, recount.as_ref().unchecked_ref()));
            }
            let held = StoredValue::new_local((el, recount));
            on_cleanup(move || {
                held.with_value(|(el, recount)| {
                    for name in WATCHED {
                        drop(el.remove_event_listener_with_callback(
                            name,
                            recount.as_ref().unchecked_ref(),
                        ));
                    }
                });
            });
        });
    }

    /// What is in the form counts as saved from now on.
    pub(crate) fn keep(self, form: &HtmlFormElement) {
        self.saved.set_value(posted(form));
        self.count.set(0);
    }

    /// Leaving a field changes it, and may leave the page as well: by the next frame the page, and
    /// what it stored, can be gone.
    fn recount(self, form: &HtmlFormElement) {
        let Some(now) = self
            .saved
            .try_with_value(|saved| changed(saved, &posted(form)))
        else {
            return;
        };
        if self.count.try_get_untracked().is_some_and(|n| n != now) {
            self.count.set(now);
        }
    }
}
