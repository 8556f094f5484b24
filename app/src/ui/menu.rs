//! Menus: a popover with roving arrows, type ahead, Home and End. Links and posts in it work
//! before the script runs.

use leptos::{html, prelude::*};
use web_sys::{HtmlElement, KeyboardEvent};

use super::{
    button::{ButtonKind, Size},
    dom,
    icon::icon_if,
    popover::{Opener, enclosing, hide, is_open, place},
};

fn items(menu: &HtmlElement) -> Vec<HtmlElement> {
    dom::all(menu, "[role^=menuitem]")
}

/// The place of the item that has the focus.
fn place_of_focus(list: &[HtmlElement]) -> Option<usize> {
    let active = dom::active()?;
    list.iter().position(|el| el.is_same_node(Some(&active)))
}

fn on_key(menu: &HtmlElement, ev: &KeyboardEvent) {
    let list = items(menu);
    if list.is_empty() {
        return;
    }
    let (now, last) = (place_of_focus(&list), list.len() - 1);
    let key = ev.key();
    let next = match key.as_str() {
        "ArrowDown" => Some(now.map_or(0, |at| if at == last { 0 } else { at + 1 })),
        "ArrowUp" => Some(now.map_or(last, |at| if at == 0 { last } else { at - 1 })),
        "Home" => Some(0),
        "End" => Some(last),
        "Tab" => {
            hide(menu);
            None
        }
        "Escape" => {
            ev.stop_propagation();
            None
        }
        _ if key.chars().count() == 1
            && key != " "
            && !ev.ctrl_key()
            && !ev.meta_key()
            && !ev.alt_key() =>
        {
            ev.stop_propagation();
            let from = now.map_or(0, |at| at + 1);
            (0..list.len())
                .map(|step| (from + step) % list.len())
                .find(|at| {
                    let text = list[*at].text_content().unwrap_or_default();
                    text.trim_start()
                        .to_lowercase()
                        .starts_with(&key.to_lowercase())
                })
        }
        _ => None,
    };
    if let Some(el) = next.and_then(|at| list.get(at)) {
        ev.prevent_default();
        ev.stop_propagation();
        dom::focus(el);
    }
}

/// A button with a menu; `text` gives it words and a chevron, else `icon` and `label`.
#[component]
pub fn Menu(
    /// The menu's id; unique on the page.
    #[prop(into)]
    id: String,
    /// What the menu is for, for example "Actions for Roof repair, Texas".
    #[prop(into)]
    label: String,
    #[prop(optional, into)] text: String,
    #[prop(optional, into)] icon: String,
    #[prop(default = ButtonKind::Ghost)] kind: ButtonKind,
    #[prop(optional)] size: Size,
    /// Items: `MenuLink`, `MenuItem`, `MenuPost`, `MenuLabel`, `MenuSeparator`.
    children: Children,
) -> impl IntoView {
    let (button, panel) = (NodeRef::<html::Button>::new(), NodeRef::<html::Div>::new());
    let icon = if text.is_empty() && icon.is_empty() {
        "more".to_owned()
    } else {
        icon
    };
    let opener = Opener {
        id: &id,
        label: label.clone(),
        text,
        icon,
        kind,
        size,
        popup: "menu",
    }
    .view(button);
    let toggled = move |_| {
        if let (Some(button), Some(panel)) = (button.get_untracked(), panel.get_untracked())
            && is_open(&panel)
        {
            place(&button, &panel);
            if let Some(first) = items(&panel).first() {
                dom::focus(first);
            }
        }
    };
    view! {
        {opener}
        <div class="popover menu" popover="auto" id=id node_ref=panel role="menu" aria-label=label data-align="end"
            on:toggle=toggled on:keydown=move |ev| if let Some(panel) = panel.get_untracked() { on_key(&panel, &ev) }>
            {children()}
        </div>
    }
    .into_any()
}

fn inside(icon: &str, keys: String, children: Children) -> AnyView {
    let keys = (!keys.is_empty()).then(|| view! { <span class="menu-keys">{keys}</span> });
    view! { {icon_if(icon)} <span class="menu-word">{children()}</span> {keys} }.into_any()
}

/// An item that does something on this page.
#[component]
pub fn MenuItem(
    #[prop(into)] on_select: Callback<()>,
    #[prop(optional, into)] icon: String,
    /// Its shortcut, or a short fact.
    #[prop(optional, into)]
    keys: String,
    #[prop(optional)] danger: bool,
    /// Why it cannot be used now; said in the item.
    #[prop(optional, into)]
    reason: String,
    children: Children,
) -> impl IntoView {
    let off = !reason.is_empty();
    let note = if off { reason } else { keys };
    let chosen = move |ev: web_sys::MouseEvent| {
        if off {
            return;
        }
        if let Some(menu) = enclosing(ev.current_target()) {
            hide(&menu);
        }
        on_select.run(());
    };
    view! {
        <button class="menu-item" type="button" role="menuitem" tabindex="-1" data-danger=danger.then_some("")
            aria-disabled=off.then_some("true") on:click=chosen>
            {inside(&icon, note, children)}
        </button>
    }
    .into_any()
}

/// An item that goes somewhere.
#[component]
pub fn MenuLink(
    #[prop(into)] href: String,
    #[prop(optional, into)] icon: String,
    #[prop(optional, into)] keys: String,
    children: Children,
) -> impl IntoView {
    let leave = move |ev: web_sys::MouseEvent| {
        if let Some(menu) = enclosing(ev.current_target()) {
            hide(&menu);
        }
    };
    view! {
        <a class="menu-item" role="menuitem" tabindex="-1" href=href on:click=leave>{inside(&icon, keys, children)}</a>
    }
    .into_any()
}

/// An item that posts a form, so that it works without script.
#[component]
pub fn MenuPost(
    #[prop(into)] action: String,
    /// Hidden fields: name and value.
    #[prop(optional)]
    fields: Vec<(String, String)>,
    #[prop(optional, into)] icon: String,
    #[prop(optional, into)] keys: String,
    #[prop(optional)] danger: bool,
    /// The item is the one in force, for choices such as the theme.
    #[prop(optional)]
    current: Option<bool>,
    children: Children,
) -> impl IntoView {
    let hidden = fields
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect_view();
    let role = if current.is_some() {
        "menuitemradio"
    } else {
        "menuitem"
    };
    let checked = current.map(|on| if on { "true" } else { "false" });
    let mark = (current == Some(true)).then(|| icon_if("check"));
    view! {
        <form method="post" action=action role="none">
            {hidden}
            <button class="menu-item" type="submit" role=role tabindex="-1" aria-checked=checked data-danger=danger.then_some("")>
                {inside(&icon, keys, children)}
                {mark}
            </button>
        </form>
    }
    .into_any()
}

/// The name of a group of items.
#[component]
pub fn MenuLabel(children: Children) -> impl IntoView {
    view! { <div class="menu-label" role="presentation">{children()}</div> }.into_any()
}

/// A line between groups.
#[component]
pub fn MenuSeparator() -> impl IntoView {
    view! { <div class="menu-line" role="separator"></div> }.into_any()
}
