//! One call, explained: in the drawer beside the log, and as a page of its own.

pub mod auction;
mod correct;
mod dispute;
mod money;
mod recording;
mod sections;

use domain::api::call::{CallDetail, CallerBlock};
use domain::id::CallId;
use leptos::prelude::*;

use crate::api::call::load_call;
use crate::page::parts::{CallStatus, with_id};
use crate::route;
use crate::state::session::sign_in_again;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, CopyButton, Drawer, PageHead, Size, Time, use_toasts,
};
use sections::Sections;

pub use sections::candidate_line;

/// The drawer.
#[component]
pub fn CallDrawer(
    detail: Signal<CallDetail>,
    close: Signal<String>,
    previous: Signal<Option<String>>,
    next: Signal<Option<String>>,
) -> impl IntoView {
    let row = Memo::new(move |_| detail.with(|d| d.row.clone()));
    let full = route::call(row.with_untracked(|r| r.id));
    let title = Signal::derive(move || row.with(|r| r.caller.clone()));
    view! {
        <Drawer title=title close_href=close prev_href=previous next_href=next full_href=full
            state=move || view! { <CallStatus row=row/> } sub=move || view! { <Facts detail=detail/> } head=move || view! { <money::Headline detail=detail/> <Jump detail=detail/> }>
            <Sections detail=detail/>
        </Drawer>
    }
    .into_any()
}

/// The page.
#[component]
pub fn CallAlone() -> impl IntoView {
    with_id("The call", |id: Memo<CallId>| {
        let source = Source::new(move || id.get(), load_call).follow_calls();
        source.view("The call", Renew::WithQuestion, |detail| {
            view! { <Alone detail=detail/> }.into_any()
        })
    })
}

#[component]
fn Alone(detail: Signal<CallDetail>) -> impl IntoView {
    let row = Memo::new(move |_| detail.with(|d| d.row.clone()));
    let title = Signal::derive(move || format!("Call from {}", row.with(|r| r.caller.clone())));
    let short = Signal::derive(move || detail.with(|d| d.short_id.clone()));
    view! {
        <Breadcrumbs items=vec![("Call log".to_owned(), route::CALLS.to_owned())] here=short/>
        <PageHead title=title state=move || view! { <CallStatus row=row/> }/>
        <div class="drawer-sub"><Facts detail=detail/></div>
        <money::Headline detail=detail/>
        <Jump detail=detail/>
        <h2 class="visually-hidden">"What happened"</h2>
        <div class="page-as-drawer"><Sections detail=detail/></div>
    }
    .into_any()
}

/// When, for which campaign, to whom, and the ids to quote.
#[component]
fn Facts(detail: Signal<CallDetail>) -> impl IntoView {
    let facts = Memo::new(move |_| {
        detail.with(|d| {
            (
                d.row.arrived.clone(),
                d.row.campaign.clone(),
                d.campaign_href.clone(),
                d.row.target.clone(),
                d.target_href.clone(),
                d.short_id.clone(),
                d.row.id.to_string(),
            )
        })
    });
    let view = move || {
        let (arrived, campaign, campaign_href, target, target_href, short, id) = facts.get();
        let link = |text: String, href: String| match (text.is_empty(), href.is_empty()) {
            (true, _) => None,
            (false, true) => Some(view! { <span>{text}</span> }.into_any()),
            (false, false) => Some(view! { <a class="link" href=href>{text}</a> }.into_any()),
        };
        view! {
            <Time datetime=arrived.datetime text=arrived.full/>
            {link(campaign, campaign_href)}
            {link(target, target_href)}
            <span class="mono">{short}</span>
            <CopyButton text=id label="Copy call ID"/>
        }
    };
    view! { {view}<BlockCaller detail=detail/> }.into_any()
}

/// One click from a call to its caller being blocked.
#[component]
fn BlockCaller(detail: Signal<CallDetail>) -> impl IntoView {
    let block = ServerAction::<crate::api::block::BlockCaller>::new();
    let toasts = use_toasts();
    Effect::new(move |_| match block.value().get() {
        Some(Ok(())) => toasts.done("The caller is blocked in every campaign."),
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    let id = detail.with_untracked(|d| d.row.id);
    let state = Memo::new(move |_| {
        let done = matches!(block.value().get(), Some(Ok(())));
        detail.with(|d| match d.caller_block {
            CallerBlock::Open if done => CallerBlock::Blocked,
            state => state,
        })
    });
    let view = move || {
        match state.get() {
        CallerBlock::Unavailable => ().into_any(),
        CallerBlock::Blocked => view! { <a class="link" href=route::BLOCKS>"Caller is blocked"</a> }.into_any(),
        CallerBlock::Open => view! {
            <ActionForm action=block>
                <input type="hidden" name="call" value=id.to_string()/>
                <Button submit=true kind=ButtonKind::Ghost size=Size::Xs icon="block" busy=block.pending()>"Block caller"</Button>
            </ActionForm>
        }
        .into_any(),
    }
    };
    view.into_any()
}

/// Links to the sections that this call has.
#[component]
fn Jump(detail: Signal<CallDetail>) -> impl IntoView {
    let parts = Memo::new(move |_| {
        detail.with(|d| {
            [
                ("timeline", "Timeline", true),
                ("visitor", "Visitor", d.visit.is_some()),
                ("decision", "Decision", !d.decisions.is_empty()),
                ("auction", "Auction", !d.auctions.is_empty()),
                ("legs", "Legs", !d.legs.is_empty()),
                ("money", "Money", money::Shown::of(d).any()),
                ("dispute", "Dispute", !d.disputes.all.is_empty()),
                ("wrap-up", "Wrap-up", !d.wrap_ups.is_empty()),
                (
                    "recording",
                    "Recording",
                    !d.recordings.is_empty() || !d.recording_note.is_empty(),
                ),
                ("answers", "Answers", !d.answers.is_empty()),
                ("tags", "Tags", !d.tags.is_empty()),
            ]
        })
    });
    let go = |id: &'static str| {
        move |ev: web_sys::MouseEvent| {
            // The address stays: it names the call, not the place in it.
            if let Some(el) = document().get_element_by_id(&format!("call-{id}")) {
                ev.prevent_default();
                el.scroll_into_view();
            }
        }
    };
    let links = move || {
        parts
            .get()
            .into_iter()
            .filter(|(_, _, there)| *there)
            .map(|(id, words, _)| view! { <a class="tab" href=format!("#call-{id}") rel="external" on:click=go(id)>{words}</a> })
            .collect_view()
    };
    view! { <nav class="tabs" aria-label="Parts of this call">{links}</nav> }.into_any()
}
