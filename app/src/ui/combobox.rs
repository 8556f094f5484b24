//! Comboboxes after the ARIA 1.2 pattern: the focus stays in the text field, the list is a popover
//! with an active option. Values are posted by hidden inputs, so a plain form works.

use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::KeyboardEvent;

mod view;

use view::combo_view;
pub(crate) use view::marked;

use super::{dom, field::Frame, input::Choice, popover};

/// At most this many options are drawn; typing narrows the rest.
const SHOWN: usize = 100;

/// The state of one combobox; `Copy`, so that every handler can hold it.
#[derive(Clone, Copy)]
struct Combo {
    many: bool,
    options: Signal<Vec<Choice>>,
    chosen: RwSignal<Vec<String>>,
    query: RwSignal<String>,
    open: RwSignal<bool>,
    active: RwSignal<usize>,
    input: NodeRef<html::Input>,
    list: NodeRef<html::Ul>,
    area: NodeRef<html::Div>,
}

impl Combo {
    fn label_of(self, value: &str) -> String {
        self.options.with(|all| {
            all.iter()
                .find(|c| c.value == value)
                .map_or_else(|| value.to_owned(), |c| c.label.clone())
        })
    }

    /// The options that fit what is typed.
    fn fitting(self) -> Vec<Choice> {
        let query = self.query.get().trim().to_lowercase();
        self.options.with(|all| {
            all.iter()
                .filter(|c| query.is_empty() || c.label.to_lowercase().contains(&query))
                .take(SHOWN)
                .cloned()
                .collect()
        })
    }

    fn fitting_now(self) -> Vec<Choice> {
        untrack(move || self.fitting())
    }

    fn show(self) {
        if self.open.get_untracked() {
            return;
        }
        let chosen = self.chosen.get_untracked();
        let at = self
            .fitting_now()
            .iter()
            .position(|c| chosen.contains(&c.value))
            .filter(|_| !self.many)
            .unwrap_or(0);
        self.active.set(at);
        self.open.set(true);
        if let (Some(list), Some(area)) = (self.list.get_untracked(), self.area.get_untracked()) {
            drop(list.show_popover());
            popover::place(&area, &list);
        }
    }

    fn hide(self) {
        self.open.set(false);
        if let Some(list) = self.list.get_untracked() {
            popover::hide(&list);
        }
    }

    /// Puts back the words of what is chosen.
    fn settle(self) {
        self.hide();
        let words = if self.many {
            String::new()
        } else {
            self.chosen
                .with_untracked(|list| list.first().cloned())
                .map(|v| untrack(|| self.label_of(&v)))
                .unwrap_or_default()
        };
        self.query.set(String::new());
        if let Some(el) = self.input.get_untracked() {
            el.set_value(&words);
        }
    }

    fn toggle(self, choice: &Choice) {
        if choice.disabled.is_some() {
            return;
        }
        if self.many {
            self.chosen
                .update(|list| match list.iter().position(|v| *v == choice.value) {
                    Some(at) => drop(list.remove(at)),
                    None => list.push(choice.value.clone()),
                });
            self.query.set(String::new());
            if let Some(el) = self.input.get_untracked() {
                el.set_value("");
            }
        } else {
            self.chosen.set(vec![choice.value.clone()]);
            self.settle();
        }
    }

    fn step(self, by: isize) {
        if !self.open.get_untracked() {
            self.show();
            return;
        }
        let count = self.fitting_now().len();
        if count > 0 {
            let now = self.active.get_untracked().min(count - 1);
            self.active
                .set((now + count).saturating_add_signed(by) % count);
        }
    }

    fn on_key(self, ev: &KeyboardEvent) {
        let open = self.open.get_untracked();
        match ev.key().as_str() {
            "ArrowDown" => self.step(1),
            "ArrowUp" => self.step(-1),
            "Home" if open => self.active.set(0),
            "End" if open => self.active.set(self.fitting_now().len().saturating_sub(1)),
            "Enter" if open => {
                if let Some(choice) = self.fitting_now().get(self.active.get_untracked()) {
                    self.toggle(choice);
                }
            }
            "Escape" if open => {
                self.settle();
                ev.stop_propagation();
            }
            "Backspace"
                if self.many
                    && self
                        .input
                        .get_untracked()
                        .is_some_and(|el| el.value().is_empty()) =>
            {
                self.chosen.update(|list| drop(list.pop()));
                return;
            }
            _ => return,
        }
        ev.prevent_default();
    }

