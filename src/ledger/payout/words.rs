//! Payout rules in words, for lists and where a rule is edited.

use super::{PayoutAmount, PayoutRule, PayoutTimer, PayoutTrigger};
use crate::time::length_text;

impl PayoutRule {
    /// "$25.00 once connected for 1:30", "80% of the revenue, at least $5.00, when converted".
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("{} {}", self.amount.clause(), self.trigger.clause())
    }
}

impl PayoutAmount {
    /// "$25.00", "80% of the revenue, at least $5.00 and at most $40.00,".
    #[must_use]
    pub fn clause(&self) -> String {
        let (basis_points, min, max) = match self {
            Self::Fixed(amount) => return amount.to_string(),
            Self::Share {
                basis_points,
                min,
                max,
            } => (basis_points, min, max),
        };
        let share = format!("{}% of the revenue", percent(*basis_points));
        match (min, max) {
            (None, None) => share,
            (Some(min), None) => format!("{share}, at least {min},"),
            (None, Some(max)) => format!("{share}, at most {max},"),
            (Some(min), Some(max)) => format!("{share}, at least {min} and at most {max},"),
        }
    }
}

impl PayoutTrigger {
    /// "for each call", "once connected", "when converted", "once connected for 1:30".
    #[must_use]
    pub fn clause(&self) -> String {
        match self {
            Self::Incoming => "for each call".to_owned(),
            Self::Connect => "once connected".to_owned(),
            Self::Converted => "when converted".to_owned(),
            Self::Length { from, secs } => {
                let length = length_text(*secs);
                match from {
                    PayoutTimer::Incoming => format!("once the call lasted {length}"),
                    PayoutTimer::Dial => format!("{length} after a target that answers was dialed"),
                    PayoutTimer::Connect => format!("once connected for {length}"),
                }
            }
        }
    }
}

/// Hundredths of a percent as a person types them: "80", "12.5".
#[must_use]
pub fn percent(basis_points: u32) -> String {
    let (whole, part) = (basis_points / 100, basis_points % 100);
    if part == 0 {
        return whole.to_string();
    }
    let digits = format!("{part:02}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Micros;

    #[test]
    fn shares_and_triggers_read_as_sentences() {
        let share = |min, max| PayoutAmount::Share {
            basis_points: 1_250,
            min,
            max,
        };
        let five = Some(Micros(5_000_000));
        assert_eq!(share(None, None).clause(), "12.5% of the revenue");
        assert_eq!(
            share(five, Some(Micros(40_000_000))).clause(),
            "12.5% of the revenue, at least $5.00 and at most $40.00,"
        );
        let length = PayoutTrigger::Length {
            from: PayoutTimer::Connect,
            secs: 90,
        };
        assert_eq!(length.clause(), "once connected for 1:30");
        assert_eq!(percent(10_000), "100");
        assert_eq!(percent(805), "8.05");
    }
}
