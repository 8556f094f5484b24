//! The user interface: pages, the frame around them, and the server functions they call.
//!
//! Invariants: a page has one resource and its state in the URL; the server and the browser render
//! the same markup (texts come from the server, ids from data); every write is a form that works
//! before the page's script runs; nothing here reads a clock, a locale or the environment.

// Server functions, resources and nested routes make long types.
#![recursion_limit = "256"]

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!(
    "`ssr` and `hydrate` exclude each other: name the packages instead of building everything at once"
);

pub mod api;
#[cfg(feature = "ssr")]
pub mod ctx;
#[cfg(not(feature = "ssr"))]
#[path = "ctx/browser.rs"]
mod ctx;
pub mod error;
mod form;
mod frame;
pub mod lazy;
mod page;
pub mod route;
pub mod state;
pub mod ui;
pub mod wire;

use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{SsrMode, path};

/// The document around the app, made on the server for each page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    ctx::page_headers();
    let theme = ctx::theme();
    view! {
        <!DOCTYPE html>
        <html lang="en" class=theme.code()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content=theme.scheme()/>
                <meta name="description" content="CallCenter Pro: route, connect and explain calls."/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <HashedStylesheet options=options.clone() id="style"/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The app: one table of routes.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    state::provide();
    lazy::follow_links();
    Effect::new(|| {
        // After all effects of the first page: they ask whether the page was there before them.
        set_timeout(
            || {
                if let Some(root) = document().document_element() {
                    drop(root.set_attribute("data-hydrated", "true"));
                }
            },
            std::time::Duration::ZERO,
        );
    });
    view! {
        <Title formatter=|text: String| format!("{text} · CallCenter Pro")/>
        <Router>
            <Routes fallback=page::not_found::NotFound>
                <Route path=path!("/login") view=page::login::Login ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=frame::Frame ssr=SsrMode::Async>
                    <Route path=path!("") view=page::dashboard::DashboardPage ssr=SsrMode::Async/>
                    <Route path=path!("calls") view=lazy::CallPage::Log ssr=SsrMode::Async/>
                    <Route path=path!("calls/:id") view=lazy::CallPage::One ssr=SsrMode::Async/>
                    <Route path=path!("traffic") view=lazy::AssetPage::Traffic ssr=SsrMode::Async/>
                    <Route path=path!("disputes") view=lazy::CallPage::Disputes ssr=SsrMode::Async/>
                    <Route path=path!("disputes/:id") view=lazy::CallPage::Dispute ssr=SsrMode::Async/>
                    <Route path=path!("campaigns") view=lazy::CampaignPage::All ssr=SsrMode::Async/>
                    <Route path=path!("campaigns/new") view=lazy::CampaignPage::New ssr=SsrMode::Async/>
                    <Route path=path!("campaigns/:id/:tab?") view=lazy::CampaignPage::One ssr=SsrMode::Async/>
                    <Route path=path!("buyers") view=lazy::AssetPage::Buyers ssr=SsrMode::Async/>
                    <Route path=path!("buyers/new") view=lazy::AssetPage::BuyerNew ssr=SsrMode::Async/>
                    <Route path=path!("buyers/:id") view=lazy::AssetPage::Buyer ssr=SsrMode::Async/>
                    <Route path=path!("buyers/:id/targets/new") view=lazy::AssetPage::TargetNew ssr=SsrMode::Async/>
                    <Route path=path!("targets/:id") view=lazy::AssetPage::Target ssr=SsrMode::Async/>
                    <Route path=path!("groups") view=lazy::AssetPage::Groups ssr=SsrMode::Async/>
                    <Route path=path!("groups/new") view=lazy::AssetPage::GroupNew ssr=SsrMode::Async/>
                    <Route path=path!("groups/:id") view=lazy::AssetPage::Group ssr=SsrMode::Async/>
                    <Route path=path!("ring-trees") view=lazy::BiddingPage::RingTrees ssr=SsrMode::Async/>
                    <Route path=path!("ring-trees/new") view=lazy::BiddingPage::RingTreeNew ssr=SsrMode::Async/>
                    <Route path=path!("ring-trees/:id") view=lazy::BiddingPage::RingTree ssr=SsrMode::Async/>
                    <Route path=path!("rtb-targets") view=lazy::BiddingPage::Targets ssr=SsrMode::Async/>
                    <Route path=path!("rtb-targets/new") view=lazy::BiddingPage::TargetNew ssr=SsrMode::Async/>
                    <Route path=path!("rtb-targets/:id") view=lazy::BiddingPage::Target ssr=SsrMode::Async/>
                    <Route path=path!("rtb-ids") view=lazy::BiddingPage::Ids ssr=SsrMode::Async/>
                    <Route path=path!("rtb-ids/new") view=lazy::BiddingPage::IdNew ssr=SsrMode::Async/>
                    <Route path=path!("rtb-ids/:id") view=lazy::BiddingPage::Id ssr=SsrMode::Async/>
                    <Route path=path!("rtb/bids") view=lazy::BiddingPage::Bids ssr=SsrMode::Async/>
                    <Route path=path!("rtb") view=lazy::BiddingPage::Report ssr=SsrMode::Async/>
                    <Route path=path!("agents") view=lazy::AssetPage::Agents ssr=SsrMode::Async/>
                    <Route path=path!("agents/new") view=lazy::AssetPage::AgentNew ssr=SsrMode::Async/>
                    <Route path=path!("agents/:id") view=lazy::AssetPage::Agent ssr=SsrMode::Async/>
                    <Route path=path!("agent") view=lazy::CallPage::Mine ssr=SsrMode::Async/>
                    <Route path=path!("numbers") view=lazy::AssetPage::Numbers ssr=SsrMode::Async/>
                    <Route path=path!("numbers/new") view=lazy::AssetPage::NumberNew ssr=SsrMode::Async/>
                    <Route path=path!("numbers/buy") view=lazy::AssetPage::NumberBuy ssr=SsrMode::Async/>
                    <Route path=path!("numbers/carrier") view=lazy::AssetPage::NumbersCarrier ssr=SsrMode::Async/>
                    <Route path=path!("numbers/:id/release") view=lazy::AssetPage::NumberRelease ssr=SsrMode::Async/>
                    <Route path=path!("pools") view=lazy::AssetPage::Pools ssr=SsrMode::Async/>
                    <Route path=path!("pools/new") view=lazy::AssetPage::PoolNew ssr=SsrMode::Async/>
                    <Route path=path!("pools/:id") view=lazy::AssetPage::Pool ssr=SsrMode::Async/>
                    <Route path=path!("dni") view=lazy::AssetPage::DniTags ssr=SsrMode::Async/>
                    <Route path=path!("dni/new") view=lazy::AssetPage::DniTagNew ssr=SsrMode::Async/>
                    <Route path=path!("dni/:id") view=lazy::AssetPage::DniTag ssr=SsrMode::Async/>
                    <Route path=path!("publishers") view=lazy::PublisherPage::All ssr=SsrMode::Async/>
                    <Route path=path!("publishers/new") view=lazy::PublisherPage::New ssr=SsrMode::Async/>
                    <Route path=path!("publishers/:id/:tab?") view=lazy::PublisherPage::One ssr=SsrMode::Async/>
                    <Route path=path!("lists") view=lazy::PublisherPage::Lists ssr=SsrMode::Async/>
                    <Route path=path!("lists/new") view=lazy::PublisherPage::ListNew ssr=SsrMode::Async/>
                    <Route path=path!("lists/:id") view=lazy::PublisherPage::List ssr=SsrMode::Async/>
                    <Route path=path!("blocks") view=lazy::AssetPage::Blocks ssr=SsrMode::Async/>
                    <Route path=path!("blocks/new") view=lazy::AssetPage::BlockNew ssr=SsrMode::Async/>
                    <Route path=path!("settings/routing") view=lazy::SettingPage::Routing ssr=SsrMode::Async/>
                    <Route path=path!("settings/rates") view=lazy::SettingPage::Rates ssr=SsrMode::Async/>
                    <Route path=path!("settings/carrier") view=lazy::SettingPage::Carrier ssr=SsrMode::Async/>
                    <Route path=path!("settings/recordings") view=lazy::SettingPage::Recordings ssr=SsrMode::Async/>
                    <Route path=path!("settings/api-keys") view=lazy::SettingPage::ApiKeys ssr=SsrMode::Async/>
                    <Route path=path!("settings/api-keys/new") view=lazy::SettingPage::ApiKeyNew ssr=SsrMode::Async/>
                    <Route path=path!("settings/webhooks") view=lazy::SettingPage::Webhooks ssr=SsrMode::Async/>
                    <Route path=path!("settings/webhooks/new") view=lazy::SettingPage::WebhookNew ssr=SsrMode::Async/>
                    <Route path=path!("settings/webhooks/:id") view=lazy::SettingPage::Webhook ssr=SsrMode::Async/>
                    <Route path=path!("import/:list") view=lazy::ImportPage ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
