//! The rows of the call log. They are patched where they stand; new ones wait while the pointer or
//! the focus is in the table.

use domain::api::call::CallRow;
use domain::id::CallId;
use leptos::prelude::*;

use super::Shown;
use super::filters::Filters;
use super::select::{Bar, pick_all, pick_cell};
use crate::page::dashboard::Running;
use crate::page::parts::{CallStatus, amount, counted, grouped, or_dash};
use crate::route;
use crate::ui::{
    Badge, Button, EmptyRow, Icon, Kbd, NoMatchRow, Pager, Panel, Size, TableRegion, Time,
    use_hotkey,
};

/// Columns of the table, with the boxes.
const COLS: u32 = 12;

/// Filters, table and pages.
#[component]
pub fn Log(shown: Shown, open: Memo<Option<CallId>>) -> impl IntoView {
    keys();
    let ids = Memo::new(move |_| shown.rows.with(|(_, ids)| ids.clone()));
    let hold = move |on: bool| move || shown.held.set(on);
    let (enter, leave) = (hold(true), hold(false));
    view! {
        <Filters shown=shown/>
        <Panel title="Calls" note="Newest first" flush=true actions=move || view! { <Hints shown=shown/> }>
            <Unseen shown=shown/>
            <div class:stale=move || shown.stale.get() on:pointerenter=move |_| enter() on:pointerleave=move |_| leave()>
                <div class="phone-table-hide"><TableRegion label="Call log" stick=true>
                    <table class="data">
                        <Head shown=shown/>
                        <tbody>
                            <Nothing shown=shown/>
                            <For each=move || ids.get() key=|id| *id children=move |id| row_of(shown, id).map(|row| log_row(row, shown, open))/>
                        </tbody>
                    </table>
                </TableRegion></div>
                <ul class="phone-rows">
                    <For each=move || ids.get() key=|id| *id children=move |id| row_of(shown, id).map(|row| phone_row(row, shown))/>
                </ul>
            </div>
            <Pages shown=shown/>
        </Panel>
        <Bar shown=shown/>
    }
    .into_any()
}

/// J and K work from anywhere on the page, not only inside the table.
fn keys() {
    let first = || {
        if let Ok(Some(link)) =
            document().query_selector("tr[aria-selected=true] a.row-link, .region a.row-link")
        {
            drop(wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(link).focus());
        }
    };
    use_hotkey("j", "", first);
    use_hotkey("k", "", first);
}

fn row_of(shown: Shown, id: CallId) -> Option<Memo<CallRow>> {
    let page = shown.page;
    let found = move || page.with(|p| p.rows.iter().find(|r| r.id == id).cloned());
    let first = untrack(found)?;
    Some(Memo::new(move |before: Option<&CallRow>| {
        found()
            .or_else(|| before.cloned())
            .unwrap_or_else(|| first.clone())
    }))
}

#[component]
fn Hints(shown: Shown) -> impl IntoView {
    view! {
        <span class="panel-note top-wide"><Kbd>"J"</Kbd>" "<Kbd>"K"</Kbd>" next and previous row, "<Kbd>"Enter"</Kbd>" opens"{move || shown.picked.allowed().then(|| view! { ", "<Kbd>"X"</Kbd>" selects" })}</span>
    }
    .into_any()
}

/// "3 new calls", where they are not put in by themselves.
#[component]
fn Unseen(shown: Shown) -> impl IntoView {
    let unseen = Memo::new(move |_| shown.unseen());
    let view = move || {
        let n = unseen.get();
        (n > 0).then(|| {
            let text = counted(n, "new call", "new calls");
            if shown.is_newest() {
                view! { <div class="panel-foot"><Button size=Size::Sm icon="arrow-up" on:click=move |_| shown.let_in.update(|n| *n += 1)>{text}</Button></div> }.into_any()
            } else {
                let mut first = shown.asked.get();
                first.after.clear();
                first.before.clear();
                view! { <div class="panel-foot"><a class="link" href=route::calls(&first, None)>{format!("{text}, go to the newest")}</a></div> }.into_any()
            }
        })
    };
    view.into_any()
}

#[component]
fn Head(shown: Shown) -> impl IntoView {
    view! {
        <thead><tr>
            {move || shown.picked.allowed().then(|| pick_all(shown))}
            <th scope="col">"Time"</th><th scope="col">"Campaign"</th><th scope="col">"Publisher"</th><th scope="col">"Caller"</th>
            <th scope="col">"Target"</th><th scope="col" class="num">"Length"</th><th scope="col">"Outcome"</th>
            <th scope="col" class="num">"Revenue"</th><th scope="col" class="num">"Payout"</th><th scope="col" class="num">"Profit"</th>
            <th scope="col" class="act"><span class="visually-hidden">"Recording"</span></th>
        </tr></thead>
    }
    .into_any()
}

/// Why there are no rows.
#[component]
fn Nothing(shown: Shown) -> impl IntoView {
    let state = Memo::new(move |_| {
        shown.page.with(|p| {
            p.rows
                .is_empty()
                .then(|| (p.chips.len(), p.total_unfiltered, p.range_label.clone()))
        })
    });
    let view = move || {
        let (filters, unfiltered, range) = state.get()?;
        let query = shown.asked.get();
        if filters > 0 {
            let clear = route::calls(
                &domain::api::call::CallQuery {
                    range: query.range,
                    from: query.from,
                    to: query.to,
                    ..Default::default()
                },
                None,
            );
            let total = format!(
                "{} in this range without them.",
                counted(unfiltered, "call", "calls")
            );
            return Some(view! { <NoMatchRow cols=COLS what="calls" filters=filters total=total clear_href=clear/> }.into_any());
        }
        let title = format!("No calls: {range}");
        Some(
            view! {
                <EmptyRow cols=COLS title=title text="Calls to your numbers show up here the moment they arrive.">
                    <a class="link" href=route::NUMBERS>"Your numbers"</a>
                    {(query.range != "all").then(|| view! { <a class="link" href=route::with_query(route::CALLS, &[("range", "all")])>"Calls of all time"</a> })}
                </EmptyRow>
            }
            .into_any(),
        )
    };
    view.into_any()
}

