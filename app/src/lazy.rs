//! Pages whose code comes when it is needed.
//!
//! The first load holds what every page needs, the dashboard and signing in. The other pages lie in
//! three chunks that `xtask front` splits off. A chunk is fetched when a link to one of its pages is
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

use crate::page::{blocks, buyer, buyers, call, calls, campaign, campaigns, numbers, target};
use crate::ui::{ErrorState, PageHead};

/// Pages about calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallPage {
    Log,
    One,
}

/// Pages about campaigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CampaignPage {
    All,
    New,
    One,
}

/// Pages about buyers, their targets, numbers and blocked callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AssetPage {
    Buyers,
    BuyerNew,
    Buyer,
    TargetNew,
    Target,
    Numbers,
    NumberNew,
    Blocks,
    BlockNew,
    BlockImport,
}

#[wasm_split(calls, wasm_split_path = ::leptos::wasm_split, fallible, preload(load_calls))]
fn call_view(page: CallPage) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        CallPage::Log => view! { <calls::Calls/> }.into_any(),
        CallPage::One => view! { <call::CallAlone/> }.into_any(),
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
        AssetPage::Numbers => view! { <numbers::Numbers/> }.into_any(),
        AssetPage::NumberNew => view! { <numbers::NumberNew/> }.into_any(),
        AssetPage::Blocks => view! { <blocks::Blocks/> }.into_any(),
        AssetPage::BlockNew => view! { <blocks::new::BlockNew/> }.into_any(),
        AssetPage::BlockImport => view! { <blocks::import::BlockImport/> }.into_any(),
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
}

/// The chunk that the page at a path needs.
fn chunk_of(path: &str) -> Option<Chunk> {
    match path.split('/').nth(1)? {
        "calls" => Some(Chunk::Calls),
        "campaigns" => Some(Chunk::Campaigns),
        "buyers" | "targets" | "numbers" | "blocks" => Some(Chunk::Assets),
        _ => None,
    }
}

async fn load(chunk: Option<Chunk>) -> Result<(), SplitLoaderError> {
    match chunk {
        Some(Chunk::Calls) => load_calls().await,
        Some(Chunk::Campaigns) => load_campaigns().await,
        Some(Chunk::Assets) => load_assets().await,
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
        assert_eq!(chunk_of(route::CAMPAIGN_NEW), Some(Chunk::Campaigns));
        assert_eq!(chunk_of("/campaigns/0b1f/routing"), Some(Chunk::Campaigns));
        for path in [
            route::BUYERS,
            route::BUYER_NEW,
            "/buyers/3/targets/new",
            "/targets/4",
            route::NUMBERS,
            route::NUMBER_NEW,
        ] {
            assert_eq!(chunk_of(path), Some(Chunk::Assets), "{path}");
        }
        assert_eq!(chunk_of(route::HOME), None);
        assert_eq!(chunk_of(route::LOGIN), None);
    }
}
