//! Incoming calls by hour against the same day a week ago.

use domain::api::dashboard::{Dashboard, HourBar};
use leptos::prelude::*;

use crate::page::parts::grouped;
use crate::ui::{Chart, Column, Mark, Series};

/// What the chart is made of.
type Facts = (Vec<HourBar>, String, String);

/// The chart; made anew when a figure changed, but not while somebody reads it.
#[component]
pub fn Hours(today: Signal<Dashboard>) -> impl IntoView {
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
    let chart = move || {
        let (hours, now_label, previous) = shown.get();
        let last = hours.len().saturating_sub(1);
        let columns = hours
            .iter()
            .enumerate()
            .map(|(at, bar)| column(bar, (at == last).then_some(now_label.as_str())))
            .collect::<Vec<_>>();
        let series = vec![
            Series::new("Connected", Mark::First),
            Series::new("Live", Mark::Second),
            Series::new("Not connected", Mark::Hatch),
        ];
        view! {
            <Chart id="hours" title="Incoming calls by hour" series=series columns=columns total="Incoming" previous=capital(&previous) as_table=as_table/>
        }
    };
    view! {
        <section class="panel" on:pointerenter=move |_| held.set(true) on:pointerleave=move |_| held.set(false) on:focusin=move |_| held.set(true)
            on:focusout=move |_| held.set(false)>
            {chart}
        </section>
    }
    .into_any()
}

fn column(bar: &HourBar, now: Option<&str>) -> Column {
    let total = bar.connected + bar.live + bar.not_connected;
    let text = |n: u32| grouped(u64::from(n));
    Column {
        label: now.map_or_else(|| short_hour(bar.hour), str::to_owned),
        title: format!(
            "{} \u{2013} {}",
            long_hour(bar.hour),
            long_hour((bar.hour + 1) % 24)
        ),
        values: vec![
            f64::from(bar.connected),
            f64::from(bar.live),
            f64::from(bar.not_connected),
        ],
        texts: vec![text(bar.connected), text(bar.live), text(bar.not_connected)],
        total: text(total),
        previous: Some((f64::from(bar.before), text(bar.before))),
        partial: now.is_some(),
        href: None,
    }
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
