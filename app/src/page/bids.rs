//! The report of publishers' pings: what they asked, what they were bid, and why not. What is asked for
//! stands in the address.

mod filters;

use domain::api::rtb_bid::{BidPage, BidPublisherRow, BidQuery, BidRow, BidTotals};
use domain::api::rtb_target::rate;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::api::rtb_bid::load_bids;
use crate::page::calls::range_of;
use crate::page::parts::{amount, grouped, or_dash};
use crate::page::report::{Address, Pages, Reasons};
use crate::page::rtb::Tabs;
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{
    DescriptionList, EmptyRow, Fact, Icon, LinkButton, Metric, Metrics, PageHead, Panel, State,
    Status, TableRegion, Time,
};

/// The page.
#[component]
pub fn BidReport() -> impl IntoView {
    let params = use_query_map();
    let asked = Memo::new(move |_| {
        params.with(|q| {
            let get = |name: &str| q.get(name).unwrap_or_default();
            BidQuery {
                range: range_of(&get("range"), &get("from")),
                from: get("from"),
                to: get("to"),
                publisher: get("publisher"),
                result: get("result"),
                search: get("search"),
                before: get("before"),
            }
        })
    });
    let address =
        Memo::new(move |_| asked.with(|q| Address::new(route::BIDS, &route::bid_pairs(q))));
    let source = Source::new(move || asked.get(), load_bids).follow_calls();
    let stale = source.stale();
    let page = source.view("The report", Renew::Never, move |page: Signal<BidPage>| {
        let bids = Signal::derive(move || page.with(|p| p.bids.clone()));
        let reasons = Signal::derive(move || page.with(|p| p.reasons.clone()));
        let older = Signal::derive(move || page.with(|p| p.older.clone()));
        let foot = move || view! { <Pages address=address older=older/> }.into_any();
        view! {
            <filters::Filters page=page address=address/>
            <div class="stack" aria-busy=move || stale.get().then_some("true") class:stale=move || stale.get()>
                <Totals page=page/>
                <div class="split-416"><Publishers page=page address=address/><Reasons title="Why pings were bid nothing" none="Why pings were bid nothing stands here." rows=reasons address=address param="result"/></div>
                <Bids bids=bids title="Pings" note="Newest first" none=("No pings that fit", "Widen the time or take a filter away. A ping over its limit many times over is not kept.") foot=foot/>
            </div>
        }
        .into_any()
    });
    let actions = move || {
        let href = route::with_query("/export/bids.csv", &route::bid_pairs(&asked.get()));
        view! {
            <LinkButton href=route::RTB_IDS>"RTB IDs"</LinkButton>
            <LinkButton href=href icon="download" attr:rel="external">"Export"</LinkButton>
        }
    };
    view! {
        <PageHead title="RTB report" sub="What publishers asked, what they were bid, and why not." actions=move || actions/>
        <Tabs here=route::BIDS/>
        {page}
    }
    .into_any()
}

#[component]
fn Totals(page: Signal<BidPage>) -> impl IntoView {
    let totals = Memo::new(move |_| page.with(|p| p.totals));
    let figure = move |of: fn(&BidTotals) -> u32| {
        Signal::derive(move || grouped(u64::from(totals.with(of))))
    };
    let share = move |part: fn(&BidTotals) -> u32, whole: fn(&BidTotals) -> u32| {
        Signal::derive(move || totals.with(|t| rate(part(t), whole(t))))
    };
    view! {
        <Metrics label="Pings and bids">
            <Metric label="Pings" value=figure(|t| t.pings)/>
            <Metric label="Bids" value=figure(|t| t.bids) note=share(|t| t.bids, |t| t.pings) from="of the pings"/>
            <Metric label="Calls came" value=figure(|t| t.calls) note=share(|t| t.calls, |t| t.bids) from="of the bids"/>
            <Metric label="Paid" value=figure(|t| t.paid) note=share(|t| t.paid, |t| t.calls) from="of the calls"/>
        </Metrics>
    }
    .into_any()
}

