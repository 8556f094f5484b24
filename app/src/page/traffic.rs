//! Traffic: who came to the advertisers' pages, from where, and who of them called. What is asked for
//! stands in the address.

mod chart;
mod filters;

use domain::access::Permission;
use domain::api::pool::PoolRow;
use domain::api::visit::{TrafficBy, TrafficCounts, TrafficPage, TrafficQuery, TrafficRow};
use domain::money::Micros;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::api::visit::load_traffic;
use crate::page::calls::range_of;
use crate::page::parts::{OnlyLook, amount, grouped, may, or_dash, rate, tally};
use crate::page::report::Address;
use crate::page::visits::{VisitTable, in_use, misses};
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{
    ButtonKind, EmptyRow, EmptyState, LinkButton, Metric, Metrics, PageHead, Panel, TabLink,
    TabLinks, TableRegion,
};

type TrafficSource = Source<TrafficQuery, TrafficPage>;

/// The page.
#[component]
pub fn Traffic() -> impl IntoView {
    let params = use_query_map();
    let asked = Memo::new(move |_| {
        params.with(|q| {
            let get = |name: &str| q.get(name).unwrap_or_default();
            TrafficQuery {
                range: range_of(&get("range"), &get("from")),
                from: get("from"),
                to: get("to"),
                by: get("by"),
                tag: get("tag"),
            }
        })
    });
    let source = Source::new(move || asked.get(), load_traffic).follow_calls();
    let page = source.view("The traffic", Renew::Never, move |page| {
        view! { <Shown source=source page=page asked=asked/> }.into_any()
    });
    let actions = || {
        view! {
            <LinkButton href=route::POOLS>"Pools"</LinkButton>
            <LinkButton href=route::DNI_TAGS>"DNI tags"</LinkButton>
        }
    };
    view! {
        <PageHead title="Traffic" sub="Who came to the pages with your script, from where, and who of them called." actions=actions/>
        {page}
    }
    .into_any()
}

#[component]
fn Shown(
    source: TrafficSource,
    page: Signal<TrafficPage>,
    asked: Memo<TrafficQuery>,
) -> impl IntoView {
    let stale = source.stale();
    let address =
        Memo::new(move |_| asked.with(|q| Address::new(route::TRAFFIC, &route::traffic_pairs(q))));
    let none = Memo::new(move |_| page.with(|p| p.tags.is_empty()));
    let visits = Signal::derive(move || page.with(|p| p.visits.clone()));
    let view = move || {
        if none.get() {
            return view! { <NoTags/> }.into_any();
        }
        view! {
            <filters::Filters page=page address=address/>
            <div class="stack" aria-busy=move || stale.get().then_some("true") class:stale=move || stale.get()>
                <Totals page=page/>
                <div class="split-416"><chart::Visits page=page asked=asked/><Pools page=page/></div>
                <By page=page asked=asked/>
                <Panel title="Latest visits" note="Newest first" flush=true>
                    <VisitTable list=visits none=("No visitors in this time", "Whoever opens a page with your script stands here.")/>
                </Panel>
            </div>
        }
        .into_any()
    };
    view.into_any()
}

/// Before the first DNI tag.
#[component]
fn NoTags() -> impl IntoView {
    let edit = may(Permission::EditNumbers);
    let act = move || {
        if edit.get() {
            view! { <LinkButton href=route::DNI_TAG_NEW kind=ButtonKind::Primary icon="plus">"New DNI tag"</LinkButton> }
                .into_any()
        } else {
            view! { <OnlyLook what=Permission::EditNumbers/> }.into_any()
        }
    };
    view! {
        <Panel flush=true>
            <EmptyState title="No page has your script yet" text="A DNI tag is a line of script on an advertiser’s page. It shows each visitor a number of their own; who came, from where, and who called then stands here.">{act}</EmptyState>
        </Panel>
    }
    .into_any()
}

/// From visitors to money.
#[component]
fn Totals(page: Signal<TrafficPage>) -> impl IntoView {
    let totals = Memo::new(move |_| page.with(|p| p.totals));
    let live = Signal::derive(move || grouped(page.with(|p| p.live)));
    let figure =
        move |of: fn(&TrafficCounts) -> u64| Signal::derive(move || grouped(totals.with(of)));
    let share = move |part: fn(&TrafficCounts) -> u64, whole: fn(&TrafficCounts) -> u64| {
        Signal::derive(move || totals.with(|t| rate(part(t), whole(t))))
    };
    let revenue = Signal::derive(move || totals.with(|t| t.revenue.to_string()));
    let each = Signal::derive(move || totals.with(per_visit));
    view! {
        <Metrics label="From visitors to money">
            <Metric label="Live now" value=live from="on a page now"/>
            <Metric label="Visits" value=figure(|t| t.visits)/>
            <Metric label="Misses" value=figure(|t| t.misses) note=share(|t| t.misses, |t| t.visits) from="got no number"/>
            <Metric label="Calls" value=figure(|t| t.calls) note=share(|t| t.calls, |t| t.visits) from="of the visits"/>
            <Metric label="Connected" value=figure(|t| t.connected) note=share(|t| t.connected, |t| t.calls) from="of the calls"/>
            <Metric label="Converted" value=figure(|t| t.converted) note=share(|t| t.converted, |t| t.calls) from="of the calls"/>
            <Metric label="Revenue" value=revenue from=each/>
        </Metrics>
    }
    .into_any()
}

