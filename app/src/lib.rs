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
                    <Route path=path!("campaigns") view=lazy::CampaignPage::All ssr=SsrMode::Async/>
                    <Route path=path!("campaigns/new") view=lazy::CampaignPage::New ssr=SsrMode::Async/>
                    <Route path=path!("campaigns/:id/:tab?") view=lazy::CampaignPage::One ssr=SsrMode::Async/>
                    <Route path=path!("buyers") view=lazy::AssetPage::Buyers ssr=SsrMode::Async/>
                    <Route path=path!("buyers/new") view=lazy::AssetPage::BuyerNew ssr=SsrMode::Async/>
                    <Route path=path!("buyers/:id") view=lazy::AssetPage::Buyer ssr=SsrMode::Async/>
                    <Route path=path!("buyers/:id/targets/new") view=lazy::AssetPage::TargetNew ssr=SsrMode::Async/>
                    <Route path=path!("targets/:id") view=lazy::AssetPage::Target ssr=SsrMode::Async/>
                    <Route path=path!("numbers") view=lazy::AssetPage::Numbers ssr=SsrMode::Async/>
                    <Route path=path!("numbers/new") view=lazy::AssetPage::NumberNew ssr=SsrMode::Async/>
                    <Route path=path!("blocks") view=lazy::AssetPage::Blocks ssr=SsrMode::Async/>
                    <Route path=path!("blocks/new") view=lazy::AssetPage::BlockNew ssr=SsrMode::Async/>
                    <Route path=path!("blocks/import") view=lazy::AssetPage::BlockImport ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
