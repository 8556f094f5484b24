//! The dashboard: is today normal, does anything need a person, what is happening now.

mod chart;
mod lists;

pub use lists::Running;

use domain::api::dashboard::{Dashboard, Total};
use domain::id::CampaignId;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::api::dashboard::load_today;
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{Menu, MenuLink, Metric, Metrics, PageHead, Size};

/// The page.
#[component]
pub fn DashboardPage() -> impl IntoView {
    let query = use_query_map();
    let source = Source::new(
        move || {
            query.with(|q| {
                q.get("campaign")
                    .and_then(|id| id.parse::<CampaignId>().ok())
            })
        },
        load_today,
    )
    .follow_calls();
    source.view("The dashboard", Renew::Never, move |today| {
        view! { <Today source=source today=today/> }.into_any()
    })
}

type TodaySource = Source<Option<CampaignId>, Dashboard>;

#[component]
fn Today(source: TodaySource, today: Signal<Dashboard>) -> impl IntoView {
    let stale = source.stale();
    let totals = Memo::new(move |_| today.with(|t| t.totals.clone()));
    view! {
        <PageHead title="Today" sub=Signal::derive(move || today.with(|t| t.subtitle.clone())) actions=move || view! { <CampaignMenu today=today/> }/>
        <div class="stack" aria-busy=move || stale.get().then_some("true") class:stale=move || stale.get()>
            <Metrics label="Today against the same hours a week ago">
                {move || totals.get().into_iter().map(metric).collect_view()}
            </Metrics>
            <div class="split-416">
                <chart::Hours today=today/>
                <lists::Problems source=source today=today/>
            </div>
            <chart::Revenue today=today/>
            <lists::LiveCalls today=today/>
            <lists::ByCampaign today=today/>
        </div>
    }
    .into_any()
}

fn metric(total: Total) -> AnyView {
    view! { <Metric label=total.label value=total.value note=total.share change=total.change from=total.before good=total.good href=total.href/> }.into_any()
}

/// Narrows the page to one campaign; the choice stands in the address.
#[component]
fn CampaignMenu(today: Signal<Dashboard>) -> impl IntoView {
    let query = use_query_map();
    let names = Memo::new(move |_| {
        today.with(|t| {
            t.campaigns
                .iter()
                .map(|c| (c.id.to_string(), c.name.clone()))
                .collect::<Vec<_>>()
        })
    });
    let menu = move || {
        let chosen = query.with(|q| q.get("campaign").unwrap_or_default());
        let names = names.get();
        let text = names
            .iter()
            .find(|(id, _)| *id == chosen)
            .map_or_else(|| "All campaigns".to_owned(), |(_, name)| name.clone());
        let links = names
            .into_iter()
            .map(|(id, name)| view! { <MenuLink href=route::with_query(route::HOME, &[("campaign", &id)])>{name}</MenuLink> })
            .collect_view();
        view! {
            <Menu id="dashboard-campaign" label="Show one campaign" text=text kind=crate::ui::ButtonKind::Outline size=Size::Md>
                <MenuLink href=route::HOME>"All campaigns"</MenuLink>
                {links}
            </Menu>
        }
    };
    menu.into_any()
}
