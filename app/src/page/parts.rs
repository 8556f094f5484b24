//! Pieces that several pages show the same way.

use std::fmt::Display;
use std::str::FromStr;

use domain::access::Permission;
use domain::api::call::CallRow;
use domain::api::page::{Activity, Availability, AvailabilityKind, Choice, Meter, MoneyMeter};
use domain::call::record::{LiveState, Outcome};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::state::session::use_session;
use crate::ui::{self, State, Status};

/// The shape and word of a call: how it stands while it lives, how it ended afterwards.
#[must_use]
pub fn call_state(row: &CallRow) -> (State, &'static str) {
    match (row.outcome, row.state) {
        (Some(outcome), _) => (outcome_shape(outcome), outcome.word()),
        (None, LiveState::Connected) => (State::Live, "Connected"),
        (None, LiveState::Ringing) => (State::Progress, "Ringing"),
        (None, LiveState::Fallback) => (State::Progress, "In fallback"),
        (None, LiveState::Ended) => (State::Neutral, "Ended"),
    }
}

fn outcome_shape(outcome: Outcome) -> State {
    match outcome {
        Outcome::Connected => State::Open,
        Outcome::Forwarded | Outcome::Voicemail => State::Neutral,
        Outcome::NoAnswer => State::Failed,
        Outcome::NoTarget => State::Attention,
        Outcome::Abandoned => State::No,
        Outcome::Unrouted | Outcome::Blocked => State::Blocked,
    }
}

/// A call's state, kept up to date.
#[component]
pub fn CallStatus(row: Memo<CallRow>) -> impl IntoView {
    let shape = Signal::derive(move || row.with(|r| call_state(r).0));
    let text = Signal::derive(move || row.with(|r| call_state(r).1.to_owned()));
    view! { <Status state=shape text=text/> }.into_any()
}

/// The shape of an availability.
#[must_use]
pub fn availability_shape(kind: AvailabilityKind) -> State {
    match kind {
        AvailabilityKind::Open => State::Open,
        AvailabilityKind::Full => State::Full,
        AvailabilityKind::Closed => State::Closed,
        AvailabilityKind::Paused => State::Paused,
    }
}

/// "Open" over "until 7:00 pm CT".
#[component]
pub fn AvailabilityView(now: Availability) -> impl IntoView {
    view! {
        <span class="two">
            <Status state=availability_shape(now.kind) text=now.word/>
            <small>{now.detail}</small>
        </span>
    }
    .into_any()
}

/// The shape and word of an activity.
#[must_use]
pub fn activity_state(activity: Activity) -> (State, &'static str) {
    match activity {
        Activity::Active => (State::Open, "Active"),
        Activity::Paused => (State::Paused, "Paused"),
        Activity::Archived => (State::Neutral, "Archived"),
    }
}

/// The shape and words of a thing on its page: as it was switched just now, else as it stands, with the
/// detail behind `joint`. `switched` says what was asked for, given what is stored.
pub fn standing(
    switched: impl Fn(Activity) -> Activity + Send + Sync + 'static,
    stored: Signal<Activity>,
    now: Signal<Availability>,
    joint: &'static str,
) -> (Signal<State>, Signal<String>) {
    let state = Memo::new(move |_| {
        let stored = stored.get();
        let asked = switched(stored);
        if asked != stored {
            let (shape, word) = activity_state(asked);
            return (shape, word.to_owned());
        }
        now.with(|now| {
            let words = match now.detail.as_str() {
                "" => now.word.clone(),
                detail => format!("{}{joint}{detail}", now.word),
            };
            (availability_shape(now.kind), words)
        })
    });
    (
        Signal::derive(move || state.get().0),
        Signal::derive(move || state.get().1),
    )
}

/// "1 of 5" over a thin bar, or "62" over "no limit".
#[component]
pub fn MeterView(meter: Meter, what: &'static str) -> impl IntoView {
    let count = grouped(u64::from(meter.count));
    let Some(limit) = meter.limit else {
        return view! { <span class="meter-cell">{count}</span>" "<small class="meter-free">"no limit"</small> }.into_any();
    };
    let limit_text = grouped(u64::from(limit));
    let label = format!("{count} of {limit_text} {what}");
    let full = meter.count >= limit;
    view! {
        <span class="meter-cell">{count}<span class="soft">" of "{limit_text}</span></span>
        <ui::Meter used=u64::from(meter.count) of=u64::from(limit) label=label full=full/>
    }
    .into_any()
}

/// "$45.00 of $500.00" over a thin bar, or "$45.00" alone.
#[component]
pub fn MoneyMeterView(meter: MoneyMeter, what: &'static str) -> impl IntoView {
    let Some(limit) = meter.limit else {
        return view! { <span class="meter-cell">{meter.spent}</span> }.into_any();
    };
    let label = format!("{} of {limit} {what}", meter.spent);
    view! {
        <span class="meter-cell">{meter.spent}<span class="soft">" of "{limit}</span></span>
        <ui::Meter used=u64::from(meter.percent) of=100 label=label full={meter.percent >= 100}/>
    }
    .into_any()
}

/// A text, or an en dash where there is none.
#[must_use]
pub fn or_dash(text: &str) -> AnyView {
    if text.is_empty() {
        view! { <span class="none">"–"</span> }.into_any()
    } else {
        text.to_owned().into_any()
    }
}

