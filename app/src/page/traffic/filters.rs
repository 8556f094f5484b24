//! The filter bar of the traffic.

use domain::api::visit::{TrafficPage, TrafficQuery};
use leptos::prelude::*;

use crate::page::parts::{choices, counted};
use crate::route;
use crate::ui::{Button, ButtonKind, DateRange, FilterBar, FilterChip, Popover, Preset, Select};

/// Ranges with a name.
const RANGES: &[(&str, &str)] = &[
    ("today", "Today"),
    ("yesterday", "Yesterday"),
    ("7d", "Last 7 days"),
    ("month", "This month"),
];

/// The parameters that say a time.
const DATES: [&str; 3] = ["range", "from", "to"];

/// What the bar shows; it is made anew only when this changes.
#[derive(Clone, PartialEq)]
struct Bar {
    query: TrafficQuery,
    range_label: String,
    zone: String,
}

/// The bar.
#[component]
pub fn Filters(page: Signal<TrafficPage>, asked: Memo<TrafficQuery>) -> impl IntoView {
    let bar = Memo::new(move |_| Bar {
        query: asked.get(),
        range_label: page.with(|p| p.range_label.clone()),
        zone: page.with(|p| p.zone_short.clone()),
    });
    let count = Signal::derive(move || counted(page.with(|p| p.totals.visits), "visit", "visits"));
    let chips = Signal::derive(move || {
        let query = asked.get();
        let set = !query.tag.is_empty();
        let chip = set.then(|| {
            let name = page.with(|p| {
                let tag = p.tags.iter().find(|tag| tag.value == query.tag);
                tag.map(|tag| tag.label.clone())
            });
            let name = name.unwrap_or_else(|| "one that is gone".to_owned());
            FilterChip::new("DNI tag", "is", name, without_tag(&query))
        });
        chip.into_iter().collect::<Vec<_>>()
    });
    let view = move || {
        let Bar {
            query,
            range_label,
            zone,
        } = bar.get();
        view! {
            <FilterBar chips=chips count=count clear_href=without_tag(&query)>
                <DateRange id="range" text=range_label action=route::TRAFFIC presets=presets(&query) from=query.from.clone() to=query.to.clone()
                    zone=format!("Dates are in {zone}.") keep=kept(&query, true)/>
                <OneTag query=query page=page/>
            </FilterBar>
        }
    };
    view.into_any()
}

fn without_tag(query: &TrafficQuery) -> String {
    route::traffic(&TrafficQuery {
        tag: String::new(),
        ..query.clone()
    })
}

fn presets(query: &TrafficQuery) -> Vec<Preset> {
    let preset = |(code, label): &(&str, &str)| {
        let usual = *code == "today";
        let current = query.range == *code || (query.range.is_empty() && usual);
        let range = if usual { "" } else { *code };
        let to = TrafficQuery {
            range: range.to_owned(),
            from: String::new(),
            to: String::new(),
            ..query.clone()
        };
        Preset::new(*label, route::traffic(&to), current)
    };
    RANGES.iter().map(preset).collect()
}

/// The parameters a form leaves as they are: all but the dates, or all but the tag.
fn kept(query: &TrafficQuery, for_dates: bool) -> Vec<(String, String)> {
    let changes = |name: &str| {
        if for_dates {
            DATES.contains(&name)
        } else {
            name == "tag"
        }
    };
    let mut kept: Vec<(String, String)> = route::traffic_pairs(query)
        .into_iter()
        .filter(|(name, value)| !value.is_empty() && !changes(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    if for_dates {
        kept.push(("range".to_owned(), "custom".to_owned()));
    }
    kept
}

/// Narrows the page to one DNI tag.
#[component]
fn OneTag(query: TrafficQuery, page: Signal<TrafficPage>) -> impl IntoView {
    let hidden = kept(&query, false)
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect_view();
    let options = Signal::derive(move || page.with(|p| choices(&p.tags)));
    view! {
        <Popover id="filter" text="Filter" icon="filter">
            <form class="filter-pop" method="get" action=route::TRAFFIC>
                {hidden}
                <Select name="tag" id="filter-tag" label="DNI tag" options=options value=query.tag placeholder="All DNI tags"/>
                <div class="form-foot"><Button kind=ButtonKind::Primary submit=true>"Apply"</Button></div>
            </form>
        </Popover>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_keeps_what_it_does_not_change() {
        let query = TrafficQuery {
            range: "7d".to_owned(),
            by: "place".to_owned(),
            tag: "0b1f".to_owned(),
            ..TrafficQuery::default()
        };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            kept(&query, true),
            [
                pair("by", "place"),
                pair("tag", "0b1f"),
                pair("range", "custom")
            ]
        );
        assert_eq!(
            kept(&query, false),
            [pair("range", "7d"), pair("by", "place")]
        );
    }
}
