//! One campaign; its tabs are addresses.

mod duplicates;
mod money;
pub mod numbers;
mod overview;
mod routing;
pub mod settings;

use domain::access::Permission;
use domain::api::campaign::CampaignDetail;
use domain::api::page::Activity;
use domain::id::CampaignId;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::api::campaign::load_campaign;
use crate::page::campaigns::campaign_state;
use crate::page::not_found::Missing;
use crate::page::parts::{counted, may, with_id};
use crate::route::{self, CampaignTab};
use crate::state::activity::{ActivityItems, Changes, PauseButton, Thing};
use crate::state::source::{Renew, Source};
use crate::ui::{Breadcrumbs, Icon, Menu, MenuLink, PageHead, Size, Status, TabLink, TabLinks};

/// The campaign's resource.
type CampaignSource = Source<CampaignId, CampaignDetail>;

/// The page.
#[component]
pub fn Campaign() -> impl IntoView {
    let params = use_params_map();
    let tab = Memo::new(move |_| {
        params.with(|p| match p.get("tab").as_deref() {
            None | Some("") => Some(CampaignTab::Overview),
            Some("numbers") => Some(CampaignTab::Numbers),
            Some("routing") => Some(CampaignTab::Routing),
            Some("duplicates") => Some(CampaignTab::Duplicates),
            Some("money") => Some(CampaignTab::Money),
            Some("settings") => Some(CampaignTab::Settings),
            Some(_) => None,
        })
    });
    with_id("The campaign", move |id: Memo<CampaignId>| {
        let source = Source::new(move || id.get(), load_campaign).follow_calls();
        source.view("The campaign", Renew::WithQuestion, move |detail| {
            view! { <Detail source=source detail=detail tab=tab/> }.into_any()
        })
    })
}

#[component]
fn Detail(
    source: CampaignSource,
    detail: Signal<CampaignDetail>,
    tab: Memo<Option<CampaignTab>>,
) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let changes = Changes::new(move || source.reload());
    let edits = RwSignal::new(0_usize);
    let tabs =
        Signal::derive(move || tab_links(id, detail, tab.get().unwrap_or_default(), edits.get()));
    let crumb = Signal::derive(move || detail.with(|d| d.row.name.clone()));
    let body = move || match tab.get() {
        None => view! { <Missing what="The tab"/> }.into_any(),
        Some(CampaignTab::Overview) => view! { <overview::Overview detail=detail/> }.into_any(),
        Some(CampaignTab::Numbers) => {
            view! { <numbers::Numbers source=source detail=detail/> }.into_any()
        }
        Some(CampaignTab::Routing) => {
            view! { <routing::Routing source=source detail=detail edits=edits/> }.into_any()
        }
        Some(CampaignTab::Duplicates) => {
            view! { <duplicates::Duplicates source=source detail=detail/> }.into_any()
        }
        Some(CampaignTab::Money) => {
            view! { <money::Money source=source detail=detail/> }.into_any()
        }
        Some(CampaignTab::Settings) => {
            view! { <settings::Settings source=source detail=detail/> }.into_any()
        }
    };
    view! {
        <Breadcrumbs items=vec![("Campaigns".to_owned(), route::CAMPAIGNS.to_owned())] here=crumb/>
        <Head detail=detail changes=changes/>
        <Archived detail=detail changes=changes/>
        <TabLinks label="Campaign" tabs=tabs/>
        {body}
    }
    .into_any()
}

fn tab_links(
    id: CampaignId,
    detail: Signal<CampaignDetail>,
    now: CampaignTab,
    edits: usize,
) -> Vec<TabLink> {
    let (numbers, routes) = detail.with(|d| (d.row.numbers, d.row.routes));
    let link = |tab, words: &str| TabLink::new(route::campaign(id, tab), words).current(tab == now);
    let routing = link(CampaignTab::Routing, "Routing plan");
    vec![
        link(CampaignTab::Overview, "Overview"),
        link(CampaignTab::Numbers, "Numbers").count(numbers.to_string()),
        match edits {
            0 => routing.count(routes.to_string()),
            1 => routing.count("1 edit").tone(crate::ui::Tone::Accent),
            n => routing
                .count(format!("{n} edits"))
                .tone(crate::ui::Tone::Accent),
        },
        link(CampaignTab::Duplicates, "Duplicates & blocking"),
        link(CampaignTab::Money, "Money"),
        link(CampaignTab::Settings, "Settings"),
    ]
}

