//! What the command palette offers: places, things to make, and the account's campaigns, buyers,
//! targets and publishers, fetched when it opens for the first time.

use std::future::Future;
use std::pin::Pin;

use domain::access::Permission;
use domain::api::page::Activity;
use domain::api::sheet::ListName;
use domain::id::CallId;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};

use crate::api::{buyer, campaign, publisher};
use crate::route::{self, CampaignTab, PublisherTab};
use crate::state::session::Session;
use crate::ui::{CommandPalette, PaletteEntry};

/// The palette.
#[component]
pub fn Palette(session: Session, open: RwSignal<bool>) -> impl IntoView {
    let found = RwSignal::new(Vec::<PaletteEntry>::new());
    let typed = RwSignal::new(String::new());
    let allowed = RwSignal::new(Vec::<PaletteEntry>::new());
    Effect::new(move |_| {
        if open.get() {
            typed.set(String::new());
            allowed.set(acts(session));
            if untrack(move || session.may(Permission::ViewSetup)) {
                spawn_local(async move { found.set(things().await.unwrap_or_default()) });
            }
        }
    });
    let entries = Signal::derive(move || {
        if !open.get() {
            return Vec::new();
        }
        let mut all = call_by_id(&typed.get());
        if session.may(Permission::ViewSetup) {
            all.extend(places());
        }
        all.extend(allowed.get());
        all.extend(found.get());
        all
    });
    let on_query = Callback::new(move |(text,): (String,)| typed.set(text));
    view! { <CommandPalette entries=entries open=open on_query=on_query/> }.into_any()
}

fn places() -> Vec<PaletteEntry> {
    [
        ("dashboard", "Dashboard", "g d", route::HOME),
        ("calls", "Call log", "g l", route::CALLS),
        ("traffic", "Traffic", "g t", route::TRAFFIC),
        ("message", "Disputes", "", route::DISPUTES),
        ("campaign", "Campaigns", "g c", route::CAMPAIGNS),
        ("buyer", "Buyers & targets", "g b", route::BUYERS),
        ("buyer", "Target groups", "", route::GROUPS),
        ("headset", "Agents", "", route::AGENTS),
        ("rtb", "RTB report", "", route::RTB),
        ("ring-tree", "Ring trees", "", route::RING_TREES),
        ("ring-tree", "RTB targets", "", route::RTB_TARGETS),
        ("ring-tree", "RTB IDs", "", route::RTB_IDS),
        ("rtb", "RTB report of publishers", "", route::BIDS),
        ("publisher", "Publishers", "g p", route::PUBLISHERS),
        ("number", "Numbers", "g n", route::NUMBERS),
        ("pool", "Pools", "", route::POOLS),
        ("tag", "DNI tags", "", route::DNI_TAGS),
        ("block", "Blocked callers", "g x", route::BLOCKS),
        ("key", "API keys", "g k", route::API_KEYS),
        ("table", "Lists", "", route::LISTS),
        (
            "settings",
            "Settings of calls",
            "g s",
            route::SETTINGS_ROUTING,
        ),
        ("settings", "Carrier rates", "", route::SETTINGS_RATES),
        ("settings", "Carrier account", "", route::SETTINGS_CARRIER),
    ]
    .into_iter()
    .map(|(icon, label, keys, href)| PaletteEntry::link("Go to", icon, label, keys, href))
    .collect()
}

fn acts(session: Session) -> Vec<PaletteEntry> {
    let may = |what| untrack(move || session.may(what));
    let made = [
        (
            Permission::EditCampaigns,
            "New campaign",
            route::CAMPAIGN_NEW,
        ),
        (Permission::EditBuyers, "New buyer", route::BUYER_NEW),
        (Permission::EditBuyers, "New group", route::GROUP_NEW),
        (Permission::ManageUsers, "New agent", route::AGENT_NEW),
        (
            Permission::EditPublishers,
            "New publisher",
            route::PUBLISHER_NEW,
        ),
        (Permission::EditNumbers, "Add a number", route::NUMBER_NEW),
        (Permission::EditNumbers, "Buy numbers", route::NUMBER_BUY),
        (Permission::EditNumbers, "New pool", route::POOL_NEW),
        (Permission::EditNumbers, "New DNI tag", route::DNI_TAG_NEW),
        (Permission::EditPublishers, "New list", route::LIST_NEW),
        (Permission::EditBlocks, "Block callers", route::BLOCK_NEW),
        (Permission::ManageApiKeys, "New API key", route::API_KEY_NEW),
        (Permission::EditWebhooks, "New webhook", route::WEBHOOK_NEW),
    ];
    let made = made.map(|(what, label, href)| (what, "plus", label.to_owned(), href.to_owned()));
    let imported = ListName::ALL.map(|list| {
        let label = format!("Import {}", list.words());
        (list.permission(), "upload", label, route::import(list))
    });
    let webhooks = may(Permission::ViewWebhooks)
        .then(|| PaletteEntry::link("Go to", "zap", "Webhooks", "", route::WEBHOOKS));
    let acts = made
        .into_iter()
        .chain(imported)
        .filter(|(what, ..)| may(*what))
        .map(|(_, icon, label, href)| PaletteEntry::link("Do", icon, label, "", href));
    let own = untrack(move || session.shell()).filter(|shell| shell.agent);
    let own = own.map(|_| PaletteEntry::link("Go to", "headset", "My calls", "", route::MY_CALLS));
    own.into_iter().chain(webhooks).chain(acts).collect()
}

/// The call whose id was typed or pasted.
fn call_by_id(typed: &str) -> Vec<PaletteEntry> {
    typed
        .trim()
        .parse::<CallId>()
        .map(|id| {
            PaletteEntry::link(
                "Go to",
                "calls",
                format!("Call {}", typed.trim()),
                "Call",
                route::call(id),
            )
        })
        .into_iter()
        .collect()
}

/// What [`things`] gives before it is awaited.
type Found = Pin<Box<dyn Future<Output = Vec<PaletteEntry>>>>;

/// The account's campaigns, buyers, targets and publishers; its code is fetched with the first use.
#[wasm_split(search, wasm_split_path = ::leptos::wasm_split, fallible, return_wrapper(let found = _; { Ok(found.await) } -> Result<Vec<PaletteEntry>, SplitLoaderError>))]
fn things() -> Found {
    Box::pin(all_things())
}

/// What cannot be fetched is not offered.
async fn all_things() -> Vec<PaletteEntry> {
    let mut all = Vec::new();
    for row in campaign::list_campaigns().await.unwrap_or_default() {
        let note = match row.activity {
            Activity::Archived => "Campaign, archived",
            Activity::Active | Activity::Paused => "Campaign",
        };
        all.push(PaletteEntry::link(
            "Go to",
            "campaign",
            row.name,
            note,
            route::campaign(row.id, CampaignTab::Overview),
        ));
    }
    for row in buyer::list_buyers().await.unwrap_or_default() {
        for target in &row.targets {
            let note = format!("Target, {}", target.now.word.to_lowercase());
            all.push(PaletteEntry::link(
                "Go to",
                "target",
                &target.name,
                note,
                route::target(target.id),
            ));
        }
        all.push(PaletteEntry::link(
            "Go to",
            "buyer",
            row.name,
            "Buyer",
            route::buyer(row.id),
        ));
    }
    for row in publisher::list_publishers().await.unwrap_or_default() {
        all.push(PaletteEntry::link(
            "Go to",
            "publisher",
            row.name,
            "Publisher",
            route::publisher(row.id, PublisherTab::Payouts),
        ));
    }
    all
}
