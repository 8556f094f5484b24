//! What became of recordings that cannot be heard any more, in words.

use domain::retention::days_text;
use store::{Doom, RecordingRecord};

use crate::op::OpCtx;
use crate::zone::stamp;

/// "After 30 days", "By Dana Whit: the caller asked".
pub(crate) fn cause(doom: &Doom) -> String {
    match doom {
        Doom::Rule { days } => format!("After {}", days_text(*days)),
        Doom::Person { name, reason } => format!("By {name}: {reason}"),
    }
}

/// "Deleted after 30 days on Thu, Dec 3"; empty while the recording can be heard.
pub(crate) fn words(op: &OpCtx, record: &RecordingRecord) -> String {
    let Some((doom, at)) = &record.doom else {
        return String::new();
    };
    let (what, tail) = match doom {
        Doom::Rule { days } => (format!("after {}", days_text(*days)), String::new()),
        Doom::Person { name, reason } => (format!("by {name}"), format!(": {reason}")),
    };
    match record.deleted_at {
        Some(deleted) => {
            let day = stamp(&op.zone, deleted).date;
            format!("Deleted {what} on {day}{tail}")
        }
        None => {
            let day = stamp(&op.zone, *at).date;
            format!(
                "Withdrawn {what} on {day}{tail}. The carrier has not confirmed yet that it is deleted."
            )
        }
    }
}