#[component]
fn Publishers(page: Signal<BidPage>, address: Memo<Address>) -> impl IntoView {
    let all = Memo::new(move |_| page.with(|p| p.publishers.clone()));
    let body = move || {
        let rows = all.get();
        if rows.is_empty() {
            return view! {
                <EmptyRow cols=6 title="Nobody asked in this time" text="A publisher’s program asks an RTB ID before it sends a call. Choose a longer time, or make an RTB ID.">
                    <a class="link" href=route::RTB_IDS>"Your RTB IDs"</a>
                </EmptyRow>
            }
            .into_any();
        }
        let address = address.get();
        rows.into_iter()
            .map(move |row| publisher_row(row, &address))
            .collect_view()
            .into_any()
    };
    view! {
        <Panel title="Publishers" flush=true>
            <TableRegion label="Publishers">
                <table class="data">
                    <thead><tr>
                        <th scope="col">"Publisher"</th><th scope="col" class="num">"Pings"</th><th scope="col" class="num">"Bid rate"</th>
                        <th scope="col" class="num">"Calls"</th><th scope="col" class="num phone-hide">"Mean bid"</th>
                        <th scope="col" class="num phone-hide">"Revenue, payout"</th>
                    </tr></thead>
                    <tbody>{body}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

fn publisher_row(row: BidPublisherRow, address: &Address) -> AnyView {
    let href = address.with(&[("publisher", &row.id.to_string())]);
    let t = row.totals;
    view! {
        <tr>
            <th scope="row" class="name"><a class="row-link" href=href>{row.name}</a></th>
            <td class="num">{grouped(t.pings.into())}</td>
            <td class="num">{rate(t.bids, t.pings)}</td>
            <td class="num">{grouped(t.calls.into())}</td>
            <td class="num phone-hide">{or_dash(&row.mean)}</td>
            <td class="num phone-hide"><span class="two">{amount(&row.revenue)}<small>{row.payout}</small></span></td>
        </tr>
    }
    .into_any()
}

/// Pings, each with its answer and the reason for it.
#[component]
pub fn Bids(
    bids: Signal<Vec<BidRow>>,
    title: &'static str,
    note: &'static str,
    /// What stands there while there are none: a title and a sentence.
    none: (&'static str, &'static str),
    #[prop(into)] foot: ViewFn,
) -> impl IntoView {
    let all = Memo::new(move |_| bids.get());
    let body = move || {
        let rows = all.get();
        if rows.is_empty() {
            return view! { <EmptyRow cols=6 title=none.0 text=none.1/> }.into_any();
        }
        rows.iter().map(bid_row).collect_view().into_any()
    };
    view! {
        <Panel title=title note=note flush=true>
            <TableRegion label=title>
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col">"Time"</th><th scope="col">"Publisher"</th><th scope="col">"Answer"</th>
                        <th scope="col" class="num">"Bid"</th><th scope="col">"Caller"</th><th scope="col">"Call"</th>
                    </tr></thead>
                    <tbody>{body}</tbody>
                </table>
            </TableRegion>
            {foot.run()}
        </Panel>
    }
    .into_any()
}

fn bid_row(bid: &BidRow) -> AnyView {
    let status = view! { <Status state=shape(&bid.tone) text=bid.verdict.clone()/> };
    let call = match bid.came {
        true => view! { <a class="link mono" href=route::call(bid.call)>{bid.call.short()}</a> }
            .into_any(),
        false => or_dash(""),
    };
    view! {
        <tr>
            <td class="nowrap" data-label="Time" data-wide=""><Time datetime=bid.at.datetime.clone() text=bid.at.full.clone()/></td>
            <th scope="row" data-label="Publisher"><span class="two"><a class="row-link" href=route::rtb_id(bid.rtb_id)>{bid.publisher_name.clone()}</a><small>{bid.campaign_name.clone()}</small></span></th>
            <td data-label="Answer" data-wide="">
                <details class="told"><summary>{status}<span>{bid.words.clone()}</span><Icon name="chevron-right"/></summary>{told(bid)}</details>
            </td>
            <td class="num" data-label="Bid">{or_dash(&bid.amount)}</td>
            <td class="nowrap" data-label="Caller">{or_dash(&bid.caller)}</td>
            <td data-label="Call">{call}</td>
        </tr>
    }
    .into_any()
}

/// Everything that is known of a bid.
pub fn told(bid: &BidRow) -> AnyView {
    let fact = |term: &'static str, text: String| {
        (!text.is_empty()).then(|| view! { <Fact term=term>{text}</Fact> })
    };
    let steps = (!bid.steps.is_empty()).then(|| {
        let lines = bid.steps.clone().into_iter().map(|line| view! { <li>{line}</li> });
        view! { <Fact term="How it came about"><ol class="plain-list">{lines.collect_view()}</ol></Fact> }
    });
    let considered = (!bid.considered.is_empty()).then(|| {
        let lines = (bid.considered.clone().into_iter())
            .map(|(name, why)| view! { <li><b>{name}</b>" "{why}</li> });
        view! { <Fact term="The routing plan"><ul class="plain-list">{lines.collect_view()}</ul></Fact> }
    });
    let tags = (!bid.tags.is_empty()).then(|| {
        let all: Vec<String> = bid.tags.iter().map(|(n, v)| format!("{n} = {v}")).collect();
        view! { <Fact term="Fields">{all.join(", ")}</Fact> }
    });
    let expires = (bid.expires.clone()).map(|at| {
        view! { <Fact term="Held until"><Time datetime=at.datetime text=at.full/></Fact> }
    });
    let remedy = fact("What would have bid", bid.remedy.clone());
    let offered = fact("Offered", bid.ways.join(", "));
    let sub_id = fact("Sub-ID", bid.sub_id.clone());
    let theirs = fact("Publisher’s call", bid.inbound_call_id.clone());
    let took = fact("Took", format!("{} ms", bid.took_ms));
    let bid_id = bid.bid_id.clone();
    view! {
        <div class="stack-sm"><DescriptionList>
            {remedy}
            {steps}
            {considered}
            <Fact term="Bid ID"><code class="mono wrap-any">{bid_id}</code></Fact>
            {offered}
            {expires}
            {sub_id}
            {theirs}
            {tags}
            {took}
        </DescriptionList></div>
    }
    .into_any()
}

/// The shape of a bid's tone.
pub fn shape(tone: &str) -> State {
    match tone {
        "won" => State::Won,
        "open" => State::Open,
        "failed" => State::Failed,
        _ => State::No,
    }
}
