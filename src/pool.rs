//! Number pools: tracking numbers that are lent to the visitors of a site, one to each, so that a
//! call tells which visitor called.

pub mod grow;
pub mod lease;

use serde::{Deserialize, Serialize};

/// How long a number stays with a visitor who has gone quiet, unless the pool says otherwise
/// (domain-reference 3).
pub const IDLE_S_DEFAULT: u32 = 300;
/// How long it stays after the visitor has closed the page.
pub const CLOSED_S_DEFAULT: u32 = 30;
/// The shortest and the longest a pool may hold a quiet visitor's number, in seconds.
pub const IDLE_S: (u32, u32) = (60, 86_400);
/// The same after the page was closed.
pub const CLOSED_S: (u32, u32) = (0, 86_400);
/// How often a visitor's page says that it is still there, in seconds.
pub const BEAT_S: u32 = 60;

/// How long a number stays with a visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Since the visitor's page was last heard of, in seconds.
    pub idle_s: u32,
    /// Since it was closed, in seconds.
    pub closed_s: u32,
}

impl Default for Hold {
    fn default() -> Self {
        Self {
            idle_s: IDLE_S_DEFAULT,
            closed_s: CLOSED_S_DEFAULT,
        }
    }
}

/// Which of the free numbers a new visitor gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rotation {
    /// The one that is free the longest: late calls to it are over by then.
    #[default]
    LongestFree,
    /// Always the same few: the rest of the pool is seldom shown to anybody.
    FewestNumbers,
}

impl Rotation {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::LongestFree, Self::FewestNumbers];

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::LongestFree => "longest_free",
            Self::FewestNumbers => "fewest_numbers",
        }
    }

    /// The rotation of a stored or typed word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::LongestFree => "Longest free first",
            Self::FewestNumbers => "As few numbers as possible",
        }
    }
}

/// How many numbers a pool wants for so many visitors: those who are there at once, who each keep
/// a number for the visit and the hold after it, and a quarter more so that a busy minute misses
/// nobody (Little's law; domain-reference 3 has the peers' formulas).
#[must_use]
pub fn wanted_size(visits_in_busiest_hour: u32, mean_visit_s: u32, hold: Hold) -> u32 {
    let kept_s = u64::from(mean_visit_s) + u64::from(hold.idle_s.min(hold.closed_s));
    let at_once = u64::from(visits_in_busiest_hour)
        .saturating_mul(kept_s)
        .div_ceil(3_600);
    let reserve = at_once.div_ceil(4);
    u32::try_from(at_once.saturating_add(reserve)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_is_as_large_as_its_busiest_hour() {
        let hold = Hold::default();
        // 120 visits of 150 s, each held for 30 s more: six at once, and a quarter more.
        assert_eq!(wanted_size(120, 150, hold), 8);
        assert_eq!(wanted_size(0, 150, hold), 0);
        assert_eq!(wanted_size(u32::MAX, u32::MAX, hold), u32::MAX);
    }

    #[test]
    fn a_rotation_is_known_by_its_word() {
        for rotation in Rotation::ALL {
            assert_eq!(Rotation::from_code(rotation.code()), Some(rotation));
        }
        assert_eq!(Rotation::from_code("random"), None);
    }
}
