//! Money: integer micros of one currency. Rounded half-up to cents only where it is shown.

use std::fmt;
use std::iter::Sum;

use serde::{Deserialize, Serialize};

/// An amount in millionths of the account's currency; negative is owed the other way.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Micros(pub i64);

/// The text is not an amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseMoneyError {
    /// Not digits with at most one point.
    #[error("Enter an amount like 25 or 25.50.")]
    Malformed,
    /// More digits after the point than micros can hold.
    #[error("Use at most six digits after the point.")]
    TooFine,
    /// Larger than an amount can be.
    #[error("That amount is too large.")]
    TooLarge,
}

const PER_UNIT: i64 = 1_000_000;
const PER_CENT: i64 = 10_000;

impl Micros {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Whole cents as micros; none on overflow.
    #[must_use]
    pub fn from_cents(cents: i64) -> Option<Self> {
        cents.checked_mul(PER_CENT).map(Self)
    }

    /// The sum, or none on overflow.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or none on overflow.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// Cents, rounded half away from zero ("half-up" on the magnitude, as invoices do).
    #[must_use]
    pub fn cents(self) -> i64 {
        let half = if self.0 < 0 {
            -PER_CENT / 2
        } else {
            PER_CENT / 2
        };
        self.0.saturating_add(half) / PER_CENT
    }

    /// "$0.0085": with as many digits as it takes, two at least. A price of a minute rounded to cents
    /// would say nothing.
    #[must_use]
    pub fn exact(self) -> String {
        let sign = if self.0 < 0 { "\u{2212}" } else { "" };
        let micros = self.0.unsigned_abs();
        let parts = format!("{:06}", micros % PER_UNIT.unsigned_abs());
        let (cents, finer) = parts.split_at(2);
        let finer = finer.trim_end_matches('0');
        let whole = grouped(micros / PER_UNIT.unsigned_abs());
        format!("{sign}${whole}.{cents}{finer}")
    }

    /// Reads "25", "25.5" or "1,250.00"; a leading "$" or minus sign is allowed.
    ///
    /// # Errors
    /// Says what does not fit.
    pub fn parse(text: &str) -> Result<Self, ParseMoneyError> {
        let text = text.trim();
        let (negative, text) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let text = text.strip_prefix('$').unwrap_or(text).replace(',', "");
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        if whole.is_empty() && part.is_empty()
            || !whole
                .chars()
                .chain(part.chars())
                .all(|c| c.is_ascii_digit())
        {
            return Err(ParseMoneyError::Malformed);
        }
        if part.len() > 6 {
            return Err(ParseMoneyError::TooFine);
        }
        let whole: i64 = if whole.is_empty() {
            0
        } else {
            whole.parse().map_err(|_| ParseMoneyError::TooLarge)?
        };
        let part: i64 = format!("{part:0<6}")
            .parse()
            .map_err(|_| ParseMoneyError::Malformed)?;
        let micros = whole
            .checked_mul(PER_UNIT)
            .and_then(|w| w.checked_add(part))
            .ok_or(ParseMoneyError::TooLarge)?;
        Ok(Self(if negative { -micros } else { micros }))
    }

    /// As a person would type it, to the last digit: "25", "1250.50", "0.0085".
    #[must_use]
    pub fn plain(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let all = self.0.unsigned_abs();
        let (whole, part) = (all / 1_000_000, all % 1_000_000);
        if part == 0 {
            return format!("{sign}{whole}");
        }
        let digits = format!("{part:06}");
        let digits = digits.trim_end_matches('0');
        format!("{sign}{whole}.{digits:0<2}")
    }
}

impl fmt::Display for Micros {
    /// "$1,250.50"; a real minus sign, as the look asks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = self.cents();
        let sign = if cents < 0 { "\u{2212}" } else { "" };
        let cents = cents.unsigned_abs();
        write!(f, "{sign}${}.{:02}", grouped(cents / 100), cents % 100)
    }
}

impl Sum for Micros {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        Self(iter.fold(0, |sum, m| sum.saturating_add(m.0)))
    }
}

/// A count with thousands separated: "1,284".
#[must_use]
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn half_cents_round_away_from_zero() {
        assert_eq!(Micros(5_000).cents(), 1);
        assert_eq!(Micros(4_999).cents(), 0);
        assert_eq!(Micros(-5_000).cents(), -1);
        assert_eq!(Micros(12_721_530_000).to_string(), "$12,721.53");
        assert_eq!(Micros(-70_000).to_string(), "\u{2212}$0.07");
    }

    #[test]
    fn plain_amounts_keep_every_digit() {
        for (micros, text) in [
            (25_000_000, "25"),
            (1_250_500_000, "1250.50"),
            (8_500, "0.0085"),
            (-70_000, "-0.07"),
            (0, "0"),
        ] {
            assert_eq!(Micros(micros).plain(), text);
            assert_eq!(Micros::parse(text), Ok(Micros(micros)));
        }
    }

    #[test]
    fn amounts_are_read_as_people_type_them() {
        assert_eq!(Micros::parse(" $1,250.5 "), Ok(Micros(1_250_500_000)));
        assert_eq!(Micros::parse(".5"), Ok(Micros(500_000)));
        assert_eq!(Micros::parse("-3"), Ok(Micros(-3_000_000)));
        assert_eq!(Micros::parse("1.0000001"), Err(ParseMoneyError::TooFine));
        for bad in ["", ".", "1.2.3", "abc", "1e3", "--1"] {
            assert_eq!(Micros::parse(bad), Err(ParseMoneyError::Malformed), "{bad}");
        }
        assert_eq!(
            Micros::parse("99999999999999"),
            Err(ParseMoneyError::TooLarge)
        );
    }

    proptest! {
        #[test]
        fn cents_survive_display_and_parse(cents in -1_000_000_000_i64..1_000_000_000) {
            let money = Micros::from_cents(cents).expect("in range");
            prop_assert_eq!(Micros::parse(&money.to_string()), Ok(money));
        }
    }
}
