//! Groups of targets: how each stands, and what it took today.

use domain::access::Permission;
use domain::api::page::Activity;
use domain::api::target_group::TargetGroupRow;
use leptos::prelude::*;

use crate::api::target_group::list_target_groups;
use crate::page::parts::{
    self, AvailabilityView, MeterView, OnlyLook, activity_state, counted, may,
};
use crate::route;
use crate::state::activity::{ActivityItems, Changes, Thing};
use crate::state::source::{Renew, Source};
use crate::ui::{
    ButtonKind, EmptyRow, LinkButton, Menu, MenuLink, MenuSeparator, PageHead, Panel, Size, Status,
    TabLink, TabLinks, TableRegion,
};

/// Columns of the table.
const COLS: u32 = 8;

/// The lists under "Buyers & targets"; `here` is the address of this one.
#[component]
pub fn Tabs(here: &'static str) -> impl IntoView {
    let tab = |href: &'static str, words: &str| TabLink::new(href, words).current(href == here);
    let tabs = vec![
        tab(route::BUYERS, "Buyers and targets"),
        tab(route::GROUPS, "Groups"),
        tab(route::AGENTS, "Agents"),
    ];
    view! { <TabLinks label="Buyers and targets" tabs=tabs/> }.into_any()
}

/// The page.
#[component]
pub fn Groups() -> impl IntoView {
    let source = Source::new(|| (), |()| list_target_groups()).follow_calls();
    source.view("The list of groups", Renew::Never, move |rows| {
        view! { <List source=source rows=rows/> }.into_any()
    })
}

#[component]
fn List(
    source: Source<(), Vec<TargetGroupRow>>,
    rows: Signal<Vec<TargetGroupRow>>,
) -> impl IntoView {
    let edit = may(Permission::EditBuyers);
    let changes = Changes::new(move || source.reload());
    let list = Memo::new(move |_| rows.get());
    parts::keep_focus(Signal::derive(move || {
        list.with(|all| all.iter().map(|g| g.id.to_string()).collect())
    }));
    let new = move || {
        edit.get().then(|| view! { <LinkButton href=route::GROUP_NEW kind=ButtonKind::Primary icon="plus">"New group"</LinkButton> })
    };
    let act = move || {
        if edit.get() {
            view! { <LinkButton href=route::GROUP_NEW icon="plus">"New group"</LinkButton> }
                .into_any()
        } else {
            view! { <OnlyLook what=Permission::EditBuyers/> }.into_any()
        }
    };
    let empty = move || {
        list.with(Vec::is_empty).then(|| {
            view! {
                <EmptyRow cols=COLS title="No groups yet" text="A group stands in a routing plan as one entry. Its targets ring all at once, or one after the other.">{act}</EmptyRow>
            }
        })
    };
    let sub = Signal::derive(move || match list.with(Vec::len) as u64 {
        0 => String::new(),
        n => counted(n, "group", "groups"),
    });
    view! {
        <PageHead title="Target groups" sub=sub actions=move || new/>
        <Tabs here=route::GROUPS/>
        <Panel flush=true>
            <TableRegion label="Target groups" stick=true>
                <table class="data">
                    <thead><tr>
                        <th scope="col">"Group"</th><th scope="col">"Right now"</th><th scope="col" class="phone-hide">"Rings"</th>
                        <th scope="col" class="num phone-hide">"Targets"</th><th scope="col" class="num phone-hide">"Lines"</th><th scope="col" class="num">"Calls today"</th>
                        <th scope="col" class="phone-hide">"Campaigns"</th><th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                    </tr></thead>
                    <tbody>{empty}{parts::rows(list, |g| g.id, move |row| group_row(row, changes, edit))}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

fn group_row(row: Memo<TargetGroupRow>, changes: Changes, edit: Signal<bool>) -> AnyView {
    let id = row.with_untracked(|r| r.id);
    let thing = Thing::Group(id);
    let now = Memo::new(move |_| {
        let asked = row.with(|r| changes.of(thing, r.activity));
        // What was just asked for shows at once; the figures follow with the next answer.
        row.with(|r| {
            if asked == r.activity && asked != Activity::Archived {
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
    let campaigns = move || {
        let links = row.with(|r| r.campaigns.clone()).into_iter().enumerate().map(|(at, (id, name))| {
            let comma = if at > 0 { ", " } else { "" };
            view! { {comma}<a class="link" href=route::campaign(id, route::CampaignTab::Routing)>{name}</a> }
        });
        links.collect_view()
    };
    view! {
        <tr>
            <th scope="row" class="name"><a class="row-link" href=route::group(id)>{move || row.with(|r| r.name.clone())}</a></th>
            <td>{state}</td>
            <td class="soft phone-hide">{move || row.with(|r| r.order.clone())}</td>
            <td class="num phone-hide">{move || row.with(|r| r.members.to_string())}</td>
            <td class="num phone-hide">{move || view! { <MeterView meter=lines.get() what="lines"/> }}</td>
            <td class="num">{move || view! { <MeterView meter=today.get() what="calls today"/> }}</td>
            <td class="phone-hide">{campaigns}</td>
            <td class="act">{move || edit.get().then(|| view! { <GroupMenu row=row changes=changes/> })}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn GroupMenu(row: Memo<TargetGroupRow>, changes: Changes) -> impl IntoView {
    let (id, label) = row.with_untracked(|r| (r.id, format!("Actions for {}", r.name)));
    let (name, stored) = (
        Signal::derive(move || row.with(|r| r.name.clone())),
        Signal::derive(move || row.with(|r| r.activity)),
    );
    view! {
        <Menu id=format!("group-menu-{id}") label=label size=Size::Xs>
            <MenuLink href=route::group(id) icon="edit">"Edit"</MenuLink>
            <MenuSeparator/>
            <ActivityItems thing=Thing::Group(id) name=name stored=stored changes=changes/>
        </Menu>
    }
    .into_any()
}
