//! Pages whose code comes when it is needed.
//!
//! The first load holds what every page needs, the dashboard and signing in. The other pages lie in
//! chunks that `xtask front` splits off. A chunk is fetched when a link to one of its pages is
//! pointed at or focused, or at the latest when the page is gone to; the page that the server
//! rendered waits for its chunk before the script takes it over.
//!
//! Invariant: [`chunk_of`] names the chunk of every path that the route table in `lib.rs` gives to a
//! page from here.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use leptos_router::ChooseView;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::page::{
    agent, agents, api_keys, bids, blocks, buyer, buyers, call, calls, campaign, campaigns,
    dispute, disputes, dni, group, groups, import, lists, my_calls, numbers, pools, publisher,
    publishers, recordings, ring_trees, rtb, rtb_id, rtb_ids, rtb_target, rtb_targets, settings,
    target, traffic, webhooks,
};
use crate::ui::{ErrorState, PageHead};

/// Pages about calls and their disputes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallPage {
    Log,
    One,
    Disputes,
    Dispute,
    Mine,
}

/// Pages about campaigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CampaignPage {
    All,
    New,
    One,
}

/// Pages about buyers, their targets, numbers, the visitors who are shown them, and blocked callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AssetPage {
    Buyers,
    BuyerNew,
    Buyer,
    TargetNew,
    Target,
    Groups,
    GroupNew,
    Group,
    Agents,
    AgentNew,
    Agent,
    Numbers,
    NumberNew,
    NumberBuy,
    NumbersCarrier,
    NumberRelease,
    Pools,
    PoolNew,
    Pool,
    DniTags,
    DniTagNew,
    DniTag,
    Traffic,
    Blocks,
    BlockNew,
}

/// Pages about bidding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BiddingPage {
    Report,
    RingTrees,
    RingTreeNew,
    RingTree,
    Targets,
    TargetNew,
    Target,
    Ids,
    IdNew,
    Id,
    Bids,
}

/// Pages about the account itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SettingPage {
    Routing,
    Rates,
    Carrier,
    Recordings,
    ApiKeys,
    ApiKeyNew,
    Webhooks,
    WebhookNew,
    Webhook,
}

/// The page that imports a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ImportPage;

/// Pages about publishers, and the lists their filters look values up in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PublisherPage {
    All,
    New,
    One,
    Lists,
    ListNew,
    List,
}

#[wasm_split(calls, wasm_split_path = ::leptos::wasm_split, fallible, preload(load_calls))]
fn call_view(page: CallPage) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        CallPage::Log => view! { <calls::Calls/> }.into_any(),
        CallPage::One => view! { <call::CallAlone/> }.into_any(),
        CallPage::Disputes => view! { <disputes::Disputes/> }.into_any(),
        CallPage::Dispute => view! { <dispute::Dispute/> }.into_any(),
        CallPage::Mine => view! { <my_calls::MyCallsPage/> }.into_any(),
    })
}

#[wasm_split(campaigns, wasm_split_path = ::leptos::wasm_split, fallible, preload(load_campaigns))]
fn campaign_view(page: CampaignPage) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        CampaignPage::All => view! { <campaigns::Campaigns/> }.into_any(),
        CampaignPage::New => view! { <campaigns::new::CampaignNew/> }.into_any(),
        CampaignPage::One => view! { <campaign::Campaign/> }.into_any(),
    })
}

