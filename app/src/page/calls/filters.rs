//! The filter bar of the call log.

use domain::api::call::{CallPage, CallQuery};
use leptos::prelude::*;

use super::Shown;
use crate::page::parts::{choices, counted};
use crate::route;
use crate::ui::{
    Button, ButtonKind, Choice, DateRange, FilterBar, FilterChip, Popover, Preset, Select,
};

/// Ranges with a name.
const RANGES: &[(&str, &str)] = &[
    ("today", "Today"),
    ("yesterday", "Yesterday"),
    ("7d", "Last 7 days"),
    ("month", "This month"),
    ("all", "All time"),
];

/// What the bar shows; it is made anew only when this changes.
#[derive(Clone, PartialEq)]
struct Bar {
    query: CallQuery,
    range_label: String,
    zone: String,
}

/// The bar.
#[component]
pub fn Filters(shown: Shown) -> impl IntoView {
    let (asked, page) = (shown.asked, shown.page);
    let bar = Memo::new(move |_| Bar {
        query: CallQuery {
            after: String::new(),
            before: String::new(),
            ..asked.get()
        },
        range_label: page.with(|p| p.range_label.clone()),
        zone: page.with(|p| p.zone_short.clone()),
    });
    let count = Signal::derive(move || counted(page.with(|p| p.total), "call", "calls"));
    let chips = Signal::derive(move || {
        page.with(|p| asked.with(|q| p.chips.iter().map(|c| chip(c, q)).collect::<Vec<_>>()))
    });
    let view = move || {
        let Bar {
            query,
            range_label,
            zone,
        } = bar.get();
        let clear = route::calls(
            &CallQuery {
                range: query.range.clone(),
                from: query.from.clone(),
                to: query.to.clone(),
                ..CallQuery::default()
            },
            None,
        );
        view! {
            <FilterBar chips=chips count=count clear_href=clear>
                <DateRange id="range" text=range_label action=route::CALLS presets=presets(&query) from=query.from.clone() to=query.to.clone()
                    zone=format!("Dates are in {zone}.") keep=kept(&query, true)/>
                <More query=query.clone() page=page/>
                <Caller query=query page=page/>
            </FilterBar>
        }
    };
    view.into_any()
}

fn chip(chip: &domain::api::call::FilterChip, query: &CallQuery) -> FilterChip {
    let mut without = CallQuery {
        after: String::new(),
        before: String::new(),
        ..query.clone()
    };
    match chip.param.as_str() {
        "campaign" => without.campaign.clear(),
        "target" => without.target.clear(),
        "outcome" => without.outcome.clear(),
        "buyer" => without.buyer.clear(),
        "publisher" => without.publisher.clear(),
        "duplicate" => without.duplicate.clear(),
        "converted" => without.converted.clear(),
        "paid" => without.paid.clear(),
        "caller" => without.caller.clear(),
        _ => {}
    }
    FilterChip::new(
        &chip.field,
        &chip.operator,
        &chip.value,
        route::calls(&without, None),
    )
}

fn presets(query: &CallQuery) -> Vec<Preset> {
    RANGES
        .iter()
        .map(|(code, label)| {
            let current = query.range == *code || (query.range.is_empty() && *code == "today");
            let range = if *code == "today" {
                String::new()
            } else {
                (*code).to_owned()
            };
            let to = CallQuery {
                range,
                from: String::new(),
                to: String::new(),
                ..query.clone()
            };
            Preset::new(*label, route::calls(&to, None), current)
        })
        .collect()
}

/// The parameters a form leaves as they are: all but the dates, or only the dates.
fn kept(query: &CallQuery, for_dates: bool) -> Vec<(String, String)> {
    let dates = ["range", "from", "to"];
    let mut kept: Vec<(String, String)> = route::pairs(query)
        .into_iter()
        .filter(|(name, value)| !value.is_empty() && dates.contains(name) != for_dates)
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    if for_dates {
        kept.push(("range".to_owned(), "custom".to_owned()));
    }
    kept
}

fn yes_no() -> Vec<Choice> {
    vec![Choice::new("yes", "Yes"), Choice::new("no", "No")]
}

/// What calls are narrowed by beside time and caller.
#[component]
fn More(query: CallQuery, page: Signal<CallPage>) -> impl IntoView {
    let hidden = kept(&query, false)
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect_view();
    let of = move |list: fn(&CallPage) -> &Vec<domain::api::page::Choice>| {
        Signal::derive(move || page.with(|p| choices(list(p))))
    };
    view! {
        <Popover id="filter" text="Filter" icon="filter">
            <form class="filter-pop" method="get" action=route::CALLS>
                {hidden}
                <Select name="campaign" id="filter-campaign" label="Campaign" options=of(|p| &p.campaigns) value=query.campaign placeholder="All campaigns"/>
                <Select name="target" id="filter-target" label="Target" options=of(|p| &p.targets) value=query.target placeholder="All targets"/>
                <Select name="outcome" id="filter-outcome" label="Outcome" options=of(|p| &p.outcomes) value=query.outcome placeholder="All outcomes"/>
                <Select name="buyer" id="filter-buyer" label="Buyer" options=of(|p| &p.buyers) value=query.buyer placeholder="All buyers"/>
                <Select name="publisher" id="filter-publisher" label="Publisher" options=of(|p| &p.publishers) value=query.publisher placeholder="All publishers"/>
                <Select name="duplicate" id="filter-duplicate" label="Duplicate" options=yes_no() value=query.duplicate placeholder="Either"/>
                <Select name="converted" id="filter-converted" label="Converted" options=yes_no() value=query.converted placeholder="Either"/>
                <Select name="paid" id="filter-paid" label="Paid" options=yes_no() value=query.paid placeholder="Either"/>
                <div class="form-foot"><Button kind=ButtonKind::Primary submit=true>"Apply"</Button></div>
            </form>
        </Popover>
    }
    .into_any()
}

/// Part of a caller's number, where the role may see numbers; "/" goes here.
#[component]
fn Caller(query: CallQuery, page: Signal<CallPage>) -> impl IntoView {
    if page.with_untracked(|p| p.callers_masked) {
        return view! { <span class="soft">"Callers are masked for your role"</span> }.into_any();
    }
    let others = CallQuery {
        caller: String::new(),
        ..query.clone()
    };
    let hidden = route::pairs(&others)
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| view! { <input type="hidden" name=name value=value.to_owned()/> })
        .collect_view();
    view! {
        <form method="get" action=route::CALLS role="search" aria-label="Find a caller">
            {hidden}
            <input class="input w-40" type="search" name="caller" value=query.caller placeholder="Caller number" aria-label="Caller contains" data-filter=""/>
        </form>
    }
    .into_any()
}
