//! The drawn part of a chart: grid, bars and step line in percentages of the plot.

use leptos::prelude::*;

use super::{Axis, Column, Mark, Series};
use crate::ui::dom::figure;

/// A step that gives three to five grid lines: 1, 2 or 5 times a power of ten.
fn step(max: f64) -> f64 {
    let raw = (max / 4.0).max(1.0);
    let mut power = 1.0;
    while power * 10.0 <= raw {
        power *= 10.0;
    }
    let lead = raw / power;
    power
        * if lead <= 1.0 {
            1.0
        } else if lead <= 2.0 {
            2.0
        } else if lead <= 5.0 {
            5.0
        } else {
            10.0
        }
}

fn percent(value: f64) -> String {
    format!("{}%", figure(value))
}

/// The stretched parts: grid, bars, the previous period's step line.
pub(super) struct Plot {
    series: Vec<Series>,
    columns: Vec<Column>,
    top: f64,
    step: f64,
    hatch: String,
}

impl Plot {
    pub(super) fn new(id: &str, series: Vec<Series>, columns: Vec<Column>) -> Self {
        let sums = columns.iter().map(|c| c.values.iter().sum::<f64>());
        let max = sums
            .chain(
                columns
                    .iter()
                    .filter_map(|c| c.previous.as_ref().map(|p| p.0)),
            )
            .fold(1.0, f64::max);
        let step = step(max);
        Self {
            series,
            columns,
            top: (max / step).ceil().max(1.0) * step,
            step,
            hatch: format!("{id}-hatch"),
        }
    }

    fn ticks(&self) -> Vec<f64> {
        let mut ticks = vec![0.0];
        while ticks
            .last()
            .is_some_and(|t| t + self.step <= self.top + 0.001)
        {
            ticks.push(ticks.last().copied().unwrap_or_default() + self.step);
        }
        ticks
    }

    fn y(&self, value: f64) -> f64 {
        100.0 - value / self.top * 100.0
    }

    fn width(&self) -> f64 {
        100.0 / (self.columns.len().max(1) as f64)
    }

    fn bars(&self) -> Vec<AnyView> {
        let wide = self.width();
        let mut views = Vec::new();
        for (at, column) in self.columns.iter().enumerate() {
            let mut below = 0.0;
            let parts: Vec<_> = self.series.iter().zip(&column.values).filter(|(_, v)| **v > 0.0).map(|(s, value)| {
                below += value;
                let fill = (s.mark == Mark::Hatch).then(|| format!("url(#{})", self.hatch));
                view! {
                    <rect class="chart-bar" data-mark=s.mark.word() fill=fill x=percent(wide * (at as f64 + 0.16)) width=percent(wide * 0.68)
                        y=percent(self.y(below)) height=percent(value / self.top * 100.0)/>
                }
            }).collect();
            views.push(view! { <g class:chart-partial=column.partial>{parts}</g> }.into_any());
        }
        views
    }

    fn previous(&self) -> Vec<AnyView> {
        let wide = self.width();
        let line = |x1: f64, y1: f64, x2: f64, y2: f64| {
            view! { <line class="chart-prev" x1=percent(x1) y1=percent(y1) x2=percent(x2) y2=percent(y2)/> }.into_any()
        };
        let mut views = Vec::new();
        let mut last = None;
        for (at, column) in self.columns.iter().enumerate() {
            let Some((value, _)) = column.previous else {
                last = None;
                continue;
            };
            let (x, y) = (wide * at as f64, self.y(value));
            if let Some(from) = last {
                views.push(line(x, from, x, y));
            }
            views.push(line(x, y, x + wide, y));
            last = Some(y);
        }
        views
    }

    pub(super) fn svg(&self) -> AnyView {
        let grid: Vec<_> = self
            .ticks()
            .into_iter()
            .skip(1)
            .map(|t| {
                let y = percent(self.y(t));
                view! { <line class="chart-grid" x1="0" x2="100%" y1=y.clone() y2=y/> }
            })
            .collect();
        view! {
            <svg aria-hidden="true">
                <defs>
                    <pattern id=self.hatch.clone() width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                        <line class="chart-hatch-line" x1="0" y1="0" x2="0" y2="4" stroke-width="2.4"/>
                    </pattern>
                </defs>
                {grid}{self.bars()}{self.previous()}
            </svg>
        }
        .into_any()
    }

    pub(super) fn axis(&self, unit: Axis) -> AnyView {
        let ticks = self.ticks();
        let widest = ticks
            .iter()
            .map(|t| unit.write(*t))
            .max_by_key(String::len)
            .unwrap_or_default();
        let words: Vec<_> = ticks
            .into_iter()
            .map(|t| {
                view! { <span style:bottom=percent(t / self.top * 100.0)>{unit.write(t)}</span> }
            })
            .collect();
        view! { <div class="chart-axis" aria-hidden="true"><span class="chart-widest">{widest}</span>{words}</div> }.into_any()
    }
}
