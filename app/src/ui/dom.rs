//! The few things the kit asks of the document. Only event handlers and effects call these, so
//! they never run on the server.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Any element's `value`, whatever kind of control it is.
pub(crate) fn value(el: &Element) -> String {
    js_sys::Reflect::get(el, &"value".into())
        .ok()
        .and_then(|v| v.as_string())
        .unwrap_or_default()
}

/// Sets any control's `value`.
pub(crate) fn set_value(el: &Element, text: &str) {
    // A control that has no `value` keeps none.
    drop(js_sys::Reflect::set(el, &"value".into(), &text.into()));
}

/// Whether the element matches a selector.
pub(crate) fn matches(el: &Element, selector: &str) -> bool {
    el.matches(selector).unwrap_or(false)
}

/// The element with this id.
pub(crate) fn by_id(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// The first element that matches, in the whole page.
pub(crate) fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

/// All elements under `root` that match, in document order.
pub(crate) fn all(root: &Element, selector: &str) -> Vec<HtmlElement> {
    let Ok(list) = root.query_selector_all(selector) else {
        return Vec::new();
    };
    (0..list.length())
        .filter_map(|at| list.get(at)?.dyn_into().ok())
        .collect()
}

/// Puts the focus on an element; one that cannot have it is left alone. A closed section around it
/// opens: what is out of sight cannot have the focus.
pub(crate) fn focus(el: &HtmlElement) {
    while let Ok(Some(section)) = el.closest("details:not([open])") {
        drop(section.set_attribute("open", ""));
    }
    drop(el.focus());
}

/// Puts the focus on an element as soon as it stands in the page: a view may be made before it is
/// mounted, and what is not mounted cannot have the focus.
pub(crate) fn focus_soon(el: &HtmlElement) {
    fn attempt(el: HtmlElement, frames: u32) {
        if el.is_connected() {
            focus(&el);
        } else if frames > 0 {
            request_animation_frame(move || attempt(el, frames - 1));
        }
    }
    attempt(el.clone(), 60);
}

/// The element that has the focus.
pub(crate) fn active() -> Option<Element> {
    document().active_element()
}

/// Whether the page was already running when this component appeared, that is, whether the user
/// came here by a link inside the app.
pub(crate) fn navigated() -> bool {
    document()
        .document_element()
        .is_some_and(|root| root.has_attribute("data-hydrated"))
}

/// Whether a key event goes to something that takes text.
pub(crate) fn typing(ev: &web_sys::Event) -> bool {
    ev.target()
        .and_then(|t| t.dyn_into::<Element>().ok())
        .is_some_and(|el| {
            matches(
                &el,
                "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]",
            )
        })
}

/// Tells the form around an element that a value changed, as a native control would.
pub(crate) fn announce_change(el: &Element) {
    let init = web_sys::EventInit::new();
    init.set_bubbles(true);
    if let Ok(ev) = web_sys::Event::new_with_event_init_dict("change", &init) {
        drop(el.dispatch_event(&ev));
    }
}

/// Keeps a control and a signal the same. What was typed before the script ran wins over the
/// signal's first value.
pub(crate) fn link_value<F>(control: F, bind: Option<RwSignal<String>>)
where
    F: Fn() -> Option<Element> + 'static,
{
    let Some(bind) = bind else { return };
    Effect::new(move |before: Option<()>| {
        let wanted = bind.get();
        let Some(el) = control() else { return };
        let shown = value(&el);
        if shown == wanted {
            return;
        }
        if before.is_none() && !navigated() {
            bind.set(shown);
        } else {
            set_value(&el, &wanted);
        }
    });
}

/// A figure with at most two decimals. The general formatter is 15 KB in the browser, and this its
/// only use.
pub(super) fn figure(value: f64) -> String {
    let hundredths = (value * 100.0).round() as i64;
    let sign = if hundredths < 0 { "-" } else { "" };
    let (whole, rest) = (
        hundredths.unsigned_abs() / 100,
        hundredths.unsigned_abs() % 100,
    );
    match rest {
        0 => format!("{sign}{whole}"),
        tenths if tenths.is_multiple_of(10) => format!("{sign}{whole}.{}", tenths / 10),
        _ => format!("{sign}{whole}.{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::figure;

    #[test]
    fn figures_carry_no_empty_decimals() {
        let all = [
            (0.0, "0"),
            (12.5, "12.5"),
            (33.333, "33.33"),
            (0.049, "0.05"),
            (-2.25, "-2.25"),
            (99.999, "100"),
        ];
        for (value, text) in all {
            assert_eq!(figure(value), text);
        }
    }
}
