//! What a caller hears, independent of the carrier; [`twiml`] is one way to say it.

pub mod twiml;
pub mod verb;
