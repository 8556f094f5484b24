//! One publisher; its tabs are addresses.

mod new;
mod numbers;
mod payouts;
mod settings;

use domain::access::Permission;
use domain::api::page::Activity;
use domain::api::publisher::PublisherDetail;
use domain::id::{CampaignId, PublisherId};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::api::publisher::load_publisher;
use crate::page::not_found::Missing;
use crate::page::parts::{activity_state, counted, may, with_id};
use crate::route::{self, PublisherTab};
use crate::state::activity::{ActivityItems, Changes, PauseButton, Thing};
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, ButtonKind, Icon, Menu, PageHead, Size, Status, TabLink, TabLinks, Tone,
};

pub use new::PublisherNew;

/// The publisher's resource.
type PublisherSource = Source<PublisherId, PublisherDetail>;

fn crumbs() -> Vec<(String, String)> {
    vec![("Publishers".to_owned(), route::PUBLISHERS.to_owned())]
}

/// The page.
#[component]
pub fn Publisher() -> impl IntoView {
    let params = use_params_map();
    let tab = Memo::new(move |_| {
        params.with(|p| match p.get("tab").as_deref() {
            None | Some("") => Some(PublisherTab::Payouts),
            Some("numbers") => Some(PublisherTab::Numbers),
            Some("settings") => Some(PublisherTab::Settings),
            // The payout rules of a campaign.
            Some(other) => other
                .parse::<CampaignId>()
                .is_ok()
                .then_some(PublisherTab::Payouts),
        })
    });
    with_id("The publisher", move |id: Memo<PublisherId>| {
        let source = Source::new(move || id.get(), load_publisher).follow_calls();
        source.view("The publisher", Renew::WithQuestion, move |detail| {
            view! { <Detail source=source detail=detail tab=tab/> }.into_any()
        })
    })
}

#[component]
fn Detail(
    source: PublisherSource,
    detail: Signal<PublisherDetail>,
    tab: Memo<Option<PublisherTab>>,
) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let changes = Changes::new(move || source.reload());
    let edits = RwSignal::new(0_usize);
    let tabs =
        Signal::derive(move || tab_links(id, detail, tab.get().unwrap_or_default(), edits.get()));
    let crumb = Signal::derive(move || detail.with(|d| d.row.name.clone()));
    let body = move || match tab.get() {
        None => view! { <Missing what="The tab"/> }.into_any(),
        Some(PublisherTab::Payouts) => {
            view! { <payouts::Payouts source=source detail=detail edits=edits/> }.into_any()
        }
        Some(PublisherTab::Numbers) => {
            view! { <numbers::Numbers source=source detail=detail/> }.into_any()
        }
        Some(PublisherTab::Settings) => {
            view! { <settings::Settings source=source detail=detail/> }.into_any()
        }
    };
    view! {
        <Breadcrumbs items=crumbs() here=crumb/>
        <Head detail=detail changes=changes/>
        <NotPaid detail=detail changes=changes/>
        <TabLinks label="Publisher" tabs=tabs/>
        {body}
    }
    .into_any()
}

fn tab_links(
    id: PublisherId,
    detail: Signal<PublisherDetail>,
    now: PublisherTab,
    edits: usize,
) -> Vec<TabLink> {
    let (rules, numbers) = detail.with(|d| (d.row.rules.len(), d.row.numbers));
    let link =
        |tab, words: &str| TabLink::new(route::publisher(id, tab), words).current(tab == now);
    let payouts = link(PublisherTab::Payouts, "Payout rules");
    vec![
        match edits {
            0 => payouts.count(rules.to_string()),
            1 => payouts.count("1 edit").tone(Tone::Accent),
            n => payouts.count(format!("{n} edits")).tone(Tone::Accent),
        },
        link(PublisherTab::Numbers, "Numbers").count(numbers.to_string()),
        link(PublisherTab::Settings, "Settings"),
    ]
}

/// Whether a person may change the publisher: an archived one is only looked at.
fn may_change(detail: Signal<PublisherDetail>) -> Signal<bool> {
    let may = may(Permission::EditPublishers);
    let archived = Memo::new(move |_| detail.with(|d| d.row.activity == Activity::Archived));
    Signal::derive(move || may.get() && !archived.get())
}

/// Name, state, figures of today; pause and the rest at the right.
#[component]
fn Head(detail: Signal<PublisherDetail>, changes: Changes) -> impl IntoView {
    let thing = Thing::Publisher(detail.with_untracked(|d| d.row.id));
    let name = Signal::derive(move || detail.with(|d| d.row.name.clone()));
    let stored = Signal::derive(move || detail.with(|d| d.row.activity));
    let state = Memo::new(move |_| activity_state(changes.of(thing, stored.get())));
    let (shape, word) = (
        Signal::derive(move || state.get().0),
        Signal::derive(move || state.get().1.to_owned()),
    );
    let figures = Signal::derive(move || {
        detail.with(|d| {
            let calls = counted(u64::from(d.row.calls_today), "call", "calls");
            format!("{calls} and {} payout today", d.row.payout_today)
        })
    });
    let edit = may(Permission::EditPublishers);
    let actions = move || {
        edit.get().then(|| {
            view! {
                <PauseButton thing=thing name=name stored=stored changes=changes/>
                <Menu id="publisher-menu" label="More about this publisher" kind=ButtonKind::Outline size=Size::Md>
                    <ActivityItems thing=thing name=name stored=stored changes=changes/>
                </Menu>
            }
        })
    };
    view! { <PageHead title=name sub=figures state=move || view! { <Status state=shape text=word/> } actions=move || actions/> }.into_any()
}

/// What it means that a publisher is paused or archived.
#[component]
fn NotPaid(detail: Signal<PublisherDetail>, changes: Changes) -> impl IntoView {
    let thing = Thing::Publisher(detail.with_untracked(|d| d.row.id));
    let now = Memo::new(move |_| changes.of(thing, detail.with(|d| d.row.activity)));
    let view = move || {
        let (icon, title) = match now.get() {
            Activity::Active => return ().into_any(),
            Activity::Paused => ("pause", "This publisher is paused."),
            Activity::Archived => ("archive", "This publisher is archived."),
        };
        view! {
            <div class="notice" role="note" aria-label=title>
                <Icon name=icon/>
                <p><b>{title}</b>" Its callers are routed as any other, and nothing is paid for them."</p>
            </div>
        }
        .into_any()
    };
    view.into_any()
}
