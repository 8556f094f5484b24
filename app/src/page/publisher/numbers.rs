//! The numbers whose callers are a publisher's: give it a free one, take one away.

use domain::access::Permission;
use domain::api::number::NumberRow;
use domain::api::publisher::PublisherDetail;
use leptos::prelude::*;

use super::PublisherSource;
use crate::api::number::SetNumberPublisher;
use crate::page::campaign::numbers::last_call;
use crate::page::parts::{OnlyLook, choices, count, may, or_dash, rows};
use crate::route::{self, CampaignTab};
use crate::state::session::sign_in_again;
use crate::ui::{Button, EmptyRow, LinkButton, Panel, Select, Size, TableRegion, use_toasts};

/// The tab.
#[component]
pub fn Numbers(source: PublisherSource, detail: Signal<PublisherDetail>) -> impl IntoView {
    let edit = may(Permission::EditNumbers);
    let assign = ServerAction::<SetNumberPublisher>::new();
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
            .then(|| view! { <EmptyRow cols=6 title="No numbers yet" text="A call belongs to a publisher by the number that was dialed. Assign a free number, or add one."/> })
    };
    let id = detail.with_untracked(|d| d.row.id);
    let add = move || {
        let href = route::with_query(route::NUMBER_NEW, &[("publisher", &id.to_string())]);
        edit.get().then(|| view! { <LinkButton href=href icon="plus" size=Size::Sm>"Add a number"</LinkButton> })
    };
    view! {
        <Panel title="Assign a number" actions=move || add>
            {move || if edit.get() { view! { <Free detail=detail assign=assign/> }.into_any() } else { view! { <OnlyLook what=Permission::EditNumbers/> }.into_any() }}
        </Panel>
        <Panel title="Numbers of this publisher" flush=true>
            <TableRegion label="Numbers of this publisher">
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col">"Number"</th><th scope="col">"Label"</th><th scope="col">"Campaign"</th><th scope="col" class="num">"Calls today"</th>
                        <th scope="col">"Last call"</th><th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                    </tr></thead>
                    <tbody>{empty}{rows(list, |n| n.id, move |row| number_row(row, assign, edit))}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

/// Numbers of the account that belong to nobody.
#[component]
fn Free(
    detail: Signal<PublisherDetail>,
    assign: ServerAction<SetNumberPublisher>,
) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let free = Memo::new(move |_| detail.with(|d| choices(&d.free_numbers)));
    let none = Memo::new(move |_| free.with(Vec::is_empty));
    let form = move || {
        if none.get() {
            return view! {
                <p class="soft">"Every number of the account belongs to a publisher. Add another one that you hold at the carrier."</p>
            }
            .into_any();
        }
        view! {
            <ActionForm action=assign attr:class="flex flex-wrap items-end gap-2">
                <input type="hidden" name="publisher" value=id.to_string()/>
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
    assign: ServerAction<SetNumberPublisher>,
    edit: Signal<bool>,
) -> AnyView {
    let (id, display) = row.with_untracked(|r| (r.id, r.display.clone()));
    let label = format!("Take {display} from this publisher");
    let campaign = move || {
        let (id, name) = row.with(|r| (r.campaign, r.campaign_name.clone()));
        match id {
            Some(id) => {
                view! { <a class="link" href=route::campaign(id, CampaignTab::Numbers)>{name}</a> }
                    .into_any()
            }
            None => or_dash(""),
        }
    };
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
            <td data-label="Label">{move || row.with(|r| or_dash(&r.label))}</td>
            <td data-label="Campaign">{campaign}</td>
            <td class="num" data-label="Calls today">{move || count(row.with(|r| r.calls_today))}</td>
            <td class="nowrap" data-label="Last call">{move || last_call(row)}</td>
            <td class="act">{take}</td>
        </tr>
    }
    .into_any()
}
