//! Disputes: what buyers do not want to pay for, by state and buyer.

use domain::api::dispute::{DisputePage, DisputeQuery, DisputeRow};
use domain::ledger::dispute::State;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::api::dispute::page_disputes;
use crate::page::parts::{choices, counted, grouped, or_dash, rows};
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{
    self, Button, ButtonKind, EmptyRow, FilterBar, FilterChip, LinkButton, NoMatchRow, PageHead,
    Panel, Popover, Select, Size, Status, TabLink, TabLinks, TableRegion, Time,
};

/// What the address calls the states, and their words.
const TABS: &[(&str, &str)] = &[
    ("", "Open"),
    ("approved", "Approved"),
    ("rejected", "Rejected"),
    ("withdrawn", "Withdrawn"),
    ("all", "All"),
];

/// The page.
#[component]
pub fn Disputes() -> impl IntoView {
    let params = use_query_map();
    let asked = Memo::new(move |_| {
        params.with(|q| {
            let get = |name: &str| q.get(name).unwrap_or_default();
            DisputeQuery {
                state: get("state"),
                buyer: get("buyer"),
                after: get("after"),
            }
        })
    });
    let source = Source::new(move || asked.get(), page_disputes).follow_calls();
    let list = source.view("The list of disputes", Renew::Never, move |page| {
        view! { <List page=page asked=asked stale=source.stale()/> }.into_any()
    });
    view! {
        <PageHead title="Disputes" sub="Calls that buyers do not want to pay for. A dispute is opened from the call."/>
        {list}
    }
    .into_any()
}

/// The shape and word of a state.
#[must_use]
pub fn dispute_state(state: State) -> (ui::State, &'static str) {
    let shape = match state {
        State::Open => ui::State::Attention,
        State::Approved => ui::State::Open,
        State::Rejected => ui::State::No,
        State::Withdrawn => ui::State::Neutral,
    };
    (shape, state.word())
}

#[component]
fn List(
    page: Signal<DisputePage>,
    asked: Memo<DisputeQuery>,
    stale: Signal<bool>,
) -> impl IntoView {
    let tabs = Signal::derive(move || {
        let open = page.with(|p| p.open);
        asked.with(|query| {
            let tab = |(code, word): &(&str, &str)| {
                let to = DisputeQuery {
                    state: (*code).to_owned(),
                    after: String::new(),
                    ..query.clone()
                };
                let count = match (*code, open) {
                    ("", 1..) => grouped(open),
                    _ => String::new(),
                };
                TabLink::new(route::disputes(&to), *word)
                    .current(query.state == *code)
                    .count(count)
            };
            TABS.iter().map(tab).collect::<Vec<_>>()
        })
    });
    let disputes = Memo::new(move |_| page.with(|p| p.rows.clone()));
    view! {
        <TabLinks label="Disputes by state" tabs=tabs/>
        <Filters page=page asked=asked/>
        <Panel title="Disputes" note="Newest first" flush=true>
            <div class:stale=move || stale.get()>
                <TableRegion label="Disputes" stick=true>
                    <table class="data phone-cards">
                        <thead><tr>
                            <th scope="col">"Opened"</th><th scope="col">"Caller"</th><th scope="col">"Buyer"</th><th scope="col">"Reason"</th>
                            <th scope="col" class="num">"Charged"</th><th scope="col" class="num">"Given back"</th>
                            <th scope="col">"State"</th><th scope="col">"Open for"</th>
                        </tr></thead>
                        <tbody><Nothing page=page asked=asked/>{rows(disputes, |d| d.id, dispute_row)}</tbody>
                    </table>
                </TableRegion>
            </div>
            <Pages page=page asked=asked/>
        </Panel>
    }
    .into_any()
}

