//! RTB ids: which publisher asks for bids in which campaign, and how that goes today.

use domain::access::Permission;
use domain::api::rtb_id::{RtbIdList, RtbIdRow};
use domain::api::rtb_target::rate;
use leptos::prelude::*;

use crate::api::rtb_id::list_rtb_ids;
use crate::page::parts::{OnlyLook, count, counted, may, or_dash, rows};
use crate::page::ring_trees::Tabs;
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{
    ButtonKind, EmptyRow, LinkButton, PageHead, Panel, State, Status, TableRegion, Time,
};

/// Columns of the table.
const COLS: u32 = 7;

/// The page.
#[component]
pub fn RtbIds() -> impl IntoView {
    let source = Source::new(|| (), |()| list_rtb_ids()).follow_calls();
    source.view("The list of RTB IDs", Renew::Never, move |list| {
        view! { <List list=list/> }.into_any()
    })
}

/// The shape and word of an id.
pub fn enabled_state(enabled: bool) -> (State, &'static str) {
    if enabled {
        (State::Open, "Bids")
    } else {
        (State::Paused, "Off")
    }
}

#[component]
fn List(list: Signal<RtbIdList>) -> impl IntoView {
    let edit = may(Permission::EditPublishers);
    let all = Memo::new(move |_| list.with(|l| l.rows.clone()));
    let sub = Signal::derive(move || match all.with(Vec::len) as u64 {
        0 => String::new(),
        n => counted(n, "RTB ID", "RTB IDs"),
    });
    let new = move || {
        edit.get().then(|| view! { <LinkButton href=route::RTB_ID_NEW kind=ButtonKind::Primary icon="plus">"New RTB ID"</LinkButton> })
    };
    let act = move || {
        if edit.get() {
            view! { <LinkButton href=route::RTB_ID_NEW icon="plus">"New RTB ID"</LinkButton> }
                .into_any()
        } else {
            view! { <OnlyLook what=Permission::EditPublishers/> }.into_any()
        }
    };
    let empty = move || {
        all.with(Vec::is_empty).then(|| {
            view! {
                <EmptyRow cols=COLS title="No RTB IDs yet" text="A publisher’s program asks an RTB ID what a call is worth before it sends one, and is paid what it was bid.">{act}</EmptyRow>
            }
        })
    };
    view! {
        <PageHead title="RTB IDs" sub=sub actions=move || new/>
        <Tabs here=route::RTB_IDS/>
        <Panel flush=true>
            <TableRegion label="RTB IDs, figures of today" stick=true>
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col">"Publisher, campaign"</th><th scope="col">"State"</th><th scope="col">"Bids"</th>
                        <th scope="col" class="num">"Pings today"</th><th scope="col" class="num">"Bid rate"</th><th scope="col" class="num">"Calls"</th>
                        <th scope="col">"Asked last"</th>
                    </tr></thead>
                    <tbody>{empty}{rows(all, |r| r.id, id_row)}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

fn id_row(row: Memo<RtbIdRow>) -> AnyView {
    let href = route::rtb_id(row.with_untracked(|r| r.id));
    let state = move || {
        let (shape, word) = enabled_state(row.with(|r| r.enabled));
        view! { <Status state=shape text=word/> }
    };
    let last = move || match row.with(|r| r.last.clone()) {
        Some(at) => view! { <Time datetime=at.datetime text=at.full/> }.into_any(),
        None => or_dash(""),
    };
    view! {
        <tr>
            <th scope="row" class="name"><span class="two"><a class="row-link" href=href>{move || row.with(|r| r.publisher_name.clone())}</a><small>{move || row.with(|r| r.campaign_name.clone())}</small></span></th>
            <td class="nowrap" data-label="State">{state}</td>
            <td data-label="Bids" data-wide=""><span class="two"><span>{move || row.with(|r| r.offering.clone())}</span><small>{move || row.with(|r| r.terms.clone())}</small></span></td>
            <td class="num" data-label="Pings today">{move || count(row.with(|r| r.today.pings))}</td>
            <td class="num" data-label="Bid rate">{move || row.with(|r| rate(r.today.bids, r.today.pings))}</td>
            <td class="num" data-label="Calls">{move || count(row.with(|r| r.today.calls))}</td>
            <td class="nowrap" data-label="Asked last">{last}</td>
        </tr>
    }
    .into_any()
}