#[wasm_split(assets, wasm_split_path = ::leptos::wasm_split, fallible, preload(load_assets))]
fn asset_view(page: AssetPage) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        AssetPage::Buyers => view! { <buyers::Buyers/> }.into_any(),
        AssetPage::BuyerNew => view! { <buyer::BuyerNew/> }.into_any(),
        AssetPage::Buyer => view! { <buyer::Buyer/> }.into_any(),
        AssetPage::TargetNew => view! { <target::TargetNew/> }.into_any(),
        AssetPage::Target => view! { <target::Target/> }.into_any(),
        AssetPage::Groups => view! { <groups::Groups/> }.into_any(),
        AssetPage::GroupNew => view! { <group::GroupNew/> }.into_any(),
        AssetPage::Group => view! { <group::Group/> }.into_any(),
        AssetPage::Agents => view! { <agents::Agents/> }.into_any(),
        AssetPage::AgentNew => view! { <agent::new::AgentNew/> }.into_any(),
        AssetPage::Agent => view! { <agent::Agent/> }.into_any(),
        AssetPage::Numbers => view! { <numbers::Numbers/> }.into_any(),
        AssetPage::NumberNew => view! { <numbers::new::NumberNew/> }.into_any(),
        AssetPage::NumberBuy => view! { <numbers::buy::NumberBuy/> }.into_any(),
        AssetPage::NumbersCarrier => view! { <numbers::carrier::NumbersCarrier/> }.into_any(),
        AssetPage::NumberRelease => view! { <numbers::release::NumberRelease/> }.into_any(),
        AssetPage::Pools => view! { <pools::Pools/> }.into_any(),
        AssetPage::PoolNew => view! { <pools::edit::PoolNew/> }.into_any(),
        AssetPage::Pool => view! { <pools::detail::Pool/> }.into_any(),
        AssetPage::DniTags => view! { <dni::DniTags/> }.into_any(),
        AssetPage::DniTagNew => view! { <dni::edit::DniTagNew/> }.into_any(),
        AssetPage::DniTag => view! { <dni::detail::DniTag/> }.into_any(),
        AssetPage::Traffic => view! { <traffic::Traffic/> }.into_any(),
        AssetPage::Blocks => view! { <blocks::Blocks/> }.into_any(),
        AssetPage::BlockNew => view! { <blocks::new::BlockNew/> }.into_any(),
    })
}

#[wasm_split(bidding, wasm_split_path = ::leptos::wasm_split, fallible, preload(load_bidding))]
fn bidding_view(page: BiddingPage) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        BiddingPage::Report => view! { <rtb::Rtb/> }.into_any(),
        BiddingPage::RingTrees => view! { <ring_trees::RingTrees/> }.into_any(),
        BiddingPage::RingTreeNew => view! { <group::RingTreeNew/> }.into_any(),
        BiddingPage::RingTree => view! { <group::Group/> }.into_any(),
        BiddingPage::Targets => view! { <rtb_targets::RtbTargets/> }.into_any(),
        BiddingPage::TargetNew => view! { <rtb_target::RtbTargetNew/> }.into_any(),
        BiddingPage::Target => view! { <rtb_target::RtbTarget/> }.into_any(),
        BiddingPage::Ids => view! { <rtb_ids::RtbIds/> }.into_any(),
        BiddingPage::IdNew => view! { <rtb_id::RtbIdNew/> }.into_any(),
        BiddingPage::Id => view! { <rtb_id::RtbIdPage/> }.into_any(),
        BiddingPage::Bids => view! { <bids::BidReport/> }.into_any(),
    })
}

#[wasm_split(settings, wasm_split_path = ::leptos::wasm_split, fallible, preload(load_settings))]
fn setting_view(page: SettingPage) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        SettingPage::Routing => view! { <settings::routing::Routing/> }.into_any(),
        SettingPage::Rates => view! { <settings::rates::Rates/> }.into_any(),
        SettingPage::Carrier => view! { <settings::carrier::Carrier/> }.into_any(),
        SettingPage::Recordings => view! { <recordings::Recordings/> }.into_any(),
        SettingPage::ApiKeys => view! { <api_keys::ApiKeys/> }.into_any(),
        SettingPage::ApiKeyNew => view! { <api_keys::new::ApiKeyNew/> }.into_any(),
        SettingPage::Webhooks => view! { <webhooks::Webhooks/> }.into_any(),
        SettingPage::WebhookNew => view! { <webhooks::edit::WebhookNew/> }.into_any(),
        SettingPage::Webhook => view! { <webhooks::edit::Webhook/> }.into_any(),
    })
}

