//! Panels, accordions and lists of facts.

use leptos::prelude::*;

use super::icon::Icon;

/// A bordered part of a page with a title.
#[component]
pub fn Panel(
    #[prop(optional, into)] title: Signal<String>,
    /// A count beside the title.
    #[prop(optional, into)]
    badge: Signal<String>,
    /// A quiet fact beside the title.
    #[prop(optional, into)]
    note: Signal<String>,
    /// 28 px buttons and links at the right of the head.
    #[prop(optional, into)]
    actions: ViewFnOnce,
    /// Content touches the edge: tables and lists.
    #[prop(optional)]
    flush: bool,
    children: Children,
) -> impl IntoView {
    let titled = title.with_untracked(|t| !t.is_empty());
    let head = titled.then(|| {
        let badge = move || {
            badge
                .with(|b| !b.is_empty())
                .then(|| view! { <span class="badge" data-tone="neutral">{badge.get()}</span> })
        };
        let note = move || {
            note.with(|n| !n.is_empty())
                .then(|| view! { <span class="panel-note">{note.get()}</span> })
        };
        view! {
            <header class="panel-head">
                <h2>{move || title.get()}</h2>{badge}{note}
                <div class="panel-actions">{actions.run()}</div>
            </header>
        }
    });
    let body = if flush {
        children().into_any()
    } else {
        view! { <div class="panel-body">{children()}</div> }.into_any()
    };
    view! { <section class="panel">{head}{body}</section> }.into_any()
}

/// Sections that open one by one.
#[component]
pub fn Accordion(children: Children) -> impl IntoView {
    view! { <div class="accordion">{children()}</div> }.into_any()
}

/// One section; the fact says its setting while it is closed.
#[component]
pub fn AccordionItem(
    #[prop(into)] title: String,
    #[prop(optional, into)] fact: Signal<String>,
    #[prop(optional)] open: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <details open=open>
            <summary><Icon name="chevron-right"/><span>{title}</span><span class="accordion-fact">{move || fact.get()}</span></summary>
            <div class="accordion-body">{children()}</div>
        </details>
    }
    .into_any()
}

/// Facts as term and value.
#[component]
pub fn DescriptionList(children: Children) -> impl IntoView {
    view! { <dl class="facts">{children()}</dl> }.into_any()
}

/// One fact.
#[component]
pub fn Fact(#[prop(into)] term: String, children: Children) -> impl IntoView {
    view! { <div><dt>{term}</dt><dd>{children()}</dd></div> }.into_any()
}
