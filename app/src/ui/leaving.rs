//! Leaving a page that holds unsaved edits: every way out asks first.
//!
//! Forms say whether they hold edits. A link is held back on its way to the window, where the router
//! listens. "Back" has changed the address by the time anybody hears of it, so the step is undone
//! before the question is asked. A closed tab or another site is asked about by the browser.

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, MouseEvent};

use super::{
    button::{Button, ButtonKind},
    dialog::Dialog,
    dom,
};

/// Where somebody was on the way to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wish {
    /// An address of the app.
    Go(String),
    /// So many steps in the browser's history.
    Step(i32),
}

/// Where the edits are: the page, and its place in the browser's history as far as that tells.
#[derive(Clone, Debug, Default)]
struct Place {
    path: String,
    index: Option<i32>,
}

impl Place {
    fn here() -> Self {
        let get = |of: &JsValue, name: &str| js_sys::Reflect::get(of, &name.into()).ok();
        let index = get(&window(), "navigation")
            .and_then(|navigation| get(&navigation, "currentEntry"))
            .and_then(|entry| get(&entry, "index"))
            .and_then(|index| index.as_f64());
        Self {
            path: path(),
            index: index.map(|index| index as i32),
        }
    }
}

fn path() -> String {
    location().pathname().unwrap_or_default()
}

/// The forms with edits, and the question before they are dropped. Get it with [`use_leaving`].
#[derive(Clone, Copy)]
pub struct Leaving {
    forms: StoredValue<Vec<(u32, Signal<bool>)>>,
    made: StoredValue<u32>,
    place: StoredValue<Place>,
    /// A form is on its way to the server by the browser itself, so leaving loses nothing.
    sent: StoredValue<bool>,
    /// The step in the history that was just undone.
    undone: StoredValue<Option<i32>>,
    /// The next step in the history is meant.
    let_go: StoredValue<bool>,
    wish: RwSignal<Option<Wish>>,
}

impl Leaving {
    /// Asks before this page is left while `unsaved` is true; for as long as the caller lives.
    pub fn guard(self, unsaved: Signal<bool>) {
        Effect::new(move |_| {
            let id = self.made.get_value();
            self.made.set_value(id + 1);
            self.forms.update_value(|all| all.push((id, unsaved)));
            on_cleanup(move || {
                self.forms
                    .update_value(|all| all.retain(|(other, _)| *other != id));
            });
        });
        Effect::new(move |_| {
            if unsaved.get() {
                self.place.set_value(Place::here());
            }
        });
    }

    /// Whether the app may go to an address now; asks where edits would be lost.
    #[must_use]
    pub fn may_go(self, href: &str) -> bool {
        let there = href.split(['?', '#']).next().unwrap_or_default();
        if !self.is_unsaved() || there == path() {
            return true;
        }
        self.wish.set(Some(Wish::Go(href.to_owned())));
        false
    }

    fn is_unsaved(self) -> bool {
        self.forms.with_value(|all| {
            all.iter()
                .any(|(_, unsaved)| unsaved.try_get_untracked() == Some(true))
        })
    }

    /// A press on a link that the router would follow.
    fn pressed(self, ev: &MouseEvent) {
        if ev.default_prevented()
            || ev.button() != 0
            || ev.meta_key()
            || ev.alt_key()
            || ev.ctrl_key()
            || ev.shift_key()
        {
            return;
        }
        let link = ev
            .target()
            .and_then(|t| t.dyn_into::<Element>().ok())
            .and_then(|el| {
                el.closest("a[href^='/']:not([target], [download], [rel~=external])")
                    .ok()
                    .flatten()
            });
        if let Some(href) = link.and_then(|link| link.get_attribute("href"))
            && !self.may_go(&href)
        {
            // The router leaves alone what is prevented.
            ev.prevent_default();
        }
    }

    /// A step in the browser's history, before the router hears of it.
    fn stepped(self, ev: &web_sys::Event) {
        if let Some(by) = self.undone.get_value() {
            self.undone.set_value(None);
            ev.stop_immediate_propagation();
            self.wish.set(Some(Wish::Step(by)));
            return;
        }
        if self.let_go.get_value() {
            self.let_go.set_value(false);
            return;
        }
        let place = self.place.get_value();
        if !self.is_unsaved() || place.path == path() {
            return;
        }
        // Where the browser does not number its pages, it most likely was "back".
        let by = place
            .index
            .zip(Place::here().index)
            .map_or(-1, |(then, now)| now - then);
        ev.stop_immediate_propagation();
        self.undone.set_value(Some(by));
        step(-by);
    }

