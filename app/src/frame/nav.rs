//! Side navigation, and the same list as a sheet on the phone.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast;

use crate::route;
use crate::state::live::use_live;
use crate::state::session::Session;
use crate::ui::{Icon, IconButton, Status};

/// Icon, words, address; a place is current for everything beneath it.
const WATCH: &[(&str, &str, &str)] = &[
    ("dashboard", "Dashboard", route::HOME),
    ("calls", "Call log", route::CALLS),
];
const SET_UP: &[(&str, &str, &str)] = &[
    ("campaign", "Campaigns", route::CAMPAIGNS),
    ("buyer", "Buyers & targets", route::BUYERS),
    ("number", "Numbers", route::NUMBERS),
    ("block", "Blocked callers", route::BLOCKS),
];

fn is_here(path: &str, href: &str) -> bool {
    match href {
        route::HOME => path == route::HOME,
        route::BUYERS => path.starts_with(route::BUYERS) || path.starts_with("/targets"),
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
    view! {
        <ul>{WATCH.iter().map(link).collect_view()}</ul>
        <div class="side-title">"Set up"</div>
        <ul>{SET_UP.iter().map(link).collect_view()}</ul>
    }
    .into_any()
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
            </a>
        </li>
    }
    .into_any()
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
