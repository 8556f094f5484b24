//! A button and the panel it opens. The browser opens, closes and places it; where it cannot place
//! by anchors, [`place`] measures.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{
    button::{ButtonKind, Size},
    dom,
    icon::{Icon, icon_if},
};

/// Puts a popover under its button (or above, if there is no room) in browsers without anchors.
pub(crate) fn place(anchor: &Element, pop: &HtmlElement) {
    if web_sys::css::supports_with_value("position-area", "block-end").unwrap_or(false) {
        return;
    }
    let (at, size) = (
        anchor.get_bounding_client_rect(),
        pop.get_bounding_client_rect(),
    );
    let number =
        |v: Result<wasm_bindgen::JsValue, _>| v.ok().and_then(|v| v.as_f64()).unwrap_or(0.0);
    let (width, height) = (
        number(window().inner_width()),
        number(window().inner_height()),
    );
    let to_end = pop.get_attribute("data-align").as_deref() == Some("end")
        || at.left() + size.width() > width - 8.0;
    let left = if to_end {
        at.right() - size.width()
    } else {
        at.left()
    };
    let below = at.bottom() + 4.0;
    let top = if below + size.height() > height - 8.0 {
        (at.top() - size.height() - 4.0).max(8.0)
    } else {
        below
    };
    let style = pop.style();
    for (name, value) in [
        ("position", "fixed".to_owned()),
        ("left", format!("{}px", dom::figure(left.max(8.0)))),
        ("top", format!("{}px", dom::figure(top))),
    ] {
        drop(style.set_property(name, &value));
    }
}

/// Whether a popover is open.
pub(crate) fn is_open(pop: &Element) -> bool {
    dom::matches(pop, ":popover-open")
}

/// Closes a popover; one that is closed stays closed.
pub(crate) fn hide(pop: &HtmlElement) {
    if is_open(pop) {
        drop(pop.hide_popover());
    }
}

/// The button of a popover or menu, with words and a chevron or with an icon alone.
pub(crate) struct Opener<'a> {
    pub id: &'a str,
    pub label: String,
    pub text: String,
    pub icon: String,
    pub kind: ButtonKind,
    pub size: Size,
    pub popup: &'static str,
}

impl Opener<'_> {
    pub(crate) fn view(self, node: NodeRef<html::Button>) -> AnyView {
        let bare = self.text.is_empty();
        let inside = if bare {
            view! { <Icon name=self.icon/> }.into_any()
        } else {
            // "+ Filter" adds something; the chevron is for buttons that say what is chosen.
            let chevron = (self.icon != "plus").then(|| view! { <Icon name="chevron-down"/> });
            view! { {icon_if(&self.icon)} <span class="truncate">{self.text}</span> {chevron} }
                .into_any()
        };
        let named = (!self.label.is_empty()).then_some(self.label);
        view! {
            <button class="btn" type="button" node_ref=node popovertarget=self.id.to_owned() aria-haspopup=self.popup
                data-variant=self.kind.word() data-size=self.size.word() data-icon=bare.then_some("") title=bare.then(|| named.clone())
                aria-label=named>
                {inside}
            </button>
        }
        .into_any()
    }
}

/// A button that opens a floating panel of anything, for example a small GET form.
#[component]
pub fn Popover(
    /// The panel's id; unique on the page.
    #[prop(into)]
    id: String,
    /// The button's words; without them the icon stands alone and `label` names it.
    #[prop(optional, into)]
    text: String,
    #[prop(optional, into)] label: String,
    #[prop(optional, into)] icon: String,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] size: Size,
    /// Lines the panel up with the button's right edge.
    #[prop(optional)]
    end: bool,
    /// More class names for the panel.
    #[prop(default = "")]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    let (button, panel) = (NodeRef::<html::Button>::new(), NodeRef::<html::Div>::new());
    let spoken = if label.is_empty() {
        text.clone()
    } else {
        label.clone()
    };
    let opener = Opener {
        id: &id,
        label,
        text,
        icon,
        kind,
        size,
        popup: "dialog",
    }
    .view(button);
    let toggled = move |_| {
        if let (Some(button), Some(panel)) = (button.get_untracked(), panel.get_untracked())
            && is_open(&panel)
        {
            place(&button, &panel);
            if let Some(first) =
                dom::all(&panel, "input:not([type=hidden]), select, a[href], button").first()
            {
                dom::focus(first);
            }
        }
    };
    view! {
        {opener}
        <div class=format!("popover {class}") popover="auto" id=id node_ref=panel role="dialog" aria-label=spoken
            data-align=end.then_some("end") on:toggle=toggled on:keydown=move |ev| {
                // One layer at a time: what opened the page around this panel stays open.
                if ev.key() == "Escape" { ev.stop_propagation(); }
            }>
            {children()}
        </div>
    }
    .into_any()
}

/// The popover around an element, for an item that closes it.
pub(crate) fn enclosing(target: Option<web_sys::EventTarget>) -> Option<HtmlElement> {
    target?
        .dyn_into::<Element>()
        .ok()?
        .closest("[popover]")
        .ok()??
        .dyn_into()
        .ok()
}
