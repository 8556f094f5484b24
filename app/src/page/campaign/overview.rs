//! A campaign at a glance.

use domain::api::campaign::CampaignDetail;
use domain::campaign::RecordingMode;
use leptos::prelude::*;

use super::is_archived;
use crate::page::call::candidate_line;
use crate::page::parts::{grouped, or_dash};
use crate::route::{self, CampaignTab};
use crate::ui::{
    DescriptionList, EmptyState, Fact, LinkButton, Metric, Metrics, Panel, Size, Time,
};

/// The tab.
#[component]
pub fn Overview(detail: Signal<CampaignDetail>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let figure = move |of: fn(&CampaignDetail) -> u32| {
        Signal::derive(move || grouped(u64::from(detail.with(of))))
    };
    let routes = Signal::derive(move || {
        detail.with(|d| format!("{} of {}", d.row.open_routes, d.row.routes))
    });
    let preview = Memo::new(move |_| detail.with(|d| d.plan.preview.clone()));
    let archived = is_archived(detail);
    let candidates = move || {
        if archived.get() {
            return view! { <EmptyState title="Nobody would ring" text="The campaign is archived: its callers reach nobody."/> }
                .into_any();
        }
        let all = preview.get();
        if all.is_empty() {
            return view! {
                <EmptyState title="No routes yet" text="Without a route every caller gets the fallback.">
                    <LinkButton href=route::campaign(id, CampaignTab::Routing) icon="plus">"Add a route"</LinkButton>
                </EmptyState>
            }
            .into_any();
        }
        view! { <ol class="lines">{all.into_iter().map(candidate_line).collect_view()}</ol> }
            .into_any()
    };
    view! {
        <Metrics label="The campaign now and today">
            <Metric label="Live" value=figure(|d| d.row.live) href=route::calls_live_of_campaign(id)/>
            <Metric label="Incoming today" value=figure(|d| d.row.incoming_today) href=route::calls_of_campaign(id)/>
            <Metric label="Connected today" value=figure(|d| d.row.connected_today)/>
            <Metric label="Routes open now" value=routes href=route::campaign(id, CampaignTab::Routing)/>
        </Metrics>
        <div class="cols-2">
            <Panel title="If a call came in now" flush=true
                actions=move || view! { <a class="link" href=route::campaign(id, CampaignTab::Routing)>"Routing plan"</a> }>{candidates}</Panel>
            <div class="stack"><Setup detail=detail/><Lines detail=detail/></div>
        </div>
    }
    .into_any()
}

#[component]
fn Setup(detail: Signal<CampaignDetail>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let facts = Memo::new(move |_| {
        detail.with(|d| {
            (
                d.row.vertical.clone(),
                d.settings.recording.clone(),
                d.fallback_words.clone(),
                d.plan.version,
                d.plan.attempts_max,
                d.revenue.check().ok().flatten().map(|rule| rule.words()),
                d.created.clone(),
            )
        })
    });
    let list = move || {
        let (vertical, recording, fallback, version, attempts, revenue, created) = facts.get();
        let recording = RecordingMode::ALL
            .iter()
            .find(|(_, code, _)| *code == recording)
            .map_or("Off", |(_, _, words)| words);
        view! {
            <DescriptionList>
                <Fact term="Vertical">{vertical}</Fact>
                <Fact term="Revenue">{revenue.unwrap_or_else(|| "None".to_owned())}</Fact>
                <Fact term="Recording">{recording}</Fact>
                <Fact term="Dial attempts">{attempts.to_string()}</Fact>
                <Fact term="Nobody takes it">{fallback}</Fact>
                <Fact term="Plan version">{version.to_string()}</Fact>
                <Fact term="Created"><Time datetime=created.datetime text=created.date title=created.full/></Fact>
            </DescriptionList>
        }
    };
    view! {
        <Panel title="Settings" actions=move || view! { <a class="link" href=route::campaign(id, CampaignTab::Settings)>"Change"</a> }>{list}</Panel>
    }
    .into_any()
}

#[component]
fn Lines(detail: Signal<CampaignDetail>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let numbers = Memo::new(move |_| detail.with(|d| d.numbers.clone()));
    let badge = Signal::derive(move || numbers.with(Vec::len).to_string());
    let list = move || {
        let all = numbers.get();
        if all.is_empty() {
            return view! {
                <EmptyState title="No numbers yet" text="Callers reach a campaign through its numbers.">
                    <LinkButton href=route::campaign(id, CampaignTab::Numbers) icon="plus" size=Size::Sm>"Assign a number"</LinkButton>
                </EmptyState>
            }
            .into_any();
        }
        let rows = all.into_iter().map(|n| view! { <li class="row-between"><span>{n.display}</span><span class="soft">{or_dash(&n.label)}</span></li> }).collect_view();
        view! { <ul class="lines">{rows}</ul> }.into_any()
    };
    view! {
        <Panel title="Numbers" badge=badge flush=true actions=move || view! { <a class="link" href=route::campaign(id, CampaignTab::Numbers)>"Manage"</a> }>{list}</Panel>
    }
    .into_any()
}
