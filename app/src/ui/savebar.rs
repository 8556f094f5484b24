//! The save bar: how many edits a form holds, and what becomes of them.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlFormElement;

use super::{
    badge::{State, Status},
    button::{Button, ButtonKind},
    dom,
    edits::Edits,
    leaving::use_leaving,
    popover,
};

/// What the parts of one bar share.
#[derive(Clone, Copy)]
struct Bar {
    form: StoredValue<String>,
    edits: Edits,
    total: Memo<usize>,
    errors: Signal<usize>,
    saving: Signal<bool>,
}

impl Bar {
    fn element(self) -> Option<HtmlFormElement> {
        dom::by_id(&self.form.get_value())?.dyn_into().ok()
    }

    fn unsaved(self) -> bool {
        self.total.get_untracked() > 0 && !self.saving.get_untracked()
    }

    /// A save makes the form's state the saved one.
    fn follow(self, saved: Signal<usize>) {
        Effect::new(move |before: Option<usize>| {
            let version = saved.get();
            if before.is_some_and(|b| b != version)
                && let Some(el) = self.element()
            {
                self.edits.keep(&el);
            }
            version
        });
    }

    /// Ctrl S saves.
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
            on_cleanup(move || keys.remove());
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
                view! { <button type="button" class="savebar-fix" on:click=move |_| self.form.with_value(|form| fix_first(form))>{words}</button> },
            )
        };
        view! { <span class="savebar-count" role="status"><Status state=state text=words/></span> {fix} }.into_any()
    }
}

/// Goes to the first thing in a form that is wrong: its field, also one in a fold that is closed, or
/// the panel with the field, by the button marked with `data-fix`.
pub fn fix_first(form: &str) {
    // What names its own error goes before a part in which something is wrong.
    let exact = format!("#{form} [aria-invalid=true], #{form} [data-fix]");
    let part = format!("#{form} [data-invalid=true] input:not([type=hidden])");
    let Some(el) = dom::find(&exact).or_else(|| dom::find(&part)) else {
        return;
    };
    if let Ok(Some(fold)) = el.closest("details:not([open])") {
        drop(fold.set_attribute("open", ""));
    }
    let panel = el
        .get_attribute("popovertarget")
        .and_then(|id| dom::by_id(&id));
    match panel {
        Some(panel) if popover::is_open(&panel) => {
            if let Some(first) = dom::all(&panel, "[aria-invalid=true]").first() {
                dom::focus(first);
            }
        }
        Some(_) => el.click(),
        None => dom::focus(&el),
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
    /// What the form would post as it is saved, where its fields begin with something else.
    #[prop(optional_no_strip)]
    stored: Option<String>,
    /// Puts back signals of the page after the form was reset.
    #[prop(optional, into)]
    on_discard: Option<Callback<()>>,
    /// More buttons, left of Discard.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let edits = Edits::new();
    let bar = Bar {
        form: StoredValue::new(form.clone()),
        edits,
        total: Memo::new(move |_| edits.count.get() + extra.get()),
        errors,
        saving,
    };
    if let Some(counted) = counted {
        edits.watch(counted, move || stored.clone());
        bar.follow(saved);
    }
    bar.listen();
    use_leaving().guard(Signal::derive(move || bar.total.get() > 0 && !saving.get()));
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
