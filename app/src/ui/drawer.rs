//! The drawer: one thing over a list, without a backdrop, so that the list stays usable.
//!
//! Closing and stepping are links; the keys press them. They follow the address, not what is shown: a
//! key pressed before the next thing has arrived goes on from where the address already is.

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
    let row = row_behind();
    if press(root, "close")
        && let Some(row) = row
    {
        hand_back(row, 180);
    }
}

/// The row that the drawer shows. The address says which: the mark on the row follows it a moment
/// later, and keys may be faster.
fn row_behind() -> Option<web_sys::HtmlElement> {
    let at = window().location();
    let here = format!(
        "{}{}",
        at.pathname().unwrap_or_default(),
        at.search().unwrap_or_default()
    );
    let body = document().body()?;
    dom::all(&body, "a.row-link")
        .into_iter()
        .find(|link| link.get_attribute("href").as_deref() == Some(here.as_str()))
        .or_else(|| dom::find("tr[aria-selected=true] a.row-link"))
}

/// Gives the row the focus, again while a drawer is still being taken away: the one that had it, or
/// the next one, whose contents came just then.
fn hand_back(row: web_sys::HtmlElement, frames: u32) {
    request_animation_frame(move || {
        dom::focus(&row);
        if dom::find(".drawer").is_some() && frames > 0 {
            hand_back(row, frames - 1);
        }
    });
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
    close_href: Signal<String>,
    /// None at the first thing of the list.
    prev_href: Signal<Option<String>>,
    /// None at the last.
    next_href: Signal<Option<String>>,
    /// The same thing as a page of its own.
    full_href: String,
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
    let close = Signal::derive(move || Some(close_href.get()));
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
                        <IconLink label="Open as a page" icon="expand" href=Some(full_href) size=Size::Sm/>
                        {actions.run()}
                        <span data-go="close"><IconLink label="Close" icon="close" href=close size=Size::Sm/></span>
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
