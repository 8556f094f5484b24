//! What targets take from their buyer, in words.

use serde::{Deserialize, Serialize};

use super::again::{recovery_words, restriction_words};
use crate::caps::Caps;
use crate::caps::dollars::DollarCaps;
use crate::money::grouped;
use crate::schedule::holiday::Holiday;
use crate::target::CallerIdPolicy;
use crate::target::settings::BuyerSettings;

/// What a buyer says for its targets, a sentence for each group of settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inherited {
    /// "Mon–Fri 9:00 am – 5:00 pm ET, 2 holidays".
    pub hours: String,
    /// "25 seconds".
    pub ring_timeout: String,
    /// "Caller", "(214) 555-0187".
    pub caller_id: String,
    /// "2 at once, 40 a day, $500.00 a day", "No limit".
    pub caps: String,
    pub restriction: String,
    pub recovery: String,
}

impl Inherited {
    /// The words of a buyer's settings.
    #[must_use]
    pub fn of(buyer: &BuyerSettings) -> Self {
        let restriction = buyer.restriction.as_ref();
        Self {
            hours: hours_words(&buyer.hours.sentence(&buyer.zone), &buyer.holidays),
            ring_timeout: format!("{} seconds", buyer.ring_timeout_s),
            caller_id: caller_id_words(&buyer.caller_id),
            caps: caps_words(&buyer.caps, &buyer.dollars),
            restriction: restriction.map_or_else(|| "None".to_owned(), restriction_words),
            recovery: recovery_words(buyer.recovery),
        }
    }
}

fn hours_words(week: &str, holidays: &[Holiday]) -> String {
    match holidays {
        [] => week.to_owned(),
        [one] => format!("{week}, not on {}", one.name),
        more => format!("{week}, {} holidays", more.len()),
    }
}

fn caller_id_words(policy: &CallerIdPolicy) -> String {
    match policy {
        CallerIdPolicy::PassThrough => "The caller’s own".to_owned(),
        CallerIdPolicy::Tracking => "The tracking number".to_owned(),
        CallerIdPolicy::Fixed(number) => number.display(),
    }
}

/// "2 at once, 40 a day, $500.00 a day"; "No limit" if nothing is limited.
pub(super) fn caps_words(caps: &Caps, dollars: &DollarCaps) -> String {
    const SPANS: [&str; 5] = ["at once", "an hour", "a day", "a month", "in all"];
    let calls = [
        caps.concurrent,
        caps.hourly,
        caps.daily,
        caps.monthly,
        caps.total,
    ];
    let money = [
        dollars.hourly,
        dollars.daily,
        dollars.monthly,
        dollars.total,
    ];
    let calls = calls
        .into_iter()
        .zip(SPANS)
        .filter_map(|(cap, span)| Some(format!("{} {span}", grouped(cap?.into()))));
    let money = money
        .into_iter()
        .zip(&SPANS[1..])
        .filter_map(|(cap, span)| Some(format!("{} {span}", cap?)));
    let parts: Vec<String> = calls.chain(money).collect();
    if parts.is_empty() {
        "No limit".to_owned()
    } else {
        parts.join(", ")
    }
}
