//! Revenue: when a call of a route is worth something, and how much.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::entry::{Author, Entry, EntryKey, Kind, Party};
use super::facts::{AttemptFacts, CallFacts, TimerStart};
use crate::invalid::FieldErrors;
use crate::money::Micros;
use crate::time::{Timestamp, length_text};

/// The largest price of one call.
pub const PRICE_MAX: Micros = Micros(100_000_000_000);
/// The longest length a rule may ask for, in seconds; the carrier ends calls after four hours.
pub const LENGTH_MAX_S: u32 = 4 * 3_600;
/// How long after a call its conversion may be told, in seconds: at least an hour, at most a year.
pub const CONVERSION_WITHIN_S: (u32, u32) = (3_600, 365 * 86_400);

/// What a buyer pays for a call of a route (domain-reference 2: `conversionType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevenueRule {
    pub trigger: RevenueTrigger,
    pub price: Price,
}

/// What makes a call worth its price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevenueTrigger {
    /// The target was dialed, whether it answered or not.
    Dial,
    /// Caller and target were connected.
    Connect,
    /// They were connected, and so many seconds passed since a moment before the target was gone.
    Length { from: TimerStart, secs: u32 },
    /// The buyer told a conversion at most so many seconds after the end of the call.
    Conversion { within_s: u32 },
}

/// How much it is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Price {
    Fixed(Micros),
    /// What the conversion says; nothing if it says none. Below zero counts as nothing and above
    /// [`PRICE_MAX`] as that, for it comes from outside.
    Reported,
}

/// What a rule said of one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevenueLine {
    /// Which attempt.
    pub attempt: u32,
    pub verdict: RevenueVerdict,
}

/// Whether an attempt is worth something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevenueVerdict {
    Earned {
        amount: Micros,
        reason: String,
    },
    /// May still be earned.
    Pending {
        reason: String,
    },
    /// Will not be earned any more: the call's "no conversion reason".
    NotEarned {
        reason: String,
    },
}

/// The revenue of a call, rule by rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RevenueOutcome {
    /// One for each attempt that earned; told again it is the same entry.
    pub entries: Vec<Entry>,
    /// One for each attempt, in order.
    pub lines: Vec<RevenueLine>,
    /// Whether more may be earned later: the call lives or a conversion may still be told.
    pub open: bool,
}

/// What a call has earned by now, from the rules of its attempts by their numbers: two bidders of one
/// entry have two prices.
#[must_use]
pub fn revenue(
    rules: &BTreeMap<u32, RevenueRule>,
    facts: &CallFacts,
    now: Timestamp,
) -> RevenueOutcome {
    let mut outcome = RevenueOutcome {
        open: facts.ended_at.is_none(),
        ..RevenueOutcome::default()
    };
    for attempt in &facts.attempts {
        let verdict = match rules.get(&attempt.number) {
            Some(rule) => rule.verdict(facts, attempt, now),
            None => not_earned("The route has no revenue rule."),
        };
        match &verdict {
            RevenueVerdict::Earned { amount, reason } => outcome.entries.push(Entry {
                key: EntryKey::new("revenue", attempt.number),
                kind: Kind::Revenue,
                party: Party::Buyer(attempt.buyer),
                amount: *amount,
                at: now,
                author: Author::Rule,
                reason: reason.clone(),
            }),
            RevenueVerdict::Pending { .. } => outcome.open = true,
            RevenueVerdict::NotEarned { .. } => {}
        }
        outcome.lines.push(RevenueLine {
            attempt: attempt.number,
            verdict,
        });
    }
    outcome
}

impl RevenueRule {
    /// What the rule says of one attempt of a call.
    #[must_use]
    pub fn verdict(
        &self,
        facts: &CallFacts,
        attempt: &AttemptFacts,
        now: Timestamp,
    ) -> RevenueVerdict {
        match self.trigger {
            RevenueTrigger::Dial => self.earned(facts, "Dialed"),
            RevenueTrigger::Connect if attempt.connected_at.is_some() => {
                self.earned(facts, "Connected")
            }
            RevenueTrigger::Connect if attempt.is_live() => pending("Not connected yet."),
            RevenueTrigger::Connect => not_earned("Did not connect."),
            RevenueTrigger::Length { from, secs } => {
                self.by_length(facts, attempt, from, secs, now)
            }
            RevenueTrigger::Conversion { within_s } => {
                self.by_conversion(facts, attempt, within_s, now)
            }
        }
    }

