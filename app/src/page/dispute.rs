//! One dispute: what is decided about it, what was done, and the call it is about.

mod decide;

use domain::api::dispute::{DisputeView, StepRow};
use domain::api::money::EntryRow;
use domain::id::DisputeId;
use leptos::prelude::*;

use crate::api::dispute::load_dispute;
use crate::page::disputes::dispute_state;
use crate::page::parts::{or_dash, with_id};
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, DescriptionList, Fact, LinkButton, PageHead, Panel, Size, Status, TableRegion,
    Time,
};
use decide::{Decide, Reopen};

/// The dispute's resource.
type DisputeSource = Source<DisputeId, DisputeView>;

/// The page.
#[component]
pub fn Dispute() -> impl IntoView {
    with_id("The dispute", |id: Memo<DisputeId>| {
        let source = Source::new(move || id.get(), load_dispute).follow_calls();
        source.view("The dispute", Renew::WithQuestion, move |view| {
            view! { <Loaded source=source dispute=view/> }.into_any()
        })
    })
}

#[component]
fn Loaded(source: DisputeSource, dispute: Signal<DisputeView>) -> impl IntoView {
    let id = dispute.with_untracked(|d| d.row.id);
    let shape = Signal::derive(move || dispute.with(|d| dispute_state(d.row.state).0));
    let word = Signal::derive(move || dispute.with(|d| dispute_state(d.row.state).1.to_owned()));
    let title = Signal::derive(move || dispute.with(|d| format!("Dispute of {}", d.row.buyer)));
    let entries = Memo::new(move |_| dispute.with(|d| d.entries.clone()));
    let steps = Memo::new(move |_| dispute.with(|d| d.steps.clone()));
    let entered = move || {
        let all = entries.get();
        (!all.is_empty())
            .then(|| view! { <Panel title="Entered" flush=true>{entry_table(all)}</Panel> })
    };
    view! {
        <Breadcrumbs items=vec![("Disputes".to_owned(), route::DISPUTES.to_owned())] here=format!("Dispute {id}")/>
        <PageHead title=title state=move || view! { <Status state=shape text=word/> }/>
        <div class="split-416">
            <div class="stack">
                <Decide source=source dispute=dispute/>
                <Reopen source=source dispute=dispute/>
                {entered}
                <Panel title="History" flush=true>{move || history(steps.get())}</Panel>
            </div>
            <About dispute=dispute/>
        </div>
    }
    .into_any()
}

/// What was done, in order.
pub fn history(steps: Vec<StepRow>) -> AnyView {
    let rows = steps
        .into_iter()
        .map(|step| {
            let (shape, _) = dispute_state(step.state);
            let said = (!step.comment.is_empty()).then(|| view! { <p class="soft">{step.comment}</p> });
            view! {
                <li class="stack-sm">
                    <span class="row-between">
                        <span class="row"><Status state=shape text=step.word/><span class="soft">{format!("by {}", step.by)}</span></span>
                        <Time datetime=step.at.datetime text=step.at.full/>
                    </span>
                    {said}
                </li>
            }
        })
        .collect_view();
    view! { <ol class="lines">{rows}</ol> }.into_any()
}

fn entry_table(entries: Vec<EntryRow>) -> AnyView {
    let rows = entries
        .into_iter()
        .map(|entry| {
            view! {
                <tr>
                    <th scope="row" class="name nowrap">{entry.kind}</th>
                    <td data-label="Party">{or_dash(&entry.party)}</td>
                    <td class="soft" data-label="Why" data-wide="">{entry.reason}</td>
                    <td class="num nowrap" data-label="Profit">{entry.amount}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableRegion label="Entries of this dispute">
            <table class="data phone-cards">
                <thead><tr>
                    <th scope="col">"Entry"</th><th scope="col">"Party"</th><th scope="col">"Why"</th><th scope="col" class="num">"Profit"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </TableRegion>
    }
    .into_any()
}

/// The call, and what it is about.
#[component]
fn About(dispute: Signal<DisputeView>) -> impl IntoView {
    let facts = Memo::new(move |_| {
        dispute.with(|d| {
            (
                d.row.clone(),
                d.buyer,
                d.call_arrived.clone(),
                d.campaign.clone(),
            )
        })
    });
    let view = move || {
        let (row, buyer, arrived, campaign) = facts.get();
        let returned = (!row.returned.is_empty())
            .then(|| view! { <Fact term="Given back">{row.returned.clone()}</Fact> });
        view! {
            <Panel title="The call" actions=move || view! { <LinkButton href=route::call(row.call) size=Size::Sm>"Open the call"</LinkButton> }>
                <DescriptionList>
                    <Fact term="Caller">{row.caller}</Fact>
                    <Fact term="Arrived"><Time datetime=arrived.datetime text=arrived.full/></Fact>
                    <Fact term="Campaign">{or_dash(&campaign)}</Fact>
                    <Fact term="Buyer"><a class="link" href=route::buyer(buyer)>{row.buyer}</a></Fact>
                    <Fact term="Reason">{row.reason}</Fact>
                    <Fact term="Charged">{row.charged}</Fact>
                    {returned}
                </DescriptionList>
            </Panel>
        }
    };
    view.into_any()
}
