//! What is not there.

use leptos::prelude::*;

use crate::ctx;
use crate::frame::Around;
use crate::route;
use crate::ui::{LinkButton, PageHead};

/// An address that no page has. Only people who have signed in come here: others sign in first.
#[component]
pub fn NotFound() -> impl IntoView {
    ctx::page_status(404);
    view! {
        <Around>
            <PageHead title="Page not found" sub="The address may be mistyped, or the page may have moved."/>
            <div class="row">
                <LinkButton href=route::HOME>"Go to the dashboard"</LinkButton>
                <LinkButton href=route::CALLS>"Open the call log"</LinkButton>
            </div>
        </Around>
    }
    .into_any()
}

/// A thing that is not in this account; `what` reads "The campaign".
#[component]
pub fn Missing(what: &'static str) -> impl IntoView {
    ctx::page_status(404);
    view! {
        <PageHead title=format!("{what} was not found") sub="It may have been removed, or it belongs to another account."/>
        <div class="row">
            <LinkButton href=route::HOME>"Go to the dashboard"</LinkButton>
            <LinkButton href=route::CAMPAIGNS>"All campaigns"</LinkButton>
        </div>
    }
    .into_any()
}
