//! The carrier's side door: requests that are trusted only for their signature.

pub mod twilio;
