//! Pings: the latest of an RTB target, and each in full.

use domain::api::rtb_target::PingRow;
use leptos::prelude::*;

use crate::page::parts::rows;
use crate::route;
use crate::ui::{EmptyRow, Panel, State, Status, TableRegion, Time};

/// The latest pings.
#[component]
pub fn Latest(pings: Signal<Vec<PingRow>>) -> impl IntoView {
    let all = Memo::new(move |_| pings.get());
    let empty = move || {
        all.with(Vec::is_empty).then(|| {
            view! { <EmptyRow cols=5 title="Not asked yet" text="Once a ring tree asks it about a call, each ping stands here with its answer."/> }
        })
    };
    view! {
        <Panel title="Latest pings" flush=true>
            <TableRegion label="Latest pings">
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col">"Time"</th><th scope="col">"Verdict"</th><th scope="col" class="num">"Bid"</th>
                        <th scope="col" class="num">"Took"</th><th scope="col">"Call"</th>
                    </tr></thead>
                    <tbody>{empty}{rows(all, |p| p.id, |row| line(&row.get_untracked()))}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

fn line(ping: &PingRow) -> AnyView {
    let bid = if ping.amount.is_empty() {
        "–".to_owned()
    } else {
        ping.amount.clone()
    };
    view! {
        <tr>
            <td class="nowrap" data-label="Time" data-wide=""><Time datetime=ping.at.datetime.clone() text=ping.at.full.clone()/></td>
            <td data-label="Verdict" data-wide=""><span class="two"><Status state=shape(&ping.tone) text=ping.verdict.clone()/><small>{ping.words.clone()}</small></span></td>
            <td class="num" data-label="Bid">{bid}</td>
            <td class="num nowrap" data-label="Took">{format!("{} ms", ping.took_ms)}</td>
            <td data-label="Call">{call_of(ping)}</td>
        </tr>
    }
    .into_any()
}

/// The way to the call a ping was sent for; to the bid of a publisher's whose call did not come.
pub fn call_of(ping: &PingRow) -> AnyView {
    match ping.came {
        true => view! { <a class="link mono" href=route::call(ping.call)>{ping.call.short()}</a> }
            .into_any(),
        false => view! { <a class="link" href=route::bid(ping.call)>"A bid"</a> }.into_any(),
    }
}

/// The shape of a ping's tone.
pub fn shape(tone: &str) -> State {
    match tone {
        "won" => State::Won,
        "bid" => State::Neutral,
        "late" => State::Failed,
        _ => State::No,
    }
}

/// All that is known of a ping, to be opened.
pub fn in_full(ping: &PingRow) -> AnyView {
    let values = ping.values.iter().map(|(name, value)| {
        view! { <div><dt>{name.clone()}</dt><dd class="mono break-all">{value.clone()}</dd></div> }
    });
    let values =
        (!ping.values.is_empty()).then(|| view! { <dl class="facts">{values.collect_view()}</dl> });
    let sent = (!ping.request.is_empty()).then(|| {
        view! {
            <p class="mono break-all">{ping.request.clone()}</p>
            {(!ping.sent.is_empty()).then(|| view! { <pre class="codebox" tabindex="0" aria-label="What was sent">{ping.sent.clone()}</pre> })}
        }
    });
    let heard = (!ping.status.is_empty()).then(|| {
        view! {
            <p>{format!("{} after {} ms", ping.status, ping.took_ms)}</p>
            {(!ping.answer.is_empty()).then(|| view! { <pre class="codebox" tabindex="0" aria-label="What was answered">{ping.answer.clone()}</pre> })}
        }
    });
    view! { <div class="stack-sm">{sent}{heard}{values}</div> }.into_any()
}
