//! The save bar: it watches a form by id, so the form's fields need no signals.

use std::collections::BTreeMap;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{FormData, HtmlFormElement};

use super::{
    badge::{State, Status},
    button::{Button, ButtonKind},
    dom,
};

/// What a form would post, by field name.
type Posted = BTreeMap<String, Vec<String>>;

fn posted(form: &HtmlFormElement) -> Posted {
    let mut all = Posted::new();
    let Ok(data) = FormData::new_with_form(form) else { return all };
    for pair in js_sys::Array::from(&data).iter() {
        let pair = js_sys::Array::from(&pair);
        if let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string()) {
            all.entry(name).or_default().push(value);
        }
    }
    all
}

/// How many fields differ.
fn changed(before: &Posted, now: &Posted) -> usize {
    let gone = before.keys().filter(|name| !now.contains_key(*name)).count();
    gone + now.iter().filter(|(name, values)| before.get(*name) != Some(*values)).count()
}

fn form_of(id: &str) -> Option<HtmlFormElement> {
    dom::by_id(id)?.dyn_into().ok()
}

fn first_invalid(form: &str) {
    if let Some(el) = dom::find(&format!("#{form} [aria-invalid=true], #{form} [data-invalid=true] input")) {
        dom::focus(&el);
    }
}

/// Recounts whenever the form changes; the listeners go when the bar goes.
fn watch(form: String, first: StoredValue<Posted>, count: RwSignal<usize>) {
    Effect::new(move |_| {
        let Some(el) = form_of(&form) else { return };
        first.set_value(posted(&el));
        let held = el.clone();
        let recount = Closure::<dyn Fn()>::new(move || {
            let held = held.clone();
            // After the event: a reset has its effect, redrawn fields are there.
            request_animation_frame(move || {
                let now = changed(&first.get_value(), &posted(&held));
                if count.try_get_untracked().is_some_and(|n| n != now) {
                    count.set(now);
                }
            });
        });
        for name in ["input", "change", "reset"] {
            drop(el.add_event_listener_with_callback(name, recount.as_ref().unchecked_ref()));
        }
        let held = StoredValue::new_local((el, recount));
        on_cleanup(move || {
            held.with_value(|(el, recount)| {
                for name in ["input", "change", "reset"] {
                    drop(el.remove_event_listener_with_callback(name, recount.as_ref().unchecked_ref()));
                }
            });
        });
    });
}

/// Unsaved changes of one form: how many, what needs fixing, Discard, Save (Ctrl S).
#[component]
pub fn SaveBar(
    /// The id of the form.
    #[prop(into)]
    form: String,
    /// What saving does, for example "Version 15 will go live for new calls".
    #[prop(optional, into)]
    note: Signal<String>,
    #[prop(default = "Save".into(), into)] label: String,
    /// How many fields the server refused.
    #[prop(optional, into)]
    errors: Signal<usize>,
    /// The save is on its way.
    #[prop(optional, into)]
    saving: Signal<bool>,
    /// Grows by one with each save; the form's state then counts as saved.
    #[prop(optional, into)]
    saved: Signal<usize>,
    /// Changes that are not fields of the form, for example the order of rows.
    #[prop(optional, into)]
    extra: Signal<usize>,
    /// Puts back signals of the page after the form was reset.
    #[prop(optional, into)]
    on_discard: Option<Callback<()>>,
    /// More buttons, left of Discard.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let count = RwSignal::new(0_usize);
    let first = StoredValue::new(Posted::new());
    let total = Memo::new(move |_| count.get() + extra.get());
    watch(form.clone(), first, count);
    let (saved_form, error_form, key_form, reset_form, fix_form) = (form.clone(), form.clone(), form.clone(), form.clone(), form.clone());
    Effect::new(move |before: Option<usize>| {
        let version = saved.get();
        if before.is_some_and(|b| b != version) {
            if let Some(el) = form_of(&saved_form) {
                first.set_value(posted(&el));
                count.set(0);
            }
        }
        version
    });
    Effect::new(move |before: Option<usize>| {
        let now = errors.get();
        if now > 0 && before.is_some() {
            let form = error_form.clone();
            request_animation_frame(move || first_invalid(&form));
        }
        now
    });
    Effect::new(move |_| {
        let form = key_form.clone();
        let keys = window_event_listener(leptos::ev::keydown, move |ev| {
            if (ev.ctrl_key() || ev.meta_key()) && ev.key().eq_ignore_ascii_case("s") {
                ev.prevent_default();
                if let Some(el) = form_of(&form).filter(|_| total.get_untracked() > 0 && !saving.get_untracked()) {
                    drop(el.request_submit());
                }
            }
        });
        // A closed tab or a typed address asks first; nothing is asked while all is saved.
        let leave = window_event_listener(leptos::ev::beforeunload, move |ev| {
            if total.get_untracked() > 0 && !saving.get_untracked() {
                ev.prevent_default();
            }
        });
        on_cleanup(move || {
            keys.remove();
            leave.remove();
        });
    });
    let discard = move |_| {
        if let Some(el) = form_of(&reset_form) {
            el.reset();
        }
        if let Some(then) = on_discard {
            then.run(());
        }
    };
    let state = Signal::derive(move || if errors.get() > 0 { State::Failed } else { State::Won });
    let words = Signal::derive(move || match total.get() {
        1 => "1 unsaved change".to_owned(),
        n => format!("{n} unsaved changes"),
    });
    let fix = move || {
        let form = fix_form.clone();
        (errors.get() > 0).then(|| {
            let words = if errors.get() == 1 { "1 needs fixing".to_owned() } else { format!("{} need fixing", errors.get()) };
            view! { <button type="button" class="savebar-fix" on:click=move |_| first_invalid(&form)>{words}</button> }
        })
    };
    let more = children.map(|c| c());
    view! {
        <div class="savebar" role="region" aria-label="Unsaved changes" data-count=move || total.get().to_string()>
            <span class="savebar-count" role="status"><Status state=state text=words/></span>
            {fix}
            <span class="savebar-note">{move || note.get()}</span>
            <div class="savebar-act">
                {more}
                <Button kind=ButtonKind::Ghost on:click=discard>"Discard"</Button>
                <Button kind=ButtonKind::Primary submit=true form=form busy=saving>{label}<span class="btn-keys" aria-hidden="true">"Ctrl S"</span></Button>
            </div>
        </div>
    }
    .into_any()
}
