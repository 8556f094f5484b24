//! Routing, told by a second program: naive, slow, sharing no code with the domain.
//!
//! It keeps its own books of every claim and counts them anew, reads hours minute by minute, and
//! says for each route whether it may take a call. The domain must agree at every decision.

use std::collections::{BTreeMap, BTreeSet};

use domain::campaign::Distribution;
use domain::caps::{CapKind, Usage};
use domain::id::TargetId;
use domain::plan::{Route, RoutingPlan};
use domain::routing::{Decision, Exclusions, Verdict};
use domain::schedule::Hours;
use domain::target::Target;
use domain::time::Timestamp;

use crate::zone::offset_s;

const WEEK_M: i64 = 7 * 1_440;

/// The windows a claim is counted in: local hour (with its offset, so a repeated hour is two), day
/// and month, each a plain count since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Keys {
    hour: (i64, i32),
    day: i64,
    month: i64,
}

impl Keys {
    /// The windows of a zone at a moment.
    pub fn of(zone: &str, at: Timestamp) -> Self {
        let offset = offset_s(zone, at);
        let local = at.secs() + i64::from(offset);
        let day = local.div_euclid(86_400);
        Self {
            hour: (local.div_euclid(3_600), offset),
            day,
            month: month_of(day),
        }
    }
}

/// Months since 1970, by walking the calendar.
fn month_of(mut day: i64) -> i64 {
    let mut month = 0;
    loop {
        let year = 1970 + month / 12;
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let length = [
            31,
            28 + i64::from(leap),
            31,
            30,
            31,
            30,
            31,
            31,
            30,
            31,
            30,
            31,
        ][usize::try_from(month % 12).unwrap_or(0)];
        if day < length {
            return month;
        }
        day -= length;
        month += 1;
    }
}

/// Who claims: a call, or one that stands for all the others.
pub type Claimer = u64;

/// What a target's claims come to.
#[derive(Debug, Default)]
struct Book {
    held: BTreeSet<Claimer>,
    counted: BTreeMap<Claimer, Keys>,
    hours: BTreeMap<(i64, i32), u32>,
    days: BTreeMap<i64, u32>,
    months: BTreeMap<i64, u32>,
    last_claimed_at: Option<Timestamp>,
}

/// The books of all targets.
#[derive(Debug, Default)]
pub struct Books(BTreeMap<TargetId, Book>);

impl Books {
    /// A claim was won.
    pub fn claim(&mut self, target: &Target, by: Claimer, now: Timestamp) -> Result<(), String> {
        let keys = Keys::of(&target.zone, now);
        let book = self.0.entry(target.id).or_default();
        if !book.held.insert(by) || book.counted.insert(by, keys).is_some() {
            return Err(format!("{} is claimed twice by one call", target.name));
        }
        *book.hours.entry(keys.hour).or_default() += 1;
        *book.days.entry(keys.day).or_default() += 1;
        *book.months.entry(keys.month).or_default() += 1;
        book.last_claimed_at = Some(now);
        Ok(())
    }

    /// A line was freed.
    pub fn release(&mut self, target: TargetId, by: Claimer) -> Result<(), String> {
        let freed = self.0.entry(target).or_default().held.remove(&by);
        if freed {
            Ok(())
        } else {
            Err(format!("target {target} is freed but not held"))
        }
    }

    /// A claim was taken out of the counts.
    pub fn uncount(&mut self, target: TargetId, by: Claimer) -> Result<(), String> {
        let book = self.0.entry(target).or_default();
        let keys = book
            .counted
            .remove(&by)
            .ok_or_else(|| format!("target {target} is uncounted but not counted"))?;
        *book.hours.entry(keys.hour).or_default() -= 1;
        *book.days.entry(keys.day).or_default() -= 1;
        *book.months.entry(keys.month).or_default() -= 1;
        Ok(())
    }

    /// Calls that hold a line of a target.
    pub fn held(&self, target: TargetId) -> u32 {
        self.0
            .get(&target)
            .map_or(0, |b| u32::try_from(b.held.len()).unwrap_or(u32::MAX))
    }

