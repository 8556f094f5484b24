//! The settings of the account; its pages are tabs.

pub mod carrier;
pub mod rates;
pub mod routing;

use leptos::prelude::*;

use crate::route;
use crate::ui::{PageHead, TabLink, TabLinks};

/// A page of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Routing,
    Rates,
    Carrier,
}

/// What all of them begin with.
#[component]
fn Head(now: Tab, #[prop(into)] sub: String) -> impl IntoView {
    let link = |tab, href: &str, words: &str| TabLink::new(href, words).current(tab == now);
    let tabs = vec![
        link(Tab::Routing, route::SETTINGS_ROUTING, "Calls"),
        link(Tab::Rates, route::SETTINGS_RATES, "Carrier rates"),
        link(Tab::Carrier, route::SETTINGS_CARRIER, "Carrier account"),
    ];
    view! {
        <PageHead title="Settings" sub=sub/>
        <TabLinks label="Settings" tabs=tabs/>
    }
    .into_any()
}
