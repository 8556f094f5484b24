//! The head of a page and the way back.

use leptos::{html, prelude::*};
use leptos_meta::Title;

use super::{dom, icon::Icon};

/// The page's `h1` and the document's title. After navigation the `h1` takes the focus, so that
/// assistive technology says where the user is.
#[component]
pub fn PageHead(
    #[prop(into)] title: Signal<String>,
    /// One line under the title.
    #[prop(optional, into)]
    sub: Signal<String>,
    /// The thing's state, beside the title.
    #[prop(optional, into)]
    state: ViewFnOnce,
    /// Buttons at the right; at most one is primary.
    #[prop(optional, into)]
    actions: ViewFnOnce,
) -> impl IntoView {
    let node = NodeRef::<html::H1>::new();
    Effect::new(move |done: Option<bool>| {
        let Some(el) = node.get() else { return false };
        if done != Some(true) && dom::navigated() {
            dom::focus_soon(&el);
        }
        true
    });
    let sub_view = move || {
        sub.with(|s| !s.is_empty())
            .then(|| view! { <p class="page-sub">{sub.get()}</p> })
    };
    // The server asks for the document's title when the page is done: outside of the page, where a
    // signal's key may be that of another page's signal. What the page begins with is a plain text.
    let first = title.get_untracked();
    let document_title = move || {
        let now = if cfg!(target_arch = "wasm32") {
            title.try_get()
        } else {
            None
        };
        now.unwrap_or_else(|| first.clone())
    };
    view! {
        <Title text=document_title/>
        <header class="page-head">
            <div class="page-title">
                <div><h1 tabindex="-1" node_ref=node>{move || title.get()}</h1>{state.run()}</div>
                {sub_view}
            </div>
            <div class="page-actions">{actions.run()}</div>
        </header>
    }
    .into_any()
}

/// The way from the list to here.
#[component]
pub fn Breadcrumbs(
    /// Words and address of each step.
    items: Vec<(String, String)>,
    /// Where the user is.
    #[prop(into)]
    here: Signal<String>,
) -> impl IntoView {
    let steps = items
        .into_iter()
        .map(|(text, href)| view! { <li><a href=href>{text}</a><Icon name="chevron-right"/></li> })
        .collect_view();
    view! {
        <nav class="crumbs" aria-label="Breadcrumbs">
            <ol>{steps}<li aria-current="page">{move || here.get()}</li></ol>
        </nav>
    }
    .into_any()
}
