//! Visits over time, those that got no number among them.

use domain::api::visit::{TrafficHour, TrafficPage, TrafficQuery};
use leptos::prelude::*;

use crate::page::parts::grouped;
use crate::ui::{Chart, Column, Mark, Series};

/// What the chart is made of: the hours, and whether the last one still goes on.
type Facts = (Vec<TrafficHour>, bool);

/// The chart; made anew when a figure changed, but not while somebody reads it.
#[component]
pub fn Visits(page: Signal<TrafficPage>, asked: Memo<TrafficQuery>) -> impl IntoView {
    let (held, as_table) = (RwSignal::new(false), RwSignal::new(false));
    let shown = Memo::new(move |before: Option<&Facts>| match before {
        Some(before) if held.get() => before.clone(),
        _ => (page.with(|p| p.hours.clone()), asked.with(goes_on)),
    });
    let chart = move || {
        let (hours, running) = shown.get();
        let series = vec![
            Series::new("Saw a number", Mark::First),
            Series::new("Missed", Mark::Hatch),
        ];
        view! { <Chart id="visits" title="Visits over time" series=series columns=columns(&hours, running) total="Visits" as_table=as_table/> }
    };
    view! {
        <section class="panel" on:pointerenter=move |_| held.set(true) on:pointerleave=move |_| held.set(false) on:focusin=move |_| held.set(true)
            on:focusout=move |_| held.set(false)>
            {chart}
        </section>
    }
    .into_any()
}

/// Whether the time that is asked for ends now.
fn goes_on(query: &TrafficQuery) -> bool {
    !matches!(query.range.as_str(), "yesterday" | "custom")
}

fn columns(hours: &[TrafficHour], running: bool) -> Vec<Column> {
    let last = hours.len().saturating_sub(1);
    let column = |(at, hour): (usize, &TrafficHour)| {
        let saw = hour.visits.saturating_sub(hour.misses);
        Column {
            label: short(&hour.label),
            title: hour.label.clone(),
            values: vec![saw as f64, hour.misses as f64],
            texts: vec![grouped(saw), grouped(hour.misses)],
            total: grouped(hour.visits),
            partial: running && at == last,
            ..Column::default()
        }
    };
    hours.iter().enumerate().map(column).collect()
}

/// "2p" for "2 pm", as there is little room under the axis; a day stays.
fn short(label: &str) -> String {
    match label.split_once(' ') {
        Some((hour, half @ ("am" | "pm"))) => format!("{hour}{}", &half[..1]),
        _ => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_short_under_the_axis_and_days_are_not() {
        assert_eq!(short("12 pm"), "12p");
        assert_eq!(short("2 am"), "2a");
        assert_eq!(short("Nov 19"), "Nov 19");
    }

    #[test]
    fn a_column_is_made_of_those_who_saw_a_number_and_those_who_missed() {
        let hour = TrafficHour {
            label: "2 pm".to_owned(),
            visits: 1_200,
            misses: 3,
            calls: 40,
        };
        let columns = columns(&[hour.clone(), hour], true);
        assert_eq!(columns[0].texts, ["1,197", "3"]);
        assert_eq!(columns[0].total, "1,200");
        assert!(!columns[0].partial && columns[1].partial);
    }
}
