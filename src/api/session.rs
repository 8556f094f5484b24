//! Who is signed in, and what the frame around every page shows.

use serde::{Deserialize, Serialize};

use crate::access::Role;

/// The frame of every page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shell {
    pub account: String,
    pub user_name: String,
    pub user_email: String,
    /// "DW".
    pub initials: String,
    pub role: Role,
    /// The account's zone, for example "ET".
    pub zone_short: String,
    pub counters: Counters,
}

/// The header's counters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    pub live: u32,
    /// Calls that ended today in the account's zone.
    pub completed_today: u32,
}
