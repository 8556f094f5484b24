//! The filter bar of the RTB report.

use domain::api::rtb::RtbPage;
use leptos::prelude::*;

use crate::page::parts::{choices, counted};
use crate::page::report::{self, Address};
use crate::ui::{Select, TextInput};

/// What the form asks for.
const ASKED: &[&str] = &["target", "verdict", "search"];

/// The bar. It narrows the report to one bidder, one verdict, one bid or one caller.
#[component]
pub fn Filters(page: Signal<RtbPage>, address: Memo<Address>) -> impl IntoView {
    let chips = Signal::derive(move || {
        let asked = address.get();
        let all = page.with(|p| {
            [
                asked.chip("target", "RTB target", &p.targets),
                asked.chip("verdict", "Verdict", &p.verdicts),
                asked.chip_of("search", "Bid or caller", asked.get("search")),
            ]
        });
        all.into_iter().flatten().collect::<Vec<_>>()
    });
    let fields = move |asked: &Address| {
        let targets = Signal::derive(move || page.with(|p| choices(&p.targets)));
        let verdicts = Signal::derive(move || page.with(|p| choices(&p.verdicts)));
        let search = match page.with_untracked(|p| p.callers_masked) {
            true => "Bid ID",
            false => "Bid ID or caller",
        };
        view! {
            <Select name="target" id="filter-target" label="RTB target" options=targets value=asked.get("target").to_owned() placeholder="All RTB targets"/>
            <Select name="verdict" id="filter-verdict" label="Verdict" options=verdicts value=asked.get("verdict").to_owned() placeholder="Any verdict"/>
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
