//! Caps: how many calls a target takes at once, per hour, per day, per month and ever.
//!
//! A cap is claimed when a target is dialed, so that it can never be exceeded under concurrency,
//! and given back if the call does not connect: what counts is connected calls.

pub mod dollars;
pub mod matrix;

use serde::{Deserialize, Serialize};

use crate::id::TargetId;
use crate::time::{Timestamp, Windows};

/// The largest cap that can be set; more than that is "unlimited".
pub const CAP_MAX: u32 = 1_000_000;

/// The limits of a target, in calls; none is unlimited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caps {
    pub concurrent: Option<u32>,
    pub hourly: Option<u32>,
    pub daily: Option<u32>,
    pub monthly: Option<u32>,
    pub total: Option<u32>,
}

/// Which cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CapKind {
    Concurrent,
    Hourly,
    Daily,
    Monthly,
    Total,
}

/// What a target has used, as stored. Counts belong to the windows named beside them and are zero
/// in any other window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub live: u32,
    pub windows: Windows,
    pub hour: u32,
    pub day: u32,
    pub month: u32,
    pub total: u32,
    /// When a call was last sent there; what round-robin turns by.
    pub last_claimed_at: Option<Timestamp>,
}

/// A line and a place under each cap of a target, wanted for one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    pub target: TargetId,
    pub caps: Caps,
    pub windows: Windows,
}

/// What one call gives back of its claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freed {
    pub target: TargetId,
    /// The line is free again.
    pub line: bool,
    /// The windows whose counts the call is taken out of: it did not connect.
    pub uncounted: Option<Windows>,
}

impl Freed {
    /// Nothing of a target yet.
    #[must_use]
    pub fn nothing(target: TargetId) -> Self {
        Self {
            target,
            line: false,
            uncounted: None,
        }
    }
}

/// A cap that stands in the way, with its figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapReached {
    pub kind: CapKind,
    pub count: u32,
    pub limit: u32,
}

impl Usage {
    /// The counts that apply in the given windows.
    ///
    /// Windows never go back: a call that was asked about just before midnight, but claims just
    /// after another one did in the new day, is counted in the new day. Otherwise it would reset
    /// the count, and the next call of the new day would reset it again.
    #[must_use]
    pub fn within(&self, windows: &Windows) -> Self {
        let kept = |count: u32, stored: i64, asked: i64| if stored >= asked { count } else { 0 };
        Self {
            hour: kept(self.hour, self.windows.hour, windows.hour),
            day: kept(self.day, self.windows.day, windows.day),
            month: kept(self.month, self.windows.month, windows.month),
            windows: self.windows.latest(windows),
            ..*self
        }
    }

    /// The usage after one more call is claimed in the given windows. The store's conditional
    /// update must do the same; a test holds the two together.
    #[must_use]
    pub fn claimed(&self, windows: &Windows, now: Timestamp) -> Self {
        let base = self.within(windows);
        Self {
            live: base.live + 1,
            hour: base.hour + 1,
            day: base.day + 1,
            month: base.month + 1,
            total: base.total + 1,
            windows: base.windows,
            last_claimed_at: Some(now),
        }
    }

    /// The usage after a claimed call's line is free again.
    #[must_use]
    pub fn line_released(&self) -> Self {
        Self {
            live: self.live.saturating_sub(1),
            ..*self
        }
    }

    /// The usage after a claimed call turned out not to count: it is taken out of each window that
    /// is still the one it was counted in.
    #[must_use]
    pub fn uncounted(&self, windows: &Windows) -> Self {
        let less = |count: u32, same: bool| if same { count.saturating_sub(1) } else { count };
        Self {
            hour: less(self.hour, self.windows.hour == windows.hour),
            day: less(self.day, self.windows.day == windows.day),
            month: less(self.month, self.windows.month == windows.month),
            total: self.total.saturating_sub(1),
            ..*self
        }
    }
}

