//! What the whole app shares in the browser: session, live connection, clock, theme, toasts, keys.

pub mod activity;
pub mod clock;
pub mod live;
pub mod session;
pub mod source;
pub mod theme;

use crate::ui;

/// Makes all of it; called once by the app's root, before any page.
pub(crate) fn provide() {
    ui::provide_toasts();
    ui::provide_hotkeys();
    clock::provide();
    live::provide();
    theme::provide();
}
