//! Caps: how many calls a target takes at once, per hour, per day, per month and ever.
//!
//! A cap is claimed when a target is dialed, so that it can never be exceeded under concurrency,
//! and given back if the call does not connect: what counts is connected calls.

pub mod dollars;
pub mod matrix;
pub mod reset;

use serde::{Deserialize, Serialize};

use dollars::{DollarCaps, Spent};

use crate::agent::Presence;
use crate::id::{TargetGroupId, TargetId};
use crate::money::Micros;
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

/// Which calls count against the caps of a target; the others are given back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountOn {
    /// Each that connected.
    #[default]
    Connect,
    /// Each that met its revenue rule, whatever it was worth.
    Convert,
    /// Each that was worth something.
    Revenue,
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
    /// When a line last fell free; what longest idle goes by.
    pub last_freed_at: Option<Timestamp>,
    /// What calls of the same windows were worth, or may be.
    pub hour_spent: Micros,
    pub day_spent: Micros,
    pub month_spent: Micros,
    pub total_spent: Micros,
    /// Until when it is paused because it missed its calls; [`Timestamp::MAX`] is until a person
    /// resumes it.
    pub paused_until: Option<Timestamp>,
    /// Whether the person behind it takes calls; none for a target that is no agent.
    #[serde(default)]
    pub presence: Option<Presence>,
}

/// A line and a place under each cap of a target, wanted for one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    pub target: TargetId,
    pub caps: Caps,
    pub dollars: DollarCaps,
    /// What is set aside under caps in money.
    pub price: Micros,
    pub windows: Windows,
}

/// A line and a place under each cap of a group, wanted for one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupClaim {
    pub group: TargetGroupId,
    pub caps: Caps,
    pub windows: Windows,
}

/// What one call gives back of its claim of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupFreed {
    pub group: TargetGroupId,
    /// The line is free again.
    pub line: bool,
    /// The windows whose counts the call is taken out of: nobody of the group took it.
    pub uncounted: Option<Windows>,
}

/// What one call gives back of its claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freed {
    pub target: TargetId,
    /// The line is free again.
    pub line: bool,
    /// The windows whose counts the call is taken out of: it did not connect.
    pub uncounted: Option<Windows>,
    /// What is added to the money spent in the windows of its claim: what it was worth, less what
    /// was set aside.
    pub spent: Option<(Windows, Micros)>,
    /// Until when the agent may write up the conversation that is over.
    pub wrap_until: Option<Timestamp>,
}

impl Freed {
    /// Nothing of a target yet.
    #[must_use]
    pub fn nothing(target: TargetId) -> Self {
        Self {
            target,
            line: false,
            uncounted: None,
            spent: None,
            wrap_until: None,
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
        let spent = self.spent().within(windows);
        Self {
            hour: kept(self.hour, self.windows.hour, windows.hour),
            day: kept(self.day, self.windows.day, windows.day),
            month: kept(self.month, self.windows.month, windows.month),
            hour_spent: spent.hour,
            day_spent: spent.day,
            month_spent: spent.month,
            windows: self.windows.latest(windows),
            ..*self
        }
    }

    /// The money of it.
    #[must_use]
    pub fn spent(&self) -> Spent {
        Spent {
            windows: self.windows,
            hour: self.hour_spent,
            day: self.day_spent,
            month: self.month_spent,
            total: self.total_spent,
        }
    }

    /// The usage after one more call is claimed in the given windows, with its price set aside. The
    /// store's conditional update must do the same; a test holds the two together.
    #[must_use]
    pub fn claimed(&self, windows: &Windows, price: Micros, now: Timestamp) -> Self {
        let base = self.within(windows);
        let spent = base.spent().plus(price, windows);
        Self {
            live: base.live + 1,
            hour: base.hour + 1,
            day: base.day + 1,
            month: base.month + 1,
            total: base.total + 1,
            hour_spent: spent.hour,
            day_spent: spent.day,
            month_spent: spent.month,
            total_spent: spent.total,
            windows: base.windows,
            last_claimed_at: Some(now),
            ..base
        }
    }

    /// The usage after a claimed call's line is free again.
    #[must_use]
    pub fn line_released(&self, now: Timestamp) -> Self {
        Self {
            live: self.live.saturating_sub(1),
            last_freed_at: Some(now),
            ..*self
        }
    }

    /// The usage after a claimed call turned out to be worth so much more (or less, below zero)
    /// than was set aside, in each window that is still the one it was claimed in.
    #[must_use]
    pub fn spent_more(&self, windows: &Windows, more: Micros) -> Self {
        let add = |sum: Micros, same: bool| {
            if same {
                Micros(sum.0.saturating_add(more.0).max(0))
            } else {
                sum
            }
        };
        Self {
            hour_spent: add(self.hour_spent, self.windows.hour == windows.hour),
            day_spent: add(self.day_spent, self.windows.day == windows.day),
            month_spent: add(self.month_spent, self.windows.month == windows.month),
            total_spent: add(self.total_spent, true),
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

impl Claim {
    /// Whether a cap leaves no room for it.
    #[must_use]
    pub fn is_refused(&self, usage: &Usage) -> bool {
        self.caps.reached(usage, &self.windows).is_some()
            || (self.dollars)
                .reached(&usage.spent(), &self.windows, self.price)
                .is_some()
    }
}

impl GroupClaim {
    /// Whether a cap leaves no room for it.
    #[must_use]
    pub fn is_refused(&self, usage: &Usage) -> bool {
        self.caps.reached(usage, &self.windows).is_some()
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
            .claimed(&windows(1, 1, 1), Micros::ZERO, Timestamp(5))
            .line_released(Timestamp(6));
        assert!(caps.reached(&used, &windows(1, 1, 1)).is_some());
        assert_eq!(caps.reached(&used, &windows(2, 1, 1)), None);
    }

    #[test]
    fn giving_back_after_midnight_leaves_the_new_day_alone() {
        let used = Usage::default().claimed(&windows(1, 1, 1), Micros::ZERO, Timestamp(1));
        let next_day = used.claimed(&windows(9, 2, 1), Micros::ZERO, Timestamp(2));
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
                        usage = usage.line_released(Timestamp(clock));
                        if !connected { usage = usage.uncounted(&claim); }
                    }
                } else if caps.reached(&usage, &now).is_none() {
                    usage = usage.claimed(&now, Micros::ZERO, Timestamp(clock));
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
