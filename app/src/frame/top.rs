//! The top bar: search, counters, connection, help, user.

use domain::access::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::page::parts::grouped;
use crate::route;
use crate::state::live::use_live;
use crate::state::session::Session;
use crate::state::theme::{Theme, use_theme};
use crate::ui::{
    ButtonKind, Icon, IconButton, Kbd, Menu, MenuLabel, MenuPost, MenuSeparator, Size, State,
    Status,
};

/// The bar.
#[component]
pub fn Top(session: Session, palette: RwSignal<bool>, keys: RwSignal<bool>) -> impl IntoView {
    let link = use_live().link;
    let (shape, words) = (
        Signal::derive(move || link.get().shape()),
        Signal::derive(move || link.get().word().to_owned()),
    );
    let search = move |ev: web_sys::MouseEvent| {
        if !ev.ctrl_key() && !ev.meta_key() {
            ev.prevent_default();
            palette.set(true);
        }
    };
    view! {
        <header class="top">
            <button class="btn top-menu" type="button" popovertarget="side-sheet" data-variant="ghost" data-size="md" data-icon="" aria-label="Open the menu">
                <Icon name="menu"/>
            </button>
            <Suspense>
                {move || if session.may(Permission::ViewCalls) {
                    // Before the page's script runs it leads to the call log, which can be searched.
                    view! {
                        <a class="top-search" href=route::CALLS on:click=search>
                            <Icon name="search"/>
                            <span>"Search or jump to"</span>
                            <Kbd>"Ctrl K"</Kbd>
                        </a>
                        <Counters session=session/>
                        <span class="top-sep" aria-hidden="true"></span>
                    }
                    .into_any()
                } else {
                    view! { <span class="grow"></span> }.into_any()
                }}
            </Suspense>
            <span class="top-state" role="status"><Status state=shape text=words/></span>
            <span class="top-wide"><IconButton label="Keys" icon="help" on:click=move |_| keys.set(true)/></span>
            <UserMenu session=session/>
        </header>
    }
    .into_any()
}

/// How many calls are live and how many ended today; both lead to those calls. Below a `Suspense`.
#[component]
fn Counters(session: Session) -> impl IntoView {
    let live = move || grouped(u64::from(session.counters().live));
    let done = move || grouped(u64::from(session.counters().completed_today));
    view! {
        <div class="top-counters">
            <a class="counter" href=route::calls_live()>
                <Status state=State::Live text=""/>
                <span><b data-counter="live">{live}</b>" live"</span>
            </a>
            <a class="counter" href=route::CALLS>
                <span><b data-counter="completed">{done}</b>" completed"<span class="top-wide">" today"</span></span>
            </a>
        </div>
    }
    .into_any()
}

#[component]
fn UserMenu(session: Session) -> impl IntoView {
    view! {
        <Suspense>
            {move || session.shell().map(|shell| {
                let who = format!("{}, {}", shell.user_name, shell.role.code());
                view! {
                    <Menu id="user-menu" label=format!("{}, your account", shell.user_name) text=shell.initials kind=ButtonKind::Ghost size=Size::Sm>
                        <MenuLabel>{who}" · "{shell.user_email}</MenuLabel>
                        <MenuSeparator/>
                        <MenuLabel>"Theme"</MenuLabel>
                        <Themes/>
                        <MenuSeparator/>
                        <MenuPost action=route::LOGOUT icon="logout">"Sign out"</MenuPost>
                    </Menu>
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// The choice of theme: posts a form, or switches at once where the page's script runs.
#[component]
fn Themes() -> impl IntoView {
    let theme = use_theme();
    let location = use_location();
    let choices = move || {
        let now = theme.get();
        let (path, search) = (location.pathname.get(), location.search.get());
        let next = if search.is_empty() {
            path
        } else {
            format!("{path}?{search}")
        };
        Theme::ALL
            .into_iter()
            .map(|(choice, words, icon)| {
                let fields = vec![("theme".to_owned(), choice.code().to_owned()), ("next".to_owned(), next.clone())];
                let switch = move |ev: web_sys::SubmitEvent| {
                    ev.prevent_default();
                    theme.choose(choice);
                };
                view! { <MenuPost action=route::THEME fields=fields icon=icon current=choice == now on:submit=switch>{words}</MenuPost> }
            })
            .collect_view()
    };
    choices.into_any()
}