/// An amount of money; nothing is quieter, and what is not settled a dash.
#[must_use]
pub fn amount(text: &str) -> AnyView {
    match text {
        "$0.00" => view! { <span class="zero">"$0.00"</span> }.into_any(),
        text => or_dash(text),
    }
}

/// A count; zero is quieter.
#[must_use]
pub fn count(n: u32) -> AnyView {
    tally(u64::from(n))
}

/// The same of what may be more.
#[must_use]
pub fn tally(n: u64) -> AnyView {
    if n == 0 {
        view! { <span class="zero">"0"</span> }.into_any()
    } else {
        grouped(n).into_any()
    }
}

/// "7.4%" of a whole; empty where there is nothing to take it of.
#[must_use]
pub fn rate(part: u64, whole: u64) -> String {
    let tenths = part.saturating_mul(1_000).saturating_add(whole / 2);
    match tenths.checked_div(whole) {
        Some(tenths) => format!("{}.{}%", tenths / 10, tenths % 10),
        None => String::new(),
    }
}

/// "1,307".
#[must_use]
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// "1 call", "2 calls".
#[must_use]
pub fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// The server's choices as the kit's.
#[must_use]
pub fn choices(list: &[Choice]) -> Vec<ui::Choice> {
    list.iter()
        .map(|c| ui::Choice::new(&c.value, &c.label).note(&c.hint))
        .collect()
}

/// Whether the signed-in person may do something. Read under a `Transition`.
#[must_use]
pub fn may(what: Permission) -> Signal<bool> {
    let session = use_session();
    Memo::new(move |_| session.may(what)).into()
}

/// Why a control is absent, for roles that may only look.
#[component]
pub fn OnlyLook(what: Permission) -> impl IntoView {
    view! { <p class="soft">{format!("Your role may not {}.", what.words())}</p> }.into_any()
}

/// The id in the address; none if it is not one.
#[must_use]
pub fn id_param<T: FromStr + Send + Sync + Copy + PartialEq + 'static>() -> Memo<Option<T>> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|p| p.get("id").and_then(|id| id.parse().ok())))
}

/// A page whose address must hold an id: without one there is no such page.
pub fn with_id<T>(
    what: &'static str,
    page: impl Fn(Memo<T>) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    T: FromStr + Display + Send + Sync + Copy + PartialEq + 'static,
{
    let id = id_param::<T>();
    let known = Memo::new(move |_| id.get().is_some());
    (move || {
        if !known.get() {
            return view! { <super::not_found::Missing what=what/> }.into_any();
        }
        let Some(first) = id.get_untracked() else {
            return ().into_any();
        };
        page(Memo::new(move |before: Option<&T>| {
            id.get().or(before.copied()).unwrap_or(first)
        }))
    })
    .into_any()
}

/// Table rows that are patched where they stand: a row is made once for its key and lives as long
/// as the list holds it, so an open menu or a focus in it survives every refresh.
pub fn rows<T, K>(
    list: Memo<Vec<T>>,
    key: fn(&T) -> K,
    row: impl Fn(Memo<T>) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    K: Copy + Eq + std::hash::Hash + Send + Sync + 'static,
{
    let keys = Memo::new(move |_| list.with(|all| all.iter().map(key).collect::<Vec<K>>()));
    let row = StoredValue::new(row);
    let made = move |id: K| {
        let found = move || list.with(|all| all.iter().find(|item| key(item) == id).cloned());
        let first = untrack(found)?;
        let item = Memo::new(move |before: Option<&T>| {
            found()
                .or_else(|| before.cloned())
                .unwrap_or_else(|| first.clone())
        });
        Some(row.with_value(|row| row(item)))
    };
    view! { <For each=move || keys.get() key=|id| *id children=made/> }.into_any()
}

/// Keeps the focus in a list when the row that had it goes: it passes to the row that took its
/// place. `ids` are those of the rows, in the order of their links.
pub fn keep_focus(ids: Signal<Vec<String>>) {
    Effect::new(move |before: Option<Vec<String>>| {
        let now = ids.get();
        let gone = before.and_then(|before| before.iter().position(|id| !now.contains(id)));
        if let Some(at) = gone {
            // Once the rows are drawn.
            request_animation_frame(move || ui::focus_row(at));
        }
        now
    });
}

/// A page's content for those who may, or why not for those who may not.
#[component]
pub fn IfMay(what: Permission, #[prop(into)] title: String, children: ChildrenFn) -> impl IntoView {
    view! { <Suspense><Gate what=what title=title children=children/></Suspense> }.into_any()
}

#[component]
fn Gate(what: Permission, title: String, children: ChildrenFn) -> impl IntoView {
    let edit = may(what);
    let view = move || {
        if edit.get() {
            children().into_any()
        } else {
            view! { <ui::Panel title=title.clone()><OnlyLook what=what/></ui::Panel> }.into_any()
        }
    };
    view.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_as_people_write_them() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_307), "1,307");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(counted(1, "call", "calls"), "1 call");
    }

    #[test]
    fn a_rate_is_rounded_to_tenths_and_needs_a_whole() {
        assert_eq!(rate(1, 3), "33.3%");
        assert_eq!(rate(2, 3), "66.7%");
        assert_eq!(rate(0, 7), "0.0%");
        assert_eq!(rate(7, 7), "100.0%");
        assert_eq!(rate(0, 0), "");
    }
}
