//! RTB ids: what publishers ask before they send a call, and what they are offered.
//!
//! Fields, codes and words are those of Ringba's endpoint (domain-reference 1b), so that a publisher's
//! program works unchanged.

pub mod answer;
pub mod arrival;
pub mod asking;
pub mod bid;
pub mod check;
pub mod modifier;
pub mod pass_through;
pub mod ping;
pub mod promise;
pub mod rate;
pub mod reject;
pub mod settings;
