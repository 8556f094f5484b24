//! Beside the plan: what would happen to a call now, and what is not saved yet.

use std::collections::BTreeMap;

use domain::plan::RouteTo;
use leptos::prelude::*;

use super::draft::Draft;
use super::edit::Edit;
use crate::page::call::candidate_line;
use crate::ui::{Button, ButtonKind, EmptyState, Panel, Size};

/// A route that may ring first.
#[derive(Clone, PartialEq)]
struct Ring {
    name: String,
    /// "$25.00 after 1:00".
    worth: String,
    /// Its share of calls in the live plan, and in the draft.
    live: Option<u32>,
    draft: Option<u32>,
}

/// Who rings first, live against draft, and why route by route.
#[component]
pub fn Preview(edit: Edit) -> impl IntoView {
    let rows = Memo::new(move |_| {
        let open = edit.open();
        let first = |draft: &Draft| {
            draft
                .first_open(&open)
                .map(|(_, shares)| shares)
                .unwrap_or_default()
        };
        let (live, draft) = (edit.base.with(first), edit.now.with(first));
        let live_by: BTreeMap<RouteTo, u32> = live.iter().copied().collect();
        let draft_by: BTreeMap<RouteTo, u32> = draft.iter().copied().collect();
        let mut order: Vec<RouteTo> = draft.iter().map(|(t, _)| *t).collect();
        order.extend(
            live.iter()
                .map(|(t, _)| *t)
                .filter(|t| !draft_by.contains_key(t)),
        );
        let name = |t: RouteTo| {
            let named = |d: &Draft| d.route(t).map(|r| r.name.clone());
            edit.now
                .with(named)
                .or_else(|| edit.base.with(named))
                .unwrap_or_default()
        };
        order
            .into_iter()
            .map(|t| Ring {
                name: name(t),
                worth: edit
                    .revenue(t)
                    .0
                    .map_or_else(|| "no revenue".to_owned(), |rule| rule.words()),
                live: live_by.get(&t).copied(),
                draft: draft_by.get(&t).copied(),
            })
            .collect::<Vec<_>>()
    });
    let edited = Memo::new(move |_| !edit.changes.with(Vec::is_empty));
    let share = |share: Option<u32>| {
        share.map_or_else(
            || view! { <span class="none">"–"</span> }.into_any(),
            |s| format!("{s}%").into_any(),
        )
    };
    let first = move || {
        if edit.archived.get() {
            return view! { <EmptyState title="Nobody would ring" text="The campaign is archived: its callers reach nobody."/> }.into_any();
        }
        let all = rows.get();
        if all.is_empty() {
            return view! { <EmptyState title="Nobody would ring" text="No route is open now: the caller gets what is set under Nobody takes it."/> }.into_any();
        }
        let edited = edited.get();
        let body = all
            .into_iter()
            .map(|ring| {
                let draft = edited.then(|| view! { <td class="num strong">{share(ring.draft)}</td> });
                view! { <tr><th scope="row" class="two"><span>{ring.name}</span><small>{ring.worth}</small></th><td class="num">{share(ring.live)}</td>{draft}</tr> }
            })
            .collect_view();
        let head = edited.then(|| view! { <th scope="col" class="num">"Draft"</th> });
        view! {
            <table class="data">
                <thead><tr><th scope="col">"Rings first"</th><th scope="col" class="num">"Live"</th>{head}</tr></thead>
                <tbody>{body}</tbody>
            </table>
        }
        .into_any()
    };
    let preview = Memo::new(move |_| edit.plan.with(|p| p.preview.clone()));
    let why = move || {
        let all = preview.get();
        (!all.is_empty() && !edit.archived.get()).then(|| {
            view! {
                <details class="panel-foot">
                    <summary>"The live plan, route by route"</summary>
                    <ol class="lines">{all.into_iter().map(candidate_line).collect_view()}</ol>
                </details>
            }
        })
    };
    view! { <Panel title="If a call came in now" flush=true>{first}{why}</Panel> }.into_any()
}

/// Every difference from the saved plan, each with its own way back.
#[component]
pub fn NotSaved(edit: Edit) -> impl IntoView {
    let badge = Signal::derive(move || edit.changes.with(Vec::len).to_string());
    let list = move || {
        let all = edit.changes.get();
        (!all.is_empty()).then(|| {
            let rows = all
                .into_iter()
                .map(|change| {
                    let words = change.words();
                    let label = format!("Undo: {words}");
                    view! {
                        <li class="flex items-center justify-between gap-2">
                            <span>{words}</span>
                            <Button kind=ButtonKind::Ghost size=Size::Xs attr:aria-label=label on:click=move |_| edit.undo(&change)>"Undo"</Button>
                        </li>
                    }
                })
                .collect_view();
            view! { <Panel title="Not saved yet" badge=badge flush=true><ul class="lines">{rows}</ul></Panel> }
        })
    };
    view! { {list} <p class="soft">"Calls in progress stay where they are. One that needs another target is decided on the saved plan."</p> }
        .into_any()
}