#[wasm_split(import, wasm_split_path = ::leptos::wasm_split, fallible, preload(load_import))]
fn import_view(_: ImportPage) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <import::Import/> }.into_any())
}

#[wasm_split(publishers, wasm_split_path = ::leptos::wasm_split, fallible, preload(load_publishers))]
fn publisher_view(page: PublisherPage) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        PublisherPage::All => view! { <publishers::Publishers/> }.into_any(),
        PublisherPage::New => view! { <publisher::PublisherNew/> }.into_any(),
        PublisherPage::One => view! { <publisher::Publisher/> }.into_any(),
        PublisherPage::Lists => view! { <lists::Lists/> }.into_any(),
        PublisherPage::ListNew => view! { <lists::edit::ListNew/> }.into_any(),
        PublisherPage::List => view! { <lists::edit::List/> }.into_any(),
    })
}

macro_rules! chosen_by {
    ($page:ty, $name:literal, $view:ident, $load:ident) => {
        impl ChooseView for $page {
            async fn choose(self) -> AnyView {
                crate::ctx::prefetch($name);
                $view(self).await.unwrap_or_else(not_loaded)
            }

            async fn preload(&self) {
                drop($load().await);
            }
        }
    };
}

chosen_by!(CallPage, "calls", call_view, load_calls);
chosen_by!(CampaignPage, "campaigns", campaign_view, load_campaigns);
chosen_by!(AssetPage, "assets", asset_view, load_assets);
chosen_by!(BiddingPage, "bidding", bidding_view, load_bidding);
chosen_by!(SettingPage, "settings", setting_view, load_settings);
chosen_by!(ImportPage, "import", import_view, load_import);
chosen_by!(PublisherPage, "publishers", publisher_view, load_publishers);

/// In the place of a page whose chunk did not come, for example after an update of the server.
fn not_loaded(_: SplitLoaderError) -> AnyView {
    let href = window().location().href().unwrap_or_default();
    view! {
        <PageHead title="This page did not load"/>
        <ErrorState title="A part of the application is missing" text="The connection broke, or the server was updated since this page was opened."
            retry_href=href/>
    }
    .into_any()
}

/// A chunk beside the first load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chunk {
    Calls,
    Campaigns,
    Assets,
    Bidding,
    Settings,
    Import,
    Publishers,
}

/// The chunk that the page at a path needs.
fn chunk_of(path: &str) -> Option<Chunk> {
    match path.split('/').nth(1)? {
        "calls" | "disputes" | "agent" => Some(Chunk::Calls),
        "campaigns" => Some(Chunk::Campaigns),
        "buyers" | "targets" | "groups" | "agents" | "numbers" | "pools" | "dni" | "traffic"
        | "blocks" => Some(Chunk::Assets),
        "ring-trees" | "rtb-targets" | "rtb-ids" | "rtb" => Some(Chunk::Bidding),
        "settings" => Some(Chunk::Settings),
        "import" => Some(Chunk::Import),
        "publishers" | "lists" => Some(Chunk::Publishers),
        _ => None,
    }
}

async fn load(chunk: Option<Chunk>) -> Result<(), SplitLoaderError> {
    match chunk {
        Some(Chunk::Calls) => load_calls().await,
        Some(Chunk::Campaigns) => load_campaigns().await,
        Some(Chunk::Assets) => load_assets().await,
        Some(Chunk::Bidding) => load_bidding().await,
        Some(Chunk::Settings) => load_settings().await,
        Some(Chunk::Import) => load_import().await,
        Some(Chunk::Publishers) => load_publishers().await,
        None => Ok(()),
    }
}

/// Loads what the page the browser is at needs; whether it may be taken over.
pub async fn load_current() -> bool {
    load(chunk_of(&location().pathname().unwrap_or_default()))
        .await
        .is_ok()
}

