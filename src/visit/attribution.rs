//! Which visitor called.
//!
//! In this order (the trace of a call says which it was):
//! 1. a caller who called the same number before, as a visitor who does not have it now: people keep
//!    numbers, and the one who has it on a page now has not called;
//! 2. the visitor who has the number, or a late call of the one who had it last.

use serde::{Deserialize, Serialize};

use super::VISITOR_TAGS;
use crate::id::{PublisherId, VisitId};
use crate::tag::Tags;
use crate::time::{Timestamp, ago};

/// A call so long after a number was given up is nobody's: it may have been copied from anywhere.
pub const LATE_S_MAX: u32 = 7 * 24 * 3_600;

/// A visit as a call on its number sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenNumber {
    pub visit: VisitId,
    pub visitor: String,
    /// The publisher of the tag that showed the number.
    pub publisher: Option<PublisherId>,
    /// Since when the visitor has had the number.
    pub leased_at: Timestamp,
    /// Until when it was held.
    pub held_until: Timestamp,
    pub tags: Tags,
}

/// That a call is a visitor's, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribution {
    pub visit: VisitId,
    pub by: By,
    /// Where the visitor came from: "google / cpc".
    pub source: String,
}

/// Why a call is a visitor's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The visitor has the number, since so many seconds.
    Lease { for_s: u32 },
    /// The visitor had it last; it was given up so many seconds ago.
    Late { since_s: u32 },
    /// The caller called it before as this visitor.
    Caller,
}

impl By {
    /// A sentence.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Lease { for_s } => format!(
                "The number was lent to this visitor, {} before the call.",
                ago(for_s)
            ),
            Self::Late { since_s } => format!(
                "The number was lent to this visitor last; nobody has had it in the {} since.",
                ago(since_s)
            ),
            Self::Caller => {
                "The caller called this number before as this visitor; whoever sees it now is somebody else."
                    .to_owned()
            }
        }
    }
}

impl SeenNumber {
    /// The call's share of the visit, whose tags it gets.
    #[must_use]
    pub fn attribution(&self, by: By) -> Attribution {
        let told = |name: &str| self.tags.get(VISITOR_TAGS, name).unwrap_or_default();
        Attribution {
            visit: self.visit,
            by,
            source: super::source::words(told("source"), told("medium")),
        }
    }
}

/// Whose call on a number it is: of the one who got the number last, or of the one as whom the
/// caller called it before.
#[must_use]
pub fn attribute(
    last: Option<SeenNumber>,
    before: Option<SeenNumber>,
    now: Timestamp,
) -> Option<(SeenNumber, By)> {
    if let Some(before) = before {
        let same = last
            .as_ref()
            .is_some_and(|last| last.visitor == before.visitor);
        if !same {
            return Some((before, By::Caller));
        }
    }
    let last = last?;
    let by = if now < last.held_until {
        By::Lease {
            for_s: now.secs_since(last.leased_at),
        }
    } else {
        By::Late {
            since_s: now.secs_since(last.held_until),
        }
    };
    match by {
        By::Late { since_s } if since_s > LATE_S_MAX => None,
        by => Some((last, by)),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(1_000_000 + secs)
    }

    fn seen(visitor: &str, from: i64, until: i64) -> SeenNumber {
        SeenNumber {
            visit: VisitId(Uuid::from_u128(visitor.len() as u128)),
            visitor: visitor.to_owned(),
            publisher: None,
            leased_at: at(from),
            held_until: at(until),
            tags: Tags::default(),
        }
    }

    fn who(last: Option<SeenNumber>, before: Option<SeenNumber>, now: i64) -> Option<(String, By)> {
        attribute(last, before, at(now)).map(|(seen, by)| (seen.visitor, by))
    }

    #[test]
    fn the_one_who_has_the_number_called_and_late_the_one_who_had_it() {
        let last = || Some(seen("anna", 0, 330));
        assert_eq!(
            who(last(), None, 41),
            Some(("anna".to_owned(), By::Lease { for_s: 41 }))
        );
        assert_eq!(
            who(last(), None, 390),
            Some(("anna".to_owned(), By::Late { since_s: 60 }))
        );
        let limit = 330 + i64::from(LATE_S_MAX);
        assert!(who(last(), None, limit).is_some());
        assert_eq!(who(last(), None, limit + 1), None);
        assert_eq!(who(None, None, 0), None);
    }

    #[test]
    fn a_known_caller_is_who_called_before() {
        let ben = || Some(seen("ben", 500, 900));
        let anna = || Some(seen("anna", 0, 330));
        assert_eq!(
            who(ben(), anna(), 600),
            Some(("anna".to_owned(), By::Caller))
        );
        assert_eq!(
            who(None, anna(), 600),
            Some(("anna".to_owned(), By::Caller))
        );
        // The same person again, on a newer visit.
        let again = || Some(seen("anna", 500, 900));
        assert_eq!(
            who(again(), anna(), 600),
            Some(("anna".to_owned(), By::Lease { for_s: 100 }))
        );
    }

    #[test]
    fn a_clock_that_was_set_back_breaks_nothing() {
        assert_eq!(
            who(Some(seen("anna", 100, 430)), None, 0),
            Some(("anna".to_owned(), By::Lease { for_s: 0 }))
        );
    }
}