#[component]
fn Filters(page: Signal<DisputePage>, asked: Memo<DisputeQuery>) -> impl IntoView {
    let without = move || {
        route::disputes(&DisputeQuery {
            state: asked.with(|q| q.state.clone()),
            ..DisputeQuery::default()
        })
    };
    let chips = Signal::derive(move || {
        let buyer = page.with(|p| p.buyer_name.clone());
        let set = asked.with(|q| !q.buyer.is_empty());
        let chip = set.then(|| FilterChip::new("Buyer", "is", buyer, without()));
        chip.into_iter().collect::<Vec<_>>()
    });
    let count = Signal::derive(move || counted(page.with(|p| p.total), "dispute", "disputes"));
    let bar = Memo::new(move |_| asked.with(|q| (q.state.clone(), q.buyer.clone())));
    let options = Signal::derive(move || page.with(|p| choices(&p.buyers)));
    let view = move || {
        let (state, buyer) = bar.get();
        let state =
            (!state.is_empty()).then(|| view! { <input type="hidden" name="state" value=state/> });
        view! {
            <FilterBar chips=chips count=count clear_href=without()>
                <Popover id="filter" text="Filter" icon="filter">
                    <form class="filter-pop" method="get" action=route::DISPUTES>
                        {state}
                        <Select name="buyer" id="filter-buyer" label="Buyer" options=options value=buyer placeholder="All buyers"/>
                        <div class="form-foot"><Button kind=ButtonKind::Primary submit=true>"Apply"</Button></div>
                    </form>
                </Popover>
            </FilterBar>
        }
    };
    view.into_any()
}

/// Why there are no rows.
#[component]
fn Nothing(page: Signal<DisputePage>, asked: Memo<DisputeQuery>) -> impl IntoView {
    let facts = Memo::new(move |_| page.with(|p| (p.rows.is_empty(), p.any)));
    let view = move || {
        let (empty, any) = facts.get();
        if !empty {
            return None;
        }
        let query = asked.get();
        if !query.buyer.is_empty() {
            let clear = route::disputes(&DisputeQuery {
                state: query.state,
                ..DisputeQuery::default()
            });
            return Some(
                view! { <NoMatchRow cols=8 what="disputes" filters=1 total="" clear_href=clear/> }
                    .into_any(),
            );
        }
        let (title, text) = match (any, query.state.as_str()) {
            (false, _) => (
                "No call was ever disputed",
                "When a buyer does not want to pay for a call, open the call and choose Dispute.",
            ),
            (true, "") => ("Nothing waits for a decision", "Every dispute is decided."),
            (true, _) => ("No disputes in this state", "The other tabs hold the rest."),
        };
        let more = match any {
            true => {
                view! { <a class="link" href=route::with_query(route::DISPUTES, &[("state", "all")])>"All disputes"</a> }
            }
            false => view! { <a class="link" href=route::CALLS.to_owned()>"Call log"</a> },
        };
        Some(view! { <EmptyRow cols=8 title=title text=text>{more}</EmptyRow> }.into_any())
    };
    view.into_any()
}

fn dispute_row(row: Memo<DisputeRow>) -> AnyView {
    let (id, call) = row.with_untracked(|r| (r.id, r.call));
    let opened = row.with_untracked(|r| r.opened.clone());
    let text = format!("{}, {}", opened.date, opened.time);
    let shape = Signal::derive(move || row.with(|r| dispute_state(r.state).0));
    let word = Signal::derive(move || row.with(|r| dispute_state(r.state).1.to_owned()));
    view! {
        <tr class="opens">
            <th scope="row" class="name nowrap">
                <a class="row-link" href=route::dispute(id)><Time datetime=opened.datetime text=text title=opened.full/></a>
            </th>
            <td class="nowrap" data-label="Caller"><a class="link" href=route::call(call)>{move || row.with(|r| r.caller.clone())}</a></td>
            <td data-label="Buyer">{move || row.with(|r| or_dash(&r.buyer))}</td>
            <td data-label="Reason" data-wide="">{move || row.with(|r| r.reason.clone())}</td>
            <td class="num" data-label="Charged">{move || row.with(|r| r.charged.clone())}</td>
            <td class="num" data-label="Given back">{move || row.with(|r| or_dash(&r.returned))}</td>
            <td class="nowrap" data-label="State"><Status state=shape text=word/></td>
            <td class="nowrap soft" data-label="Open for">{move || row.with(|r| r.age.clone())}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn Pages(page: Signal<DisputePage>, asked: Memo<DisputeQuery>) -> impl IntoView {
    let links = move || {
        let here = asked.get();
        let next = page.with(|p| p.next.clone());
        let to = |after: String| {
            route::disputes(&DisputeQuery {
                after,
                ..here.clone()
            })
        };
        let first = (!here.after.is_empty()).then(
            || view! { <LinkButton href=to(String::new()) size=Size::Sm>"Newest"</LinkButton> },
        );
        let older = (!next.is_empty())
            .then(|| view! { <LinkButton href=to(next) size=Size::Sm>"Older"</LinkButton> });
        (first.is_some() || older.is_some())
            .then(|| view! { <div class="panel-foot row">{first}{older}</div> })
    };
    links.into_any()
}
