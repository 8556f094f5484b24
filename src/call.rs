//! The life of a call: events in, effects out, nothing forgotten in between.
//!
//! [`machine::CallMachine`] is the only place that says what happens next in a call. It is a value
//! that can be stored between any two events, so a restart in the middle of a call continues it.

pub mod effect;
pub mod event;
pub mod machine;
pub mod money;
pub mod record;
pub mod recording;
pub mod reservation;
pub mod session;
pub mod step;
pub mod timeline;
pub mod waveform;
