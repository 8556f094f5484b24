//! Side navigation, and the same list as a sheet on the phone.

use domain::access::{Permission, Role};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast;

use crate::page::parts::grouped;
use crate::route;
use crate::state::live::use_live;
use crate::state::session::{Session, use_session};
use crate::ui::{Icon, IconButton, Status};

/// Icon, words, address; a place is current for everything beneath it.
const WATCH: &[(&str, &str, &str)] = &[
    ("dashboard", "Dashboard", route::HOME),
    ("calls", "Call log", route::CALLS),
    ("traffic", "Traffic", route::TRAFFIC),
    ("rtb", "RTB report", route::RTB),
    ("message", "Disputes", route::DISPUTES),
];
const SET_UP: &[(&str, &str, &str)] = &[
    ("campaign", "Campaigns", route::CAMPAIGNS),
    ("buyer", "Buyers & targets", route::BUYERS),
    ("ring-tree", "Ring trees", route::RING_TREES),
    ("publisher", "Publishers", route::PUBLISHERS),
    ("block", "Blocked callers", route::BLOCKS),
    ("recording", "Recordings", route::RECORDINGS),
    ("table", "Lists", route::LISTS),
];
const NUMBERS: &[(&str, &str, &str)] = &[
    ("number", "Numbers", route::NUMBERS),
    ("pool", "Pools", route::POOLS),
    ("tag", "DNI tags", route::DNI_TAGS),
];
/// With what one must be allowed to do there.
const SETTINGS: &[(Permission, (&str, &str, &str))] = &[
    (
        Permission::ManageApiKeys,
        ("settings", "Calls & rates", route::SETTINGS_ROUTING),
    ),
    (
        Permission::ManageApiKeys,
        ("key", "API keys", route::API_KEYS),
    ),
    (
        Permission::ViewWebhooks,
        ("zap", "Webhooks", route::WEBHOOKS),
    ),
];

fn is_here(path: &str, href: &str) -> bool {
    // The import of a list stands beside it.
    let path = path.strip_prefix("/import").unwrap_or(path);
    match href {
        route::HOME => path == route::HOME,
        route::SETTINGS_ROUTING => [
            route::SETTINGS_ROUTING,
            route::SETTINGS_RATES,
            route::SETTINGS_CARRIER,
        ]
        .contains(&path),
        route::BLOCKS => path.starts_with(href) || path == "/tcpa",
        route::MY_CALLS => path == route::MY_CALLS,
        route::BUYERS => [route::BUYERS, "/targets", route::GROUPS, route::AGENTS]
            .iter()
            .any(|place| path.starts_with(place)),
        route::RTB => [route::RTB, route::BIDS].contains(&path),
        route::RING_TREES => [route::RING_TREES, route::RTB_TARGETS, route::RTB_IDS]
            .iter()
            .any(|place| path.starts_with(place)),
        _ => path.starts_with(href),
    }
}

/// The navigation at the side.
#[component]
pub fn Side(session: Session) -> impl IntoView {
    view! {
        <nav class="side" aria-label="Main">
            <Brand session=session/>
            <div class="side-scroll"><Places/></div>
            <System/>
        </nav>
    }
    .into_any()
}

/// The same on the phone, opened by the menu button.
#[component]
pub fn Sheet(session: Session) -> impl IntoView {
    view! {
        <div class="side-sheet" id="side-sheet" popover="auto" role="dialog" aria-label="Main menu">
            <div class="side-brand">
                <span class="brand-mark"><Icon name="brand"/></span>
                <span class="side-word grow"><Account session=session/></span>
                <IconButton label="Close the menu" icon="close" popovertarget="side-sheet"/>
            </div>
            <nav class="side-scroll" aria-label="Main, small screen"><Places/></nav>
            <System/>
        </div>
    }
    .into_any()
}

#[component]
fn Brand(session: Session) -> impl IntoView {
    view! {
        <div class="side-brand">
            <span class="brand-mark"><Icon name="brand"/></span>
            <span class="side-word"><Account session=session/></span>
        </div>
    }
    .into_any()
}

/// The account's name.
#[component]
fn Account(session: Session) -> impl IntoView {
    view! { <Suspense>{move || session.shell().map(|shell| shell.account)}</Suspense> }.into_any()
}

#[component]
fn Places() -> impl IntoView {
    view! { <Suspense><Mine/></Suspense> }.into_any()
}

/// Those that the person who is signed in may go to.
#[component]
fn Mine() -> impl IntoView {
    let session = use_session();
    let who = Memo::new(move |_| session.shell().map(|shell| (shell.role, shell.agent)));
    let view = move || {
        let (role, agent) = who.get()?;
        let own = agent || role == Role::Agent;
        let own = own.then(|| link(&("headset", "My calls", route::MY_CALLS)));
        if role == Role::Agent {
            return Some(view! { <ul>{own}</ul> }.into_any());
        }
        let settings = SETTINGS.iter().filter(|(what, _)| role.allows(*what));
        let settings: Vec<_> = settings.map(|(_, place)| *place).collect();
        let settings = (!settings.is_empty()).then(|| {
            view! {
                <div class="side-title">"Settings"</div>
                <ul>{settings.iter().map(link).collect_view()}</ul>
            }
        });
        let view = view! {
            <ul>{WATCH.iter().map(link).collect_view()}{own}</ul>
            <div class="side-title">"Set up"</div>
            <ul>{SET_UP.iter().map(link).collect_view()}</ul>
            <div class="side-title">"Numbers"</div>
            <ul>{NUMBERS.iter().map(link).collect_view()}</ul>
            {settings}
        };
        Some(view.into_any())
    };
    view.into_any()
}

fn link(place: &(&'static str, &'static str, &'static str)) -> AnyView {
    let (icon, words, href) = *place;
    let path = use_location().pathname;
    let here = move || path.with(|path| is_here(path, href)).then_some("page");
    let leave = move |_| {
        // On the phone the list stands in a sheet, which has done its work.
        if let Ok(Some(sheet)) = document().query_selector("#side-sheet:popover-open")
            && let Ok(sheet) = sheet.dyn_into::<web_sys::HtmlElement>()
        {
            drop(sheet.hide_popover());
        }
    };
    view! {
        <li>
            <a class="side-link" href=href aria-current=here title=words on:click=leave>
                <Icon name=icon/>
                <span class="side-word">{words}</span>
                {(href == route::DISPUTES).then(waiting)}
            </a>
        </li>
    }
    .into_any()
}

/// How many disputes wait for a decision. Below the `Suspense` of the whole list.
fn waiting() -> AnyView {
    let session = use_session();
    let count = move || {
        let n = session.counters().disputes;
        (n > 0).then(|| view! { <span class="side-count">{grouped(u64::from(n))}<span class="visually-hidden">" open"</span></span> })
    };
    count.into_any()
}

/// How the system stands, in words.
#[component]
fn System() -> impl IntoView {
    let link = use_live().link;
    let (shape, words) = (
        Signal::derive(move || link.get().shape()),
        Signal::derive(move || link.get().system_words().to_owned()),
    );
    view! { <div class="side-foot"><Status state=shape text=words/></div> }.into_any()
}
