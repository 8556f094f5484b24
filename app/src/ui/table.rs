//! Tables: the scroll region, sortable heads, keyset paging. The table itself is plain markup with
//! the classes of `style/tables.css`.

use leptos::{html, prelude::*};
use web_sys::{HtmlElement, KeyboardEvent};

use super::{
    button::{Button, LinkButton},
    dom,
    icon::Icon,
};

fn walk(region: &HtmlElement, ev: &KeyboardEvent) {
    if dom::typing(ev) || ev.ctrl_key() || ev.meta_key() || ev.alt_key() {
        return;
    }
    let links = dom::all(region, "tbody a.row-link");
    if links.is_empty() {
        return;
    }
    let row = dom::active().and_then(|el| el.closest("tr").ok().flatten());
    let now = row
        .as_ref()
        .and_then(|row| links.iter().position(|link| row.contains(Some(link))));
    let next = match ev.key().as_str() {
        "j" => now.map_or(0, |at| (at + 1).min(links.len() - 1)),
        "k" => now.map_or(0, |at| at.saturating_sub(1)),
        "x" => {
            if let Some(boxed) =
                row.and_then(|row| dom::all(&row, "input[type=checkbox]").into_iter().next())
            {
                ev.prevent_default();
                boxed.click();
            }
            return;
        }
        _ => return,
    };
    ev.prevent_default();
    ev.stop_propagation();
    dom::focus(&links[next]);
}

/// The named, focusable region a table scrolls in; J and K walk the row links, X ticks the row.
#[component]
pub fn TableRegion(
    /// The table's name.
    #[prop(into)]
    label: String,
    /// Lets the head stick under the top bar on wide screens; only for tables that fit the page.
    #[prop(optional)]
    stick: bool,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    view! {
        <div class="region" role="region" tabindex="0" aria-label=label data-stick=stick.then_some("") node_ref=node
            on:keydown=move |ev| if let Some(region) = node.get_untracked() { walk(&region, &ev) }>
            {children()}
        </div>
    }
    .into_any()
}

/// How a column sorts now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Another column sorts.
    #[default]
    None,
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// A column head that sorts by a link.
#[component]
pub fn SortTh(
    #[prop(into)] label: String,
    /// The address with the next order.
    #[prop(into)]
    href: String,
    #[prop(optional)] order: Order,
    #[prop(optional)] numeric: bool,
    /// The long name, when the label is short.
    #[prop(optional, into)]
    full: Option<String>,
) -> impl IntoView {
    let (sort, icon) = match order {
        Order::None => ("none", None),
        Order::Ascending => ("ascending", Some("arrow-up")),
        Order::Descending => ("descending", Some("arrow-down")),
    };
    let mark = icon.map(|name| view! { <Icon name=name/> });
    let class = if numeric { "num" } else { "" };
    view! {
        <th scope="col" class=class aria-sort=sort>
            <a class="sort" href=href title=full.clone()>{mark}{label}</a>
        </th>
    }
    .into_any()
}

/// Gives the focus to a row's link, or to the page's head, if the row that had it is gone.
pub fn focus_row(at: usize) {
    if dom::active().is_some_and(|el| !dom::matches(&el, "body")) {
        return;
    }
    let Some(page) = dom::find("main") else {
        return;
    };
    let rows: Vec<_> = dom::all(&page, "a.row-link, .phone-rows a")
        .into_iter()
        .filter(|el| el.offset_parent().is_some())
        .collect();
    let next = rows.get(at).or(rows.last()).cloned();
    if let Some(el) = next.or_else(|| dom::find("main h1")) {
        dom::focus(&el);
    }
}

/// Newer and older pages by keyset links.
#[component]
pub fn Pager(
    /// What is shown, for example "1 – 50 of 1,307".
    #[prop(into)]
    range: String,
    #[prop(optional_no_strip)] newer: Option<String>,
    #[prop(optional_no_strip)] older: Option<String>,
) -> impl IntoView {
    let newer = match newer {
        Some(href) => view! { <LinkButton href=href icon="chevron-left" attr:rel="prev">"Newer"</LinkButton> }.into_any(),
        None => view! { <Button icon="chevron-left" disabled=true attr:title="These are the newest">"Newer"</Button> }.into_any(),
    };
    let older = match older {
        Some(href) => view! { <LinkButton href=href attr:rel="next">"Older"<Icon name="chevron-right"/></LinkButton> }.into_any(),
        None => view! { <Button disabled=true attr:title="These are the oldest">"Older"<Icon name="chevron-right"/></Button> }.into_any(),
    };
    view! { <nav class="pager" aria-label="Pages"><span>{range}</span><span class="pager-go">{newer}{older}</span></nav> }.into_any()
}
