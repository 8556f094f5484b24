//! Real-time bidding to bidders: what they are asked, how their answers are read, and who wins.
//!
//! Sealed bids: a bidder learns nothing of another's. A bid is refused with a reason a person can
//! read, and an auction tells of every bidder what became of the ping, in order.

pub mod amount;
#[cfg(feature = "rtb")]
pub mod answer;
pub mod auction;
pub mod bid;
pub mod bidder;
pub mod circuit;
#[cfg(all(test, feature = "rtb"))]
mod conformance;
pub mod health;
pub mod held;
pub mod inquiry;
pub mod json;
pub mod parser;
pub mod path;
pub mod ping;
pub mod token;
