//! How an RTB target fares.

use domain::api::rtb_target::{RtbTargetDetail, rate};
use leptos::prelude::*;

use crate::page::parts::grouped;
use crate::page::rtb_targets::times;
use crate::route;
use crate::ui::{Icon, Panel};

/// Figures of the last 24 hours, why pings were no bids, and the ring trees that ask it.
#[component]
pub fn Health(detail: Signal<RtbTargetDetail>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let row = Memo::new(move |_| detail.with(|d| d.row.clone()));
    let figures = move || {
        let row = row.get();
        let h = row.health;
        [
            ("Pings", grouped(h.pings.into())),
            ("Bid rate", rate(h.bids, h.pings)),
            ("Win rate of its bids", rate(h.wins, h.bids)),
            ("Calls that connected", rate(h.connected, h.dialed)),
            ("Not answered", rate(h.unanswered, h.pings)),
            ("Median, 95th", times(&row)),
        ]
        .into_iter()
        .map(|(what, figure)| view! { <tr><th scope="row" class="soft">{what}</th><td class="num">{figure}</td></tr> })
        .collect_view()
    };
    let warning = move || {
        let words = row.with(|r| r.warning.clone());
        (!words.is_empty())
            .then(|| view! { <p class="panel-foot warn"><Icon name="warning"/>" "{words}</p> })
    };
    let rejects = Memo::new(move |_| detail.with(|d| d.rejects.clone()));
    let reasons = move || {
        let all = rejects.get();
        if all.is_empty() {
            return view! { <p class="state soft">"No ping was refused."</p> }.into_any();
        }
        let rows = all
            .into_iter()
            .map(|reject| {
                let href = route::rtb_pings(id, &reject.code);
                view! { <tr><th scope="row"><a class="link" href=href>{reject.reason}</a></th><td class="num">{grouped(reject.pings.into())}</td><td class="num soft">{format!("{}%", reject.percent)}</td></tr> }
            })
            .collect_view();
        view! { <table class="data compact"><thead class="visually-hidden"><tr><th scope="col">"Reason"</th><th scope="col">"Pings"</th><th scope="col">"Share"</th></tr></thead><tbody>{rows}</tbody></table> }.into_any()
    };
    let trees = move || {
        let all = row.with(|r| r.trees.clone());
        if all.is_empty() {
            return view! { <p class="state soft">"No ring tree asks it yet."</p> }.into_any();
        }
        let links = all
            .into_iter()
            .map(|(id, name)| view! { <li><a class="link" href=route::ring_tree(id)>{name}</a></li> })
            .collect_view();
        view! { <ul class="lines">{links}</ul> }.into_any()
    };
    view! {
        <div class="stack">
            <Panel title="Last 24 hours" flush=true>
                <table class="data compact"><thead class="visually-hidden"><tr><th scope="col">"Figure"</th><th scope="col">"Value"</th></tr></thead><tbody>{figures}</tbody></table>
                {warning}
            </Panel>
            <Panel title="Why pings were no bids" flush=true>{reasons}</Panel>
            <Panel title="Ring trees" flush=true>{trees}</Panel>
        </div>
    }
    .into_any()
}
