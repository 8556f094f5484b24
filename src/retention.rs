//! How long recordings are kept, and when the carrier is asked again to delete one.

use serde::{Deserialize, Serialize};

use crate::invalid::{FieldErrors, optional_whole};
use crate::time::Timestamp;

/// The longest time recordings can be kept for without keeping them for ever: ten years.
pub const DAYS_MAX: u32 = 3_650;
/// A day, in seconds.
const DAY_S: i64 = 86_400;
/// The first pause before the carrier is asked again; it doubles with each try.
const PAUSE_S: i64 = 60;
/// The longest pause: whatever was promised to be deleted is not given up.
const PAUSE_MAX_S: i64 = 6 * 3_600;

/// How long recordings are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    #[default]
    ForEver,
    Days(u32),
}

impl Keep {
    /// The rule of a stored number of days; 0 is for ever.
    #[must_use]
    pub fn of_days(days: u32) -> Self {
        if days == 0 {
            Self::ForEver
        } else {
            Self::Days(days)
        }
    }

    /// The number that is stored; 0 is for ever.
    #[must_use]
    pub fn days(self) -> u32 {
        match self {
            Self::ForEver => 0,
            Self::Days(days) => days,
        }
    }

    /// A campaign's own rule, else the account's.
    #[must_use]
    pub fn in_force(account: Self, own: Option<Self>) -> Self {
        own.unwrap_or(account)
    }

    /// After how many days a recording is to be deleted now; none if it is kept on.
    #[must_use]
    pub fn due(self, made_at: Timestamp, now: Timestamp) -> Option<u32> {
        match self {
            Self::ForEver => None,
            Self::Days(days) => (made_at.plus_secs(i64::from(days) * DAY_S) <= now).then_some(days),
        }
    }

    /// "for ever", "for 30 days".
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::ForEver => "for ever".to_owned(),
            Self::Days(days) => format!("for {}", days_text(days)),
        }
    }
}

/// "1 day", "30 days".
#[must_use]
pub fn days_text(days: u32) -> String {
    if days == 1 {
        "1 day".to_owned()
    } else {
        format!("{days} days")
    }
}

/// A campaign's own rule as typed: empty follows the account, 0 is for ever.
///
/// # Errors
/// At `field`.
pub fn own_keep(field: &str, text: &str) -> Result<Option<Keep>, FieldErrors> {
    Ok(optional_whole(field, text, 0, DAYS_MAX)?.map(Keep::of_days))
}

/// When the carrier is asked again after so many tries that failed.
#[must_use]
pub fn next_try(tries: u32, now: Timestamp) -> Timestamp {
    let doubled = PAUSE_S.saturating_mul(1 << tries.saturating_sub(1).min(20));
    now.plus_secs(doubled.min(PAUSE_MAX_S))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

    fn ago(secs: i64) -> Timestamp {
        NOW.plus_secs(-secs)
    }

    #[test]
    fn a_recording_is_due_on_the_second_and_not_before() {
        let month = Keep::Days(30);
        assert_eq!(month.due(ago(30 * DAY_S), NOW), Some(30));
        assert_eq!(month.due(ago(30 * DAY_S - 1), NOW), None);
        assert_eq!(Keep::ForEver.due(Timestamp(0), NOW), None);
    }

    #[test]
    fn a_campaign_may_keep_shorter_longer_or_for_ever() {
        let account = Keep::Days(30);
        let due = |own| Keep::in_force(account, own).due(ago(40 * DAY_S), NOW);
        assert_eq!(due(None), Some(30));
        assert_eq!(due(Some(Keep::Days(7))), Some(7));
        assert_eq!(due(Some(Keep::Days(60))), None);
        assert_eq!(due(Some(Keep::ForEver)), None);
        assert_eq!(
            Keep::in_force(Keep::ForEver, Some(Keep::Days(7))).due(ago(8 * DAY_S), NOW),
            Some(7)
        );
    }

    #[test]
    fn pauses_double_up_to_six_hours() {
        let pause = |tries| next_try(tries, NOW).secs_since(NOW);
        assert_eq!([1, 2, 3].map(pause), [60, 120, 240]);
        assert_eq!([10, 100, u32::MAX].map(pause), [21_600; 3]);
        assert_eq!(pause(0), 60);
    }

    #[test]
    fn a_campaigns_rule_is_empty_for_ever_or_days() {
        assert_eq!(own_keep("d", " "), Ok(None));
        assert_eq!(own_keep("d", "0"), Ok(Some(Keep::ForEver)));
        assert_eq!(own_keep("d", "30"), Ok(Some(Keep::Days(30))));
        for bad in ["-1", "3651", "a week", "1.5"] {
            assert!(own_keep("d", bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_due_stays_due_and_a_longer_rule_never_deletes_more(days in 1..=DAYS_MAX, more in 0_u32..100, age in 0_i64..400_000_000, later in 0_i64..400_000_000) {
            let due = |days: u32, age: i64| Keep::Days(days).due(ago(age), NOW).is_some();
            prop_assert!(!due(days, age) || due(days, age + later));
            prop_assert!(!due(days + more, age) || due(days, age));
        }
    }
}
