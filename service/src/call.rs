//! Calls: the engine that runs them, the log that shows them.

pub(crate) mod adjust;
mod arrive;
mod deliver;
pub mod engine;
mod judge;
pub mod ledger;
pub mod log;
pub(crate) mod money;
pub(crate) mod query;
pub mod story;
pub(crate) mod view;
pub mod wake;
