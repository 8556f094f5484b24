//! The domain of CallCenter Pro: what a call is, who may take it, and why.
//!
//! Invariants of this crate, checked by `xtask edges` and by lints:
//! - no clock, no randomness, no time-zone data, no I/O, no async: facts, time and draws come in
//!   as arguments, decisions and traces go out;
//! - it compiles for the browser, so that forms validate and traces read the same on both sides;
//! - a decision never says "no" without a reason a person can read.

pub mod access;
pub mod account;
pub mod agent;
pub mod api;
pub mod api_key;
pub mod block;
pub mod call;
pub mod campaign;
pub mod caps;
pub mod carrier_account;
pub mod carrier_number;
#[cfg(test)]
mod cases;
pub mod dni_tag;
pub mod draw;
pub mod duplicate;
pub mod enrichment;
pub mod id;
pub mod invalid;
pub mod ledger;
pub mod money;
pub mod number_order;
pub mod outgoing;
#[cfg(all(feature = "rtb", feature = "url"))]
pub mod parameters;
pub mod phone;
pub mod plan;
pub mod pool;
pub mod publisher;
pub mod recovery;
pub mod retention;
pub mod routing;
pub mod rtb;
pub mod rtb_id;
pub mod schedule;
pub mod share;
pub mod sheet;
pub mod tag;
pub mod target;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod time;
pub mod trouble;
pub mod visit;
pub mod voice;
pub mod webhook;
