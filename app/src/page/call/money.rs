//! The money of a call: the equation at the top, the entries it is the sum of, and why there are none.

use domain::api::call::CallDetail;
use domain::api::money::EntryRow;
use leptos::prelude::*;

use crate::page::parts::or_dash;
use crate::ui::{Badge, Equation, TableRegion, Tone};

/// Revenue − payout − cost = profit, and what kind of call it was for money.
#[component]
pub fn Headline(detail: Signal<CallDetail>) -> impl IntoView {
    let sums = Memo::new(move |_| detail.with(|d| d.money.sums.clone()));
    // Nothing is settled while it lives: dashes, not zeros.
    let text = |of: fn(&domain::api::money::Sums) -> &String| {
        Signal::derive(move || {
            sums.with(|s| {
                if s.is_open() {
                    "\u{2013}".to_owned()
                } else {
                    of(s).clone()
                }
            })
        })
    };
    let loss = Signal::derive(move || sums.with(|s| s.loss || s.is_open()));
    view! {
        <div class="row-between">
            <Equation revenue=text(|s| &s.revenue) payout=text(|s| &s.payout) cost=text(|s| &s.cost) profit=text(|s| &s.profit) loss=loss/>
            <span class="row"><Badges detail=detail/><super::correct::Correct detail=detail/><super::dispute::OpenOne detail=detail/></span>
        </div>
    }
    .into_any()
}

/// "Converted", "Duplicate" with its reason.
#[component]
fn Badges(detail: Signal<CallDetail>) -> impl IntoView {
    let facts = Memo::new(move |_| {
        detail.with(|d| {
            (
                d.row.converted,
                d.row.is_duplicate,
                d.money.duplicate.clone(),
            )
        })
    });
    let view = move || {
        let (converted, duplicate, reason) = facts.get();
        let converted = converted.then(|| view! { <Badge tone=Tone::Ok>"Converted"</Badge> });
        let duplicate = duplicate.then(|| view! { <Badge tone=Tone::Warn>"Duplicate"</Badge>" "<span class="soft">{reason}</span> });
        view! { <span class="row">{converted}{duplicate}</span> }
    };
    view.into_any()
}

/// What the part shows; it is drawn anew only when this changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    entries: Vec<EntryRow>,
    sum: String,
    notes: Vec<String>,
}

impl Shown {
    /// Of a call.
    pub fn of(detail: &CallDetail) -> Self {
        let money = &detail.money;
        Self {
            entries: money.entries.clone(),
            sum: money.sum.clone(),
            notes: money.notes.clone(),
        }
    }

    /// Whether there is anything to show.
    pub fn any(&self) -> bool {
        !self.entries.is_empty() || !self.notes.is_empty()
    }
}

/// The part; none for a call that money never came near.
pub fn money(shown: Shown) -> Option<AnyView> {
    if !shown.any() {
        return None;
    }
    let Shown {
        entries,
        sum,
        notes,
    } = shown;
    let notes = notes
        .into_iter()
        .map(|note| view! { <p class="soft">{note}</p> })
        .collect_view();
    let table = (!entries.is_empty()).then(|| table(entries, sum));
    Some(view! { {table}{notes} }.into_any())
}

fn table(entries: Vec<EntryRow>, sum: String) -> AnyView {
    let foot = match entries.len() {
        1 => "Profit, one entry".to_owned(),
        n => format!("Profit, sum of {n} entries"),
    };
    let rows = entries
        .into_iter()
        .map(|entry| {
            let by = if entry.by.is_empty() {
                None
            } else {
                Some(view! { <small>{format!("By {}", entry.by)}</small> })
            };
            view! {
                <tr>
                    <th scope="row" class="name nowrap">{entry.kind}</th>
                    <td>{or_dash(&entry.party)}</td>
                    <td class="soft"><span class="two"><span>{entry.reason}</span>{by}</span></td>
                    <td class="nowrap soft" title=entry.at.full>{entry.at.time}</td>
                    <td class="num nowrap">{entry.amount}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableRegion label="Entries of this call">
            <table class="data">
                <thead><tr>
                    <th scope="col">"Entry"</th><th scope="col">"Party"</th><th scope="col">"Why"</th>
                    <th scope="col">"When"</th><th scope="col" class="num">"Amount"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
                <tfoot><tr><th scope="row" colspan="4">{foot}</th><td class="num strong">{sum}</td></tr></tfoot>
            </table>
        </TableRegion>
    }
    .into_any()
}
