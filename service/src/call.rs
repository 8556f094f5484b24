//! Calls: the engine that runs them, the log that shows them.

pub mod engine;
pub mod log;
pub(crate) mod view;
