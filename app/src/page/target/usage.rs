//! What a target used of its limits, with the button that sets it back, and its campaigns.

use domain::access::Permission;
use domain::api::page::{Meter, MoneyMeter};
use domain::api::target::TargetDetail;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::TargetSource;
use crate::api::target::{ResetTargetCounts, restore_target_counts};
use crate::page::parts::{MeterView, MoneyMeterView, may};
use crate::route;
use crate::state::session::sign_in_again;
use crate::ui::{Button, ButtonKind, Panel, Size, use_toasts};

/// What of its limits is used, and which campaigns route to it.
#[component]
pub fn Usage(source: TargetSource, detail: Signal<TargetDetail>) -> impl IntoView {
    let calls =
        Memo::new(move |_| detail.with(|d| [d.row.lines, d.hour, d.row.today, d.month, d.total]));
    let money = Memo::new(move |_| {
        detail.with(|d| {
            let [hour, month, total] = d.spent.clone();
            [hour, d.row.spent_today.clone(), month, total]
        })
    });
    let rows = move || {
        let [lines, hour, today, month, total] = calls.get();
        let [hour_spent, today_spent, month_spent, total_spent] = money.get().map(Some);
        view! {
            <table class="data compact">
                <thead><tr><th scope="col"><span class="visually-hidden">"Span"</span></th><th scope="col" class="num">"Calls"</th><th scope="col" class="num">"Revenue"</th></tr></thead>
                <tbody>
                    {line("At the same time", lines, None)}{line("This hour", hour, hour_spent)}{line("Today", today, today_spent)}
                    {line("This month", month, month_spent)}{line("In all", total, total_spent)}
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
    let href = route::calls_of_target(detail.with_untracked(|d| d.row.id));
    let edit = may(Permission::EditBuyers);
    let reset = move || {
        edit.get()
            .then(|| view! { <Reset source=source detail=detail/> })
    };
    view! {
        <div class="stack">
            <Panel title="Usage" flush=true actions=move || view! { <a class="link" href=href>"Calls today"</a> }>{rows}{reset}</Panel>
            <Panel title="Campaigns" flush=true>{links}</Panel>
        </div>
    }
    .into_any()
}

fn line(words: &'static str, calls: Meter, money: Option<MoneyMeter>) -> AnyView {
    let money = money.map(|meter| view! { <MoneyMeterView meter=meter what=words/> });
    view! {
        <tr>
            <th scope="row" class="soft">{words}</th>
            <td class="num"><MeterView meter=calls what=words/></td>
            <td class="num">{money}</td>
        </tr>
    }
    .into_any()
}

/// Sets the counts to zero, and back from the toast.
#[component]
fn Reset(source: TargetSource, detail: Signal<TargetDetail>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let reset = ServerAction::<ResetTargetCounts>::new();
    let toasts = use_toasts();
    Effect::new(move |_| match reset.value().get() {
        Some(Ok(counts)) => {
            let name = detail.with_untracked(|d| d.row.name.clone());
            let back = Callback::new(move |()| {
                spawn_local(async move {
                    match restore_target_counts(id, counts).await {
                        Ok(()) => source.reload(),
                        Err(error) if error.is_signed_out() => sign_in_again(),
                        Err(error) => {
                            toasts.error(format!("The counts were not put back: {}", error.message))
                        }
                    }
                });
            });
            let text = format!("Counts of {name} set to zero. Calls in progress stay counted.");
            toasts.undo(text, back);
            source.reload();
        }
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) => {
            toasts.error(format!("The counts were not reset: {}", error.message));
        }
        None => {}
    });
    view! {
        <div class="panel-foot">
            <ActionForm action=reset attr:class="row">
                <input type="hidden" name="id" value=id.to_string()/>
                <Button kind=ButtonKind::Outline size=Size::Xs icon="undo" submit=true busy=reset.pending()>"Reset counts"</Button>
            </ActionForm>
            <span>"Opens what is full."</span>
        </div>
    }
    .into_any()
}
