//! How often an RTB id may be asked.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The most pings that may be let in within one span.
pub const RATE_MAX: u32 = 1_000_000;
/// Pings over the limit that are still kept to be looked at, of each span: a flood of them is not.
pub const KEPT_OVER: u32 = 20;

/// How often an RTB id may be asked (Ringba's `rateLimit`; 10 a minute by default).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimit {
    pub pings: u32,
    pub per: Span,
}

/// In what time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    #[default]
    Minute,
    Hour,
    Day,
}

/// How often an id was asked in the span that began last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Which span, counted from the beginning of time.
    pub span: i64,
    pub pings: u32,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self {
            pings: 10,
            per: Span::Minute,
        }
    }
}

impl Span {
    /// All spans.
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// In seconds.
    #[must_use]
    pub fn secs(self) -> i64 {
        match self {
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
        }
    }

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// The span of a stored word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.code() == code)
    }

    /// Which one a moment is in, counted from the beginning of time.
    #[must_use]
    pub fn at(self, now: Timestamp) -> i64 {
        now.secs().div_euclid(self.secs())
    }
}

impl RateLimit {
    /// How often it was asked in the span that a moment is in.
    #[must_use]
    pub fn asked(self, last: Asked, now: Timestamp) -> u32 {
        if last.span == self.per.at(now) {
            last.pings
        } else {
            0
        }
    }

    /// Whether another ping goes over it.
    #[must_use]
    pub fn is_reached(self, last: Asked, now: Timestamp) -> bool {
        self.asked(last, now) >= self.pings
    }

    /// Whether so many went over it already that another is not even kept.
    #[must_use]
    pub fn is_flooded(self, last: Asked, now: Timestamp) -> bool {
        self.asked(last, now) >= self.pings.saturating_add(KEPT_OVER)
    }

    /// "10 a minute".
    #[must_use]
    pub fn words(self) -> String {
        let per = match self.per {
            Span::Minute => "a minute",
            Span::Hour => "an hour",
            Span::Day => "a day",
        };
        format!("{} {per}", self.pings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_span_begins_at_nothing() {
        let limit = RateLimit::default();
        let now = Timestamp::from_secs(600);
        let last = Asked {
            span: limit.per.at(now),
            pings: 10,
        };
        assert!(limit.is_reached(last, now) && !limit.is_flooded(last, now));
        assert!(!limit.is_reached(last, now.plus_secs(60)));
        let many = Asked { pings: 30, ..last };
        assert!(limit.is_flooded(many, now));
        assert_eq!(limit.words(), "10 a minute");
    }
}
