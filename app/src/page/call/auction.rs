//! The auctions of a call: each ping as a bar along its time, with the verdict in words, and what was
//! sent and answered when it is opened.

use domain::api::rtb_target::{AuctionView, PingRow};
use leptos::prelude::*;

use crate::page::rtb_target::pings::{in_full, shape};
use crate::route;
use crate::ui::{Icon, Status};

/// All auctions, in their order.
pub fn auctions(all: Vec<AuctionView>) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let blocks = all.into_iter().map(|auction| {
        let span = auction.span_ms;
        let rows = auction.pings.into_iter().map(|ping| row(&ping, span));
        view! {
            <div class="section-head"><b>"Ring tree "<a class="link" href=route::ring_tree(auction.group)>{auction.tree}</a></b><span class="panel-note">{auction.summary}", "{auction.at.time}</span></div>
            <div class="waterfall-head" aria-hidden="true"><span>"Bidder"</span><span class="waterfall-axis"><span>"0"</span><span>{format!("{span} ms")}</span></span><span class="num">"Time"</span><span class="num">"Bid"</span><span>"Verdict"</span></div>
            <ol class="waterfall">{rows.collect_view()}</ol>
        }
    });
    Some(blocks.collect_view().into_any())
}

fn row(ping: &PingRow, span_ms: u32) -> AnyView {
    let part = |ms: u32| f64::from(ms) * 100.0 / f64::from(span_ms.max(1));
    let from = part(ping.start_ms).min(99.0);
    let width = part(ping.took_ms).clamp(1.0, 100.0 - from);
    let style = format!("left:{from:.2}%;width:{width:.2}%");
    // As the look names them: the winner, a lower bid, a refusal, no answer in time.
    let kind = match ping.tone.as_str() {
        "won" => "won",
        "bid" => "lower",
        "late" => "timeout",
        _ => "refused",
    };
    let step = if ping.confirms { ", confirmation" } else { "" };
    let bid = if ping.amount.is_empty() {
        "–".to_owned()
    } else {
        ping.amount.clone()
    };
    view! {
        <li>
            <details>
                <summary>
                    <span class="waterfall-name"><b>{ping.name.clone()}</b>{step}</span>
                    <span class="waterfall-bar" data-verdict=kind aria-hidden="true"><span style=style></span></span>
                    <span class="num nowrap">{format!("{} ms", ping.took_ms)}</span>
                    <span class="num nowrap waterfall-bid">{bid}</span>
                    <span class="waterfall-verdict"><Status state=shape(&ping.tone) text=ping.words.clone()/></span>
                    <Icon name="chevron-right"/>
                </summary>
                {in_full(ping)}
            </details>
        </li>
    }
    .into_any()
}
