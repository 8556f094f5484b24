//! A tooltip for one focusable thing: hover or focus shows it, Esc hides it.

use leptos::{html, prelude::*};

use super::{dom, popover};

/// Explains its one focusable child; the text is also the child's description.
#[component]
pub fn Tooltip(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    #[prop(into)] text: String,
    children: Children,
) -> impl IntoView {
    let (root, tip) = (NodeRef::<html::Span>::new(), NodeRef::<html::Span>::new());
    let described = id.clone();
    Effect::new(move |_| {
        if let Some(child) = root.get().and_then(|el| el.first_element_child()) {
            drop(child.set_attribute("aria-describedby", &described));
        }
    });
    let show = move || {
        if let (Some(root), Some(tip)) = (root.get_untracked(), tip.get_untracked())
            && !popover::is_open(&tip)
        {
            drop(tip.show_popover());
            if let Some(child) = root.first_element_child() {
                popover::place(&child, &tip);
            }
        }
    };
    let hide = move || {
        if let Some(tip) = tip.get_untracked() {
            popover::hide(&tip);
        }
    };
    let key = move |ev: web_sys::KeyboardEvent| {
        if ev.key() == "Escape" && tip.get_untracked().is_some_and(|t| popover::is_open(&t)) {
            ev.stop_propagation();
            hide();
        }
    };
    let leave = move |_| {
        // A focused child keeps its explanation when the pointer goes.
        if !root
            .get_untracked()
            .is_some_and(|el| dom::matches(&el, ":focus-within"))
        {
            hide();
        }
    };
    view! {
        <span class="tip" node_ref=root on:pointerenter=move |_| show() on:pointerleave=leave on:focusin=move |_| show()
            on:focusout=move |_| hide() on:keydown=key>
            {children()}
            <span class="popover tooltip" role="tooltip" popover="manual" id=id node_ref=tip>{text}</span>
        </span>
    }
    .into_any()
}
