//! The editor of a limit for each hour of the week: a grid over a text field that says the same.
//!
//! The text is what the form posts; it is enough by itself before the page's script runs. In the
//! grid, dragging or Shift with the arrows selects hours, digits set their limit, Delete takes it
//! away.

mod selection;

use domain::caps::matrix::{Block, WeekMatrix};
use domain::time::Weekday;
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, PointerEvent};

use super::{
    button::{Button, ButtonKind, Size},
    dom,
    input::TextInput,
};
use crate::state::use_scripted;
use selection::{HOURS, Hour, Selection, clock};

/// The most digits of a limit.
const DIGITS_MAX: usize = 7;

/// What the parts of one grid share.
#[derive(Clone, Copy)]
struct Grid {
    text: RwSignal<String>,
    matrix: Memo<WeekMatrix>,
    selection: RwSignal<Selection>,
    /// Digits typed since the selection was made.
    typed: RwSignal<String>,
    node: NodeRef<html::Table>,
}

impl Grid {
    fn new(text: RwSignal<String>) -> Self {
        Self {
            text,
            // While a text is being typed it may make no sense; the grid keeps the last that did.
            matrix: Memo::new(move |before: Option<&WeekMatrix>| {
                let read = text.with(|text| text.parse().ok());
                read.or_else(|| before.cloned()).unwrap_or_default()
            }),
            selection: RwSignal::new(Selection::one(Hour { day: 0, hour: 9 })),
            typed: RwSignal::new(String::new()),
            node: NodeRef::new(),
        }
    }

    fn select(self, selection: Selection) {
        self.typed.set(String::new());
        if self.selection.get_untracked() != selection {
            self.selection.set(selection);
        }
    }

    /// Gives the focus to the hour that was gone to.
    fn focus(self) {
        let Hour { day, hour } = self.selection.get_untracked().to;
        let cell = self.node.get_untracked().and_then(|table| {
            let found = table.query_selector(&format!("[data-day='{day}'][data-hour='{hour}']"));
            found.ok().flatten()?.dyn_into::<HtmlElement>().ok()
        });
        if let Some(cell) = cell {
            dom::focus(&cell);
        }
    }

    fn change(self, change: impl FnOnce(&mut WeekMatrix)) {
        let mut matrix = self.matrix.get_untracked();
        change(&mut matrix);
        self.text.set(matrix.to_string());
        // Once the field holds the new text: the form counts its edits.
        request_animation_frame(move || {
            if let Some(Some(table)) = self.node.try_get_untracked() {
                dom::announce_change(&table);
            }
        });
    }

    fn fill(self, limit: Option<u32>) {
        let block = self.selection.get_untracked().block();
        // Hours of a selection make sense, and a limit too large is not taken.
        self.change(|matrix| drop(matrix.fill(&block, limit)));
    }

    fn copy(self, to: [bool; 7]) {
        let day = Weekday::ALL[self.selection.get_untracked().to.day];
        self.change(|matrix| matrix.copy_day(day, to));
    }

    fn digit(self, digit: &str) {
        self.typed.update(|typed| {
            if typed.len() < DIGITS_MAX {
                typed.push_str(digit);
            }
        });
        self.fill(self.typed.with_untracked(|typed| typed.parse().ok()));
    }

    fn key(self, ev: &KeyboardEvent) {
        let key = ev.key();
        let chord = ev.ctrl_key() || ev.meta_key();
        let now = self.selection.get_untracked();
        if chord && key.eq_ignore_ascii_case("a") {
            self.select(Selection::all());
        } else if chord || ev.alt_key() {
            return;
        } else if let Some(next) = now.moved(&key, ev.shift_key()) {
            self.select(next);
            self.focus();
        } else if key.len() == 1 && key.as_bytes()[0].is_ascii_digit() {
            self.digit(&key);
        } else if matches!(key.as_str(), "Delete" | "Backspace") {
            self.typed.set(String::new());
            self.fill(None);
        } else if key == "Escape" && now.from != now.to {
            self.select(Selection::one(now.to));
        } else {
            return;
        }
        ev.prevent_default();
        ev.stop_propagation();
    }

    fn pressed(self, ev: &PointerEvent) {
        let Some(at) = hour_at(ev.target()) else {
            return;
        };
        let now = self.selection.get_untracked();
        self.select(if ev.shift_key() {
            Selection { to: at, ..now }
        } else {
            Selection::one(at)
        });
        ev.prevent_default();
        self.focus();
    }

    fn dragged(self, ev: &PointerEvent) {
        if ev.buttons() & 1 == 0 {
            return;
        }
        if let Some(at) = hour_at(ev.target()) {
            let now = self.selection.get_untracked();
            self.select(Selection { to: at, ..now });
            self.focus();
        }
    }

    /// The focus came by the keyboard.
    fn entered(self, ev: &ev::FocusEvent) {
        if let Some(at) = hour_at(ev.target())
            && !self.selection.get_untracked().holds(at)
        {
            self.select(Selection::one(at));
        }
    }
}

fn hour_at(target: Option<web_sys::EventTarget>) -> Option<Hour> {
    let cell = target?.dyn_into::<Element>().ok()?;
    let cell = cell.closest("[data-hour]").ok()??;
    Some(Hour {
        day: cell.get_attribute("data-day")?.parse().ok()?,
        hour: cell.get_attribute("data-hour")?.parse().ok()?,
    })
}

