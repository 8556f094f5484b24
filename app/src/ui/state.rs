//! What stands in a panel or a table when there is nothing, no match, an error or no answer yet.

use leptos::prelude::*;

use super::{
    badge::{State, Status},
    button::LinkButton,
    copy::CopyButton,
};

/// Nothing here yet: what it is, and the way to the first one.
#[component]
pub fn EmptyState(
    #[prop(into)] title: String,
    #[prop(optional, into)] text: String,
    /// One button, perhaps a second way.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let act = children.map(|c| view! { <div class="state-act">{c()}</div> });
    let text = (!text.is_empty()).then(|| view! { <p>{text}</p> });
    view! { <div class="state"><h3>{title}</h3>{text}{act}</div> }.into_any()
}

/// Something failed: what, what was kept, the way back and the id to quote.
#[component]
pub fn ErrorState(
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(optional, into)] request_id: String,
    /// The page to load again.
    #[prop(optional, into)]
    retry_href: String,
) -> impl IntoView {
    let retry = (!retry_href.is_empty()).then(|| view! { <LinkButton href=retry_href icon="refresh" attr:rel="external">"Try again"</LinkButton> });
    let id = (!request_id.is_empty()).then(|| {
        view! { <span class="state-id">"request " {request_id.clone()}</span> <CopyButton text=request_id label="Copy request ID"/> }
    });
    view! {
        <div class="state" role="alert">
            <h3><Status state=State::Failed text=title/></h3>
            <p>{text}</p>
            <div class="state-act">{retry}{id}</div>
        </div>
    }
    .into_any()
}

/// The thing asked for is not there, or not for this user.
#[component]
pub fn NotFoundState(
    /// What was looked for, for example "campaign".
    #[prop(into)]
    what: String,
    #[prop(into)] back_href: String,
    /// Where the link goes, for example "All campaigns".
    #[prop(into)]
    back: String,
) -> impl IntoView {
    view! {
        <div class="state">
            <h2>{format!("There is no such {what}")}</h2>
            <p>"It may have been removed, or the address may be mistyped."</p>
            <div class="state-act"><LinkButton href=back_href>{back}</LinkButton></div>
        </div>
    }
    .into_any()
}

fn wide(cols: u32, inside: AnyView) -> AnyView {
    view! { <tr class="state-row"><td colspan=cols.to_string()>{inside}</td></tr> }.into_any()
}

/// [`EmptyState`] as a table row.
#[component]
pub fn EmptyRow(
    cols: u32,
    #[prop(into)] title: String,
    #[prop(optional, into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let act = children.map(|c| view! { <div class="state-act">{c()}</div> });
    wide(
        cols,
        view! { <div class="state"><h3>{title}</h3><p>{text}</p>{act}</div> }.into_any(),
    )
}

/// The filters leave nothing over.
#[component]
pub fn NoMatchRow(
    cols: u32,
    /// The things filtered, in the plural.
    #[prop(into)]
    what: String,
    /// How many filters are set.
    filters: usize,
    /// What there is without them, as a sentence.
    #[prop(optional, into)]
    total: String,
    #[prop(into)] clear_href: String,
) -> impl IntoView {
    let title = match filters {
        1 => format!("No {what} match this filter"),
        n => format!("No {what} match these {n} filters"),
    };
    wide(cols, view! {
        <div class="state"><h3>{title}</h3><p>{total}</p><div class="state-act"><LinkButton href=clear_href>"Clear filters"</LinkButton></div></div>
    }.into_any())
}

/// [`ErrorState`] as a table row.
#[component]
pub fn ErrorRow(
    cols: u32,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(optional, into)] request_id: String,
    #[prop(optional, into)] retry_href: String,
) -> impl IntoView {
    wide(
        cols,
        view! { <ErrorState title=title text=text request_id=request_id retry_href=retry_href/> }
            .into_any(),
    )
}

/// Rows of the final height while data is on its way; they appear after 150 ms.
#[component]
pub fn LoadingRows(cols: u32, #[prop(default = 8)] rows: u32) -> impl IntoView {
    (0..rows)
        .map(|row| {
            let cells = (0..cols).map(|col| {
                let width = 40 + (row * 7 + col * 13) % 48;
                view! { <td><span class="skeleton" style:width=format!("{width}%")></span></td> }
            });
            view! { <tr aria-hidden="true">{cells.collect_view()}</tr> }
        })
        .collect_view()
        .into_any()
}