/// Whether the campaign is archived as it is stored.
fn is_archived(detail: Signal<CampaignDetail>) -> Memo<bool> {
    Memo::new(move |_| detail.with(|d| d.row.activity == Activity::Archived))
}

/// Whether a person may change the campaign: an archived one is only looked at.
fn may_change(detail: Signal<CampaignDetail>) -> Signal<bool> {
    let (may, archived) = (may(Permission::EditCampaigns), is_archived(detail));
    Signal::derive(move || may.get() && !archived.get())
}

/// What an archived campaign is, and the way back.
#[component]
fn Archived(detail: Signal<CampaignDetail>, changes: Changes) -> impl IntoView {
    let thing = Thing::Campaign(detail.with_untracked(|d| d.row.id));
    let name = Signal::derive(move || detail.with(|d| d.row.name.clone()));
    let stored = Signal::derive(move || detail.with(|d| d.row.activity));
    let (edit, archived) = (may(Permission::EditCampaigns), is_archived(detail));
    let view = move || {
        archived.get().then(|| {
            let restore = move || edit.get().then(|| view! { <PauseButton thing=thing name=name stored=stored changes=changes/> });
            view! {
                <div class="notice" role="note" aria-label="Archived">
                    <Icon name="archive"/>
                    <p><b>"This campaign is archived."</b>" Callers of its numbers reach nobody. Its routes, numbers and calls are kept as they are."</p>
                    {restore}
                </div>
            }
        })
    };
    view.into_any()
}

/// In the place of what only a campaign in use lets one change.
#[component]
fn RestoreFirst() -> impl IntoView {
    view! { <p class="soft">"Restore the campaign to change this."</p> }.into_any()
}

/// Name, state, figures of today; pause and the rest at the right.
#[component]
fn Head(detail: Signal<CampaignDetail>, changes: Changes) -> impl IntoView {
    let (id, thing) = detail.with_untracked(|d| (d.row.id, Thing::Campaign(d.row.id)));
    let name = Signal::derive(move || detail.with(|d| d.row.name.clone()));
    let stored = Signal::derive(move || detail.with(|d| d.row.activity));
    let state = Memo::new(move |_| {
        detail.with(|d| campaign_state(&d.row, changes.of(thing, d.row.activity)))
    });
    let (shape, word) = (
        Signal::derive(move || state.get().0),
        Signal::derive(move || state.get().1.to_owned()),
    );
    let figures = Signal::derive(move || {
        detail.with(|d| {
            let live = counted(u64::from(d.row.live), "live call", "live calls");
            format!(
                "{live}, {} of {} connected today",
                d.row.connected_today, d.row.incoming_today
            )
        })
    });
    let edit = may(Permission::EditCampaigns);
    let archived = is_archived(detail);
    let actions = move || {
        edit.get().then(|| {
            view! {
                {move || (!archived.get()).then(|| view! { <PauseButton thing=thing name=name stored=stored changes=changes/> })}
                <Menu id="campaign-menu" label="More about this campaign" kind=crate::ui::ButtonKind::Outline size=Size::Md>
                    <MenuLink href=route::calls_of_campaign(id) icon="calls">"Calls today"</MenuLink>
                    <ActivityItems thing=thing name=name stored=stored changes=changes/>
                </Menu>
            }
        })
    };
    view! { <PageHead title=name sub=figures state=move || view! { <Status state=shape text=word/> } actions=move || actions/> }.into_any()
}
