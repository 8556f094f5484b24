//! What the pages about pools, DNI tags and traffic show the same way: how much of a pool is in use,
//! visitors who got no number, and the latest visits.

use domain::api::page::{Meter, Stamp};
use domain::api::pool::PoolRow;
use domain::api::visit::VisitRow;
use domain::visit::Shown;
use leptos::prelude::*;

use crate::page::parts::{MeterView, count, counted, or_dash, rows, tally};
use crate::ui::{EmptyRow, State, Status, TableRegion, Time};

/// "7 of 10" over a thin bar.
#[must_use]
pub fn in_use(pool: &PoolRow) -> AnyView {
    if pool.size == 0 {
        return view! { <span class="soft">"No numbers yet"</span> }.into_any();
    }
    let meter = Meter {
        count: pool.lent,
        limit: Some(pool.size),
    };
    view! { <MeterView meter=meter what="numbers are with a visitor"/> }.into_any()
}

/// Visitors who got no number: a warning in shape and words, and a quiet zero where there were none.
#[must_use]
pub fn misses(n: u64) -> AnyView {
    if n == 0 {
        return tally(0);
    }
    view! { <Status state=State::Attention text=counted(n, "miss", "misses")/> }.into_any()
}

/// "Thu, Nov 19, 2:33:40 pm"; a dash for what never was.
#[must_use]
pub fn moment(at: Option<Stamp>) -> AnyView {
    let Some(at) = at else {
        return or_dash("");
    };
    let text = format!("{}, {}", at.date, at.time);
    view! { <Time datetime=at.datetime text=text title=at.full/> }.into_any()
}

/// Visits, newest first: who came from where, what they saw and whether they called.
#[component]
pub fn VisitTable(
    #[prop(into)] list: Signal<Vec<VisitRow>>,
    /// Why there are none, as a title and a sentence.
    none: (&'static str, &'static str),
) -> impl IntoView {
    let visits = Memo::new(move |_| list.get());
    let (title, text) = none;
    let empty = move || {
        visits
            .with(Vec::is_empty)
            .then(|| view! { <EmptyRow cols=7 title=title text=text/> })
    };
    view! {
        <TableRegion label="Latest visits">
            <table class="data phone-cards">
                <thead><tr>
                    <th scope="col">"Came"</th><th scope="col">"Source"</th><th scope="col">"Landing page"</th><th scope="col">"Place"</th>
                    <th scope="col">"Device"</th><th scope="col">"Number shown"</th><th scope="col" class="num">"Calls"</th>
                </tr></thead>
                <tbody>{empty}{rows(visits, |v| v.id, visit_row)}</tbody>
            </table>
        </TableRegion>
    }
    .into_any()
}

fn visit_row(row: Memo<VisitRow>) -> AnyView {
    let started = row.with_untracked(|r| r.started.clone());
    let live = Memo::new(move |_| row.with(|r| r.live));
    let here = move || {
        live.get()
            .then(|| view! { <small><Status state=State::Live text="There now"/></small> })
    };
    let campaign = move || {
        row.with(|r| {
            let campaign = r.campaign.clone();
            (!campaign.is_empty()).then(|| view! { <span class="soft block">{campaign}</span> })
        })
    };
    let landing = move || {
        row.with(|r| {
            let landing = r.landing.clone();
            let title = landing.clone();
            view! { <span class="block truncate max-w-[36ch]" title=title>{landing}</span> }
        })
    };
    let number = move || {
        row.with(|r| match r.shown {
            Shown::Missed => {
                view! { <Status state=State::Attention text="No number left"/> }.into_any()
            }
            Shown::Leased | Shown::Fixed => or_dash(&r.number),
        })
    };
    view! {
        <tr>
            <th scope="row" class="name nowrap"><span class="two"><span>{moment(Some(started))}</span>{here}</span></th>
            <td data-label="Source" data-wide="">{move || row.with(|r| or_dash(&r.source))}{campaign}</td>
            <td data-label="Landing page" data-wide="">{landing}</td>
            <td data-label="Place">{move || row.with(|r| or_dash(&r.place))}</td>
            <td data-label="Device">{move || row.with(|r| or_dash(&r.device))}</td>
            <td class="nowrap" data-label="Number shown">{number}</td>
            <td class="num" data-label="Calls">{move || count(row.with(|r| r.calls))}</td>
        </tr>
    }
    .into_any()
}
