//! What a group used of its limits, and its campaigns.

use domain::api::page::Meter;
use domain::api::target_group::TargetGroupDetail;
use leptos::prelude::*;

use crate::page::parts::MeterView;
use crate::route;
use crate::ui::Panel;

/// Calls by span, and which campaigns route to it.
#[component]
pub fn Usage(detail: Signal<TargetGroupDetail>) -> impl IntoView {
    let calls =
        Memo::new(move |_| detail.with(|d| [d.row.lines, d.hour, d.row.today, d.month, d.total]));
    let rows = move || {
        let [lines, hour, today, month, total] = calls.get();
        view! {
            <table class="data compact">
                <thead><tr><th scope="col"><span class="visually-hidden">"Span"</span></th><th scope="col" class="num">"Calls"</th></tr></thead>
                <tbody>
                    {line("At the same time", lines)}{line("This hour", hour)}{line("Today", today)}
                    {line("This month", month)}{line("In all", total)}
                </tbody>
            </table>
        }
    };
    let campaigns = Memo::new(move |_| detail.with(|d| d.row.campaigns.clone()));
    let links = move || {
        let all = campaigns.get();
        if all.is_empty() {
            return view! { <p class="state soft">"No campaign routes calls here yet."</p> }
                .into_any();
        }
        let rows = all
            .into_iter()
            .map(|(id, name)| view! { <li><a class="link" href=route::campaign(id, route::CampaignTab::Routing)>{name}</a></li> })
            .collect_view();
        view! { <ul class="lines">{rows}</ul> }.into_any()
    };
    view! {
        <div class="stack">
            <Panel title="Usage" flush=true>
                {rows}
                <p class="panel-foot soft">"A call counts once, however many phones ring, and only if one of them takes it."</p>
            </Panel>
            <Panel title="Campaigns" flush=true>{links}</Panel>
        </div>
    }
    .into_any()
}

fn line(words: &'static str, calls: Meter) -> AnyView {
    view! {
        <tr>
            <th scope="row" class="soft">{words}</th>
            <td class="num"><MeterView meter=calls what=words/></td>
        </tr>
    }
    .into_any()
}
