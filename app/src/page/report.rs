//! What the pages have in common that tell of a stretch of time: what is asked for stands in the address,
//! and every way on is that address with a little changed.

use domain::api::page::Choice;
use domain::api::rtb_target::RejectRow;
use leptos::prelude::*;

use crate::page::parts::grouped;
use crate::route;
use crate::ui::{
    Button, ButtonKind, DateRange, EmptyRow, FilterBar, FilterChip, LinkButton, Panel, Popover,
    Preset, TableRegion,
};

/// Ranges with a name; the first is the usual one.
const RANGES: &[(&str, &str)] = &[
    ("today", "Today"),
    ("yesterday", "Yesterday"),
    ("7d", "Last 7 days"),
    ("month", "This month"),
];
/// The parameters that say a time.
const DATES: [&str; 3] = ["range", "from", "to"];
/// The parameter that says where in a list one is.
const BEFORE: &str = "before";

/// A page with the parameters it was asked for with.
#[derive(Clone, Debug, PartialEq)]
pub struct Address {
    page: &'static str,
    pairs: Vec<(&'static str, String)>,
}

impl Address {
    /// The address of a page.
    pub fn new(page: &'static str, pairs: &[(&'static str, &str)]) -> Self {
        let owned = pairs
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        Self {
            page,
            pairs: owned.collect(),
        }
    }

    /// The value of a parameter; empty where it says nothing.
    pub fn get(&self, name: &str) -> &str {
        let found = self.pairs.iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The same with some parameters changed, from the beginning of its list.
    pub fn with(&self, changes: &[(&str, &str)]) -> String {
        let changed = |name: &str| {
            let found = changes.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| *value)
        };
        let pairs: Vec<(&str, &str)> = (self.pairs.iter())
            .map(|(name, value)| {
                let stays = if *name == BEFORE { "" } else { value };
                (*name, changed(name).unwrap_or(stays))
            })
            .collect();
        route::with_query(self.page, &pairs)
    }

    fn without(&self, names: &[&str]) -> String {
        let none: Vec<(&str, &str)> = names.iter().map(|name| (*name, "")).collect();
        self.with(&none)
    }

    /// A filter that is set, with the choice's own words.
    pub fn chip(&self, name: &str, field: &str, list: &[Choice]) -> Option<FilterChip> {
        let value = self.get(name);
        let found = list.iter().find(|choice| choice.value == value);
        let words = found.map_or("one that is gone", |choice| &choice.label);
        self.chip_of(name, field, words)
    }

    /// A filter that is set, with these words.
    pub fn chip_of(&self, name: &str, field: &str, words: &str) -> Option<FilterChip> {
        let set = !self.get(name).is_empty();
        set.then(|| FilterChip::new(field, "is", words, self.without(&[name])))
    }

    fn presets(&self) -> Vec<Preset> {
        let asked = self.get("range");
        let preset = |(at, (code, label)): (usize, &(&'static str, &'static str))| {
            let range = if at == 0 { "" } else { *code };
            let to = self.with(&[("range", range), ("from", ""), ("to", "")]);
            Preset::new(*label, to, asked == *code || asked == range)
        };
        RANGES.iter().enumerate().map(preset).collect()
    }

    /// What a form leaves as it is that changes these parameters.
    fn kept(&self, changes: &[&str]) -> Vec<(String, String)> {
        let mut kept: Vec<(String, String)> = (self.pairs.iter())
            .filter(|(name, value)| !value.is_empty() && !changes.contains(name) && *name != BEFORE)
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        if changes == DATES {
            kept.push(("range".to_owned(), "custom".to_owned()));
        }
        kept
    }
}

/// The filter bar: a time, and a form for the rest.
#[component]
pub fn Filters(
    address: Memo<Address>,
    #[prop(into)] range_label: Signal<String>,
    /// The zone that dates are in, in short.
    #[prop(into)]
    zone: Signal<String>,
    #[prop(into)] count: Signal<String>,
    #[prop(into)] chips: Signal<Vec<FilterChip>>,
    /// The parameters that the form asks for.
    asked: &'static [&'static str],
    /// Its fields.
    fields: impl Fn(&Address) -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    let bar = Memo::new(move |_| (address.get(), range_label.get(), zone.get()));
    let view = move || {
        let (address, range_label, zone) = bar.get();
        let own = fields(&address);
        let hidden = (address.kept(asked).into_iter())
            .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
            .collect_view();
        let (from, to) = (address.get("from").to_owned(), address.get("to").to_owned());
        view! {
            <FilterBar chips=chips count=count clear_href=address.without(asked)>
                <DateRange id="range" text=range_label action=address.page presets=address.presets() from=from to=to
                    zone=format!("Dates are in {zone}.") keep=address.kept(&DATES)/>
                <Popover id="filter" text="Filter" icon="filter">
                    <form class="filter-pop" method="get" action=address.page>
                        {hidden}
                        {own}
                        <div class="form-foot"><Button kind=ButtonKind::Primary submit=true>"Apply"</Button></div>
                    </form>
                </Popover>
            </FilterBar>
        }
    };
    view.into_any()
}