    fn counts(&self, target: &Target, now: Timestamp) -> [u32; 5] {
        let keys = Keys::of(&target.zone, now);
        self.0.get(&target.id).map_or([0; 5], |b| {
            [
                u32::try_from(b.held.len()).unwrap_or(u32::MAX),
                b.hours.get(&keys.hour).copied().unwrap_or(0),
                b.days.get(&keys.day).copied().unwrap_or(0),
                b.months.get(&keys.month).copied().unwrap_or(0),
                u32::try_from(b.counted.len()).unwrap_or(u32::MAX),
            ]
        })
    }

    /// Whether the product's figures of a target are ours, and within its caps.
    pub fn check(&self, target: &Target, usage: &Usage, now: Timestamp) -> Result<(), String> {
        let ours = self.counts(target, now);
        let windows = domain::time::LocalMoment::new(now, offset_s(&target.zone, now)).windows();
        let seen = usage.within(&windows);
        let theirs = [seen.live, seen.hour, seen.day, seen.month, seen.total];
        if ours != theirs {
            return Err(format!(
                "{}: counted {ours:?} (live, hour, day, month, total), the product says {theirs:?}",
                target.name
            ));
        }
        let caps = [
            target.caps.concurrent,
            target.caps.hourly,
            target.caps.daily,
            target.caps.monthly,
            target.caps.total,
        ];
        if caps
            .iter()
            .zip(ours)
            .any(|(cap, count)| cap.is_some_and(|cap| count > cap))
        {
            return Err(format!(
                "{} exceeds its caps {caps:?}: {ours:?}",
                target.name
            ));
        }
        Ok(())
    }

    /// Why a route may not take a call; none if it may.
    fn refusal(&self, route: &Route, exclusions: &Exclusions, now: Timestamp) -> Option<Refusal> {
        let t = &route.target;
        let caps = [
            t.caps.concurrent,
            t.caps.hourly,
            t.caps.daily,
            t.caps.monthly,
            t.caps.total,
        ];
        let full = caps
            .iter()
            .zip(self.counts(t, now))
            .position(|(cap, count)| cap.is_some_and(|cap| count >= cap));
        [
            (!route.on, Refusal::Off),
            (!t.buyer_active || !t.active, Refusal::Paused),
            (exclusions.tried.contains(&t.id), Refusal::Tried),
            (exclusions.lost.contains(&t.id), Refusal::Lost),
            (!is_open(t, now), Refusal::Closed),
        ]
        .into_iter()
        .find_map(|(applies, why)| applies.then_some(why))
        .or(full.map(Refusal::Full))
    }

    /// Whether a decision is what it should be.
    pub fn judge(
        &self,
        plan: &RoutingPlan,
        exclusions: &Exclusions,
        decision: &Decision,
        now: Timestamp,
    ) -> Result<(), String> {
        let ours: Vec<_> = plan
            .routes
            .iter()
            .map(|r| self.refusal(r, exclusions, now))
            .collect();
        for ((route, ours), candidate) in plan.routes.iter().zip(&ours).zip(&decision.candidates) {
            if *ours != Refusal::of(&candidate.verdict) {
                return Err(format!(
                    "{}: should be {ours:?}, was {:?}",
                    route.target.name, candidate.verdict
                ));
            }
        }
        let open = || {
            plan.routes
                .iter()
                .zip(&ours)
                .filter(|(_, refusal)| refusal.is_none())
                .map(|(r, _)| r)
        };
        let first = open().map(|r| r.priority).min();
        let mut running: Vec<&Route> = open().filter(|r| Some(r.priority) == first).collect();
        if plan.distribution == Distribution::RoundRobin {
            running.sort_by_key(|r| self.0.get(&r.target.id).and_then(|b| b.last_claimed_at));
            running.truncate(1);
        }
        match decision.chosen {
            None if running.is_empty() => Ok(()),
            Some(chosen)
                if running
                    .iter()
                    .any(|r| r.id == chosen.route && r.target.id == chosen.target) =>
            {
                Ok(())
            }
            chosen => Err(format!(
                "chose {chosen:?} of {:?}",
                running.iter().map(|r| r.id).collect::<Vec<_>>()
            )),
        }
    }
}

/// Reasons, as far as they can be told apart from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Off,
    Paused,
    Tried,
    Lost,
    Closed,
    /// The first cap in the way: 0 concurrent to 4 all-time.
    Full(usize),
}

