//! Badges and states. A state is always a shape and a word; colour only repeats it.

use leptos::prelude::*;

/// The tint of a badge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// A count or a plain fact.
    #[default]
    Neutral,
    /// Something inherited or a key.
    Outline,
    /// Something edited or selected.
    Accent,
    /// Good.
    Ok,
    /// Needs attention.
    Warn,
    /// Wrong.
    Bad,
}

impl Tone {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Outline => "outline",
            Self::Accent => "accent",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

/// A small tinted word or count.
#[component]
pub fn Badge(#[prop(optional)] tone: Tone, children: Children) -> impl IntoView {
    view! { <span class="badge" data-tone=tone.word()>{children()}</span> }.into_any()
}

/// The shape of a state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Filled circle: good or open.
    Open,
    /// Circle with a halo: happening now.
    Live,
    /// Square: all places taken.
    Full,
    /// Grey square: turned away.
    Blocked,
    /// Hollow circle: closed for now.
    Closed,
    /// Two bars: someone stopped it.
    Paused,
    /// Dashed circle: ringing or under way.
    Progress,
    /// Triangle: needs attention.
    Attention,
    /// Red diamond: failed.
    Failed,
    /// Hollow circle: neither good nor bad.
    #[default]
    Neutral,
    /// Grey diamond: "no", without blame.
    No,
    /// Accent circle: this one won.
    Won,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Live => "live",
            Self::Full => "full",
            Self::Blocked => "blocked",
            Self::Closed => "closed",
            Self::Paused => "paused",
            Self::Progress => "progress",
            Self::Attention => "attention",
            Self::Failed => "failed",
            Self::Neutral => "neutral",
            Self::No => "no",
            Self::Won => "won",
        }
    }
}

/// A state: its shape and its word.
#[component]
pub fn Status(
    #[prop(into)] state: Signal<State>,
    /// The word, for example "Full, 3 of 3 busy".
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    view! {
        <span class="status" data-state=move || state.get().word()>
            <span class="status-mark" aria-hidden="true"></span>
            <span class="status-word">{move || text.get()}</span>
        </span>
    }
    .into_any()
}

/// A thin bar under a number: how much of a limit is used.
#[component]
pub fn Meter(
    used: u64,
    /// The limit; zero draws an empty bar.
    of: u64,
    /// What it says in words, for example "3 of 3 lines".
    #[prop(into)]
    label: String,
    /// The limit is reached.
    #[prop(optional)]
    full: bool,
) -> impl IntoView {
    let share = (used.min(of) * 100).checked_div(of).unwrap_or_default();
    let full = full.then_some("true");
    view! {
        <span class="meter" role="img" aria-label=label data-full=full><span style:width=format!("{share}%")></span></span>
    }
    .into_any()
}
