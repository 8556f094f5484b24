//! Calls: the engine that runs them, the log that shows them.

mod arrive;
mod deliver;
pub mod engine;
pub mod log;
pub(crate) mod view;
pub mod wake;
