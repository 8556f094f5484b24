//! The save bar: it watches a form element, so the form's fields need no signals.

use std::collections::BTreeMap;

use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{FormData, HtmlFormElement};

use super::{
    badge::{State, Status},
    button::{Button, ButtonKind},
    dom,
};

/// What a form would post, by field name.
type Posted = BTreeMap<String, Vec<String>>;

/// The events after which the form is counted again.
const WATCHED: [&str; 3] = ["input", "change", "reset"];

fn posted(form: &HtmlFormElement) -> Posted {
    let mut all = Posted::new();
    let Ok(data) = FormData::new_with_form(form) else {
        return all;
    };
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
    let gone = before
        .keys()
        .filter(|name| !now.contains_key(*name))
        .count();
    gone + now
        .iter()
        .filter(|(name, values)| before.get(*name) != Some(*values))
        .count()
}

/// What the parts of one bar share.
#[derive(Clone, Copy)]
struct Bar {
    form: StoredValue<String>,
    first: StoredValue<Posted>,
    /// The form is on its way, so leaving the page loses nothing.
    sent: StoredValue<bool>,
    count: RwSignal<usize>,
    total: Memo<usize>,
    errors: Signal<usize>,
    saving: Signal<bool>,
}

impl Bar {
    fn element(self) -> Option<HtmlFormElement> {
        dom::by_id(&self.form.get_value())?.dyn_into().ok()
    }

    fn focus_first_invalid(self) {
        let form = self.form.get_value();
        if let Some(el) = dom::find(&format!(
            "#{form} [aria-invalid=true], #{form} [data-invalid=true] input"
        )) {
            dom::focus(&el);
        }
    }

    fn recount(self, form: &HtmlFormElement) {
        let now = changed(&self.first.get_value(), &posted(form));
        self.sent.set_value(false);
        if self.count.try_get_untracked().is_some_and(|n| n != now) {
            self.count.set(now);
        }
    }

    fn unsaved(self) -> bool {
        self.total.get_untracked() > 0 && !self.saving.get_untracked()
    }

    /// Recounts whenever the form changes; the listeners go when the bar goes.
    ///
    /// By reference, not by id: after a navigation inside the app this runs before the page is
    /// mounted, when nothing has an id yet, and before anybody can have typed.
    fn watch(self, counted: NodeRef<html::Form>) {
        Effect::new(move |_| {
            let Some(el) = counted.get() else { return };
            self.first.set_value(posted(&el));
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

    /// A save makes the form's state the saved one.
    fn follow(self, saved: Signal<usize>) {
        Effect::new(move |before: Option<usize>| {
            let version = saved.get();
            if before.is_some_and(|b| b != version)
                && let Some(el) = self.element()
            {
                self.first.set_value(posted(&el));
                self.count.set(0);
            }
            version
        });
    }

    /// Ctrl S saves; a closed tab or a typed address asks first while something is unsaved.
    fn listen(self) {
        Effect::new(move |_| {
            let keys = window_event_listener(leptos::ev::keydown, move |ev| {
                if (ev.ctrl_key() || ev.meta_key()) && ev.key().eq_ignore_ascii_case("s") {
                    ev.prevent_default();
                    if let Some(el) = self.element().filter(|_| self.unsaved()) {
                        drop(el.request_submit());
                    }
                }
            });
            let submit =
                window_event_listener(leptos::ev::submit, move |_| self.sent.set_value(true));
            let leave = window_event_listener(leptos::ev::beforeunload, move |ev| {
                if self.unsaved() && !self.sent.get_value() {
                    ev.prevent_default();
                }
            });
            on_cleanup(move || {
                keys.remove();
                submit.remove();
                leave.remove();
            });
        });
    }

    fn count_view(self) -> AnyView {
        let state = Signal::derive(move || {
            if self.errors.get() > 0 {
                State::Failed
            } else {
                State::Won
            }
        });
        let words = Signal::derive(move || match self.total.get() {
            1 => "1 unsaved change".to_owned(),
            n => format!("{n} unsaved changes"),
        });
        let fix = move || {
            let words = match self.errors.get() {
                0 => return None,
                1 => "1 needs fixing".to_owned(),
                n => format!("{n} need fixing"),
            };
            Some(
                view! { <button type="button" class="savebar-fix" on:click=move |_| self.focus_first_invalid()>{words}</button> },
            )
        };
        view! { <span class="savebar-count" role="status"><Status state=state text=words/></span> {fix} }.into_any()
    }
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
    /// The form whose changed fields are counted; none where `extra` says it all.
    #[prop(optional)]
    counted: Option<NodeRef<html::Form>>,
    /// Puts back signals of the page after the form was reset.
    #[prop(optional, into)]
    on_discard: Option<Callback<()>>,
    /// More buttons, left of Discard.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let count = RwSignal::new(0_usize);
    let bar = Bar {
        form: StoredValue::new(form.clone()),
        first: StoredValue::new(Posted::new()),
        sent: StoredValue::new(false),
        count,
        total: Memo::new(move |_| count.get() + extra.get()),
        errors,
        saving,
    };
    if let Some(counted) = counted {
        bar.watch(counted);
        bar.follow(saved);
    }
    bar.listen();
    let discard = move |_| {
        if let Some(el) = bar.element() {
            el.reset();
        }
        if let Some(then) = on_discard {
            then.run(());
        }
    };
    let more = children.map(|c| c());
    view! {
        <div class="savebar" role="region" aria-label="Unsaved changes" data-count=move || bar.total.get().to_string()>
            {bar.count_view()}
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
