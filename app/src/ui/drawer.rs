//! The drawer: one thing over a list, without a backdrop, so that the list stays usable.
//!
//! Closing and stepping are links; the keys press them.

use leptos::{html, prelude::*};
use web_sys::KeyboardEvent;

use super::{
    button::{IconLink, Size},
    dom,
};

fn press(root: &web_sys::HtmlElement, which: &str) -> bool {
    let Some(link) = dom::all(root, &format!("[data-go={which}] a[href]"))
        .into_iter()
        .next()
    else {
        return false;
    };
    link.click();
    true
}

fn close(root: &web_sys::HtmlElement) {
    // The row stays selected behind the drawer; it gets the focus back.
    let row = dom::find("tr[aria-selected=true] a.row-link");
    if press(root, "close")
        && let Some(row) = row
    {
        request_animation_frame(move || dom::focus(&row));
    }
}

fn on_key(root: &web_sys::HtmlElement, ev: &KeyboardEvent) {
    if dom::typing(ev) || ev.ctrl_key() || ev.meta_key() || ev.alt_key() {
        return;
    }
    let used = match ev.key().as_str() {
        "Escape" => {
            close(root);
            true
        }
        "ArrowUp" => press(root, "previous"),
        "ArrowDown" => press(root, "next"),
        _ => false,
    };
    if used {
        ev.prevent_default();
        ev.stop_propagation();
    }
}

/// A drawer at the right, 728 px wide; a full page under 1024 px.
#[component]
pub fn Drawer(
    #[prop(into)] title: Signal<String>,
    /// The page without the drawer.
    #[prop(into)]
    close_href: String,
    #[prop(optional_no_strip)] prev_href: Option<String>,
    #[prop(optional_no_strip)] next_href: Option<String>,
    /// The same thing as a page of its own.
    #[prop(optional_no_strip)]
    full_href: Option<String>,
    /// Beside the title.
    #[prop(optional, into)]
    state: ViewFnOnce,
    /// Under the title: a line of quiet facts.
    #[prop(optional, into)]
    sub: ViewFnOnce,
    /// Sticks with the title: the equation, tabs to the sections.
    #[prop(optional, into)]
    head: ViewFnOnce,
    /// More buttons beside Close.
    #[prop(optional, into)]
    actions: ViewFnOnce,
    /// `section.drawer-section` parts.
    children: Children,
) -> impl IntoView {
    let (root, heading) = (NodeRef::<html::Aside>::new(), NodeRef::<html::H2>::new());
    Effect::new(move |done: Option<bool>| {
        let Some(el) = heading.get() else {
            return false;
        };
        if done != Some(true) && dom::navigated() {
            dom::focus_soon(&el);
        }
        true
    });
    let full = full_href.map(|href| view! { <IconLink label="Open as a page" icon="expand" href=Some(href) size=Size::Sm/> });
    view! {
        <aside class="drawer" aria-labelledby="drawer-title" node_ref=root
            on:keydown=move |ev| if let Some(root) = root.get_untracked() { on_key(&root, &ev) }>
            <header class="drawer-head">
                <div class="drawer-title">
                    <h2 id="drawer-title" tabindex="-1" node_ref=heading>{move || title.get()}</h2>
                    {state.run()}
                    <div class="drawer-nav">
                        <span data-go="previous"><IconLink label="Previous in the list" icon="arrow-up" href=prev_href size=Size::Sm/></span>
                        <span data-go="next"><IconLink label="Next in the list" icon="arrow-down" href=next_href size=Size::Sm/></span>
                        <span class="sep" aria-hidden="true"></span>
                        {full}
                        {actions.run()}
                        <span data-go="close"><IconLink label="Close" icon="close" href=Some(close_href) size=Size::Sm/></span>
                    </div>
                </div>
                <div class="drawer-sub">{sub.run()}</div>
                {head.run()}
            </header>
            {children()}
        </aside>
    }
    .into_any()
}
