//! What needs a person, what is live, and the day by campaign.

use domain::access::Permission;
use domain::api::call::CallRow;
use domain::api::dashboard::{CampaignToday, Dashboard, Problem, ProblemFix};
use domain::api::page::Activity;
use leptos::prelude::*;

use super::TodaySource;
use crate::page::parts::{CallStatus, count, grouped, may, or_dash};
use crate::route::{self, CampaignTab};
use crate::state::activity::{Changes, Thing};
use crate::state::clock::Length;
use crate::ui::{
    Button, EmptyRow, EmptyState, LinkButton, Panel, Size, State, Status, TableRegion,
};

/// Problems, each with the button that fixes it.
#[component]
pub fn Problems(source: TodaySource, today: Signal<Dashboard>) -> impl IntoView {
    let problems = Memo::new(move |_| today.with(|t| t.problems.clone()));
    let changes = Changes::new(move || source.reload());
    let may_pause = may(Permission::EditBuyers);
    let badge = Signal::derive(move || {
        problems.with(|p| {
            if p.is_empty() {
                String::new()
            } else {
                p.len().to_string()
            }
        })
    });
    let list = move || {
        let all = problems.get();
        if all.is_empty() {
            return view! { <EmptyState title="Nothing needs you" text="Missed calls, full targets and campaigns without an open route show up here, with the way to fix them."/> }
                .into_any();
        }
        let rows = all
            .into_iter()
            .map(|p| problem(p, changes, may_pause.get()))
            .collect_view();
        view! { <ul class="problems">{rows}</ul> }.into_any()
    };
    view! { <Panel title="Needs a person" badge=badge flush=true>{list}</Panel> }.into_any()
}

fn problem(problem: Problem, changes: Changes, may_pause: bool) -> AnyView {
    let shape = if problem.failed {
        State::Failed
    } else {
        State::Attention
    };
    let fix = match problem.fix {
        ProblemFix::Open { href, label } => {
            Some(view! { <LinkButton href=href size=Size::Xs>{label}</LinkButton> }.into_any())
        }
        ProblemFix::PauseTarget(id) if may_pause => {
            let thing = Thing::Target(id);
            let submit = move |ev: web_sys::SubmitEvent| {
                ev.prevent_default();
                changes.set(
                    thing,
                    "The target".to_owned(),
                    Activity::Active,
                    Activity::Paused,
                );
            };
            let form = view! {
                <form method="post" action=thing.endpoint() on:submit=submit>
                    <input type="hidden" name="id" value=thing.id()/>
                    <input type="hidden" name="activity" value=Activity::Paused.code()/>
                    <Button submit=true size=Size::Xs>"Pause target"</Button>
                </form>
            };
            Some(form.into_any())
        }
        ProblemFix::PauseTarget(_) => None,
    };
    view! {
        <li class="problem">
            <Status state=shape text=""/>
            <span class="problem-what">{problem.title}</span>
            <span class="problem-why">{problem.detail}</span>
            <div class="problem-do">{fix}<a class="link" href=problem.href>{problem.link}</a></div>
        </li>
    }
    .into_any()
}

/// Calls that are going on; rows keep their place while they change.
#[component]
pub fn LiveCalls(today: Signal<Dashboard>) -> impl IntoView {
    let rows = Memo::new(move |_| today.with(|t| t.live.clone()));
    let ids = Memo::new(move |_| rows.with(|r| r.iter().map(|c| c.id).collect::<Vec<_>>()));
    let badge = Signal::derive(move || grouped(ids.with(Vec::len) as u64));
    let note = Signal::derive(move || today.with(|t| t.live_summary.clone()));
    // Rows that come in later fade in; those the page came with do not.
    let settled = StoredValue::new(false);
    Effect::new(move |_| settled.set_value(true));
    let row_of = move |id| {
        let found = move || rows.with(|r| r.iter().find(|c| c.id == id).cloned());
        let first = untrack(found)?;
        Some(Memo::new(move |before: Option<&CallRow>| {
            found()
                .or_else(|| before.cloned())
                .unwrap_or_else(|| first.clone())
        }))
    };
    // What is there when the page opens is not news; what comes later fades in.
    let watching = RwSignal::new(false);
    Effect::new(move |_| watching.set(true));
    let empty = move || {
        ids.with(Vec::is_empty).then(|| view! { <EmptyRow cols=6 title="No live calls" text="A call shows up here the moment it rings."/> })
    };
    view! {
        <Panel title="Live calls" badge=badge note=note flush=true
            actions=move || view! { <a class="link" href=route::calls_live()>"Show all in the call log"</a> }>
            <div class="phone-table-hide"><TableRegion label="Live calls">
                <table class="data">
                    <thead><tr>
                        <th scope="col">"State"</th><th scope="col" class="num">"Duration"</th><th scope="col">"Caller"</th>
                        <th scope="col">"Campaign"</th><th scope="col">"Target"</th><th scope="col">"Buyer"</th>
                    </tr></thead>
                    <tbody>
                        {empty}
                        <For each=move || ids.get() key=|id| *id children=move |id| row_of(id).map(|row| live_row(row, watching.get_untracked()))/>
                    </tbody>
                </table>
            </TableRegion></div>
            <ul class="phone-rows">
                <For each=move || ids.get() key=|id| *id children=move |id| row_of(id).map(phone_row)/>
            </ul>
        </Panel>
    }
    .into_any()
}

