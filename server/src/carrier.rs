//! A carrier of our own for `callcenter call` and for the demo's traffic: it sends the webhooks a
//! real one sends, executes the TwiML it gets, and reports what the caller would hear.
//!
//! It is not the judge of our webhooks (a program that shares no code with us is, see `end2end`).

pub mod document;
pub mod exchange;
pub mod leg;
pub mod load;
pub mod report;
pub mod script;
pub mod walk;
pub mod wav;
pub mod wire;

pub use report::{CallReport, Heard, Problem};
pub use script::Script;
pub use walk::Carrier;
