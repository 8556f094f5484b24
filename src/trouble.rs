//! What needs a person's attention: targets that miss their calls or near a cap, campaigns that
//! can send a call nowhere, calls to numbers without a campaign.

use crate::call::record::Outcome;
use crate::draw::Draw;
use crate::id::{CampaignId, TargetId};
use crate::plan::RoutingPlan;
use crate::routing::{Clocks, Exclusions, UsageMap, decide};
use crate::target::Target;
use crate::time::{Timestamp, Windows};

/// Missed calls in a row from which a target is a trouble.
pub const MISSED_IN_A_ROW: u32 = 3;
/// The share of a daily cap in percent from which it is worth a warning.
pub const CAP_WARN_PERCENT: u32 = 90;

/// A call that is over, as far as these rules look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedCall {
    /// The target last dialed; none if nobody was.
    pub target: Option<TargetId>,
    pub outcome: Outcome,
    pub arrived_at: Timestamp,
}

/// A target whose last calls all went unanswered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streak {
    pub target: TargetId,
    pub missed: u32,
    /// When the first of them arrived.
    pub since: Timestamp,
}

/// A target at or near its daily cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NearCap {
    pub target: TargetId,
    /// Calls counted today.
    pub used: u32,
    pub limit: u32,
}

/// A campaign none of whose routes is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreachable {
    pub campaign: CampaignId,
    /// 0 for an empty plan.
    pub routes: usize,
}

/// The targets whose last calls, [`MISSED_IN_A_ROW`] at least, all went unanswered. A caller who
/// hung up says nothing about the target, but ends the streak: the target might have answered.
#[must_use]
pub fn streaks(newest_first: impl IntoIterator<Item = EndedCall>) -> Vec<Streak> {
    let mut found: Vec<(Streak, bool)> = Vec::new();
    for call in newest_first {
        let Some(target) = call.target else { continue };
        let missed = matches!(
            call.outcome,
            Outcome::NoAnswer | Outcome::Voicemail | Outcome::Forwarded
        );
        let at = found.iter().position(|(streak, _)| streak.target == target);
        match at {
            Some(at) => {
                let (streak, unbroken) = &mut found[at];
                *unbroken &= missed;
                if *unbroken {
                    streak.missed += 1;
                    streak.since = call.arrived_at;
                }
            }
            None => found.push((
                Streak {
                    target,
                    missed: u32::from(missed),
                    since: call.arrived_at,
                },
                missed,
            )),
        }
    }
    found
        .into_iter()
        .map(|(streak, _)| streak)
        .filter(|streak| streak.missed >= MISSED_IN_A_ROW)
        .collect()
}

/// Whether an active plan could send a call nowhere right now.
#[must_use]
pub fn unreachable(plan: &RoutingPlan, usage: &UsageMap, clocks: &Clocks) -> Option<Unreachable> {
    let nobody = decide(
        plan,
        None,
        &Exclusions::default(),
        usage,
        clocks,
        &mut Draw::from_seed(0),
    );
    (plan.active && nobody.chosen.is_none()).then_some(Unreachable {
        campaign: plan.campaign,
        routes: plan.entries().count(),
    })
}

/// Whether a target has used [`CAP_WARN_PERCENT`] of its daily cap in the given windows.
#[must_use]
pub fn near_cap(target: &Target, usage: &UsageMap, windows: &Windows) -> Option<NearCap> {
    let limit = target.caps.daily.filter(|limit| *limit > 0)?;
    let used = usage
        .get(&target.id)
        .copied()
        .unwrap_or_default()
        .within(windows)
        .day;
    (u64::from(used) * 100 >= u64::from(limit) * u64::from(CAP_WARN_PERCENT)).then_some(NearCap {
        target: target.id,
        used,
        limit,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caps::{Caps, Usage};
    use crate::testing::{NOON_ISH, clocks, plan, route, target, windows};

    fn call(target: i64, outcome: Outcome, age_s: i64) -> EndedCall {
        EndedCall {
            target: Some(TargetId(target)),
            outcome,
            arrived_at: NOON_ISH.plus_secs(-age_s),
        }
    }

    #[test]
    fn three_missed_in_a_row_are_a_streak_since_the_first_of_them() {
        let calls = [
            call(1, Outcome::NoAnswer, 10),
            call(2, Outcome::NoAnswer, 20),
            call(1, Outcome::Voicemail, 30),
            call(2, Outcome::Connected, 40),
            call(2, Outcome::NoAnswer, 45),
            call(1, Outcome::Forwarded, 50),
            call(1, Outcome::Connected, 60),
            call(1, Outcome::NoAnswer, 70),
        ];
        let streak = Streak {
            target: TargetId(1),
            missed: 3,
            since: NOON_ISH.plus_secs(-50),
        };
        assert_eq!(streaks(calls), [streak]);
    }

    #[test]
    fn a_caller_who_hung_up_ends_a_streak() {
        let calls = [
            call(1, Outcome::NoAnswer, 1),
            call(1, Outcome::NoAnswer, 2),
            call(1, Outcome::Abandoned, 3),
            call(1, Outcome::NoAnswer, 4),
        ];
        assert_eq!(streaks(calls), []);
    }

    #[test]
    fn a_plan_is_unreachable_when_nothing_in_it_is_open() {
        let clocks = clocks(NOON_ISH);
        let mut off = route(1, 1, 1);
        off.on = false;
        for (routes, expected) in [
            (vec![], Some(0)),
            (vec![off.clone()], Some(1)),
            (vec![off, route(2, 1, 1)], None),
        ] {
            let plan = plan(routes);
            let found = unreachable(&plan, &UsageMap::new(), &clocks);
            assert_eq!(found.map(|u| u.routes), expected);
        }
        let mut paused = plan(vec![]);
        paused.active = false;
        assert_eq!(unreachable(&paused, &UsageMap::new(), &clocks), None);
    }

    #[test]
    fn a_cap_is_near_from_nine_tenths_of_today_on() {
        let mut capped = target(1);
        for (limit, used, near) in [
            (None, 99, false),
            (Some(10), 8, false),
            (Some(10), 9, true),
            (Some(10), 10, true),
            (Some(0), 0, false),
            (Some(u32::MAX), u32::MAX, true),
        ] {
            capped.caps = Caps {
                daily: limit,
                ..Caps::default()
            };
            let usage = UsageMap::from([(
                capped.id,
                Usage {
                    day: used,
                    windows: windows(NOON_ISH),
                    ..Usage::default()
                },
            )]);
            let found = near_cap(&capped, &usage, &windows(NOON_ISH));
            assert_eq!(found.is_some(), near, "{used} of {limit:?}");
            // Yesterday's count is not today's.
            let tomorrow = windows(NOON_ISH.plus_secs(86_400));
            assert_eq!(near_cap(&capped, &usage, &tomorrow), None);
        }
    }
}
