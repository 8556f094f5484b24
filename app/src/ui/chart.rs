//! Stacked bars by hour. The plot is an SVG in percentages, so it fits any width without measuring
//! and stands in the server's HTML; axis and legend are text. The same numbers are always there as
//! a table, out of sight until "As table" shows it.

use leptos::{html, prelude::*};
use web_sys::KeyboardEvent;

mod plot;

use plot::Plot;

use super::{
    button::{Button, ButtonKind, Size},
    dom,
};

/// How a series is drawn; stack from the best outcome upwards: `First`, `Second`, then `Hatch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Accent.
    First,
    /// Lighter accent.
    Second,
    /// Pale with an edge.
    Soft,
    /// Hatched.
    Hatch,
}

impl Mark {
    fn word(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
            Self::Soft => "soft",
            Self::Hatch => "hatch",
        }
    }
}

/// One layer of the stack.
#[derive(Clone, Debug)]
pub struct Series {
    name: String,
    mark: Mark,
}

impl Series {
    /// A layer's name and how it is drawn.
    pub fn new(name: impl Into<String>, mark: Mark) -> Self {
        Self {
            name: name.into(),
            mark,
        }
    }
}

/// One hour (or day).
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// Under the axis, for example "7a" or "to 2:37p".
    pub label: String,
    /// In the tooltip, for example "7:00 – 8:00 am".
    pub title: String,
    /// One value a series, bottom first.
    pub values: Vec<f64>,
    /// The same values in words.
    pub texts: Vec<String>,
    /// Their sum in words.
    pub total: String,
    /// The previous period's sum, and in words.
    pub previous: Option<(f64, String)>,
    /// The hour is not over.
    pub partial: bool,
    /// The log with this hour as filter.
    pub href: Option<String>,
}

/// How the axis writes its figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Axis {
    /// 100, 1k.
    #[default]
    Count,
    /// $100, $1k.
    Dollars,
}

impl Axis {
    fn write(self, value: f64) -> String {
        let short = if value >= 1000.0 {
            format!("{}k", dom::figure(value / 1000.0))
        } else {
            dom::figure(value)
        };
        match self {
            Self::Count => short,
            Self::Dollars => format!("${short}"),
        }
    }
}

fn tip(series: &[Series], column: &Column, total: &str, previous: &str, flip: bool) -> AnyView {
    // As in the stack: the top layer is read first.
    let parts: Vec<_> = series
        .iter()
        .zip(column.texts.clone())
        .rev()
        .map(|(s, text)| {
            view! { <div><dt>{s.name.clone()}</dt><dd>{text}</dd></div> }
        })
        .collect();
    let before = column
        .previous
        .clone()
        .map(|(_, text)| view! { <div><dt>{previous.to_owned()}</dt><dd>{text}</dd></div> });
    view! {
        <div class="chart-tip" data-flip=flip.then_some("true")>
            <h4>{column.title.clone()}</h4>
            <dl>{parts}<div class="sum"><dt>{total.to_owned()}</dt><dd>{column.total.clone()}</dd></div>{before}</dl>
        </div>
    }
    .into_any()
}

