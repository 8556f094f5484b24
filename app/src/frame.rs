//! The frame around every page behind sign-in: navigation, top bar, toasts, palette, keys.

mod nav;
mod palette;
mod top;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::Outlet;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlFormElement, SubmitEvent, UrlSearchParams};

use crate::route;
use crate::state::{live, session};
use crate::ui::{KeyHelp, LeaveDialog, ToastRegion, use_hotkey, use_leaving};

/// The frame around the page of a route.
#[component]
pub fn Frame() -> impl IntoView {
    view! { <Around><Outlet/></Around> }.into_any()
}

/// The frame; what is inside stands in its `main`.
#[component]
pub fn Around(children: Children) -> impl IntoView {
    let session = session::provide();
    live::connect(session);
    let (palette, keys) = (RwSignal::new(false), RwSignal::new(false));
    hotkeys(palette);
    let navigate = use_navigate();
    let go = Callback::new(move |(href,): (String,)| navigate(&href, NavigateOptions::default()));
    view! {
        <div class="shell" on:submit=get_form_handler()>
            <a class="skip" href="#main" rel="external">"Skip to content"</a>
            <nav::Side session=session/>
            <top::Top session=session palette=palette keys=keys/>
            <main id="main" class="page" tabindex="-1">
                {children()}
            </main>
        </div>
        <nav::Sheet session=session/>
        <ToastRegion/>
        <KeyHelp open=keys/>
        <LeaveDialog go=go/>
        <palette::Palette session=session open=palette/>
    }
    .into_any()
}

fn hotkeys(palette: RwSignal<bool>) {
    use_hotkey("Ctrl k", "Search or jump to", move || {
        palette.update(|open| *open = !*open)
    });
    let leaving = use_leaving();
    for (keys, what, href) in [
        ("g d", "Go to the dashboard", route::HOME),
        ("g l", "Go to the call log", route::CALLS),
        ("g t", "Go to the traffic", route::TRAFFIC),
        ("g c", "Go to campaigns", route::CAMPAIGNS),
        ("g b", "Go to buyers and targets", route::BUYERS),
        ("g p", "Go to publishers", route::PUBLISHERS),
        ("g n", "Go to numbers", route::NUMBERS),
        ("g x", "Go to blocked callers", route::BLOCKS),
        ("g k", "Go to API keys", route::API_KEYS),
        ("g s", "Go to settings", route::SETTINGS_ROUTING),
    ] {
        let navigate = use_navigate();
        use_hotkey(keys, what, move || {
            if leaving.may_go(href) {
                navigate(href, NavigateOptions::default());
            }
        });
    }
}

/// Filters are plain GET forms; once the page's script runs they change the address without a load.
fn get_form_handler() -> impl Fn(SubmitEvent) + 'static {
    let navigate = use_navigate();
    move |ev: SubmitEvent| {
        if ev.default_prevented() {
            return;
        }
        let Some(form) = ev
            .target()
            .and_then(|t| t.dyn_into::<HtmlFormElement>().ok())
        else {
            return;
        };
        if !form.method().eq_ignore_ascii_case("get") {
            return;
        }
        let Some(query) = query_of(&form) else { return };
        let path = form
            .get_attribute("action")
            .unwrap_or_else(|| route::CALLS.to_owned());
        ev.prevent_default();
        if let Ok(Some(pop)) = form.closest(":popover-open")
            && let Ok(pop) = pop.dyn_into::<web_sys::HtmlElement>()
        {
            drop(pop.hide_popover());
        }
        navigate(
            &if query.is_empty() {
                path
            } else {
                format!("{path}?{query}")
            },
            NavigateOptions {
                scroll: false,
                ..NavigateOptions::default()
            },
        );
    }
}

/// What a GET form asks for, without the fields that say nothing.
fn query_of(form: &HtmlFormElement) -> Option<String> {
    let data = FormData::new_with_form(form).ok()?;
    let params = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    let text = params.to_string().as_string()?;
    Some(
        text.split('&')
            .filter(|pair| !pair.ends_with('='))
            .collect::<Vec<_>>()
            .join("&"),
    )
}
