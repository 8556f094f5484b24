//! Buyers with their targets beneath them.

use domain::access::Permission;
use domain::api::buyer::BuyerRow;
use domain::api::page::Activity;
use domain::api::target::TargetRow;
use leptos::prelude::*;

use crate::api::buyer::list_buyers;
use crate::page::parts::{AvailabilityView, MeterView, OnlyLook, activity_state, count, counted, may};
use crate::route;
use crate::state::activity::{Changes, Thing, opposite};
use crate::state::source::{Renew, Source};
use crate::ui::{ButtonKind, EmptyRow, EmptyState, LinkButton, Menu, MenuItem, MenuLink, MenuSeparator, PageHead, Panel, Size, Status, TableRegion};

/// The page.
#[component]
pub fn Buyers() -> impl IntoView {
    let source = Source::new(|| (), |()| list_buyers()).follow_calls();
    source.view("The list of buyers", Renew::Never, move |rows| view! { <List source=source rows=rows/> }.into_any())
}

#[component]
fn List(source: Source<(), Vec<BuyerRow>>, rows: Signal<Vec<BuyerRow>>) -> impl IntoView {
    let edit = may(Permission::EditBuyers);
    let changes = Changes::new(move || source.reload());
    let new = move || edit.get().then(|| view! { <LinkButton href=route::BUYER_NEW kind=ButtonKind::Primary icon="plus">"New buyer"</LinkButton> });
    let sub = Signal::derive(move || {
        rows.with(|all| {
            let targets = all.iter().map(|b| b.targets.len() as u64).sum();
            if all.is_empty() { String::new() } else { format!("{}, {}", counted(all.len() as u64, "buyer", "buyers"), counted(targets, "target", "targets")) }
        })
    });
    let body = move || {
        let all = rows.get();
        if all.is_empty() {
            let act = move || {
                if edit.get() {
                    view! { <LinkButton href=route::BUYER_NEW icon="plus">"New buyer"</LinkButton> }.into_any()
                } else {
                    view! { <OnlyLook what=Permission::EditBuyers/> }.into_any()
                }
            };
            return view! {
                <Panel><EmptyState title="No buyers yet" text="A buyer pays for calls. Its targets are the phones that ring, with their hours and limits.">{act}</EmptyState></Panel>
            }
            .into_any();
        }
        all.into_iter().map(|buyer| buyer_panel(buyer, changes, edit.get())).collect_view().into_any()
    };
    view! { <PageHead title="Buyers & targets" sub=sub actions=move || new/> {body} }.into_any()
}

fn buyer_panel(buyer: BuyerRow, changes: Changes, edit: bool) -> AnyView {
    let (id, thing, stored, name) = (buyer.id, Thing::Buyer(buyer.id), buyer.activity, buyer.name.clone());
    let now = Memo::new(move |_| activity_state(changes.of(thing, stored)));
    let (shape, word) = (Signal::derive(move || now.get().0), Signal::derive(move || now.get().1.to_owned()));
    let figures = format!("{}, {} connected today", counted(u64::from(buyer.live), "live call", "live calls"), buyer.connected_today);
    let menu = edit.then(|| {
        let (one, two) = (name.clone(), name.clone());
        let flip = Callback::new(move |()| {
            let now = untrack(move || changes.of(thing, stored));
            changes.set(thing, one.clone(), now, opposite(now).0);
        });
        let archive = Callback::new(move |()| changes.set(thing, two.clone(), stored, Activity::Archived));
        let (_, word, icon) = opposite(stored);
        view! {
            <LinkButton href=route::target_new(id) icon="plus" size=Size::Sm kind=ButtonKind::Ghost>"Target"</LinkButton>
            <Menu id=format!("buyer-menu-{id}") label=format!("Actions for {name}") size=Size::Sm>
                <MenuLink href=route::buyer(id) icon="open">"Open"</MenuLink>
                <MenuSeparator/>
                <MenuItem icon=icon on_select=flip>{word}</MenuItem>
                <MenuItem icon="archive" on_select=archive>"Archive"</MenuItem>
            </Menu>
        }
    });
    view! {
        <section class="panel">
            <header class="panel-head">
                <h2><a class="link-cell" href=route::buyer(id)>{buyer.name}</a></h2>
                <span class="panel-note"><Status state=shape text=word/></span>
                <span class="panel-note">{figures}</span>
                <div class="panel-actions">{menu}</div>
            </header>
            <Targets label=name rows=buyer.targets changes=changes edit=edit/>
        </section>
    }
    .into_any()
}