    fn typed(self, text: String) {
        if !self.many && text.is_empty() {
            self.chosen.set(Vec::new());
        }
        self.query.set(text);
        self.active.set(0);
        self.show();
        self.active.set(0);
    }
}

/// Ties the choice to the form: a change is announced, a reset of the form puts the first choice back.
fn tie_to_form(combo: Combo, first: Vec<String>) {
    Effect::new(move |before: Option<()>| {
        combo.chosen.track();
        if before.is_some()
            && let Some(el) = combo.input.get_untracked()
        {
            // After the hidden inputs were redrawn.
            request_animation_frame(move || dom::announce_change(&el));
        }
    });
    Effect::new(move |_| {
        let Some(form) = combo.input.get().and_then(|el| el.form()) else {
            return;
        };
        let first = first.clone();
        let reset = Closure::<dyn Fn()>::new(move || {
            combo.chosen.set(first.clone());
            request_animation_frame(move || combo.settle());
        });
        drop(form.add_event_listener_with_callback("reset", reset.as_ref().unchecked_ref()));
        let held = StoredValue::new_local(reset);
        on_cleanup(move || {
            held.with_value(|reset| {
                drop(
                    form.remove_event_listener_with_callback(
                        "reset",
                        reset.as_ref().unchecked_ref(),
                    ),
                )
            });
        });
    });
}

fn combo(many: bool, options: Signal<Vec<Choice>>, chosen: RwSignal<Vec<String>>) -> Combo {
    let combo = Combo {
        many,
        options,
        chosen,
        query: RwSignal::new(String::new()),
        open: RwSignal::new(false),
        active: RwSignal::new(0),
        input: NodeRef::new(),
        list: NodeRef::new(),
        area: NodeRef::new(),
    };
    tie_to_form(combo, chosen.get_untracked());
    combo
}

/// One of many, found by typing.
#[component]
pub fn Combobox(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into)] options: Signal<Vec<Choice>>,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional, into)] placeholder: Option<String>,
    #[prop(optional)] bind: Option<RwSignal<String>>,
) -> impl IntoView {
    let first = bind.map_or(value, |b| b.get_untracked());
    let chosen = RwSignal::new(if first.is_empty() {
        Vec::new()
    } else {
        vec![first]
    });
    let state = combo(false, options, chosen);
    if let Some(bind) = bind {
        Effect::new(move |_| {
            let now = chosen.with(|list| list.first().cloned().unwrap_or_default());
            if bind.with_untracked(|b| *b != now) {
                bind.set(now);
            }
        });
        Effect::new(move |_| {
            let wanted = bind.get();
            if chosen.with_untracked(|list| list.first().map_or("", String::as_str) != wanted) {
                chosen.set(if wanted.is_empty() {
                    Vec::new()
                } else {
                    vec![wanted]
                });
                state.settle();
            }
        });
    }
    combo_view(
        Frame {
            id: Frame::id(id, &name),
            label,
            hint,
            error,
            optional: false,
        },
        name,
        placeholder,
        state,
    )
}

/// Several of many, as chips; Backspace takes the last one away.
#[component]
pub fn MultiCombobox(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into)] options: Signal<Vec<Choice>>,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional)] values: Vec<String>,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional, into)] placeholder: Option<String>,
    /// A signal of yours that holds the choice instead of `values`.
    #[prop(optional)]
    bind: Option<RwSignal<Vec<String>>>,
) -> impl IntoView {
    let chosen = bind.unwrap_or_else(|| RwSignal::new(values));
    let state = combo(true, options, chosen);
    combo_view(
        Frame {
            id: Frame::id(id, &name),
            label,
            hint,
            error,
            optional: false,
        },
        name,
        placeholder,
        state,
    )
}
