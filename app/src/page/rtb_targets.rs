//! RTB targets: who bids, how often and how fast.

use domain::access::Permission;
use domain::api::page::Activity;
use domain::api::rtb_target::{RtbTargetRow, rate};
use leptos::prelude::*;

use crate::api::rtb_target::list_rtb_targets;
use crate::page::parts::{self, AvailabilityView, OnlyLook, activity_state, counted, grouped, may};
use crate::page::ring_trees::Tabs;
use crate::route;
use crate::state::activity::{ActivityItems, Changes, Thing};
use crate::state::source::{Renew, Source};
use crate::ui::{
    ButtonKind, EmptyRow, LinkButton, Menu, MenuLink, MenuSeparator, PageHead, Panel, Size, State,
    Status, TableRegion,
};

/// Columns of the table.
const COLS: u32 = 9;

/// The page.
#[component]
pub fn RtbTargets() -> impl IntoView {
    let source = Source::new(|| (), |()| list_rtb_targets()).follow_calls();
    source.view("The list of RTB targets", Renew::Never, move |rows| {
        view! { <List source=source rows=rows/> }.into_any()
    })
}

#[component]
fn List(source: Source<(), Vec<RtbTargetRow>>, rows: Signal<Vec<RtbTargetRow>>) -> impl IntoView {
    let edit = may(Permission::EditBuyers);
    let changes = Changes::new(move || source.reload());
    let list = Memo::new(move |_| rows.get());
    parts::keep_focus(Signal::derive(move || {
        list.with(|all| all.iter().map(|t| t.id.to_string()).collect())
    }));
    let new = move || {
        edit.get().then(|| view! { <LinkButton href=route::RTB_TARGET_NEW kind=ButtonKind::Primary icon="plus">"New RTB target"</LinkButton> })
    };
    let act = move || {
        if edit.get() {
            view! { <LinkButton href=route::RTB_TARGET_NEW icon="plus">"New RTB target"</LinkButton> }
                .into_any()
        } else {
            view! { <OnlyLook what=Permission::EditBuyers/> }.into_any()
        }
    };
    let empty = move || {
        list.with(Vec::is_empty).then(|| {
            view! {
                <EmptyRow cols=COLS title="No RTB targets yet" text="An RTB target is asked what it pays for each call. Put several into a ring tree, and the best bid gets the call.">{act}</EmptyRow>
            }
        })
    };
    let sub = Signal::derive(move || match list.with(Vec::len) as u64 {
        0 => String::new(),
        n => counted(n, "RTB target", "RTB targets"),
    });
    view! {
        <PageHead title="RTB targets" sub=sub actions=move || new/>
        <Tabs here=route::RTB_TARGETS/>
        <Panel flush=true>
            <TableRegion label="RTB targets, figures of the last 24 hours" stick=true>
                <table class="data">
                    <thead><tr>
                        <th scope="col">"RTB target"</th><th scope="col">"Right now"</th>
                        <th scope="col" class="num">"Pings, 24 h"</th><th scope="col" class="num">"Bid rate"</th><th scope="col" class="num phone-hide">"Win rate"</th>
                        <th scope="col" class="num phone-hide">"Connected"</th><th scope="col" class="num phone-hide">"Not answered"</th>
                        <th scope="col" class="num phone-hide">"Median, 95th"</th><th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                    </tr></thead>
                    <tbody>{empty}{parts::rows(list, |t| t.id, move |row| target_row(row, changes, edit))}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

fn target_row(row: Memo<RtbTargetRow>, changes: Changes, edit: Signal<bool>) -> AnyView {
    let id = row.with_untracked(|r| r.id);
    let thing = Thing::Target(id);
    let now = Memo::new(move |_| {
        let asked = row.with(|r| changes.of(thing, r.activity));
        row.with(|r| {
            if asked == r.activity && asked != Activity::Archived {
                Ok(r.now.clone())
            } else {
                Err(asked)
            }
        })
    });
    let warning = move || {
        let words = row.with(|r| r.warning.clone());
        (!words.is_empty())
            .then(|| view! { <Status state=State::Full text="Fares worse" attr:title=words/> })
    };
    let state = move || match now.get() {
        Ok(now) => view! { <AvailabilityView now=now/>{warning} }.into_any(),
        Err(asked) => {
            let (shape, word) = activity_state(asked);
            view! { <Status state=shape text=word/> }.into_any()
        }
    };
    let figure = move |of: fn(&RtbTargetRow) -> String| move || row.with(of);
    let by = move || row.with(|r| format!("{}, {}", r.buyer_name, r.host));
    view! {
        <tr>
            <th scope="row" class="name"><span class="two"><a class="row-link" href=route::rtb_target(id)>{move || row.with(|r| r.name.clone())}</a><small>{by}</small></span></th>
            <td>{state}</td>
            <td class="num">{figure(|r| grouped(r.health.pings.into()))}</td>
            <td class="num">{figure(|r| rate(r.health.bids, r.health.pings))}</td>
            <td class="num phone-hide">{figure(|r| rate(r.health.wins, r.health.bids))}</td>
            <td class="num phone-hide">{figure(|r| rate(r.health.connected, r.health.dialed))}</td>
            <td class="num phone-hide">{figure(|r| rate(r.health.unanswered, r.health.pings))}</td>
            <td class="num phone-hide nowrap">{figure(times)}</td>
            <td class="act">{move || edit.get().then(|| view! { <RowMenu row=row changes=changes/> })}</td>
        </tr>
    }
    .into_any()
}

/// "135, 421 ms"
pub fn times(row: &RtbTargetRow) -> String {
    match (row.health.p50_ms, row.health.p95_ms) {
        (Some(half), Some(most)) => format!("{half}, {most} ms"),
        _ => "–".to_owned(),
    }
}

#[component]
fn RowMenu(row: Memo<RtbTargetRow>, changes: Changes) -> impl IntoView {
    let (id, label) = row.with_untracked(|r| (r.id, format!("Actions for {}", r.name)));
    let (name, stored) = (
        Signal::derive(move || row.with(|r| r.name.clone())),
        Signal::derive(move || row.with(|r| r.activity)),
    );
    view! {
        <Menu id=format!("rtb-menu-{id}") label=label size=Size::Xs>
            <MenuLink href=route::rtb_target(id) icon="edit">"Edit how it bids"</MenuLink>
            <MenuLink href=route::target(id) icon="target">"Hours, caps and filters"</MenuLink>
            <MenuSeparator/>
            <ActivityItems thing=Thing::Target(id) name=name stored=stored changes=changes/>
        </Menu>
    }
    .into_any()
}