fn log_row(row: Memo<CallRow>, shown: Shown, open: Memo<Option<CallId>>) -> AnyView {
    let id = row.with_untracked(|r| r.id);
    let arrived = row.with_untracked(|r| r.arrived.clone());
    let dated = shown
        .asked
        .with_untracked(|q| !matches!(q.range.as_str(), "" | "today" | "yesterday"));
    let text = if dated {
        format!("{}, {}", arrived.date, arrived.time)
    } else {
        arrived.time
    };
    let selected = move || (open.get() == Some(id)).then_some("true");
    let picked = move || shown.picked.has(id).then_some("true");
    let label = {
        let time = text.clone();
        Signal::derive(move || {
            format!(
                "Select the call of {}, {time}",
                row.with(|r| r.caller.clone())
            )
        })
    };
    let duplicate = move || {
        let duplicate = row.with(|r| r.is_duplicate);
        duplicate.then(|| view! { " "<Badge>"Duplicate"</Badge> })
    };
    let recorded = move || {
        row.with(|r| r.has_recording).then(|| view! { <span title="Recorded"><Icon name="recording"/><span class="visually-hidden">"Recorded"</span></span> })
    };
    view! {
        <tr class="opens" aria-selected=selected data-selected=picked>
            {move || shown.picked.allowed().then(|| pick_cell(shown, id, label))}
            <th scope="row" class="name nowrap">
                <a class="row-link" href=move || shown.href(Some(id))><Time datetime=arrived.datetime text=text title=arrived.full/></a>
            </th>
            <td class="cut" title=move || row.with(|r| r.campaign.clone())>{move || row.with(|r| if r.campaign.is_empty() { view! { <span class="soft">"No campaign"</span> }.into_any() } else { r.campaign.clone().into_any() })}</td>
            <td class="cut soft" title=move || row.with(|r| r.publisher.clone())>{move || row.with(|r| or_dash(&r.publisher))}</td>
            <td class="nowrap">{move || row.with(|r| r.caller.clone())}" "<span class="soft">{move || row.with(|r| r.caller_state.clone())}</span></td>
            <td class="cut" title=move || row.with(|r| in_words(&r.group, &r.target))>{move || row.with(|r| rung(&r.group, &r.target))}</td>
            <td class="num"><Running row=row/></td>
            <td class="nowrap"><CallStatus row=row/>{duplicate}</td>
            <td class="num">{move || row.with(|r| amount(&r.money.revenue))}</td>
            <td class="num">{move || row.with(|r| amount(&r.money.payout))}</td>
            <td class="num strong">{move || row.with(|r| amount(&r.money.profit))}</td>
            <td class="act">{recorded}</td>
        </tr>
    }
    .into_any()
}

/// The target, and the group it was rung with.
fn rung(group: &str, target: &str) -> AnyView {
    if group.is_empty() {
        return or_dash(target);
    }
    view! { {target.to_owned()}" "<span class="soft">{group.to_owned()}</span> }.into_any()
}

fn in_words(group: &str, target: &str) -> String {
    if group.is_empty() {
        target.to_owned()
    } else {
        format!("{target}, in the group {group}")
    }
}

fn phone_row(row: Memo<CallRow>, shown: Shown) -> AnyView {
    let id = row.with_untracked(|r| r.id);
    let time = row.with_untracked(|r| r.arrived.time.clone());
    view! {
        <li><a href=move || shown.href(Some(id))>
            <span class="name">{move || row.with(|r| if r.campaign.is_empty() { "No campaign".to_owned() } else { r.campaign.clone() })}</span>
            <span class="name"><Running row=row/></span>
            <span class="soft">{time}" "{move || row.with(|r| r.caller.clone())}</span>
            <span><CallStatus row=row/>{move || row.with(|r| (!r.money.is_open()).then(|| view! { " "<span class="num">{r.money.revenue.clone()}</span> }))}</span>
        </a></li>
    }
    .into_any()
}

/// Newer and older calls by keyset links.
#[component]
fn Pages(shown: Shown) -> impl IntoView {
    let facts = Memo::new(move |_| {
        shown.page.with(|p| {
            (
                p.rows.len() as u64,
                p.total,
                p.newer.clone(),
                p.older.clone(),
            )
        })
    });
    let view = move || {
        let (rows, total, newer, older) = facts.get();
        let query = shown.asked.get();
        let range = if shown.is_newest() && rows > 0 {
            format!("1 \u{2013} {} of {}", grouped(rows), grouped(total))
        } else {
            format!("{} of {}", grouped(rows), grouped(total))
        };
        let to = |after: Option<String>, before: Option<String>| {
            let mut query = query.clone();
            query.after = after.unwrap_or_default();
            query.before = before.unwrap_or_default();
            route::calls(&query, None)
        };
        let newer = newer.map(|cursor| to(None, Some(cursor)));
        let older = older.map(|cursor| to(Some(cursor), None));
        view! { <Pager range=range newer=newer older=older/> }
    };
    view.into_any()
}