/// Fetches the chunk behind a link that is pointed at or focused.
pub(crate) fn follow_links() {
    Effect::new(|| {
        for handle in [
            window_event_listener(ev::pointerover, |ev| near(&ev)),
            window_event_listener(ev::focusin, |ev| near(&ev)),
        ] {
            on_cleanup(move || handle.remove());
        }
    });
}

fn near(ev: &web_sys::Event) {
    let link = ev
        .target()
        .and_then(|t| t.dyn_into::<Element>().ok())
        .and_then(|el| el.closest("a[href^='/']").ok().flatten());
    let Some(chunk) = link
        .and_then(|link| link.get_attribute("href"))
        .and_then(|href| chunk_of(href.split(['?', '#']).next().unwrap_or_default()))
    else {
        return;
    };
    // One that fails is fetched again when the page is gone to, which says so.
    spawn_local(async move { drop(load(Some(chunk)).await) });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route;

    #[test]
    fn every_lazy_page_has_its_chunk() {
        assert_eq!(chunk_of(route::CALLS), Some(Chunk::Calls));
        assert_eq!(chunk_of("/calls/0b1f"), Some(Chunk::Calls));
        assert_eq!(chunk_of(route::DISPUTES), Some(Chunk::Calls));
        assert_eq!(chunk_of("/disputes/3"), Some(Chunk::Calls));
        assert_eq!(chunk_of(route::MY_CALLS), Some(Chunk::Calls));
        assert_eq!(chunk_of(route::CAMPAIGN_NEW), Some(Chunk::Campaigns));
        assert_eq!(chunk_of("/campaigns/0b1f/routing"), Some(Chunk::Campaigns));
        for path in [
            route::RING_TREES,
            route::RING_TREE_NEW,
            "/ring-trees/4",
            route::RTB_TARGETS,
            route::RTB_TARGET_NEW,
            "/rtb-targets/4",
            route::RTB_IDS,
            route::RTB_ID_NEW,
            "/rtb-ids/0b1f",
            route::RTB,
            route::BIDS,
        ] {
            assert_eq!(chunk_of(path), Some(Chunk::Bidding), "{path}");
        }
        for path in [
            route::BUYERS,
            route::BUYER_NEW,
            "/buyers/3/targets/new",
            "/targets/4",
            route::GROUPS,
            route::GROUP_NEW,
            "/groups/4",
            route::AGENTS,
            route::AGENT_NEW,
            "/agents/4",
            route::NUMBERS,
            route::NUMBER_NEW,
            route::NUMBER_BUY,
            route::NUMBERS_CARRIER,
            "/numbers/4/release",
            route::POOLS,
            route::POOL_NEW,
            "/pools/4",
            route::DNI_TAGS,
            route::DNI_TAG_NEW,
            "/dni/0b1f",
            route::TRAFFIC,
        ] {
            assert_eq!(chunk_of(path), Some(Chunk::Assets), "{path}");
        }
        for path in [
            route::RECORDINGS,
            route::API_KEYS,
            route::API_KEY_NEW,
            route::WEBHOOKS,
            route::WEBHOOK_NEW,
            route::SETTINGS_ROUTING,
            route::SETTINGS_RATES,
            route::SETTINGS_CARRIER,
        ] {
            assert_eq!(chunk_of(path), Some(Chunk::Settings), "{path}");
        }
        for list in domain::api::sheet::ListName::ALL {
            assert_eq!(chunk_of(&route::import(list)), Some(Chunk::Import));
        }
        for path in [
            route::PUBLISHERS,
            route::PUBLISHER_NEW,
            "/publishers/4/numbers",
            route::LISTS,
            route::LIST_NEW,
            "/lists/2",
        ] {
            assert_eq!(chunk_of(path), Some(Chunk::Publishers), "{path}");
        }
        assert_eq!(chunk_of(route::HOME), None);
        assert_eq!(chunk_of(route::LOGIN), None);
    }
}