    fn by_length(
        &self,
        facts: &CallFacts,
        attempt: &AttemptFacts,
        from: TimerStart,
        secs: u32,
        now: Timestamp,
    ) -> RevenueVerdict {
        let wanted = length_text(secs);
        let start = from.words();
        match facts.length_s(attempt, from, now) {
            Some(length) if length >= secs => {
                self.earned(facts, &format!("Lasted {wanted} {start}"))
            }
            Some(_) | None if attempt.is_live() => {
                pending(&format!("Needs {wanted} {start}, and is not over."))
            }
            Some(length) => not_earned(&format!(
                "Lasted {} {start}; the rule asks for {wanted}.",
                length_text(length)
            )),
            None => not_earned("Did not connect."),
        }
    }

    fn by_conversion(
        &self,
        facts: &CallFacts,
        attempt: &AttemptFacts,
        within_s: u32,
        now: Timestamp,
    ) -> RevenueVerdict {
        let credited = facts
            .converting_attempt()
            .is_some_and(|a| a.number == attempt.number);
        if !credited {
            return match (attempt.is_live(), attempt.connected_at) {
                (true, _) => pending("Not connected yet."),
                (false, Some(_)) => not_earned("The conversion counts for another target."),
                (false, None) => not_earned("Did not connect."),
            };
        }
        let until = facts.ended_at.map(|end| end.plus_secs(i64::from(within_s)));
        let in_time = |at: Timestamp| until.is_none_or(|until| at <= until);
        match facts.conversion {
            Some(conversion) if in_time(conversion.at) => self.earned(facts, "Converted"),
            Some(_) => not_earned("The conversion was told too late."),
            None if in_time(now) => pending("Waits for the buyer’s conversion."),
            None => not_earned("No conversion was told in time."),
        }
    }

    fn earned(&self, facts: &CallFacts, what: &str) -> RevenueVerdict {
        let reported = facts.conversion.and_then(|conversion| conversion.reported);
        let amount = match self.price {
            Price::Fixed(amount) => amount,
            Price::Reported => reported
                .unwrap_or(Micros::ZERO)
                .clamp(Micros::ZERO, PRICE_MAX),
        };
        RevenueVerdict::Earned {
            amount,
            reason: format!("{what}: {amount}."),
        }
    }

    /// What every call that connects earns for certain, if the rule says so.
    #[must_use]
    pub fn certain(&self) -> Option<Micros> {
        match (self.trigger, self.price) {
            (RevenueTrigger::Dial | RevenueTrigger::Connect, Price::Fixed(amount)) => Some(amount),
            _ => None,
        }
    }

    /// Everything wrong with the rule.
    ///
    /// # Errors
    /// `out_of_range` at `price`, `length_s` or `within_s`; `mismatch` at `price` if it is to be
    /// reported but no conversion reports it.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        match (self.price, self.trigger) {
            (Price::Fixed(amount), _) if !(Micros::ZERO..=PRICE_MAX).contains(&amount) => {
                let message = format!("Enter an amount from $0.00 to {PRICE_MAX}.");
                errors.add("price", "out_of_range", message);
            }
            (Price::Fixed(_), _) | (Price::Reported, RevenueTrigger::Conversion { .. }) => {}
            (Price::Reported, _) => errors.add(
                "price",
                "mismatch",
                "Only a conversion reports an amount. Enter a fixed one.",
            ),
        }
        match self.trigger {
            RevenueTrigger::Length { secs, .. } if !(1..=LENGTH_MAX_S).contains(&secs) => {
                let message = format!("Enter a length from 1 to {LENGTH_MAX_S} seconds.");
                errors.add("length_s", "out_of_range", message);
            }
            RevenueTrigger::Conversion { within_s }
                if !(CONVERSION_WITHIN_S.0..=CONVERSION_WITHIN_S.1).contains(&within_s) =>
            {
                let message = "Conversions can be taken for an hour up to a year.";
                errors.add("within_s", "out_of_range", message);
            }
            _ => {}
        }
        errors.check()
    }
}

impl RevenueVerdict {
    /// One sentence with the actual figures.
    #[must_use]
    pub fn sentence(&self) -> &str {
        match self {
            Self::Earned { reason, .. } | Self::Pending { reason } | Self::NotEarned { reason } => {
                reason
            }
        }
    }
}

fn pending(reason: &str) -> RevenueVerdict {
    RevenueVerdict::Pending {
        reason: reason.to_owned(),
    }
}

fn not_earned(reason: &str) -> RevenueVerdict {
    RevenueVerdict::NotEarned {
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
pub(super) mod tests;
