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

/// What a list of groups, or of ring trees, says.
#[derive(Clone, Copy)]
pub struct Words {
    pub trees: bool,
    pub title: &'static str,
    pub one: &'static str,
    pub many: &'static str,
    pub column: &'static str,
    pub how: &'static str,
    pub members: &'static str,
    pub new: &'static str,
    pub new_href: &'static str,
    pub empty: &'static str,
    pub empty_text: &'static str,
}

const WORDS: Words = Words {
    trees: false,
    title: "Target groups",
    one: "group",
    many: "groups",
    column: "Group",
    how: "Rings",
    members: "Targets",
    new: "New group",
    new_href: route::GROUP_NEW,
    empty: "No groups yet",
    empty_text: "A group stands in a routing plan as one entry. Its targets ring all at once, or one after the other.",
};

/// The page.
#[component]
pub fn Groups() -> impl IntoView {
    view! { <Listing words=WORDS/> }
}

/// A list of groups, or of ring trees.
#[component]
pub fn Listing(words: Words) -> impl IntoView {
    let trees = words.trees;
    let source = Source::new(move || trees, list_target_groups).follow_calls();
    source.view("The list", Renew::Never, move |rows| {
        view! { <List words=words source=source rows=rows/> }.into_any()
    })
}

#[component]
fn List(
    words: Words,
    source: Source<bool, Vec<TargetGroupRow>>,
    rows: Signal<Vec<TargetGroupRow>>,
) -> impl IntoView {
    let edit = may(Permission::EditBuyers);
    let changes = Changes::new(move || source.reload());
    let list = Memo::new(move |_| rows.get());
    parts::keep_focus(Signal::derive(move || {
        list.with(|all| all.iter().map(|g| g.id.to_string()).collect())
    }));
    let new = move || {
        edit.get().then(|| view! { <LinkButton href=words.new_href kind=ButtonKind::Primary icon="plus">{words.new}</LinkButton> })
    };
    let act = move || {
        if edit.get() {
            view! { <LinkButton href=words.new_href icon="plus">{words.new}</LinkButton> }
                .into_any()
        } else {
            view! { <OnlyLook what=Permission::EditBuyers/> }.into_any()
        }
    };
    let empty = move || {
        list.with(Vec::is_empty).then(|| {
            view! {
                <EmptyRow cols=COLS title=words.empty text=words.empty_text>{act}</EmptyRow>
            }
        })
    };
    let sub = Signal::derive(move || match list.with(Vec::len) as u64 {
        0 => String::new(),
        n => counted(n, words.one, words.many),
    });
    let tabs = if words.trees {
        view! { <super::ring_trees::Tabs here=route::RING_TREES/> }.into_any()
    } else {
        view! { <Tabs here=route::GROUPS/> }.into_any()
    };
    view! {
        <PageHead title=words.title sub=sub actions=move || new/>
        {tabs}
        <Panel flush=true>
            <TableRegion label=words.title stick=true>
                <table class="data">
                    <thead><tr>
                        <th scope="col">{words.column}</th><th scope="col">"Right now"</th><th scope="col" class="phone-hide">{words.how}</th>
                        <th scope="col" class="num phone-hide">{words.members}</th><th scope="col" class="num phone-hide">"Lines"</th><th scope="col" class="num">"Calls today"</th>
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
    let href = row.with_untracked(|r| route::group_page(r.id, r.is_tree));
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
            <th scope="row" class="name"><a class="row-link" href=href>{move || row.with(|r| r.name.clone())}</a></th>
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
    let (id, href, label) = row.with_untracked(|r| {
        let href = route::group_page(r.id, r.is_tree);
        (r.id, href, format!("Actions for {}", r.name))
    });
    let (name, stored) = (
        Signal::derive(move || row.with(|r| r.name.clone())),
        Signal::derive(move || row.with(|r| r.activity)),
    );
    view! {
        <Menu id=format!("group-menu-{id}") label=label size=Size::Xs>
            <MenuLink href=href icon="edit">"Edit"</MenuLink>
            <MenuSeparator/>
            <ActivityItems thing=Thing::Group(id) name=name stored=stored changes=changes/>
        </Menu>
    }
    .into_any()
}
