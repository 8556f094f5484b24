//! The world behind the services' ports.

pub mod bidder;
pub mod script;
pub mod system;
pub mod telephony;
pub mod twilio;
pub mod vault;