fn table(
    title: &str,
    series: &[Series],
    columns: &[Column],
    total: &str,
    previous: &str,
) -> AnyView {
    let has_previous = columns.iter().any(|c| c.previous.is_some());
    let heads: Vec<_> = series
        .iter()
        .map(|s| view! { <th scope="col" class="num">{s.name.clone()}</th> })
        .collect();
    let last =
        has_previous.then(|| view! { <th scope="col" class="num">{previous.to_owned()}</th> });
    let rows: Vec<_> = columns.iter().map(|c| {
        let cells: Vec<_> = c.texts.iter().map(|t| view! { <td class="num">{t.clone()}</td> }).collect();
        let before = has_previous.then(|| view! { <td class="num">{c.previous.clone().map_or_else(|| "–".to_owned(), |p| p.1)}</td> });
        view! { <tr><th scope="row" class="nowrap"><span class="phone-hide">{c.title.clone()}</span><span class="phone-only">{c.label.clone()}</span></th>{cells}<td class="num">{c.total.clone()}</td>{before}</tr> }
    }).collect();
    view! {
        <table class="data compact">
            <caption class="visually-hidden">{title.to_owned()}</caption>
            <thead><tr><th scope="col">"Time"</th>{heads}<th scope="col" class="num">{total.to_owned()}</th>{last}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn legend(series: &[Series], previous: &str) -> AnyView {
    let parts: Vec<_> = series.iter().map(|s| {
        view! { <li><span class="swatch" data-mark=s.mark.word() aria-hidden="true"></span>{s.name.clone()}</li> }
    }).collect();
    let before = (!previous.is_empty()).then(|| view! { <li><span class="swatch" data-mark="previous" aria-hidden="true"></span>{previous.to_owned()}</li> });
    view! { <ul class="legend">{parts}{before}</ul> }.into_any()
}

/// One column in words, for the live region.
fn spoken(series: &[Series], column: &Column, total: &str) -> String {
    let parts: Vec<_> = series
        .iter()
        .zip(&column.texts)
        .map(|(s, t)| format!("{} {t}", s.name))
        .collect();
    format!(
        "{}. {total} {}. {}.",
        column.title,
        column.total,
        parts.join(", ")
    )
}

/// Every how many columns one has room for its words. A narrow chart shows each third of those (see
/// `style/chart.css`), so it is no multiple of three.
fn label_each(columns: usize) -> usize {
    match columns {
        0..=24 => 1,
        many => {
            let each = many.div_ceil(16);
            if each.is_multiple_of(3) {
                each + 1
            } else {
                each
            }
        }
    }
}

/// The hovered or keyed column.
#[derive(Clone, Copy)]
struct Cursor {
    at: RwSignal<Option<usize>>,
    count: usize,
    node: NodeRef<html::Div>,
}

impl Cursor {
    fn on_key(self, ev: &KeyboardEvent) {
        let last = self.count.saturating_sub(1);
        let now = self.at.get_untracked();
        match ev.key().as_str() {
            "ArrowRight" => self.at.set(Some(now.map_or(0, |at| (at + 1).min(last)))),
            "ArrowLeft" => self
                .at
                .set(Some(now.map_or(last, |at| at.saturating_sub(1)))),
            "Home" => self.at.set(Some(0)),
            "End" => self.at.set(Some(last)),
            "Escape" if now.is_some() => self.at.set(None),
            "Enter" => {
                let links = self
                    .node
                    .get_untracked()
                    .map(|el| dom::all(&el, ".chart-col"));
                if let Some(col) = links.zip(now).and_then(|(all, at)| all.into_iter().nth(at)) {
                    col.click();
                }
            }
            _ => return,
        }
        ev.prevent_default();
        ev.stop_propagation();
    }
}

fn column_view(
    cursor: Cursor,
    at: usize,
    column: &Column,
    tip_of: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let on = Memo::new(move |_| cursor.at.get() == Some(at));
    let mark = move || on.get().then_some("true");
    let inside = move || on.get().then(&tip_of);
    let enter = move |_| cursor.at.set(Some(at));
    let name = format!("{}: {}", column.title, column.total);
    match column.href.clone() {
        Some(href) => view! { <a class="chart-col" tabindex="-1" href=href aria-label=name data-on=mark on:pointerenter=enter>{inside}</a> }.into_any(),
        None => view! { <div class="chart-col" data-on=mark on:pointerenter=enter>{inside}</div> }.into_any(),
    }
}

fn head(title: String, legend: AnyView, shown: RwSignal<bool>) -> AnyView {
    let pressed = move || if shown.get() { "true" } else { "false" };
    view! {
        <header class="panel-head">
            <h2>{title}</h2>
            <div class="panel-actions">
                {legend}
                <Button kind=ButtonKind::Ghost size=Size::Sm icon="table" attr:aria-pressed=pressed
                    on:click=move |_| shown.update(|on| *on = !*on)>"As table"</Button>
            </div>
        </header>
    }
    .into_any()
}

/// A chart with its head, legend and table. Put one or two of them in `Panel flush=true`, or alone
/// in `section.panel`.
#[component]
pub fn Chart(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    #[prop(into)] title: String,
    series: Vec<Series>,
    columns: Vec<Column>,
    /// What the sum is called, for example "Revenue".
    #[prop(into)]
    total: String,
    /// What the previous period is called; empty draws none.
    #[prop(optional, into)]
    previous: String,
    #[prop(optional)] axis: Axis,
    /// 96 instead of 168 px high.
    #[prop(optional)]
    short: bool,
    /// Whether the table is shown, where the page keeps it: a chart made anew then stays a table.
    #[prop(optional)]
    as_table: Option<RwSignal<bool>>,
) -> impl IntoView {
    let plot = Plot::new(&id, series.clone(), columns.clone());
    let cursor = Cursor {
        at: RwSignal::new(None),
        count: columns.len(),
        node: NodeRef::new(),
    };
    let shown = as_table.unwrap_or_default();
    let half = columns.len() / 2;
    let stack: Vec<_> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let (series, copy) = (series.clone(), column.clone());
            let (total, previous) = (total.clone(), previous.clone());
            let flip = at >= half;
            column_view(cursor, at, column, move || {
                tip(&series, &copy, &total, &previous, flip)
            })
        })
        .collect();
    let each = label_each(columns.len());
    let hours: Vec<_> = columns
        .iter()
        .enumerate()
        .map(|(at, c)| {
            let hidden = (!at.is_multiple_of(each)).then_some("invisible");
            view! { <span class=hidden>{c.label.clone()}</span> }
        })
        .collect();
    let spoken = columns
        .iter()
        .map(|c| spoken(&series, c, &total))
        .collect::<Vec<_>>();
    let reading = move || {
        cursor
            .at
            .get()
            .and_then(|at| spoken.get(at).cloned())
            .unwrap_or_default()
    };
    let key_help = format!("{title}. Arrow keys read each column, Enter opens its calls.");
    let twin = table(&title, &series, &columns, &total, &previous);
    let table_label = format!("{title}, as a table");
    view! {
        <div class="chart-block">
            {head(title, legend(&series, &previous), shown)}
            <div class="chart" data-short=short.then_some("") hidden=move || shown.get()>
                <div class="chart-frame">
                    {plot.axis(axis)}
                    <div class="chart-plot" tabindex="0" role="group" aria-label=key_help node_ref=cursor.node
                        on:keydown=move |ev| cursor.on_key(&ev) on:pointerleave=move |_| cursor.at.set(None) on:blur=move |_| cursor.at.set(None)>
                        {plot.svg()}
                        <div class="chart-cols">{stack}</div>
                        <p class="visually-hidden" aria-live="polite">{reading}</p>
                    </div>
                    <div class="chart-hours" aria-hidden="true">{hours}</div>
                </div>
            </div>
            <div class=move || if shown.get() { "region" } else { "visually-hidden" } tabindex=move || shown.get().then_some("0")
                role=move || shown.get().then_some("group") aria-label=move || shown.get().then_some(table_label.clone())>{twin}</div>
        </div>
    }
    .into_any()
}
