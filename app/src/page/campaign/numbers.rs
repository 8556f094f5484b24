//! The numbers of a campaign: assign a free one, take one away.

use domain::access::Permission;
use domain::api::campaign::CampaignDetail;
use domain::api::number::NumberRow;
use leptos::prelude::*;

use super::{CampaignSource, RestoreFirst, is_archived};
use crate::api::number::AssignNumber;
use crate::page::parts::{OnlyLook, choices, count, may, or_dash, rows};
use crate::route;
use crate::state::session::sign_in_again;
use crate::ui::{Button, EmptyRow, LinkButton, Panel, Select, Size, TableRegion, Time, use_toasts};

/// The tab.
#[component]
pub fn Numbers(source: CampaignSource, detail: Signal<CampaignDetail>) -> impl IntoView {
    let (edit, archived) = (may(Permission::EditNumbers), is_archived(detail));
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
    let list = Memo::new(move |_| detail.with(|d| d.numbers.clone()));
    let empty = move || {
        list.with(Vec::is_empty)
            .then(|| view! { <EmptyRow cols=6 title="No numbers yet" text="Callers reach this campaign through its numbers. Assign a free one, or add one."/> })
    };
    let id = detail.with_untracked(|d| d.row.id);
    let add = move || {
        let href = route::with_query(route::NUMBER_NEW, &[("campaign", &id.to_string())]);
        (edit.get() && !archived.get()).then(|| view! { <LinkButton href=href icon="plus" size=Size::Sm>"Add a number"</LinkButton> })
    };
    view! {
        <Panel title="Assign a number" actions=move || add>
            {move || if archived.get() { view! { <RestoreFirst/> }.into_any() } else if edit.get() { view! { <Free detail=detail assign=assign/> }.into_any() } else { view! { <OnlyLook what=Permission::EditNumbers/> }.into_any() }}
        </Panel>
        <Panel title="Numbers of this campaign" flush=true>
            <TableRegion label="Numbers of this campaign">
                <table class="data">
                    <thead><tr>
                        <th scope="col">"Number"</th><th scope="col" class="phone-hide">"State"</th><th scope="col">"Label"</th><th scope="col" class="num">"Calls today"</th>
                        <th scope="col" class="phone-hide">"Last call"</th><th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                    </tr></thead>
                    <tbody>{empty}{rows(list, |n| n.id, move |row| number_row(row, assign, edit))}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

/// Free numbers of the account.
#[component]
fn Free(detail: Signal<CampaignDetail>, assign: ServerAction<AssignNumber>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let free = Memo::new(move |_| detail.with(|d| choices(&d.free_numbers)));
    let none = Memo::new(move |_| free.with(Vec::is_empty));
    let form = move || {
        if none.get() {
            return view! {
                <p class="soft">"Every number of the account has a campaign. Add another one that you hold at the carrier."</p>
            }
            .into_any();
        }
        view! {
            <ActionForm action=assign attr:class="flex flex-wrap items-end gap-2">
                <input type="hidden" name="campaign" value=id.to_string()/>
                <div class="w-60"><Select name="id" id="free-number" label="Free number" options=free/></div>
                <Button submit=true busy=assign.pending()>"Assign"</Button>
            </ActionForm>
        }
        .into_any()
    };
    form.into_any()
}

fn number_row(
    row: Memo<NumberRow>,
    assign: ServerAction<AssignNumber>,
    edit: Signal<bool>,
) -> AnyView {
    let (id, display) = row.with_untracked(|r| (r.id, r.display.clone()));
    let label = format!("Take {display} from this campaign");
    let take = move || {
        let label = label.clone();
        edit.get().then(|| {
            view! {
                <ActionForm action=assign>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <Button submit=true size=Size::Xs attr:aria-label=label>"Unassign"</Button>
                </ActionForm>
            }
        })
    };
    view! {
        <tr>
            <th scope="row" class="name nowrap">{display}</th>
            <td class="soft phone-hide">{move || row.with(|r| or_dash(&r.state))}</td>
            <td>{move || row.with(|r| or_dash(&r.label))}</td>
            <td class="num">{move || count(row.with(|r| r.calls_today))}</td>
            <td class="nowrap phone-hide">{move || last_call(row)}</td>
            <td class="act">{take}</td>
        </tr>
    }
    .into_any()
}

/// When a number was called last; a dash if never.
pub fn last_call(row: Memo<NumberRow>) -> AnyView {
    match row.with(|r| r.last_call.clone()) {
        Some(at) => view! { <Time datetime=at.datetime text=format!("{}, {}", at.date, at.time) title=at.full/> }.into_any(),
        None => or_dash(""),
    }
}
