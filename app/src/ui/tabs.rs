//! Tabs: links when they change the page, buttons when they change a part of it.

use leptos::{html, prelude::*};
use web_sys::KeyboardEvent;

use super::{badge::Tone, dom};

/// One tab that is a link.
#[derive(Clone, Debug, Default)]
pub struct TabLink {
    href: String,
    label: String,
    count: String,
    tone: Tone,
    current: bool,
}

impl TabLink {
    /// A tab to an address.
    pub fn new(href: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            href: href.into(),
            label: label.into(),
            ..Self::default()
        }
    }

    /// Marks the place where the user is.
    #[must_use]
    pub fn current(mut self, on: bool) -> Self {
        self.current = on;
        self
    }

    /// Adds a badge, for example a count or "3 edits".
    #[must_use]
    pub fn count(mut self, text: impl Into<String>) -> Self {
        self.count = text.into();
        self
    }

    /// The badge's tint.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
}

/// A row of tabs that are links.
#[component]
pub fn TabLinks(
    /// What the tabs are about.
    #[prop(into)]
    label: String,
    #[prop(into)] tabs: Signal<Vec<TabLink>>,
    /// The tabs stand in the middle of a page, which stays where it is scrolled to.
    #[prop(optional)]
    stay: bool,
) -> impl IntoView {
    let node = NodeRef::<html::Nav>::new();
    Effect::new(move |_| {
        tabs.track();
        // On the phone the current one may stand out of sight at the end of the row.
        if let Some(row) = node.get()
            && let Some(tab) = dom::all(&row, "[aria-current]").first()
        {
            let right = tab.offset_left() + tab.offset_width() - row.offset_left();
            if right > row.client_width() {
                row.set_scroll_left(right - row.client_width() / 2);
            }
        }
    });
    let links = move || {
        tabs.get()
            .into_iter()
            .map(|t| {
                let badge = (!t.count.is_empty()).then(|| view! { <span class="badge" data-tone=t.tone.word()>{t.count}</span> });
                view! { <a class="tab" href=t.href aria-current=t.current.then_some("page") data-noscroll=stay.then_some("")>{t.label}{badge}</a> }
            })
            .collect_view()
    };
    view! { <nav class="tabs" aria-label=label node_ref=node>{links}</nav> }.into_any()
}

fn on_key(ev: &KeyboardEvent, row: &web_sys::Element) {
    let list = dom::all(row, "[role=tab]");
    let Some(now) =
        dom::active().and_then(|a| list.iter().position(|el| el.is_same_node(Some(&a))))
    else {
        return;
    };
    let last = list.len() - 1;
    let next = match ev.key().as_str() {
        "ArrowRight" => {
            if now == last {
                0
            } else {
                now + 1
            }
        }
        "ArrowLeft" => {
            if now == 0 {
                last
            } else {
                now - 1
            }
        }
        "Home" => 0,
        "End" => last,
        _ => return,
    };
    ev.prevent_default();
    dom::focus(&list[next]);
    list[next].click();
}

/// A row of tabs that show one of several `TabPanel`s.
#[component]
pub fn Tabs(
    /// Unique on the page; the panels name it in `tabs`.
    #[prop(into)]
    id: String,
    #[prop(into)] label: String,
    /// Key and words of each tab.
    tabs: Vec<(&'static str, String)>,
    selected: RwSignal<String>,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let parts = tabs
        .into_iter()
        .map(|(key, words)| {
            let on = Memo::new(move |_| selected.with(|now| now == key));
            view! {
                <button class="tab" type="button" role="tab" id=format!("{id}-{key}-tab") aria-controls=format!("{id}-{key}")
                    aria-selected=move || if on.get() { "true" } else { "false" } tabindex=move || if on.get() { "0" } else { "-1" }
                    on:click=move |_| selected.set(key.to_owned())>{words}</button>
            }
        })
        .collect_view();
    view! {
        <div class="tabs" role="tablist" aria-label=label node_ref=node
            on:keydown=move |ev| if let Some(row) = node.get_untracked() { on_key(&ev, &row) }>{parts}</div>
    }
    .into_any()
}

/// What one tab of `Tabs` shows; hidden, not removed, while another is chosen.
#[component]
pub fn TabPanel(
    /// The id of the tabs.
    #[prop(into)]
    tabs: String,
    key: &'static str,
    selected: RwSignal<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="tabpanel" role="tabpanel" tabindex="0" id=format!("{tabs}-{key}") aria-labelledby=format!("{tabs}-{key}-tab")
            hidden=move || selected.with(|now| now != key)>{children()}</div>
    }
    .into_any()
}
