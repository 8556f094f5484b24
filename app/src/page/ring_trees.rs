//! Ring trees: groups whose targets bid for each call.

use leptos::prelude::*;

use super::groups::{Listing, Words};
use crate::route;
use crate::ui::{TabLink, TabLinks};

/// The lists of bidding; `here` is the address of this one.
#[component]
pub fn Tabs(here: &'static str) -> impl IntoView {
    let tab = |href: &'static str, words: &str| TabLink::new(href, words).current(href == here);
    let tabs = vec![
        tab(route::RING_TREES, "Ring trees"),
        tab(route::RTB_TARGETS, "RTB targets"),
        tab(route::RTB_IDS, "RTB IDs"),
    ];
    view! { <TabLinks label="Bidding" tabs=tabs/> }.into_any()
}

/// The page.
#[component]
pub fn RingTrees() -> impl IntoView {
    view! { <Listing words=WORDS/> }
}

const WORDS: Words = Words {
    trees: true,
    title: "Ring trees",
    one: "ring tree",
    many: "ring trees",
    column: "Ring tree",
    how: "Who gets the call",
    members: "Bidders",
    new: "New ring tree",
    new_href: route::RING_TREE_NEW,
    empty: "No ring trees yet",
    empty_text: "A ring tree stands in a routing plan as one entry. For each call it asks its RTB targets at the same moment, and the best bid gets the call.",
};