    fn listen(self) {
        if cfg!(target_family = "wasm") {
            // Now, not in an effect: listeners of the window are called in the order they were added,
            // and the router adds its own next.
            let stepped = window_event_listener(ev::popstate, move |ev| self.stepped(&ev));
            on_cleanup(move || stepped.remove());
        }
        Effect::new(move |_| {
            let pressed =
                Closure::<dyn Fn(MouseEvent)>::new(move |ev: MouseEvent| self.pressed(&ev));
            // The router listens on the window: what bubbles is at the document first.
            drop(
                document()
                    .add_event_listener_with_callback("click", pressed.as_ref().unchecked_ref()),
            );
            // It lives as long as the app.
            pressed.forget();
            let handles = [
                window_event_listener(ev::submit, move |ev| {
                    let form = ev.target().and_then(|t| t.dyn_into::<Element>().ok());
                    // The attribute: a form with a field named "id" has that field as its `id`.
                    self.sent
                        .set_value(form.is_some_and(|form| form.has_attribute("id")));
                }),
                window_event_listener(ev::input, move |_| self.sent.set_value(false)),
            ];
            let closing = window_event_listener(ev::beforeunload, move |ev| {
                if self.is_unsaved() && !self.sent.get_value() {
                    ev.prevent_default();
                }
            });
            on_cleanup(move || {
                for handle in handles {
                    handle.remove();
                }
                closing.remove();
            });
        });
    }
}

/// The browser gives the focus back to where it was; the page's head gets it where that is out of
/// sight by now, in a menu that has closed.
fn refocus() {
    request_animation_frame(|| {
        let lost = dom::active().is_none_or(|el| dom::matches(&el, "body"));
        if let Some(head) = dom::find("main h1").filter(|_| lost) {
            dom::focus(&head);
        }
    });
}

fn step(by: i32) {
    if let Ok(history) = window().history() {
        drop(history.go_with_delta(by));
    }
}

/// Makes it; call once in the app's root.
pub fn provide_leaving() -> Leaving {
    let leaving = Leaving {
        forms: StoredValue::new(Vec::new()),
        made: StoredValue::new(0),
        place: StoredValue::new(Place::default()),
        sent: StoredValue::new(false),
        undone: StoredValue::new(None),
        let_go: StoredValue::new(false),
        wish: RwSignal::new(None),
    };
    leaving.listen();
    provide_context(leaving);
    leaving
}

/// The app's one. Without a root that provides it, nothing is asked.
pub fn use_leaving() -> Leaving {
    use_context::<Leaving>().unwrap_or_else(provide_leaving)
}

/// The question; once, in the shell.
#[component]
pub fn LeaveDialog(
    /// Goes to an address of the app.
    #[prop(into)]
    go: Callback<(String,)>,
) -> impl IntoView {
    let leaving = use_leaving();
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(leaving.wish.with(Option::is_some)));
    Effect::new(move |before: Option<bool>| {
        let open = open.get();
        // Closed, and nobody said to drop anything: the edits stay.
        if before == Some(true) && !open && leaving.wish.with_untracked(Option::is_some) {
            leaving.wish.set(None);
            refocus();
        }
        open
    });
    let drop_edits = move |_| {
        let wish = leaving.wish.get_untracked();
        leaving.wish.set(None);
        match wish {
            Some(Wish::Go(href)) => go.run((href,)),
            Some(Wish::Step(by)) => {
                leaving.let_go.set_value(true);
                step(by);
            }
            None => {}
        }
    };
    view! {
        <Dialog id="leave" title="Drop your changes?" open=open>
            <div class="dialog-body"><p>"This page has changes that are not saved. They are lost when you leave it."</p></div>
            <div class="dialog-foot">
                <Button kind=ButtonKind::Danger on:click=drop_edits>"Drop changes"</Button>
                <Button attr:autofocus="" on:click=move |_| open.set(false)>"Keep editing"</Button>
            </div>
        </Dialog>
    }
    .into_any()
}