impl Caps {
    /// The first cap that leaves no room for one more call, if any.
    #[must_use]
    pub fn reached(&self, usage: &Usage, windows: &Windows) -> Option<CapReached> {
        let used = usage.within(windows);
        [
            (CapKind::Concurrent, self.concurrent, used.live),
            (CapKind::Hourly, self.hourly, used.hour),
            (CapKind::Daily, self.daily, used.day),
            (CapKind::Monthly, self.monthly, used.month),
            (CapKind::Total, self.total, used.total),
        ]
        .into_iter()
        .find_map(|(kind, limit, count)| {
            limit
                .filter(|limit| count >= *limit)
                .map(|limit| CapReached { kind, count, limit })
        })
    }
}

impl CapReached {
    /// "3 of 3 calls in progress", with the actual figures.
    #[must_use]
    pub fn sentence(&self) -> String {
        let (count, limit) = (self.count, self.limit);
        match self.kind {
            CapKind::Concurrent => format!("All lines busy: {count} of {limit} calls in progress."),
            CapKind::Hourly => format!("Hourly cap reached: {count} of {limit} calls."),
            CapKind::Daily => {
                format!("Daily cap reached: {count} of {limit} calls. Opens again at midnight.")
            }
            CapKind::Monthly => format!("Monthly cap reached: {count} of {limit} calls."),
            CapKind::Total => format!("All-time cap reached: {count} of {limit} calls."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn windows(hour: i64, day: i64, month: i64) -> Windows {
        Windows { hour, day, month }
    }

    #[test]
    fn a_cap_of_zero_admits_nobody() {
        let caps = Caps {
            daily: Some(0),
            ..Caps::default()
        };
        let reached = caps
            .reached(&Usage::default(), &windows(1, 1, 1))
            .expect("reached");
        assert_eq!(
            (reached.kind, reached.count, reached.limit),
            (CapKind::Daily, 0, 0)
        );
    }

    #[test]
    fn counts_start_anew_in_a_new_window() {
        let caps = Caps {
            hourly: Some(1),
            ..Caps::default()
        };
        let used = Usage::default()
            .claimed(&windows(1, 1, 1), Timestamp(5))
            .line_released();
        assert!(caps.reached(&used, &windows(1, 1, 1)).is_some());
        assert_eq!(caps.reached(&used, &windows(2, 1, 1)), None);
    }

    #[test]
    fn giving_back_after_midnight_leaves_the_new_day_alone() {
        let used = Usage::default().claimed(&windows(1, 1, 1), Timestamp(1));
        let next_day = used.claimed(&windows(9, 2, 1), Timestamp(2));
        let given_back = next_day.uncounted(&windows(1, 1, 1));
        assert_eq!(
            (
                given_back.hour,
                given_back.day,
                given_back.month,
                given_back.total
            ),
            (1, 1, 1, 1)
        );
    }

    proptest! {
        #[test]
        fn claiming_only_while_not_reached_never_exceeds(
            limits in prop::array::uniform5(prop::option::of(0_u32..6)),
            steps in prop::collection::vec((0_i64..4, any::<bool>(), any::<bool>()), 0..80),
        ) {
            let [concurrent, hourly, daily, monthly, total] = limits;
            let caps = Caps { concurrent, hourly, daily, monthly, total };
            let mut usage = Usage::default();
            let mut held: Vec<Windows> = Vec::new();
            let mut clock = 0;
            for (step, release, connected) in steps {
                clock += step;
                let now = windows(clock / 2, clock / 5, clock / 20);
                if release {
                    if let Some(claim) = held.pop() {
                        usage = usage.line_released();
                        if !connected { usage = usage.uncounted(&claim); }
                    }
                } else if caps.reached(&usage, &now).is_none() {
                    usage = usage.claimed(&now, Timestamp(clock));
                    held.push(now);
                }
                let seen = usage.within(&now);
                for (count, limit) in [(seen.live, concurrent), (seen.hour, hourly), (seen.day, daily), (seen.month, monthly), (seen.total, total)] {
                    prop_assert!(limit.is_none_or(|limit| count <= limit));
                }
                prop_assert_eq!(usize::try_from(usage.live).expect("small"), held.len());
            }
        }
    }
}
