//! The filter bar of the report of publishers’ pings.

use domain::api::rtb_bid::BidPage;
use leptos::prelude::*;

use crate::page::parts::{choices, counted};
use crate::page::report::{self, Address};
use crate::ui::{Select, TextInput};

/// What the form asks for.
const ASKED: &[&str] = &["publisher", "result", "search"];

/// The bar. It narrows the report to one publisher, one answer, one bid or one caller.
#[component]
pub fn Filters(page: Signal<BidPage>, address: Memo<Address>) -> impl IntoView {
    let chips = Signal::derive(move || {
        let asked = address.get();
        let all = page.with(|p| {
            [
                asked.chip("publisher", "Publisher", &p.publisher_choices),
                asked.chip("result", "Answer", &p.results),
                asked.chip_of("search", "Bid or caller", asked.get("search")),
            ]
        });
        all.into_iter().flatten().collect::<Vec<_>>()
    });
    let fields = move |asked: &Address| {
        let publishers = Signal::derive(move || page.with(|p| choices(&p.publisher_choices)));
        let results = Signal::derive(move || page.with(|p| choices(&p.results)));
        let search = match page.with_untracked(|p| p.callers_masked) {
            true => "Bid ID",
            false => "Bid ID or caller",
        };
        view! {
            <Select name="publisher" id="filter-publisher" label="Publisher" options=publishers value=asked.get("publisher").to_owned() placeholder="All publishers"/>
            <Select name="result" id="filter-result" label="Answer" options=results value=asked.get("result").to_owned() placeholder="Any answer"/>
            <TextInput name="search" id="filter-search" label=search value=asked.get("search").to_owned() mono=true/>
        }
        .into_any()
    };
    view! {
        <report::Filters address=address asked=ASKED chips=chips fields=fields
            range_label=Signal::derive(move || page.with(|p| p.range_label.clone()))
            zone=Signal::derive(move || page.with(|p| p.zone_short.clone()))
            count=Signal::derive(move || counted(page.with(|p| p.totals.pings.into()), "ping", "pings"))/>
    }
    .into_any()
}
