//! The numbers of a campaign: assign a free one, take one away.

use domain::access::Permission;
use domain::api::campaign::CampaignDetail;
use domain::api::number::NumberRow;
use leptos::prelude::*;

use super::CampaignSource;
use crate::api::number::AssignNumber;
use crate::page::parts::{OnlyLook, choices, count, may, or_dash};
use crate::route;
use crate::state::session::sign_in_again;
use crate::ui::{Button, EmptyRow, Panel, Select, Size, TableRegion, Time, use_toasts};

/// The tab.
#[component]
pub fn Numbers(source: CampaignSource, detail: Signal<CampaignDetail>) -> impl IntoView {
    let edit = may(Permission::EditNumbers);
    let assign = ServerAction::<AssignNumber>::new();
    let toasts = use_toasts();
    Effect::new(move |_| match assign.value().get() {
        Some(Ok(())) => {
            toasts.done("Numbers changed.");
            source.reload();
        }
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    let rows = Memo::new(move |_| detail.with(|d| d.numbers.clone()));
    let body = move || {
        let all = rows.get();
        if all.is_empty() {
            return view! { <EmptyRow cols=6 title="No numbers yet" text="Callers reach this campaign through its numbers. Assign one that is free."/> }.into_any();
        }
        all.into_iter().map(|row| number_row(row, assign, edit.get())).collect_view().into_any()
    };
    view! {
        <Panel title="Assign a number">
            {move || if edit.get() { view! { <Free detail=detail assign=assign/> }.into_any() } else { view! { <OnlyLook what=Permission::EditNumbers/> }.into_any() }}
        </Panel>
        <Panel title="Numbers of this campaign" flush=true>
            <TableRegion label="Numbers of this campaign">
                <table class="data">
                    <thead><tr>
                        <th scope="col">"Number"</th><th scope="col">"State"</th><th scope="col">"Label"</th><th scope="col" class="num">"Calls today"</th>
                        <th scope="col">"Last call"</th><th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                    </tr></thead>
                    <tbody>{body}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

/// Free numbers of the account, and where to get more.
#[component]
fn Free(detail: Signal<CampaignDetail>, assign: ServerAction<AssignNumber>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let free = Memo::new(move |_| detail.with(|d| choices(&d.free_numbers)));
    let form = move || {
        if free.with(Vec::is_empty) {
            return view! {
                <p class="soft">"All numbers of the account have a campaign. "<a class="link" href=route::with_query(route::NUMBER_NEW, &[("campaign", &id.to_string())])>"Add a number"</a></p>
            }
            .into_any();
        }
        view! {
            <ActionForm action=assign attr:class="field-row">
                <input type="hidden" name="campaign" value=id.to_string()/>
                <Select name="id" id="free-number" label="Free number" options=free.get()/>
                <div class="form-foot"><Button submit=true icon="plus" busy=assign.pending()>"Assign"</Button></div>
            </ActionForm>
        }
        .into_any()
    };
    form.into_any()
}

fn number_row(row: NumberRow, assign: ServerAction<AssignNumber>, edit: bool) -> AnyView {
    let last = row.last_call.map(|at| view! { <Time datetime=at.datetime text=format!("{}, {}", at.date, at.time) title=at.full/> });
    let label = format!("Take {} from this campaign", row.display);
    let take = edit.then(|| {
        view! {
            <ActionForm action=assign>
                <input type="hidden" name="id" value=row.id.to_string()/>
                <Button submit=true size=Size::Xs attr:aria-label=label>"Unassign"</Button>
            </ActionForm>
        }
    });
    view! {
        <tr>
            <th scope="row" class="name nowrap">{row.display}</th>
            <td class="soft">{or_dash(&row.state)}</td>
            <td>{or_dash(&row.label)}</td>
            <td class="num">{count(row.calls_today)}</td>
            <td class="nowrap">{last}</td>
            <td class="act">{take}</td>
        </tr>
    }
    .into_any()
}