/// "$1.20 a visit"; nothing without one.
fn per_visit(counts: &TrafficCounts) -> String {
    let visits = i64::try_from(counts.visits).unwrap_or(i64::MAX);
    match counts.revenue.0.checked_div(visits) {
        Some(each) => format!("{} a visit", Micros(each)),
        None => String::new(),
    }
}

/// How much of each pool is in use.
#[component]
fn Pools(page: Signal<TrafficPage>) -> impl IntoView {
    let pools = Memo::new(move |_| page.with(|p| p.pools.clone()));
    let list = move || {
        let all = pools.get();
        if all.is_empty() {
            return view! { <EmptyState title="No pool" text="Every visitor sees the same number. With a pool each sees one of their own, and a call tells who called."/> }
                .into_any();
        }
        let lines = all.iter().map(pool_line).collect_view();
        view! { <ul class="lines">{lines}</ul> }.into_any()
    };
    view! { <Panel title="Pools" note="In use now, misses today" flush=true>{list}</Panel> }
        .into_any()
}

fn pool_line(pool: &PoolRow) -> AnyView {
    let href = route::pool(pool.id);
    view! {
        <li>
            <div class="row-between"><a class="link" href=href>{pool.name.clone()}</a><span>{misses(pool.misses_today)}</span></div>
            {in_use(pool)}
        </li>
    }
    .into_any()
}

/// The traffic by source, campaign, page, place, device or tag.
#[component]
fn By(page: Signal<TrafficPage>, asked: Memo<TrafficQuery>) -> impl IntoView {
    let tabs = Signal::derive(move || asked.with(tab_links));
    let shown = Memo::new(move |_| page.with(|p| (p.by, p.rows.clone())));
    let label = Memo::new(move |_| page.with(|p| p.range_label.clone()));
    let by = move || shown.with(|(by, _)| by.word());
    let body = move || {
        let (_, all) = shown.get();
        if all.is_empty() {
            let title = format!("No visitors: {}", label.get());
            return view! {
                <EmptyRow cols=8 title=title text="Choose a longer time, or see whether the script is on the page.">
                    <a class="link" href=route::DNI_TAGS>"Your DNI tags"</a>
                </EmptyRow>
            }
            .into_any();
        }
        all.into_iter().map(by_row).collect_view().into_any()
    };
    view! {
        <Panel title="Breakdown" flush=true>
            <div class="px-2"><TabLinks label="Traffic by" tabs=tabs stay=true/></div>
            <TableRegion label="Traffic">
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col">{by}</th><th scope="col" class="num">"Visits"</th><th scope="col" class="num">"Misses"</th>
                        <th scope="col" class="num">"Calls"</th><th scope="col" class="num">"Call rate"</th><th scope="col" class="num">"Connected"</th>
                        <th scope="col" class="num">"Converted"</th><th scope="col" class="num">"Revenue"</th>
                    </tr></thead>
                    <tbody>{body}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

fn tab_links(query: &TrafficQuery) -> Vec<TabLink> {
    let now = TrafficBy::from_code(&query.by).unwrap_or_default();
    let tab = |by: TrafficBy| {
        let code = if by == TrafficBy::default() {
            ""
        } else {
            by.code()
        };
        let to = TrafficQuery {
            by: code.to_owned(),
            ..query.clone()
        };
        TabLink::new(route::traffic(&to), by.word()).current(by == now)
    };
    TrafficBy::ALL.into_iter().map(tab).collect()
}

fn by_row(row: TrafficRow) -> AnyView {
    let counts = row.counts;
    let name = row.name.clone();
    view! {
        <tr>
            <th scope="row" class="name" data-wide=""><span class="block truncate max-w-[56ch]" title=name>{or_dash(&row.name)}</span></th>
            <td class="num" data-label="Visits">{tally(counts.visits)}</td>
            <td class="num" data-label="Misses">{misses(counts.misses)}</td>
            <td class="num" data-label="Calls">{tally(counts.calls)}</td>
            <td class="num" data-label="Call rate">{or_dash(&rate(counts.calls, counts.visits))}</td>
            <td class="num" data-label="Connected">{tally(counts.connected)}</td>
            <td class="num" data-label="Converted">{tally(counts.converted)}</td>
            <td class="num strong" data-label="Revenue">{amount(&counts.revenue.to_string())}</td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_tab_leaves_the_address_alone_and_the_others_keep_the_rest() {
        let query = TrafficQuery {
            range: "7d".to_owned(),
            by: "place".to_owned(),
            ..TrafficQuery::default()
        };
        let to = |by: &str| {
            route::traffic(&TrafficQuery {
                by: by.to_owned(),
                ..query.clone()
            })
        };
        assert_eq!(to(""), "/traffic?range=7d");
        assert_eq!(to("device"), "/traffic?range=7d&by=device");
        assert_eq!(tab_links(&query).len(), TrafficBy::ALL.len());
    }

    #[test]
    fn revenue_of_a_visit_needs_a_visit() {
        let counts = TrafficCounts {
            visits: 10,
            revenue: Micros(12_000_000),
            ..TrafficCounts::default()
        };
        assert_eq!(per_visit(&counts), "$1.20 a visit");
        assert_eq!(per_visit(&TrafficCounts::default()), "");
    }
}
