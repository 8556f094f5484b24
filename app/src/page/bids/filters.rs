//! The filter bar of the report of publishers’ pings.

use domain::api::rtb_bid::{BidPage, BidQuery};
use leptos::prelude::*;

use crate::page::parts::{choices, counted};
use crate::route;
use crate::ui::{
    Button, ButtonKind, DateRange, FilterBar, FilterChip, Popover, Preset, Select, TextInput,
};

/// Ranges with a name.
const RANGES: &[(&str, &str)] = &[
    ("today", "Today"),
    ("yesterday", "Yesterday"),
    ("7d", "Last 7 days"),
    ("month", "This month"),
];

/// The parameters that say a time.
const DATES: [&str; 3] = ["range", "from", "to"];
/// Those that the filter's form asks for.
const ASKED: [&str; 3] = ["publisher", "result", "search"];

/// What the bar shows; it is made anew only when this changes.
#[derive(Clone, PartialEq)]
struct Bar {
    query: BidQuery,
    range_label: String,
    zone: String,
}

/// The bar.
#[component]
pub fn Filters(page: Signal<BidPage>, asked: Memo<BidQuery>) -> impl IntoView {
    let bar = Memo::new(move |_| Bar {
        query: asked.get(),
        range_label: page.with(|p| p.range_label.clone()),
        zone: page.with(|p| p.zone_short.clone()),
    });
    let count =
        Signal::derive(move || counted(page.with(|p| p.totals.pings.into()), "ping", "pings"));
    let chips = Signal::derive(move || page.with(|p| asked.with(|query| chips(p, query))));
    let view = move || {
        let Bar {
            query,
            range_label,
            zone,
        } = bar.get();
        let clear = route::bids(&BidQuery {
            range: query.range.clone(),
            from: query.from.clone(),
            to: query.to.clone(),
            ..BidQuery::default()
        });
        view! {
            <FilterBar chips=chips count=count clear_href=clear>
                <DateRange id="range" text=range_label action=route::BIDS presets=presets(&query) from=query.from.clone() to=query.to.clone()
                    zone=format!("Dates are in {zone}.") keep=kept(&query, &DATES)/>
                <Narrow query=query page=page/>
            </FilterBar>
        }
    };
    view.into_any()
}

fn chips(page: &BidPage, query: &BidQuery) -> Vec<FilterChip> {
    let without = |change: fn(&mut BidQuery)| {
        let mut rest = query.clone();
        change(&mut rest);
        rest.before.clear();
        route::bids(&rest)
    };
    let named = |list: &[domain::api::page::Choice], value: &str| {
        let found = list.iter().find(|choice| choice.value == value);
        found.map_or_else(|| "one that is gone".to_owned(), |c| c.label.clone())
    };
    let mut all = Vec::new();
    if !query.publisher.is_empty() {
        let name = named(&page.publisher_choices, &query.publisher);
        all.push(FilterChip::new(
            "Publisher",
            "is",
            name,
            without(|q| q.publisher.clear()),
        ));
    }
    if !query.result.is_empty() {
        let name = named(&page.results, &query.result);
        all.push(FilterChip::new(
            "Answer",
            "is",
            name,
            without(|q| q.result.clear()),
        ));
    }
    if !query.search.is_empty() {
        let text = query.search.clone();
        all.push(FilterChip::new(
            "Bid or caller",
            "is",
            text,
            without(|q| q.search.clear()),
        ));
    }
    all
}

fn presets(query: &BidQuery) -> Vec<Preset> {
    let preset = |(code, label): &(&str, &str)| {
        let usual = *code == "today";
        let current = query.range == *code || (query.range.is_empty() && usual);
        let to = BidQuery {
            range: if usual { "" } else { *code }.to_owned(),
            from: String::new(),
            to: String::new(),
            before: String::new(),
            ..query.clone()
        };
        Preset::new(*label, route::bids(&to), current)
    };
    RANGES.iter().map(preset).collect()
}

/// The parameters that a form leaves as they are.
fn kept(query: &BidQuery, changes: &[&str]) -> Vec<(String, String)> {
    let mut kept: Vec<(String, String)> = route::bid_pairs(query)
        .into_iter()
        .filter(|(name, value)| !value.is_empty() && !changes.contains(name) && *name != "before")
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    if changes == DATES {
        kept.push(("range".to_owned(), "custom".to_owned()));
    }
    kept
}

/// Narrows the report to one publisher, one answer, one bid or one caller.
#[component]
fn Narrow(query: BidQuery, page: Signal<BidPage>) -> impl IntoView {
    let hidden = kept(&query, &ASKED)
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect_view();
    let publishers = Signal::derive(move || page.with(|p| choices(&p.publisher_choices)));
    let results = Signal::derive(move || page.with(|p| choices(&p.results)));
    let search = if page.with_untracked(|p| p.callers_masked) {
        "Bid ID"
    } else {
        "Bid ID or caller"
    };
    view! {
        <Popover id="filter" text="Filter" icon="filter">
            <form class="filter-pop" method="get" action=route::BIDS>
                {hidden}
                <Select name="publisher" id="filter-publisher" label="Publisher" options=publishers value=query.publisher placeholder="All publishers"/>
                <Select name="result" id="filter-result" label="Answer" options=results value=query.result placeholder="Any answer"/>
                <TextInput name="search" id="filter-search" label=search value=query.search mono=true/>
                <div class="form-foot"><Button kind=ButtonKind::Primary submit=true>"Apply"</Button></div>
            </form>
        </Popover>
    }
    .into_any()
}
