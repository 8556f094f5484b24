//! Priorities: each a panel with its routes, their share right now, and a way to add one.

use domain::plan::RouteTo;
use leptos::prelude::*;

use super::super::CampaignSource;
use super::add::Add;
use super::drag::Place;
use super::edit::Edit;
use super::row::Row;

/// All priorities.
#[component]
pub fn Tiers(edit: Edit, source: CampaignSource) -> impl IntoView {
    let places = Memo::new(move |_| (0..edit.now.with(|d| d.tiers.len())).collect::<Vec<_>>());
    view! { <For each=move || places.get() key=|at| *at children=move |at| view! { <Tier edit=edit at=at source=source/> }/> }.into_any()
}

#[component]
fn Tier(edit: Edit, at: usize, source: CampaignSource) -> impl IntoView {
    let targets = Memo::new(move |_| {
        edit.now.with(|d| {
            d.tiers
                .get(at)
                .map(|t| t.iter().map(|r| r.target).collect::<Vec<_>>())
                .unwrap_or_default()
        })
    });
    let cols = move || {
        (!targets.with(Vec::is_empty)).then(|| {
            view! {
                <div class="route-cols" aria-hidden="true">
                    <span></span><span>"Route"</span><span>"Right now"</span><span class="route-num">"Lines"</span><span class="route-num">"Calls today"</span>
                    <span class="route-num">"Weight"</span><span class="route-num">"Share"</span><span class="route-num">"Revenue"</span><span>"On"</span><span></span>
                </div>
            }
        })
    };
    let empty = move || {
        targets.with(Vec::is_empty).then(|| view! { <p class="state soft">"No routes in this priority. Add one, or leave it: an empty priority is not saved."</p> })
    };
    let end = Place {
        tier: at,
        before: None,
    };
    let line = move || (edit.drag.place() == Some(end)).then_some("true");
    view! {
        <section class="tier" aria-labelledby=format!("tier-{at}") data-tier=at.to_string() data-drop=line>
            <Head edit=edit at=at targets=targets source=source/>
            {cols}
            {empty}
            <For each=move || targets.get() key=|target| *target children=move |target| view! { <Row edit=edit target=target/> }/>
        </section>
    }
    .into_any()
}

/// The priority's name, how calls are shared in it now, and "Route".
#[component]
fn Head(
    edit: Edit,
    at: usize,
    targets: Memo<Vec<RouteTo>>,
    source: CampaignSource,
) -> impl IntoView {
    let shares = Memo::new(move |_| {
        let open = edit.open();
        edit.now.with(|d| d.shares(at, &open))
    });
    let when = move || match (at, at + 1 == edit.now.with(|d| d.tiers.len())) {
        (0, _) => "tried first".to_owned(),
        (_, true) => "last resort".to_owned(),
        _ => format!("if nobody in {at} answers"),
    };
    let first = Memo::new(move |_| edit.first_open() == Some(at));
    let bar = move || {
        let parts: Vec<_> = shares.get().into_iter().flatten().collect();
        (parts.len() > 1).then(|| {
            let spans = parts.iter().map(|share| view! { <span style:width=format!("{share}%")></span> }).collect_view();
            let words = if first.get() { "Share of calls right now" } else { "Share if reached" };
            view! { <span class="top-wide">{words}</span><span class="sharebar" aria-hidden="true">{spans}</span> }
        })
    };
    let open = move || {
        let (open, all) = (
            shares.with(|s| s.iter().flatten().count()),
            targets.with(Vec::len),
        );
        format!("{open} of {all} open")
    };
    view! {
        <div class="tier-head">
            <h2 id=format!("tier-{at}")>{format!("Priority {}", at + 1)}</h2>
            <span class="panel-note">{when}</span>
            <div class="tier-side">{bar}<span>{open}</span>{move || edit.may_edit.get().then(|| view! { <Add edit=edit at=at source=source/> })}</div>
        </div>
    }
    .into_any()
}