fn live_row(row: Memo<CallRow>, new: bool) -> AnyView {
    let href = route::call(row.with_untracked(|r| r.id));
    view! {
        <tr class="opens" data-new=new.then_some("true")>
            <td><CallStatus row=row/></td>
            <td class="num name"><Running row=row/></td>
            <td><a class="row-link" href=href>{move || row.with(|r| r.caller.clone())}</a></td>
            <td>{move || row.with(|r| or_dash(&r.campaign))}</td>
            <td>{move || row.with(|r| or_dash(&r.target))}</td>
            <td class="soft">{move || row.with(|r| or_dash(&r.buyer))}</td>
        </tr>
    }
    .into_any()
}

fn phone_row(row: Memo<CallRow>) -> AnyView {
    let href = route::call(row.with_untracked(|r| r.id));
    view! {
        <li><a href=href>
            <span class="name">{move || row.with(|r| or_dash(&r.campaign))}</span>
            <span class="name"><Running row=row/></span>
            <span class="soft">{move || row.with(|r| or_dash(&r.target))}</span>
            <CallStatus row=row/>
        </a></li>
    }
    .into_any()
}

/// A call's length, ticking while it lives.
#[component]
pub fn Running(row: Memo<CallRow>) -> impl IntoView {
    let seconds = Signal::derive(move || row.with(|r| r.length_s));
    let running = Signal::derive(move || row.with(|r| r.outcome.is_none()));
    view! { <Length seconds=seconds running=running/> }.into_any()
}

/// The day by campaign, with its sum.
#[component]
pub fn ByCampaign(today: Signal<Dashboard>) -> impl IntoView {
    let rows = Memo::new(move |_| today.with(|t| t.campaigns.clone()));
    let body = move || {
        let all = rows.get();
        if all.is_empty() {
            return view! {
                <EmptyRow cols=7 title="No campaigns yet" text="A campaign holds the numbers callers dial and the plan that routes them.">
                    <LinkButton href=route::CAMPAIGN_NEW icon="plus">"New campaign"</LinkButton>
                </EmptyRow>
            }
            .into_any();
        }
        all.into_iter().map(campaign_row).collect_view().into_any()
    };
    let foot = move || rows.with(|all| (all.len() > 1).then(|| totals(all)));
    view! {
        <Panel title="Today by campaign" flush=true actions=move || view! { <a class="link" href=route::CAMPAIGNS>"All campaigns"</a> }>
            <TableRegion label="Today by campaign">
                <table class="data sticky">
                    <thead><tr>
                        <th scope="col">"Campaign"</th><th scope="col" class="phone-hide">"Vertical"</th><th scope="col" class="num">"Live"</th>
                        <th scope="col" class="num">"Incoming"</th><th scope="col" class="num">"Connected"</th>
                        <th scope="col" class="num">"Not connected"</th><th scope="col" class="num">"Average length"</th>
                    </tr></thead>
                    <tbody>{body}</tbody>
                    <tfoot>{foot}</tfoot>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

fn campaign_row(row: CampaignToday) -> AnyView {
    let calls = route::calls_of_campaign(row.id);
    view! {
        <tr>
            <th scope="row" class="name"><a class="row-link" href=route::campaign(row.id, CampaignTab::Overview)>{row.name}</a></th>
            <td class="soft phone-hide">{row.vertical}</td>
            <td class="num">{count(row.live)}</td>
            <td class="num link-cell"><a href=calls>{count(row.incoming)}</a></td>
            <td class="num">{count(row.connected)}</td>
            <td class="num">{count(row.not_connected)}</td>
            <td class="num">{or_dash(&row.average_length)}</td>
        </tr>
    }
    .into_any()
}

fn totals(all: &[CampaignToday]) -> AnyView {
    let sum = |of: fn(&CampaignToday) -> u32| grouped(all.iter().map(|c| u64::from(of(c))).sum());
    view! {
        <tr>
            <th scope="row">{format!("Total, {} campaigns", all.len())}</th><td class="phone-hide"></td>
            <td class="num">{sum(|c| c.live)}</td>
            <td class="num">{sum(|c| c.incoming)}</td>
            <td class="num">{sum(|c| c.connected)}</td>
            <td class="num">{sum(|c| c.not_connected)}</td>
            <td></td>
        </tr>
    }
    .into_any()
}