impl Refusal {
    fn of(verdict: &Verdict) -> Option<Self> {
        match verdict {
            Verdict::Won { .. } | Verdict::NotDrawn { .. } | Verdict::NotNeeded => None,
            Verdict::RouteOff => Some(Self::Off),
            Verdict::TargetPaused | Verdict::BuyerPaused => Some(Self::Paused),
            Verdict::Closed { .. } => Some(Self::Closed),
            Verdict::AlreadyTried => Some(Self::Tried),
            Verdict::LineTaken => Some(Self::Lost),
            Verdict::CapReached(reached) => Some(Self::Full(match reached.kind {
                CapKind::Concurrent => 0,
                CapKind::Hourly => 1,
                CapKind::Daily => 2,
                CapKind::Monthly => 3,
                CapKind::Total => 4,
            })),
        }
    }
}

/// Whether a target is open, told minute by minute.
pub fn is_open(target: &Target, now: Timestamp) -> bool {
    let Hours::Weekly(days) = &target.hours else {
        return true;
    };
    let local = now.secs() + i64::from(offset_s(&target.zone, now));
    // 1970-01-01 was a Thursday: three days after the Monday that weeks are counted from.
    let minute = (local.div_euclid(60) + 3 * 1_440).rem_euclid(WEEK_M);
    days.iter().zip(0_i64..).any(|(day, i)| {
        day.as_ref().is_some_and(|day| {
            let within = |from: u16, to: u16| {
                (minute - i * 1_440 - i64::from(from)).rem_euclid(WEEK_M) < i64::from(to - from)
            };
            within(day.open.from, day.open.to)
                && !day.breaks.iter().any(|pause| within(pause.from, pause.to))
        })
    })
}

#[cfg(test)]
mod tests {
    use domain::draw::Draw;
    use domain::routing::decide;
    use domain::testing::{plan, route, target};

    use super::*;
    use crate::zone::clocks;

    const NOW: Timestamp = Timestamp(1_793_510_000_000_000);

    #[test]
    fn months_are_counted_from_1970() {
        assert_eq!(
            (month_of(0), month_of(30), month_of(31), month_of(789)),
            (0, 0, 1, 25)
        );
        let keys = Keys::of("UTC", NOW);
        assert_eq!(keys.month, 56 * 12 + 10);
    }

    #[test]
    fn the_books_notice_a_leak_a_double_and_an_excess() {
        let mut target = target(1);
        target.caps.concurrent = Some(1);
        let windows = clocks(NOW)["America/New_York"].windows();
        let one = Usage::default().claimed(&windows, NOW);
        let mut books = Books::default();
        assert!(
            books.check(&target, &one, NOW).is_err(),
            "a claim nobody made"
        );
        assert_eq!(books.claim(&target, 1, NOW), Ok(()));
        assert_eq!(books.check(&target, &one, NOW), Ok(()));
        assert!(
            books.check(&target, &one.line_released(), NOW).is_err(),
            "a line freed too early"
        );
        assert!(
            books.claim(&target, 1, NOW).is_err(),
            "two claims of one call"
        );
        assert_eq!(books.claim(&target, 2, NOW), Ok(()));
        assert!(
            books
                .check(&target, &one.claimed(&windows, NOW), NOW)
                .is_err(),
            "more than the cap"
        );
        assert_eq!(
            (
                books.release(target.id, 1),
                books.release(target.id, 1).is_err()
            ),
            (Ok(()), true)
        );
        assert_eq!(
            (
                books.uncount(target.id, 1),
                books.uncount(target.id, 1).is_err()
            ),
            (Ok(()), true)
        );
    }

    #[test]
    fn a_wrong_decision_is_noticed() {
        let plan = plan(vec![route(1, 1, 1), route(2, 2, 1)]);
        let nobody = Exclusions::default();
        let mut decision = decide(
            &plan,
            &nobody,
            &domain::routing::UsageMap::new(),
            &clocks(NOW),
            &mut Draw::from_seed(1),
        );
        let books = Books::default();
        assert_eq!(books.judge(&plan, &nobody, &decision, NOW), Ok(()));
        if let Some(chosen) = &mut decision.chosen {
            (chosen.route, chosen.target) = (plan.routes[1].id, plan.routes[1].target.id);
        }
        assert!(books.judge(&plan, &nobody, &decision, NOW).is_err());
        decision.candidates[0].verdict = Verdict::RouteOff;
        assert!(books.judge(&plan, &nobody, &decision, NOW).is_err());
    }
}
