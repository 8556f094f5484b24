//! Rates: what the carrier asks for a minute of each kind of leg.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::LegKind;
use crate::invalid::FieldErrors;
use crate::money::Micros;

/// The dearest minute, and the dearest minimum of a leg.
pub const RATE_MAX: Micros = Micros(100_000_000);
/// The longest billing increment, in seconds.
pub const INCREMENT_MAX_S: u32 = 3_600;
/// The most prefixes of one table; carriers publish some ten thousand.
pub const PREFIXES_MAX: usize = 50_000;

/// The price of a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    pub per_minute: Micros,
    /// Seconds that are billed of any answered leg, however short.
    pub first_s: u32,
    /// Seconds in which the rest is billed: each that was begun counts whole.
    pub next_s: u32,
    /// The least an answered leg costs.
    pub minimum: Micros,
}

/// The beginning of numbers: a plus sign and 1 to 15 digits, as `+1` or `+1907`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DialPrefix(String);

/// The text is not the beginning of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Enter a plus sign and the first digits of the numbers, for example +1907.")]
pub struct ParseDialPrefixError;

/// The prices of a carrier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateTable {
    pub inbound_local: Rate,
    pub inbound_toll_free: Rate,
    pub inbound_sip: Rate,
    /// By the beginning of the dialed number; the longest that fits counts.
    pub outbound: BTreeMap<DialPrefix, Rate>,
    pub outbound_sip: Rate,
    /// For a minute of a recording.
    pub recording: Rate,
}

impl Default for RateTable {
    /// The carrier's public list prices for the United States in US dollars, without discounts for
    /// volume: twilio.com/en-us/voice/pricing/us. Numbers outside the plan of +1 have no rate until
    /// somebody enters one, nor do the states and islands that the list prices apart. An account
    /// with other terms replaces the table.
    fn default() -> Self {
        Self {
            inbound_local: Rate::by_the_minute(Micros(8_500)),
            inbound_toll_free: Rate::by_the_minute(Micros(22_000)),
            inbound_sip: Rate::by_the_minute(Micros(4_000)),
            outbound: BTreeMap::from([(
                DialPrefix("+1".to_owned()),
                Rate::by_the_minute(Micros(14_000)),
            )]),
            outbound_sip: Rate::by_the_minute(Micros(4_000)),
            recording: Rate::by_the_minute(Micros(2_500)),
        }
    }
}

impl RateTable {
    /// The rate of a leg; none for a number that no prefix fits.
    #[must_use]
    pub fn rate(&self, kind: &LegKind) -> Option<&Rate> {
        match kind {
            LegKind::InboundLocal => Some(&self.inbound_local),
            LegKind::InboundTollFree => Some(&self.inbound_toll_free),
            LegKind::InboundSip => Some(&self.inbound_sip),
            LegKind::Outbound(number) => self.outbound_rate(number.as_str()),
            LegKind::OutboundSip => Some(&self.outbound_sip),
            LegKind::Recording => Some(&self.recording),
        }
    }

    fn outbound_rate(&self, number: &str) -> Option<&Rate> {
        // Digits only, so that every cut is between characters.
        (2..=number.len()).rev().find_map(|end| {
            let prefix = DialPrefix(number.get(..end)?.to_owned());
            self.outbound.get(&prefix)
        })
    }

    /// Everything wrong with the table, at `inbound_local.first_s`, `outbound[+1].per_minute` and
    /// the like.
    ///
    /// # Errors
    /// `out_of_range` at a rate's parts; `too_many` at `outbound`.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        let named = [
            ("inbound_local", &self.inbound_local),
            ("inbound_toll_free", &self.inbound_toll_free),
            ("inbound_sip", &self.inbound_sip),
            ("outbound_sip", &self.outbound_sip),
            ("recording", &self.recording),
        ];
        for (name, rate) in named {
            rate.check(name, &mut errors);
        }
        if self.outbound.len() > PREFIXES_MAX {
            let message = format!("Use at most {PREFIXES_MAX} prefixes.");
            errors.add("outbound", "too_many", message);
        }
        for (prefix, rate) in &self.outbound {
            rate.check(&format!("outbound[{prefix}]"), &mut errors);
        }
        errors.check()
    }
}

impl Rate {
    /// A price by the minute, each that was begun counted whole.
    #[must_use]
    pub const fn by_the_minute(per_minute: Micros) -> Self {
        Self {
            per_minute,
            first_s: 60,
            next_s: 60,
            minimum: Micros::ZERO,
        }
    }

    /// The seconds that are billed of so many; none of none.
    #[must_use]
    pub fn billed_s(&self, secs: u32) -> u32 {
        if secs == 0 {
            return 0;
        }
        let rest = secs.saturating_sub(self.first_s);
        let steps = rest.div_ceil(self.next_s.max(1));
        self.first_s
            .saturating_add(steps.saturating_mul(self.next_s.max(1)))
    }

    /// What so many seconds cost. A second of a price by the minute can be a part of a micro,
    /// which no amount can hold: the sum of the leg is rounded half up to a whole one, once.
    #[must_use]
    pub fn charge(&self, secs: u32) -> Micros {
        if secs == 0 {
            return Micros::ZERO;
        }
        self.by_length(secs).max(self.minimum)
    }

    /// Whether the minimum is more than the length would cost.
    pub(super) fn is_at_least(&self, secs: u32) -> bool {
        secs > 0 && self.by_length(secs) < self.minimum
    }

    fn by_length(&self, secs: u32) -> Micros {
        let sixtieths = i128::from(self.per_minute.0) * i128::from(self.billed_s(secs));
        Micros(i64::try_from((sixtieths + 30).div_euclid(60)).unwrap_or(i64::MAX))
    }

    fn check(&self, name: &str, errors: &mut FieldErrors) {
        for (part, amount) in [("per_minute", self.per_minute), ("minimum", self.minimum)] {
            if !(Micros::ZERO..=RATE_MAX).contains(&amount) {
                let message = format!("Enter an amount from $0.00 to {RATE_MAX}.");
                errors.add(&format!("{name}.{part}"), "out_of_range", message);
            }
        }
        for (part, secs) in [("first_s", self.first_s), ("next_s", self.next_s)] {
            if !(1..=INCREMENT_MAX_S).contains(&secs) {
                let message = format!("Enter 1 to {INCREMENT_MAX_S} seconds.");
                errors.add(&format!("{name}.{part}"), "out_of_range", message);
            }
        }
    }
}

impl FromStr for DialPrefix {
    type Err = ParseDialPrefixError;

    fn from_str(text: &str) -> Result<Self, ParseDialPrefixError> {
        let text = text.trim();
        let digits = text.strip_prefix('+').ok_or(ParseDialPrefixError)?;
        let fits = (1..=15).contains(&digits.len())
            && digits.chars().all(|c| c.is_ascii_digit())
            && !digits.starts_with('0');
        fits.then(|| Self(text.to_owned()))
            .ok_or(ParseDialPrefixError)
    }
}

impl TryFrom<String> for DialPrefix {
    type Error = ParseDialPrefixError;

    fn try_from(text: String) -> Result<Self, ParseDialPrefixError> {
        text.parse()
    }
}

impl From<DialPrefix> for String {
    fn from(prefix: DialPrefix) -> Self {
        prefix.0
    }
}

impl fmt::Display for DialPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
