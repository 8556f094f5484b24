//! The RTB report: what bidders were asked, what they bid, and why they did not. What is asked for
//! stands in the address.

mod filters;

use domain::api::rtb::{BidderRow, RtbPage, RtbQuery};
use domain::api::rtb_target::{PingRow, rate};
use domain::rtb::health::Health;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::api::rtb::load_rtb;
use crate::page::calls::range_of;
use crate::page::parts::{grouped, or_dash};
use crate::page::report::{Address, Pages, Reasons};
use crate::page::rtb_target::pings::{call_of, in_full, shape};
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{
    EmptyRow, Icon, LinkButton, Metric, Metrics, PageHead, Panel, Status, TabLink, TabLinks,
    TableRegion, Time,
};

/// Both halves of the report; `here` is the address of this one.
#[component]
pub fn Tabs(here: &'static str) -> impl IntoView {
    let tab = |href: &'static str, words: &str| TabLink::new(href, words).current(href == here);
    let tabs = vec![
        tab(route::RTB, "To bidders"),
        tab(route::BIDS, "From publishers"),
    ];
    view! { <TabLinks label="RTB report" tabs=tabs/> }.into_any()
}

/// The page.
#[component]
pub fn Rtb() -> impl IntoView {
    let params = use_query_map();
    let asked = Memo::new(move |_| {
        params.with(|q| {
            let get = |name: &str| q.get(name).unwrap_or_default();
            RtbQuery {
                range: range_of(&get("range"), &get("from")),
                from: get("from"),
                to: get("to"),
                target: get("target"),
                verdict: get("verdict"),
                search: get("search"),
                before: get("before"),
            }
        })
    });
    let address =
        Memo::new(move |_| asked.with(|q| Address::new(route::RTB, &route::rtb_pairs(q))));
    let source = Source::new(move || asked.get(), load_rtb).follow_calls();
    let stale = source.stale();
    let page = source.view("The RTB report", Renew::Never, move |page: Signal<RtbPage>| {
        let rejects = Signal::derive(move || page.with(|p| p.rejects.clone()));
        view! {
            <filters::Filters page=page address=address/>
            <div class="stack" aria-busy=move || stale.get().then_some("true") class:stale=move || stale.get()>
                <Totals page=page/>
                <div class="split-416"><Bidders page=page address=address/><Reasons title="Why pings were no bids" none="Why pings were no bids stands here." rows=rejects address=address param="verdict"/></div>
                <Pings page=page address=address/>
            </div>
        }
        .into_any()
    });
    let actions = || {
        view! {
            <LinkButton href=route::RING_TREES>"Ring trees"</LinkButton>
            <LinkButton href=route::RTB_TARGETS>"RTB targets"</LinkButton>
        }
    };
    view! {
        <PageHead title="RTB report" sub="What bidders were asked, what they bid, and why they did not." actions=actions/>
        <Tabs here=route::RTB/>
        {page}
    }
    .into_any()
}

#[component]
fn Totals(page: Signal<RtbPage>) -> impl IntoView {
    let totals = Memo::new(move |_| page.with(|p| p.totals));
    let figure =
        move |of: fn(&Health) -> u32| Signal::derive(move || grouped(u64::from(totals.with(of))));
    let share = move |part: fn(&Health) -> u32, whole: fn(&Health) -> u32| {
        Signal::derive(move || totals.with(|t| rate(part(t), whole(t))))
    };
    view! {
        <Metrics label="Pings and bids">
            <Metric label="Pings" value=figure(|t| t.pings)/>
            <Metric label="Bids" value=figure(|t| t.bids) note=share(|t| t.bids, |t| t.pings) from="of the pings"/>
            <Metric label="Won" value=figure(|t| t.wins) note=share(|t| t.wins, |t| t.bids) from="of the bids"/>
            <Metric label="Not answered" value=figure(|t| t.unanswered) note=share(|t| t.unanswered, |t| t.pings) from="of the pings"/>
        </Metrics>
    }
    .into_any()
}

