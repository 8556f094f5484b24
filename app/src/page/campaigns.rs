//! The list of campaigns.

pub mod new;

use domain::access::Permission;
use domain::api::campaign::CampaignRow;
use leptos::prelude::*;

use crate::api::campaign::list_campaigns;
use crate::page::parts::{OnlyLook, activity_state, count, grouped, may};
use crate::route::{self, CampaignTab};
use crate::state::activity::{Changes, Thing, opposite};
use crate::state::source::{Renew, Source};
use crate::ui::{ButtonKind, EmptyRow, LinkButton, Menu, MenuItem, MenuLink, MenuSeparator, PageHead, Panel, Size, State, Status, TableRegion};

/// Columns of the table.
const COLS: u32 = 9;

/// The page.
#[component]
pub fn Campaigns() -> impl IntoView {
    let source = Source::new(|| (), |()| list_campaigns()).follow_calls();
    source.view("The list of campaigns", Renew::Never, move |rows| view! { <List source=source rows=rows/> }.into_any())
}

#[component]
fn List(source: Source<(), Vec<CampaignRow>>, rows: Signal<Vec<CampaignRow>>) -> impl IntoView {
    let edit = may(Permission::EditCampaigns);
    let changes = Changes::new(move || source.reload());
    let actions = move || {
        move || edit.get().then(|| view! { <LinkButton href=route::CAMPAIGN_NEW kind=ButtonKind::Primary icon="plus">"New campaign"</LinkButton> })
    };
    let body = move || {
        let all = rows.get();
        if all.is_empty() {
            return view! {
                <EmptyRow cols=COLS title="No campaigns yet" text="A campaign holds the numbers callers dial and the plan that decides which target gets each call.">
                    {move || if edit.get() {
                        view! { <LinkButton href=route::CAMPAIGN_NEW icon="plus">"New campaign"</LinkButton> }.into_any()
                    } else {
                        view! { <OnlyLook what=Permission::EditCampaigns/> }.into_any()
                    }}
                </EmptyRow>
            }
            .into_any();
        }
        all.into_iter().map(|row| campaign_row(row, changes, edit.get())).collect_view().into_any()
    };
    view! {
        <PageHead title="Campaigns" sub=Signal::derive(move || words(rows)) actions=actions/>
        <Panel flush=true>
            <TableRegion label="Campaigns" stick=true>
                <table class="data sticky">
                    <thead><tr>
                        <th scope="col">"Campaign"</th><th scope="col">"State"</th><th scope="col" class="phone-hide">"Vertical"</th>
                        <th scope="col" class="num">"Numbers"</th><th scope="col" class="num">"Routes open"</th><th scope="col" class="num">"Live"</th>
                        <th scope="col" class="num">"Incoming today"</th><th scope="col" class="num">"Connected today"</th>
                        <th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                    </tr></thead>
                    <tbody>{body}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

fn words(rows: Signal<Vec<CampaignRow>>) -> String {
    rows.with(|all| {
        let live: u32 = all.iter().map(|c| c.live).sum();
        if all.is_empty() { String::new() } else { format!("{} campaigns, {live} live calls", all.len()) }
    })
}

/// What the state of a campaign is called: one without an open route takes no calls.
pub fn campaign_state(row: &CampaignRow, activity: domain::api::page::Activity) -> (State, &'static str) {
    match activity_state(activity) {
        (State::Open, _) if row.routes > 0 && row.open_routes == 0 => (State::Attention, "No open route"),
        (State::Open, _) if row.routes == 0 => (State::Attention, "No routes"),
        state => state,
    }
}

fn campaign_row(row: CampaignRow, changes: Changes, edit: bool) -> AnyView {
    let thing = Thing::Campaign(row.id);
    let stored = row.activity;
    let state = {
        let row = row.clone();
        Memo::new(move |_| campaign_state(&row, changes.of(thing, stored)))
    };
    let (shape, word) = (Signal::derive(move || state.get().0), Signal::derive(move || state.get().1.to_owned()));
    let menu = edit.then(|| row_menu(&row, changes));
    let routes = if row.routes == 0 { count(0) } else { format!("{} of {}", row.open_routes, row.routes).into_any() };
    let calls = route::calls_of_campaign(row.id);
    view! {
        <tr>
            <th scope="row" class="name"><a class="row-link" href=route::campaign(row.id, CampaignTab::Overview)>{row.name}</a></th>
            <td><Status state=shape text=word/></td>
            <td class="soft phone-hide">{row.vertical}</td>
            <td class="num link-cell"><a href=route::campaign(row.id, CampaignTab::Numbers)>{count(row.numbers)}</a></td>
            <td class="num link-cell"><a href=route::campaign(row.id, CampaignTab::Routing)>{routes}</a></td>
            <td class="num">{count(row.live)}</td>
            <td class="num link-cell"><a href=calls>{grouped(u64::from(row.incoming_today))}</a></td>
            <td class="num">{count(row.connected_today)}</td>
            <td class="act">{menu}</td>
        </tr>
    }
    .into_any()
}

fn row_menu(row: &CampaignRow, changes: Changes) -> AnyView {
    let (thing, stored, name) = (Thing::Campaign(row.id), row.activity, row.name.clone());
    let other = name.clone();
    let flip = Callback::new(move |()| {
        let now = untrack(move || changes.of(thing, stored));
        changes.set(thing, name.clone(), now, opposite(now).0);
    });
    let archive = Callback::new(move |()| changes.set(thing, other.clone(), stored, domain::api::page::Activity::Archived));
    let (_, word, icon) = opposite(stored);
    let id = row.id;
    view! {
        <Menu id=format!("campaign-menu-{id}") label=format!("Actions for {}", row.name) size=Size::Xs>
            <MenuLink href=route::campaign(id, CampaignTab::Routing) icon="plan">"Routing plan"</MenuLink>
            <MenuLink href=route::campaign(id, CampaignTab::Settings) icon="settings">"Settings"</MenuLink>
            <MenuLink href=route::calls_of_campaign(id) icon="calls">"Calls today"</MenuLink>
            <MenuSeparator/>
            <MenuItem icon=icon on_select=flip>{word}</MenuItem>
            <MenuItem icon="archive" on_select=archive>"Archive"</MenuItem>
        </Menu>
    }
    .into_any()
}
