//! What the whole app shares in the browser: session, live connection, clock, theme, toasts, keys.

pub mod activity;
pub mod clock;
pub mod live;
pub mod on_off;
pub mod session;
pub mod source;
pub mod theme;

use leptos::prelude::*;

use crate::ui;

/// Whether the page's script has taken over.
#[derive(Clone, Copy)]
struct Scripted(RwSignal<bool>);

/// Makes all of it; called once by the app's root, before any page.
pub(crate) fn provide() {
    ui::provide_toasts();
    ui::provide_hotkeys();
    ui::provide_leaving();
    clock::provide();
    live::provide();
    theme::provide();
    let scripted = RwSignal::new(false);
    provide_context(Scripted(scripted));
    Effect::new(move |_| scripted.set(true));
}

/// Whether the page's script has taken over; false in what the server renders.
pub fn use_scripted() -> Signal<bool> {
    use_context::<Scripted>()
        .map(|s| s.0)
        .unwrap_or_default()
        .into()
}
