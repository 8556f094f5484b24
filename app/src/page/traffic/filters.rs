//! The filter bar of the traffic.

use domain::api::visit::TrafficPage;
use leptos::prelude::*;

use crate::page::parts::{choices, counted};
use crate::page::report::{self, Address};
use crate::ui::Select;

/// What the form asks for.
const ASKED: &[&str] = &["tag"];

/// The bar. It narrows the page to one DNI tag.
#[component]
pub fn Filters(page: Signal<TrafficPage>, address: Memo<Address>) -> impl IntoView {
    let chips = Signal::derive(move || {
        let chip = page.with(|p| address.with(|asked| asked.chip("tag", "DNI tag", &p.tags)));
        chip.into_iter().collect::<Vec<_>>()
    });
    let fields = move |asked: &Address| {
        let tags = Signal::derive(move || page.with(|p| choices(&p.tags)));
        view! { <Select name="tag" id="filter-tag" label="DNI tag" options=tags value=asked.get("tag").to_owned() placeholder="All DNI tags"/> }
            .into_any()
    };
    view! {
        <report::Filters address=address asked=ASKED chips=chips fields=fields
            range_label=Signal::derive(move || page.with(|p| p.range_label.clone()))
            zone=Signal::derive(move || page.with(|p| p.zone_short.clone()))
            count=Signal::derive(move || counted(page.with(|p| p.totals.visits), "visit", "visits"))/>
    }
    .into_any()
}
