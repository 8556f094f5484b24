//! The list of campaigns.

pub mod new;

use domain::access::Permission;
use domain::api::campaign::CampaignRow;
use domain::api::page::Activity;
use leptos::prelude::*;

use crate::api::campaign::list_campaigns;
use crate::page::parts::{self, OnlyLook, activity_state, count, counted, may};
use crate::route::{self, CampaignTab};
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
pub fn Campaigns() -> impl IntoView {
    let source = Source::new(|| (), |()| list_campaigns()).follow_calls();
    source.view("The list of campaigns", Renew::Never, move |rows| {
        view! { <List source=source rows=rows/> }.into_any()
    })
}

#[component]
fn List(source: Source<(), Vec<CampaignRow>>, rows: Signal<Vec<CampaignRow>>) -> impl IntoView {
    let edit = may(Permission::EditCampaigns);
    let changes = Changes::new(move || source.reload());
    let list = Memo::new(move |_| rows.get());
    let new = move || {
        edit.get().then(|| view! { <LinkButton href=route::CAMPAIGN_NEW kind=ButtonKind::Primary icon="plus">"New campaign"</LinkButton> })
    };
    view! {
        <PageHead title="Campaigns" sub=Signal::derive(move || words(rows)) actions=move || new/>
        <Panel flush=true>
            <TableRegion label="Campaigns" stick=true>
                <table class="data sticky">
                    <thead><tr>
                        <th scope="col">"Campaign"</th><th scope="col">"State"</th><th scope="col" class="phone-hide">"Vertical"</th>
                        <th scope="col" class="num">"Numbers"</th><th scope="col" class="num">"Routes open"</th><th scope="col" class="num">"Live"</th>
                        <th scope="col" class="num">"Incoming today"</th><th scope="col" class="num">"Connected today"</th>
                        <th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                    </tr></thead>
                    <tbody>
                        {move || list.with(Vec::is_empty).then(|| view! { <Nothing edit=edit/> })}
                        {parts::rows(list, |c| c.id, move |row| campaign_row(row, changes, edit))}
                    </tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

#[component]
fn Nothing(edit: Signal<bool>) -> impl IntoView {
    let act = move || {
        if edit.get() {
            view! { <LinkButton href=route::CAMPAIGN_NEW icon="plus">"New campaign"</LinkButton> }
                .into_any()
        } else {
            view! { <OnlyLook what=Permission::EditCampaigns/> }.into_any()
        }
    };
    view! {
        <EmptyRow cols=COLS title="No campaigns yet" text="A campaign holds the numbers callers dial and the plan that decides which target gets each call.">{act}</EmptyRow>
    }
    .into_any()
}

fn words(rows: Signal<Vec<CampaignRow>>) -> String {
    rows.with(|all| {
        let live: u64 = all.iter().map(|c| u64::from(c.live)).sum();
        let campaigns = counted(all.len() as u64, "campaign", "campaigns");
        if all.is_empty() {
            String::new()
        } else {
            format!("{campaigns}, {}", counted(live, "live call", "live calls"))
        }
    })
}

/// What the state of a campaign is called: one without an open route takes no calls.
pub fn campaign_state(row: &CampaignRow, activity: Activity) -> (State, &'static str) {
    match activity_state(activity) {
        (State::Open, _) if row.routes == 0 => (State::Attention, "No routes"),
        (State::Open, _) if row.open_routes == 0 => (State::Attention, "No open route"),
        state => state,
    }
}

fn campaign_row(row: Memo<CampaignRow>, changes: Changes, edit: Signal<bool>) -> AnyView {
    let id = row.with_untracked(|r| r.id);
    let thing = Thing::Campaign(id);
    let state = Memo::new(move |_| row.with(|r| campaign_state(r, changes.of(thing, r.activity))));
    let (shape, word) = (
        Signal::derive(move || state.get().0),
        Signal::derive(move || state.get().1.to_owned()),
    );
    let routes = move || {
        row.with(|r| {
            if r.routes == 0 {
                count(0)
            } else {
                format!("{} of {}", r.open_routes, r.routes).into_any()
            }
        })
    };
    let menu = move || {
        edit.get()
            .then(|| view! { <RowMenu row=row changes=changes/> })
    };
    let figure = move |of: fn(&CampaignRow) -> u32| move || count(row.with(of));
    view! {
        <tr>
            <th scope="row" class="name"><a class="row-link" href=route::campaign(id, CampaignTab::Overview)>{move || row.with(|r| r.name.clone())}</a></th>
            <td><Status state=shape text=word/></td>
            <td class="soft phone-hide">{move || row.with(|r| r.vertical.clone())}</td>
            <td class="num link-cell"><a href=route::campaign(id, CampaignTab::Numbers)>{figure(|r| r.numbers)}</a></td>
            <td class="num link-cell"><a href=route::campaign(id, CampaignTab::Routing)>{routes}</a></td>
            <td class="num">{figure(|r| r.live)}</td>
            <td class="num link-cell"><a href=route::calls_of_campaign(id)>{figure(|r| r.incoming_today)}</a></td>
            <td class="num">{figure(|r| r.connected_today)}</td>
            <td class="act">{menu}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn RowMenu(row: Memo<CampaignRow>, changes: Changes) -> impl IntoView {
    let (id, label) = row.with_untracked(|r| (r.id, format!("Actions for {}", r.name)));
    let (name, stored) = (
        Signal::derive(move || row.with(|r| r.name.clone())),
        Signal::derive(move || row.with(|r| r.activity)),
    );
    view! {
        <Menu id=format!("campaign-menu-{id}") label=label size=Size::Xs>
            <MenuLink href=route::campaign(id, CampaignTab::Routing) icon="plan">"Routing plan"</MenuLink>
            <MenuLink href=route::campaign(id, CampaignTab::Settings) icon="settings">"Settings"</MenuLink>
            <MenuLink href=route::calls_of_campaign(id) icon="calls">"Calls today"</MenuLink>
            <MenuSeparator/>
            <ActivityItems thing=Thing::Campaign(id) name=name stored=stored changes=changes/>
        </Menu>
    }
    .into_any()
}
