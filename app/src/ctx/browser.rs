//! The browser's half of `ctx`: there is no request, so nothing to set.

use crate::state::theme::Theme;

/// The browser has one thread.
pub(crate) async fn apart<T>(work: impl Future<Output = T>) -> T {
    work.await
}

/// Statuses are the server's.
pub fn page_status(_status: u16) {}

/// Headers are the server's.
pub fn page_headers() {}

/// Telling is the server's; the router fetches by itself.
pub fn prefetch(_chunk: &'static str) {}

/// The theme the server rendered.
#[must_use]
pub fn theme() -> Theme {
    Theme::of_document()
}
