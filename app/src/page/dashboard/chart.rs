//! Incoming calls and revenue by hour against the same day a week ago.

use domain::api::dashboard::{Dashboard, HourBar};
use domain::api::money::profit;
use domain::money::Micros;
use leptos::prelude::*;

use crate::page::parts::grouped;
use crate::ui::{Axis, Chart, Column, Mark, Series};

/// What the chart is made of.
type Facts = (Vec<HourBar>, String, String);

/// Calls by hour.
#[component]
pub fn Hours(today: Signal<Dashboard>) -> impl IntoView {
    by_hour(today, calls)
}

/// Revenue by hour.
#[component]
pub fn Revenue(today: Signal<Dashboard>) -> impl IntoView {
    by_hour(today, revenue)
}

/// A chart; made anew when a figure changed, but not while somebody reads it.
fn by_hour(today: Signal<Dashboard>, draw: fn(Facts, RwSignal<bool>) -> AnyView) -> AnyView {
    let (held, as_table) = (RwSignal::new(false), RwSignal::new(false));
    let shown = Memo::new(move |before: Option<&Facts>| match before {
        Some(before) if held.get() => before.clone(),
        _ => today.with(|t| {
            (
                t.hours.clone(),
                t.now_label.clone(),
                t.compared_with.clone(),
            )
        }),
    });
    let chart = move || draw(shown.get(), as_table);
    view! {
        <section class="panel" on:pointerenter=move |_| held.set(true) on:pointerleave=move |_| held.set(false) on:focusin=move |_| held.set(true)
            on:focusout=move |_| held.set(false)>
            {chart}
        </section>
    }
    .into_any()
}

fn columns(hours: &[HourBar], now_label: &str, column: fn(&HourBar) -> Column) -> Vec<Column> {
    let last = hours.len().saturating_sub(1);
    let of = |(at, bar): (usize, &HourBar)| {
        let now = (at == last).then_some(now_label);
        Column {
            label: now.map_or_else(|| short_hour(bar.hour), str::to_owned),
            title: format!(
                "{} \u{2013} {}",
                long_hour(bar.hour),
                long_hour((bar.hour + 1) % 24)
            ),
            partial: now.is_some(),
            ..column(bar)
        }
    };
    hours.iter().enumerate().map(of).collect()
}

fn calls((hours, now_label, previous): Facts, as_table: RwSignal<bool>) -> AnyView {
    let columns = columns(&hours, &now_label, calls_of);
    let series = vec![
        Series::new("Connected", Mark::First),
        Series::new("Live", Mark::Second),
        Series::new("Not connected", Mark::Hatch),
    ];
    view! {
        <Chart id="hours" title="Incoming calls by hour" series=series columns=columns total="Incoming" previous=capital(&previous) as_table=as_table/>
    }
    .into_any()
}

fn revenue((hours, now_label, previous): Facts, as_table: RwSignal<bool>) -> AnyView {
    let columns = columns(&hours, &now_label, revenue_of);
    let series = vec![
        Series::new("Payout and cost", Mark::Soft),
        Series::new("Profit", Mark::First),
    ];
    view! {
        <Chart id="revenue" title="Revenue by hour" series=series columns=columns total="Revenue" previous=capital(&previous) axis=Axis::Dollars as_table=as_table/>
    }
    .into_any()
}

fn calls_of(bar: &HourBar) -> Column {
    let total = bar.connected + bar.live + bar.not_connected;
    let text = |n: u32| grouped(u64::from(n));
    Column {
        values: vec![
            f64::from(bar.connected),
            f64::from(bar.live),
            f64::from(bar.not_connected),
        ],
        texts: vec![text(bar.connected), text(bar.live), text(bar.not_connected)],
        total: text(total),
        previous: Some((f64::from(bar.before), text(bar.before))),
        ..Column::default()
    }
}

fn revenue_of(bar: &HourBar) -> Column {
    let (money, profit) = (&bar.money, profit(&bar.money));
    let spent = Micros(
        money
            .revenue
            .cents()
            .saturating_mul(10_000)
            .saturating_sub(profit.0),
    );
    Column {
        // A loss has no height of its own: what was spent then stands above the revenue.
        values: vec![dollars(spent), dollars(profit).max(0.0)],
        texts: vec![spent.to_string(), profit.to_string()],
        total: money.revenue.to_string(),
        previous: Some((dollars(bar.revenue_before), bar.revenue_before.to_string())),
        ..Column::default()
    }
}

/// For the height of a bar.
fn dollars(amount: Micros) -> f64 {
    let cents = i32::try_from(amount.cents()).unwrap_or(i32::MAX);
    f64::from(cents) / 100.0
}

fn half(hour: u8) -> (u8, char) {
    (
        if hour.is_multiple_of(12) {
            12
        } else {
            hour % 12
        },
        if hour < 12 { 'a' } else { 'p' },
    )
}

fn short_hour(hour: u8) -> String {
    let (hour, half) = half(hour);
    format!("{hour}{half}")
}

fn long_hour(hour: u8) -> String {
    let (hour, half) = half(hour);
    format!("{hour}:00 {half}m")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}