/// Why pings came to nothing, the most frequent reason first. Each leads to its pings.
#[component]
pub fn Reasons(
    title: &'static str,
    /// What stands there while there are none.
    none: &'static str,
    #[prop(into)] rows: Signal<Vec<RejectRow>>,
    address: Memo<Address>,
    /// The parameter that asks for one.
    param: &'static str,
) -> impl IntoView {
    let all = Memo::new(move |_| rows.get());
    let body = move || {
        let rows = all.get();
        if rows.is_empty() {
            return view! { <EmptyRow cols=3 title="No ping was refused" text=none/> }.into_any();
        }
        let address = address.get();
        let row = move |row: RejectRow| {
            let href = address.with(&[(param, &row.code)]);
            view! { <tr><th scope="row"><a class="link" href=href>{row.reason}</a></th><td class="num">{grouped(row.pings.into())}</td><td class="num soft">{format!("{}%", row.percent)}</td></tr> }
        };
        rows.into_iter().map(row).collect_view().into_any()
    };
    view! {
        <Panel title=title flush=true>
            <TableRegion label="Reasons">
                <table class="data compact">
                    <thead><tr><th scope="col">"Reason"</th><th scope="col" class="num">"Pings"</th><th scope="col" class="num">"Share"</th></tr></thead>
                    <tbody>{body}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

/// The way to newer and older ones at the foot of a list; nothing where all are shown.
#[component]
pub fn Pages(address: Memo<Address>, #[prop(into)] older: Signal<Option<String>>) -> impl IntoView {
    let links = move || {
        let address = address.get();
        let first = (!address.get(BEFORE).is_empty())
            .then(|| view! { <LinkButton href=address.with(&[])>"Newest"</LinkButton> });
        let next = older.get().map(|before| {
            view! { <LinkButton href=address.with(&[(BEFORE, &before)])>"Older"</LinkButton> }
        });
        (first.is_some() || next.is_some())
            .then(|| view! { <div class="panel-foot row">{first}{next}</div> })
    };
    links.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(range: &str, tag: &str, before: &str) -> Address {
        let pairs = [
            ("range", range),
            ("by", "place"),
            ("tag", tag),
            ("before", before),
        ];
        Address::new("/x", &pairs)
    }

    #[test]
    fn every_way_on_begins_at_the_first_page() {
        let asked = address("7d", "0b1f", "9");
        assert_eq!(asked.with(&[]), "/x?range=7d&by=place&tag=0b1f");
        assert_eq!(
            asked.with(&[("before", "5")]),
            "/x?range=7d&by=place&tag=0b1f&before=5"
        );
        assert_eq!(
            asked.with(&[("tag", "a b")]),
            "/x?range=7d&by=place&tag=a%20b"
        );
        assert_eq!(asked.without(&["tag", "by"]), "/x?range=7d");
    }

    #[test]
    fn a_form_keeps_what_it_does_not_change() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let asked = address("7d", "0b1f", "9");
        let by_date = [
            pair("by", "place"),
            pair("tag", "0b1f"),
            pair("range", "custom"),
        ];
        assert_eq!(asked.kept(&DATES), by_date);
        assert_eq!(
            asked.kept(&["tag"]),
            [pair("range", "7d"), pair("by", "place")]
        );
    }

    #[test]
    fn a_filter_that_is_set_is_shown() {
        let list = [Choice {
            value: "0b1f".to_owned(),
            label: "Roofs".to_owned(),
            hint: String::new(),
        }];
        let shown = |tag: &str| address("", tag, "").chip("tag", "DNI tag", &list);
        let chip = |words: &str| FilterChip::new("DNI tag", "is", words, "/x?by=place");
        assert_eq!(shown("0b1f"), Some(chip("Roofs")));
        assert_eq!(shown("other"), Some(chip("one that is gone")));
        assert_eq!(shown(""), None);
    }
}
