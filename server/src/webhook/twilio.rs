//! Twilio's webhooks (twilio-reference 1 to 3).
//!
//! Invariants: nothing is read before the signature is checked; what is authentic is answered with
//! TwiML and 200 whatever goes wrong with us; unknown parameters are kept, never refused.

pub mod door;
pub mod form;
pub mod recording;
pub mod reply;
pub mod signature;
pub mod status;
pub mod voice;
