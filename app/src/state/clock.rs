//! Seconds since the page's script took over: live durations start from the server's figure and
//! grow by this, so that nothing is rendered from a clock.

use std::time::Duration;

use domain::time::length_text;
use leptos::prelude::*;

#[derive(Clone, Copy)]
struct Clock(RwSignal<u32>);

pub(super) fn provide() {
    let seconds = RwSignal::new(0);
    provide_context(Clock(seconds));
    Effect::new(move |_| {
        if let Ok(handle) =
            set_interval_with_handle(move || seconds.update(|s| *s += 1), Duration::from_secs(1))
        {
            on_cleanup(move || handle.clear());
        }
    });
}

/// A length that grows while `running`; `seconds` is what the server said last.
#[component]
pub fn Length(
    #[prop(into)] seconds: Signal<u32>,
    #[prop(into)] running: Signal<bool>,
) -> impl IntoView {
    let clock = use_context::<Clock>().map(|c| c.0).unwrap_or_default();
    let anchor = Memo::new(move |_| (seconds.get(), clock.get_untracked()));
    let text = move || {
        let (said, at) = anchor.get();
        let more = if running.get() {
            clock.get().saturating_sub(at)
        } else {
            0
        };
        length_text(said + more)
    };
    view! { <span class="length">{text}</span> }.into_any()
}