/// A limit for each hour of the week, as text and, with the page's script, as a grid.
#[component]
pub fn MatrixEditor(
    #[prop(into)] name: String,
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    /// The text of the matrix. The page sets it when edits are dropped.
    bind: RwSignal<String>,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
) -> impl IntoView {
    let grid = Grid::new(bind);
    let scripted = use_scripted();
    let title = StoredValue::new(label.clone());
    let table = move || {
        scripted
            .get()
            .then(|| view! { <Table grid=grid label=title.get_value()/> })
    };
    view! {
        <div class="matrix">
            <TextInput name=name id=id label=label hint=hint error=error bind=bind mono=true placeholder="Mon-Fri 9-17=5; Sat 10-14=1"/>
            {table}
        </div>
    }
    .into_any()
}

#[component]
fn Table(grid: Grid, label: String) -> impl IntoView {
    let named = label.clone();
    let heads = (0..HOURS)
        .map(|hour| {
            let all = Selection {
                from: Hour { day: 0, hour },
                to: Hour { day: 6, hour },
            };
            let words = format!("Select {} on every day", clock(hour));
            view! { <th scope="col"><button type="button" tabindex="-1" aria-label=words on:click=move |_| { grid.select(all); grid.focus(); }>{hour.to_string()}</button></th> }
        })
        .collect_view();
    let rows = Weekday::ALL
        .into_iter()
        .map(|weekday| view! { <Day grid=grid weekday=weekday/> })
        .collect_view();
    view! {
        <div class="region matrix-region" role="group" aria-label=named>
            <table role="grid" aria-label=label aria-multiselectable="true" node_ref=grid.node on:keydown=move |ev| grid.key(&ev)
                on:pointerdown=move |ev| grid.pressed(&ev) on:pointerover=move |ev| grid.dragged(&ev) on:focusin=move |ev| grid.entered(&ev)>
                <thead><tr><td></td>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <Tools grid=grid/>
    }
    .into_any()
}

#[component]
fn Day(grid: Grid, weekday: Weekday) -> impl IntoView {
    let day = weekday.index();
    let all = Selection {
        from: Hour { day, hour: 0 },
        to: Hour {
            day,
            hour: HOURS - 1,
        },
    };
    let cells = (0..HOURS)
        .map(|hour| {
            let at = Hour { day, hour };
            let limit = Memo::new(move |_| grid.matrix.with(|m| m.at(weekday, hour)));
            let text = move || limit.get().map(|n| n.to_string());
            let label = move || {
                let limit = limit.get().map_or_else(|| "no limit".to_owned(), |n| n.to_string());
                format!("{} {}: {limit}", weekday.name(), clock(hour))
            };
            let selected = Memo::new(move |_| grid.selection.with(|s| s.holds(at)));
            let tabindex = Memo::new(move |_| if grid.selection.with(|s| s.to == at) { "0" } else { "-1" });
            view! {
                <td role="gridcell" data-day=day.to_string() data-hour=hour.to_string() tabindex=move || tabindex.get() aria-label=label
                    aria-selected=move || selected.get().to_string()>{text}</td>
            }
        })
        .collect_view();
    let words = format!("Select all of {}", weekday.name());
    view! {
        <tr>
            <th scope="row"><button type="button" tabindex="-1" aria-label=words on:click=move |_| { grid.select(all); grid.focus(); }>{weekday.short()}</button></th>
            {cells}
        </tr>
    }
    .into_any()
}

/// What can be done with the selected hours by pointer.
#[component]
fn Tools(grid: Grid) -> impl IntoView {
    let words = move || grid.selection.with(|s| s.words());
    let common = Memo::new(move |_| {
        let block = grid.selection.with(|s| s.block());
        grid.matrix.with(|m| m.common(&block))
    });
    let shown = move || match common.get() {
        Some(Some(limit)) => limit.to_string(),
        _ => String::new(),
    };
    let placeholder = move || {
        if common.get() == Some(None) {
            "No limit"
        } else {
            "Mixed"
        }
    };
    let typed = move |ev: web_sys::Event| {
        let text = event_target_value(&ev);
        match text.trim() {
            "" => grid.fill(None),
            digits => {
                if let Ok(limit) = digits.parse() {
                    grid.fill(Some(limit));
                }
            }
        }
    };
    let day = move || Weekday::ALL[grid.selection.with(|s| s.to.day)].short();
    let weekdays = move || format!("Copy {} to weekdays", day());
    let every = move || format!("Copy {} to every day", day());
    view! {
        <div class="row matrix-tools">
            <span class="soft" role="status">{words}</span>
            <input class="input num w-24" data-size="sm" type="number" min="0" step="1" aria-label="Calls in the selected hours" placeholder=placeholder
                prop:value=shown on:input=typed/>
            <Button kind=ButtonKind::Ghost size=Size::Xs on:click=move |_| grid.fill(None)>"No limit"</Button>
            <Button kind=ButtonKind::Ghost size=Size::Xs icon="copy" on:click=move |_| grid.copy(Block::WEEKDAYS)>{weekdays}</Button>
            <Button kind=ButtonKind::Ghost size=Size::Xs icon="copy" on:click=move |_| grid.copy(Block::EVERY_DAY)>{every}</Button>
        </div>
    }
    .into_any()
}