/// The table of a buyer's targets.
#[component]
pub fn Targets(label: String, rows: Vec<TargetRow>, changes: Changes, edit: bool) -> impl IntoView {
    let body = if rows.is_empty() {
        view! { <EmptyRow cols=7 title="No targets yet" text="A target is a phone number or SIP address that rings."/> }.into_any()
    } else {
        rows.into_iter().map(|row| target_row(row, changes, edit)).collect_view().into_any()
    };
    view! {
        <TableRegion label=format!("Targets of {label}")>
            <table class="data">
                <thead><tr>
                    <th scope="col">"Target"</th><th scope="col">"Right now"</th><th scope="col" class="phone-hide">"Destination"</th>
                    <th scope="col" class="num">"Lines"</th><th scope="col" class="num">"Calls today"</th><th scope="col" class="phone-hide">"Campaigns"</th>
                    <th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                </tr></thead>
                <tbody>{body}</tbody>
            </table>
        </TableRegion>
    }
    .into_any()
}

fn target_row(row: TargetRow, changes: Changes, edit: bool) -> AnyView {
    let (id, thing, stored, name) = (row.id, Thing::Target(row.id), row.activity, row.name.clone());
    let asked = Memo::new(move |_| changes.of(thing, stored));
    let said = row.now.clone();
    let now = move || {
        // What was just asked for shows at once; the figures follow with the next answer.
        if asked.get() == stored {
            view! { <AvailabilityView now=said.clone()/> }.into_any()
        } else {
            let (shape, word) = activity_state(asked.get());
            view! { <Status state=shape text=word/> }.into_any()
        }
    };
    let campaigns = row
        .campaigns
        .into_iter()
        .enumerate()
        .map(|(at, (id, name))| {
            let comma = if at > 0 { ", " } else { "" };
            view! { {comma}<a class="link" href=route::campaign(id, route::CampaignTab::Routing)>{name}</a> }
        })
        .collect_view();
    let menu = edit.then(|| {
        let (one, two) = (name.clone(), name.clone());
        let flip = Callback::new(move |()| {
            let now = untrack(move || changes.of(thing, stored));
            changes.set(thing, one.clone(), now, opposite(now).0);
        });
        let archive = Callback::new(move |()| changes.set(thing, two.clone(), stored, Activity::Archived));
        let (_, word, icon) = opposite(stored);
        view! {
            <Menu id=format!("target-menu-{id}") label=format!("Actions for {name}") size=Size::Xs>
                <MenuLink href=route::target(id) icon="edit">"Edit"</MenuLink>
                <MenuLink href=route::calls_of_target(id) icon="calls">"Calls today"</MenuLink>
                <MenuSeparator/>
                <MenuItem icon=icon on_select=flip>{word}</MenuItem>
                <MenuItem icon="archive" on_select=archive>"Archive"</MenuItem>
            </Menu>
        }
    });
    view! {
        <tr>
            <th scope="row" class="name"><a class="row-link" href=route::target(id)>{row.name}</a></th>
            <td>{now}</td>
            <td class="soft phone-hide">{row.destination}</td>
            <td class="num"><MeterView meter=row.lines what="lines"/></td>
            <td class="num link-cell"><a href=route::calls_of_target(id)>{count(row.today.count)}</a>{row.today.limit.map(|l| view! { <span class="soft">" of "{l.to_string()}</span> })}</td>
            <td class="phone-hide">{campaigns}</td>
            <td class="act">{menu}</td>
        </tr>
    }
    .into_any()
}
