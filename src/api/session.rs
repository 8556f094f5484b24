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
    /// Whether calls are sent to this person.
    pub agent: bool,
    /// The account's zone, for example "ET".
    pub zone_short: String,
    pub counters: Counters,
}

/// What a page comes with before the stream of events speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub shell: Shell,
    /// The figure of [`News`] from before anything on the page was read, so that no change between
    /// page and stream goes unnoticed.
    pub figure: i64,
}

/// One event of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    pub counters: Counters,
    /// Another one whenever anything about the account's calls changed.
    pub figure: i64,
}

/// The header's counters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    pub live: u32,
    /// Calls that ended today in the account's zone.
    pub completed_today: u32,
    /// Disputes that wait for a decision.
    pub disputes: u32,
}
