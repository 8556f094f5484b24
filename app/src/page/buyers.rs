//! Buyers with their targets beneath them.

use domain::access::Permission;
use domain::api::buyer::BuyerRow;
use domain::api::target::TargetRow;
use leptos::prelude::*;

use crate::api::buyer::list_buyers;
use crate::page::groups::Tabs;
use crate::page::parts::{
    self, AvailabilityView, MeterView, MoneyMeterView, OnlyLook, activity_state, count, counted,
    grouped, may,
};
use crate::page::sheets::BuyerSheets;
use crate::route;
use crate::state::activity::{ActivityItems, Changes, Thing};
use crate::state::source::{Renew, Source};
use crate::ui::{
    ButtonKind, EmptyRow, LinkButton, Menu, MenuLink, MenuSeparator, PageHead, Panel, Size, Status,
    TableRegion,
};

/// Columns of the table.
const COLS: u32 = 8;

/// The page.
#[component]
pub fn Buyers() -> impl IntoView {
    let source = Source::new(|| (), |()| list_buyers()).follow_calls();
    source.view("The list of buyers", Renew::Never, move |rows| {
        view! { <List source=source rows=rows/> }.into_any()
    })
}

#[component]
fn List(source: Source<(), Vec<BuyerRow>>, rows: Signal<Vec<BuyerRow>>) -> impl IntoView {
    let edit = may(Permission::EditBuyers);
    let changes = Changes::new(move || source.reload());
    let list = Memo::new(move |_| rows.get());
    parts::keep_focus(Signal::derive(move || {
        list.with(|all| all.iter().flat_map(ids_of).collect())
    }));
    let new = move || {
        edit.get().then(|| view! { <LinkButton href=route::BUYER_NEW kind=ButtonKind::Primary icon="plus">"New buyer"</LinkButton> })
    };
    let actions = move || view! { <BuyerSheets edit=edit/>{new} };
    let act = move || {
        if edit.get() {
            view! { <LinkButton href=route::BUYER_NEW icon="plus">"New buyer"</LinkButton> }
                .into_any()
        } else {
            view! { <OnlyLook what=Permission::EditBuyers/> }.into_any()
        }
    };
    let empty = move || {
        list.with(Vec::is_empty).then(|| {
            view! {
                <tbody><EmptyRow cols=COLS title="No buyers yet" text="A buyer pays for calls. Its targets are the phones that ring, with their hours and limits.">{act}</EmptyRow></tbody>
            }
        })
    };
    view! {
        <PageHead title="Buyers & targets" sub=Signal::derive(move || words(rows)) actions=actions/>
        <Tabs here=route::BUYERS/>
        <Panel flush=true>
            <TableRegion label="Buyers and their targets" stick=true>
                <table class="data">
                    <Head first="Buyer and target"/>
                    {empty}
                    {parts::rows(list, |b| b.id, move |buyer| group(buyer, changes, edit))}
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

/// The ids of a buyer's rows, in the order of their links.
fn ids_of(buyer: &BuyerRow) -> Vec<String> {
    let targets = buyer.targets.iter().map(|t| format!("target {}", t.id));
    std::iter::once(format!("buyer {}", buyer.id))
        .chain(targets)
        .collect()
}

fn words(rows: Signal<Vec<BuyerRow>>) -> String {
    rows.with(|all| {
        let targets = all.iter().map(|b| b.targets.len() as u64).sum();
        let buyers = counted(all.len() as u64, "buyer", "buyers");
        if all.is_empty() {
            String::new()
        } else {
            format!("{buyers}, {}", counted(targets, "target", "targets"))
        }
    })
}

#[component]
fn Head(first: &'static str) -> impl IntoView {
    view! {
        <thead><tr>
            <th scope="col">{first}</th><th scope="col">"Right now"</th><th scope="col" class="phone-hide">"Destination"</th>
            <th scope="col" class="num phone-hide">"Lines"</th><th scope="col" class="num">"Calls today"</th><th scope="col" class="num phone-hide">"Revenue today"</th><th scope="col" class="phone-hide">"Campaigns"</th>
            <th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
        </tr></thead>
    }
    .into_any()
}

/// A buyer's line and its targets beneath it.
fn group(buyer: Memo<BuyerRow>, changes: Changes, edit: Signal<bool>) -> AnyView {
    let id = buyer.with_untracked(|b| b.id);
    let thing = Thing::Buyer(id);
    let targets = Memo::new(move |_| buyer.with(|b| b.targets.clone()));
    let state = Memo::new(move |_| activity_state(changes.of(thing, buyer.with(|b| b.activity))));
    let (shape, word) = (
        Signal::derive(move || state.get().0),
        Signal::derive(move || state.get().1.to_owned()),
    );
    let figures = move || {
        buyer.with(|b| {
            format!(
                "{}, {} connected today",
                counted(u64::from(b.live), "live call", "live calls"),
                b.connected_today
            )
        })
    };
    let none = move || {
        targets.with(Vec::is_empty).then(|| view! { <tr><td class="soft" colspan=COLS.to_string()>"No targets yet: nobody can take a call for this buyer."</td></tr> })
    };
    view! {
        <tbody class="group">
            <tr class="group-head">
                <th scope="rowgroup" colspan="2" class="strong">
                    <span class="row"><a class="row-link" href=route::buyer(id)>{move || buyer.with(|b| b.name.clone())}</a><Status state=shape text=word/></span>
                </th>
                <td class="soft phone-hide" colspan="4">{figures}</td>
                <td class="act" colspan="2">{move || edit.get().then(|| view! { <GroupActs buyer=buyer changes=changes/> })}</td>
            </tr>
            {none}
            {parts::rows(targets, |t| t.id, move |row| target_row(row, changes, edit))}
        </tbody>
    }
    .into_any()
}

#[component]
fn GroupActs(buyer: Memo<BuyerRow>, changes: Changes) -> impl IntoView {
    let (id, label) = buyer.with_untracked(|b| (b.id, b.name.clone()));
    let (name, stored) = (
        Signal::derive(move || buyer.with(|b| b.name.clone())),
        Signal::derive(move || buyer.with(|b| b.activity)),
    );
    view! {
        <LinkButton href=route::target_new(id) icon="plus" size=Size::Xs kind=ButtonKind::Ghost attr:aria-label=format!("New target of {label}")>"Target"</LinkButton>
        <Menu id=format!("buyer-menu-{id}") label=format!("Actions for {label}") size=Size::Xs>
            <MenuLink href=route::buyer(id) icon="open">"Open"</MenuLink>
            <MenuSeparator/>
            <ActivityItems thing=Thing::Buyer(id) name=name stored=stored changes=changes/>
        </Menu>
    }
    .into_any()
}

/// The table of one buyer's targets.
#[component]
pub fn Targets(
    #[prop(into)] label: String,
    list: Memo<Vec<TargetRow>>,
    changes: Changes,
    edit: Signal<bool>,
) -> impl IntoView {
    parts::keep_focus(Signal::derive(move || {
        list.with(|all| all.iter().map(|t| t.id.to_string()).collect())
    }));
    let empty = move || {
        list.with(Vec::is_empty).then(|| view! { <EmptyRow cols=COLS title="No targets yet" text="A target is a phone number or SIP address that rings."/> })
    };
    view! {
        <TableRegion label=label>
            <table class="data">
                <Head first="Target"/>
                <tbody>{empty}{parts::rows(list, |t| t.id, move |row| target_row(row, changes, edit))}</tbody>
            </table>
        </TableRegion>
    }
    .into_any()
}

fn target_row(row: Memo<TargetRow>, changes: Changes, edit: Signal<bool>) -> AnyView {
    let id = row.with_untracked(|r| r.id);
    let thing = Thing::Target(id);
    let now = Memo::new(move |_| {
        let asked = row.with(|r| changes.of(thing, r.activity));
        // What was just asked for shows at once; the figures follow with the next answer.
        row.with(|r| {
            if asked == r.activity {
                Ok(r.now.clone())
            } else {
                Err(asked)
            }
        })
    });
    let state = move || match now.get() {
        Ok(now) => view! { <AvailabilityView now=now/> }.into_any(),
        Err(asked) => {
            let (shape, word) = activity_state(asked);
            view! { <Status state=shape text=word/> }.into_any()
        }
    };
    let (lines, today) = (
        Memo::new(move |_| row.with(|r| r.lines)),
        Memo::new(move |_| row.with(|r| r.today)),
    );
    let spent = Memo::new(move |_| row.with(|r| r.spent_today.clone()));
    let limit = move || {
        today
            .get()
            .limit
            .map(|limit| view! { <span class="soft">" of "{grouped(u64::from(limit))}</span> })
    };
    view! {
        <tr>
            <th scope="row" class="name"><a class="row-link" href=route::target(id)>{move || row.with(|r| r.name.clone())}</a></th>
            <td>{state}</td>
            <td class="soft phone-hide">{move || row.with(|r| r.destination.clone())}</td>
            <td class="num phone-hide">{move || view! { <MeterView meter=lines.get() what="lines"/> }}</td>
            <td class="num link-cell"><a href=route::calls_of_target(id)>{move || count(today.get().count)}</a>{limit}</td>
            <td class="num phone-hide">{move || view! { <MoneyMeterView meter=spent.get() what="today"/> }}</td>
            <td class="phone-hide">{move || campaign_links(row)}</td>
            <td class="act">{move || edit.get().then(|| view! { <TargetMenu row=row changes=changes/> })}</td>
        </tr>
    }
    .into_any()
}

fn campaign_links(row: Memo<TargetRow>) -> AnyView {
    let links = row.with(|r| r.campaigns.clone()).into_iter().enumerate().map(|(at, (id, name))| {
        let comma = if at > 0 { ", " } else { "" };
        view! { {comma}<a class="link" href=route::campaign(id, route::CampaignTab::Routing)>{name}</a> }
    });
    links.collect_view().into_any()
}

#[component]
fn TargetMenu(row: Memo<TargetRow>, changes: Changes) -> impl IntoView {
    let (id, label) = row.with_untracked(|r| (r.id, format!("Actions for {}", r.name)));
    let (name, stored) = (
        Signal::derive(move || row.with(|r| r.name.clone())),
        Signal::derive(move || row.with(|r| r.activity)),
    );
    view! {
        <Menu id=format!("target-menu-{id}") label=label size=Size::Xs>
            <MenuLink href=route::target(id) icon="edit">"Edit"</MenuLink>
            <MenuLink href=route::calls_of_target(id) icon="calls">"Calls today"</MenuLink>
            <MenuSeparator/>
            <ActivityItems thing=Thing::Target(id) name=name stored=stored changes=changes/>
        </Menu>
    }
    .into_any()
}
