//! Small words: keys, placeholders, times, copying.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::{JsValue, closure::Closure};

use super::{
    button::{ButtonKind, Size},
    icon::Icon,
};

/// A key or a key combination.
#[component]
pub fn Kbd(children: Children) -> impl IntoView {
    view! { <kbd class="kbd">{children()}</kbd> }.into_any()
}

/// A grey bar of the final width while text is on its way.
#[component]
pub fn Skeleton(
    /// In pixels.
    width: u32,
) -> impl IntoView {
    view! { <span class="skeleton" style:width=format!("{width}px")></span> }.into_any()
}

/// A time that the server has put into words, with its exact value beside it.
#[component]
pub fn Time(
    /// RFC 3339.
    #[prop(into)]
    datetime: String,
    #[prop(into)] text: String,
    /// The full date and zone, on hover.
    #[prop(optional, into)]
    title: Option<String>,
) -> impl IntoView {
    view! { <time class="nowrap" datetime=datetime title=title>{text}</time> }.into_any()
}

/// Copies a text; says so with a check mark and to assistive technology.
#[component]
pub fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: String,
    /// What the button is called.
    #[prop(into)]
    label: String,
    /// Shows the label as words beside the icon.
    #[prop(optional)]
    worded: bool,
    #[prop(default = Size::Xs)] size: Size,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let promise = window().navigator().clipboard().write_text(&text);
        let done = Closure::once(move |_: JsValue| {
            copied.try_set(true);
            set_timeout(
                move || {
                    copied.try_set(false);
                },
                Duration::from_secs(2),
            );
        });
        drop(promise.then(&done));
        // Called once by the browser, later than this handler.
        done.forget();
    };
    let kind = if worded {
        ButtonKind::Outline
    } else {
        ButtonKind::Ghost
    };
    let words = worded.then(|| view! { <span>{label.clone()}</span> });
    view! {
        <button class="btn" type="button" data-variant=kind.word() data-size=size.word() data-icon=(!worded).then_some("")
            aria-label=(!worded).then(|| label.clone()) title=label on:click=copy>
            {move || if copied.get() { view! { <Icon name="check"/> }.into_any() } else { view! { <Icon name="copy"/> }.into_any() }}
            {words}
            <span class="visually-hidden" role="status">{move || if copied.get() { "Copied" } else { "" }}</span>
        </button>
    }
    .into_any()
}