#[component]
fn Bidders(page: Signal<RtbPage>, address: Memo<Address>) -> impl IntoView {
    let rows = Memo::new(move |_| page.with(|p| p.bidders.clone()));
    let body = move || {
        let all = rows.get();
        if all.is_empty() {
            return view! {
                <EmptyRow cols=6 title="Nobody was asked in this time" text="Bidders are asked when a routing plan reaches a ring tree. Choose a longer time, or see whether a plan leads to one.">
                    <a class="link" href=route::RING_TREES>"Your ring trees"</a>
                </EmptyRow>
            }
            .into_any();
        }
        let address = address.get();
        all.into_iter()
            .map(move |row| bidder_row(row, &address))
            .collect_view()
            .into_any()
    };
    view! {
        <Panel title="RTB targets" flush=true>
            <TableRegion label="RTB targets">
                <table class="data">
                    <thead><tr>
                        <th scope="col">"RTB target"</th><th scope="col" class="num">"Pings"</th><th scope="col" class="num">"Bid rate"</th>
                        <th scope="col" class="num">"Won"</th><th scope="col" class="num phone-hide">"Mean bid"</th><th scope="col" class="num phone-hide">"Not answered"</th>
                    </tr></thead>
                    <tbody>{body}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

fn bidder_row(row: BidderRow, address: &Address) -> AnyView {
    let href = address.with(&[("target", &row.id.to_string())]);
    let h = row.health;
    view! {
        <tr>
            <th scope="row" class="name"><span class="two"><a class="row-link" href=href>{row.name}</a><small>{row.buyer}</small></span></th>
            <td class="num">{grouped(h.pings.into())}</td>
            <td class="num">{rate(h.bids, h.pings)}</td>
            <td class="num">{grouped(h.wins.into())}</td>
            <td class="num phone-hide">{or_dash(&row.mean)}</td>
            <td class="num phone-hide">{rate(h.unanswered, h.pings)}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn Pings(page: Signal<RtbPage>, address: Memo<Address>) -> impl IntoView {
    let rows = Memo::new(move |_| page.with(|p| p.pings.clone()));
    let body = move || {
        let all = rows.get();
        if all.is_empty() {
            return view! { <EmptyRow cols=6 title="No pings that fit" text="Widen the time or take a filter away."/> }.into_any();
        }
        all.iter().map(ping_row).collect_view().into_any()
    };
    let older = Signal::derive(move || page.with(|p| p.older.clone()));
    view! {
        <Panel title="Pings" note="Newest first" flush=true>
            <TableRegion label="Pings">
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col">"Time"</th><th scope="col">"RTB target"</th><th scope="col">"Verdict"</th>
                        <th scope="col" class="num">"Bid"</th><th scope="col" class="num">"Took"</th><th scope="col">"Call"</th>
                    </tr></thead>
                    <tbody>{body}</tbody>
                </table>
            </TableRegion>
            <Pages address=address older=older/>
        </Panel>
    }
    .into_any()
}

fn ping_row(ping: &PingRow) -> AnyView {
    let step = if ping.confirms { "confirmation, " } else { "" };
    let status = view! { <Status state=shape(&ping.tone) text=ping.verdict.clone()/> };
    view! {
        <tr>
            <td class="nowrap" data-label="Time" data-wide=""><Time datetime=ping.at.datetime.clone() text=ping.at.full.clone()/></td>
            <th scope="row" data-label="RTB target"><span class="two"><a class="row-link" href=route::rtb_target(ping.target)>{ping.name.clone()}</a><small>{format!("{step}{}", ping.tree)}</small></span></th>
            <td data-label="Verdict" data-wide="">
                <details class="told"><summary>{status}<span>{ping.words.clone()}</span><Icon name="chevron-right"/></summary>{in_full(ping)}</details>
            </td>
            <td class="num" data-label="Bid">{or_dash(&ping.amount)}</td>
            <td class="num nowrap" data-label="Took">{format!("{} ms", ping.took_ms)}</td>
            <td data-label="Call">{call_of(ping)}</td>
        </tr>
    }
    .into_any()
}
