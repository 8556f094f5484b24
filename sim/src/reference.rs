//! Routing, told by a second program: naive, slow, sharing no code with the domain.
//!
//! It keeps its own books of every claim and counts them anew, reads hours minute by minute, and
//! says for each route whether it may take a call. The domain must agree at every decision.

use std::collections::{BTreeMap, BTreeSet};

use domain::campaign::Distribution;
use domain::caps::{CapKind, Caps, Usage};
use domain::id::{TargetGroupId, TargetId};
use domain::plan::{Route, RoutingPlan};
use domain::routing::{Decision, Exclusions, Verdict};
use domain::schedule::Hours;
use domain::target::Target;
use domain::target::group::{RingOrder, TargetGroup};
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

/// The books of all targets and groups.
#[derive(Debug, Default)]
pub struct Books {
    targets: BTreeMap<TargetId, Book>,
    groups: BTreeMap<TargetGroupId, Book>,
}

impl Book {
    fn claim(&mut self, name: &str, zone: &str, by: Claimer, now: Timestamp) -> Result<(), String> {
        let keys = Keys::of(zone, now);
        if !self.held.insert(by) || self.counted.insert(by, keys).is_some() {
            return Err(format!("{name} is claimed twice by one call"));
        }
        *self.hours.entry(keys.hour).or_default() += 1;
        *self.days.entry(keys.day).or_default() += 1;
        *self.months.entry(keys.month).or_default() += 1;
        self.last_claimed_at = Some(now);
        Ok(())
    }

    fn release(&mut self, what: &str, by: Claimer) -> Result<(), String> {
        if self.held.remove(&by) {
            Ok(())
        } else {
            Err(format!("{what} is freed but not held"))
        }
    }

    fn uncount(&mut self, what: &str, by: Claimer) -> Result<(), String> {
        let keys = self
            .counted
            .remove(&by)
            .ok_or_else(|| format!("{what} is uncounted but not counted"))?;
        *self.hours.entry(keys.hour).or_default() -= 1;
        *self.days.entry(keys.day).or_default() -= 1;
        *self.months.entry(keys.month).or_default() -= 1;
        Ok(())
    }

    fn counts(&self, zone: &str, now: Timestamp) -> [u32; 5] {
        let keys = Keys::of(zone, now);
        [
            u32::try_from(self.held.len()).unwrap_or(u32::MAX),
            self.hours.get(&keys.hour).copied().unwrap_or(0),
            self.days.get(&keys.day).copied().unwrap_or(0),
            self.months.get(&keys.month).copied().unwrap_or(0),
            u32::try_from(self.counted.len()).unwrap_or(u32::MAX),
        ]
    }

    fn check(
        &self,
        name: &str,
        zone: &str,
        caps: &Caps,
        usage: &Usage,
        now: Timestamp,
    ) -> Result<(), String> {
        let ours = self.counts(zone, now);
        let windows = domain::time::LocalMoment::new(now, offset_s(zone, now)).windows();
        let seen = usage.within(&windows);
        let theirs = [seen.live, seen.hour, seen.day, seen.month, seen.total];
        if ours != theirs {
            return Err(format!(
                "{name}: counted {ours:?} (live, hour, day, month, total), the product says {theirs:?}"
            ));
        }
        let limits = limits(caps);
        if limits
            .iter()
            .zip(ours)
            .any(|(cap, count)| cap.is_some_and(|cap| count > cap))
        {
            return Err(format!("{name} exceeds its caps {limits:?}: {ours:?}"));
        }
        Ok(())
    }

    /// The first cap in the way.
    fn full(&self, zone: &str, caps: &Caps, now: Timestamp) -> Option<Refusal> {
        limits(caps)
            .iter()
            .zip(self.counts(zone, now))
            .position(|(cap, count)| cap.is_some_and(|cap| count >= cap))
            .map(Refusal::Full)
    }
}

fn limits(caps: &Caps) -> [Option<u32>; 5] {
    [
        caps.concurrent,
        caps.hourly,
        caps.daily,
        caps.monthly,
        caps.total,
    ]
}

impl Books {
    /// A claim was won.
    pub fn claim(&mut self, target: &Target, by: Claimer, now: Timestamp) -> Result<(), String> {
        let book = self.targets.entry(target.id).or_default();
        book.claim(&target.name, &target.zone, by, now)
    }

    /// A line was freed.
    pub fn release(&mut self, target: TargetId, by: Claimer) -> Result<(), String> {
        let book = self.targets.entry(target).or_default();
        book.release(&format!("target {target}"), by)
    }

    /// A claim was taken out of the counts.
    pub fn uncount(&mut self, target: TargetId, by: Claimer) -> Result<(), String> {
        let book = self.targets.entry(target).or_default();
        book.uncount(&format!("target {target}"), by)
    }

    /// A place in a group was won.
    pub fn claim_group(
        &mut self,
        group: &TargetGroup,
        by: Claimer,
        now: Timestamp,
    ) -> Result<(), String> {
        let book = self.groups.entry(group.id).or_default();
        book.claim(&group.name, &group.zone, by, now)
    }

    /// A place in a group was given back: the line, the place in the counts.
    pub fn free_group(
        &mut self,
        group: TargetGroupId,
        line: bool,
        uncount: bool,
        by: Claimer,
    ) -> Result<(), String> {
        let book = self.groups.entry(group).or_default();
        let what = format!("group {group}");
        if line {
            book.release(&what, by)?;
        }
        if uncount {
            book.uncount(&what, by)?;
        }
        Ok(())
    }

    /// Calls that hold a line of a target.
    pub fn held(&self, target: TargetId) -> u32 {
        self.targets
            .get(&target)
            .map_or(0, |b| u32::try_from(b.held.len()).unwrap_or(u32::MAX))
    }

    /// Whether the product's figures of a target are ours, and within its caps.
    pub fn check(&self, target: &Target, usage: &Usage, now: Timestamp) -> Result<(), String> {
        let nothing = Book::default();
        let book = self.targets.get(&target.id).unwrap_or(&nothing);
        book.check(&target.name, &target.zone, &target.caps, usage, now)
    }

    /// The same of a group.
    pub fn check_group(
        &self,
        group: &TargetGroup,
        usage: &Usage,
        now: Timestamp,
    ) -> Result<(), String> {
        let nothing = Book::default();
        let book = self.groups.get(&group.id).unwrap_or(&nothing);
        book.check(&group.name, &group.zone, &group.caps, usage, now)
    }

    /// Why a route may not take a call; none if it may.
    fn refusal(&self, route: &Route, exclusions: &Exclusions, now: Timestamp) -> Option<Refusal> {
        let t = &route.target;
        let nothing = Book::default();
        let book = self.targets.get(&t.id).unwrap_or(&nothing);
        [
            (!route.on, Refusal::Off),
            (!t.buyer_active || !t.active, Refusal::Paused),
            (exclusions.tried.contains(&t.id), Refusal::Tried),
            (exclusions.lost.contains(&t.id), Refusal::Lost),
            (!is_open(&t.hours, &t.zone, now), Refusal::Closed),
        ]
        .into_iter()
        .find_map(|(applies, why)| applies.then_some(why))
        .or(book.full(&t.zone, &t.caps, now))
    }

    /// Why a group may not, whoever of it is free.
    fn refusal_of_group(
        &self,
        group: &TargetGroup,
        route: &Route,
        exclusions: &Exclusions,
        now: Timestamp,
    ) -> Option<Refusal> {
        let has_place = exclusions.within == Some(route.id);
        let nothing = Book::default();
        let book = self.groups.get(&group.id).unwrap_or(&nothing);
        [
            (!route.on, Refusal::Off),
            (exclusions.left.contains(&route.id), Refusal::Tried),
            (!group.active, Refusal::Paused),
            (!is_open(&group.hours, &group.zone, now), Refusal::Closed),
        ]
        .into_iter()
        .find_map(|(applies, why)| applies.then_some(why))
        .or(book
            .full(&group.zone, &group.caps, now)
            .filter(|_| !has_place))
    }

    /// The entries of a plan, with whom of each to ring or why nobody.
    fn entries<'a>(
        &self,
        plan: &'a RoutingPlan,
        exclusions: &Exclusions,
        now: Timestamp,
    ) -> Vec<(&'a Route, Result<Vec<TargetId>, Refusal>)> {
        let mut entries: Vec<(&Route, Result<Vec<TargetId>, Refusal>)> = Vec::new();
        let mut at = 0;
        while at < plan.routes.len() {
            let route = &plan.routes[at];
            let Some(group) = route.group.and_then(|id| plan.groups.get(&id)) else {
                let may = self.refusal(route, exclusions, now);
                entries.push((route, may.map_or(Ok(vec![route.target.id]), Err)));
                at += 1;
                continue;
            };
            let mut free = Vec::new();
            while at < plan.routes.len() && plan.routes[at].id == route.id {
                if self.refusal(&plan.routes[at], exclusions, now).is_none() {
                    free.push(plan.routes[at].target.id);
                }
                at += 1;
            }
            free.truncate(match group.order {
                RingOrder::AllAtOnce => 10,
                RingOrder::InTurn => 1,
            });
            let why = self
                .refusal_of_group(group, route, exclusions, now)
                .or(free.is_empty().then_some(Refusal::Nobody));
            entries.push((route, why.map_or(Ok(free), Err)));
        }
        entries
    }

    /// Whether a decision is what it should be.
    pub fn judge(
        &self,
        plan: &RoutingPlan,
        exclusions: &Exclusions,
        decision: &Decision,
        now: Timestamp,
    ) -> Result<(), String> {
        let mut ours = self.entries(plan, exclusions, now);
        let within = |r: &Route| exclusions.within == Some(r.id);
        let goes_on = ours.iter().any(|(r, may)| within(r) && may.is_ok());
        for (route, may) in &mut ours {
            if may.is_ok() && !within(route) && (goes_on || exclusions.spent) {
                *may = Err(if goes_on {
                    Refusal::GoesOn
                } else {
                    Refusal::Spent
                });
            }
        }
        if ours.len() != decision.candidates.len() {
            return Err("an entry of the plan is missing in the trace".to_owned());
        }
        for ((route, may), candidate) in ours.iter().zip(&decision.candidates) {
            if may.as_ref().err().copied() != Refusal::of(&candidate.verdict) {
                return Err(format!(
                    "{} {}: should be {may:?}, was {:?}",
                    route.id, candidate.name, candidate.verdict
                ));
            }
        }
        let open = || {
            ours.iter()
                .filter_map(|(r, may)| Some((*r, may.as_ref().ok()?)))
        };
        let first = open().map(|(r, _)| r.priority).min();
        let mut running: Vec<(&Route, &Vec<TargetId>)> =
            open().filter(|(r, _)| Some(r.priority) == first).collect();
        if plan.distribution == Distribution::RoundRobin {
            running.sort_by_key(|(r, _)| match r.group {
                Some(id) => self.groups.get(&id).and_then(|b| b.last_claimed_at),
                None => self
                    .targets
                    .get(&r.target.id)
                    .and_then(|b| b.last_claimed_at),
            });
            running.truncate(1);
        }
        match &decision.chosen {
            None if running.is_empty() => Ok(()),
            Some(chosen)
                if running.iter().any(|(r, ring)| {
                    r.id == chosen.route && chosen.rung().map(|r| r.target).eq(ring.iter().copied())
                }) =>
            {
                Ok(())
            }
            chosen => Err(format!(
                "chose {chosen:?} of {:?}",
                running
                    .iter()
                    .map(|(r, ring)| (r.id, ring))
                    .collect::<Vec<_>>()
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
    /// Nobody of the group is free.
    Nobody,
    /// Another group has the call.
    GoesOn,
    /// The attempts are used up.
    Spent,
    /// A reason that no world here gives.
    Strange,
}

impl Refusal {
    fn of(verdict: &Verdict) -> Option<Self> {
        match verdict {
            Verdict::Won { .. } | Verdict::NotDrawn { .. } | Verdict::NotNeeded => None,
            Verdict::RouteOff => Some(Self::Off),
            Verdict::TargetPaused | Verdict::BuyerPaused | Verdict::GroupPaused => {
                Some(Self::Paused)
            }
            Verdict::NobodyInGroup => Some(Self::Nobody),
            Verdict::GroupGoesOn => Some(Self::GoesOn),
            Verdict::AttemptsUsed => Some(Self::Spent),
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
            Verdict::NotPreferred { .. }
            | Verdict::BiddersOnly
            | Verdict::NobodyBid
            | Verdict::NoBid { .. }
            | Verdict::Unprofitable { .. }
            | Verdict::AsksLonger { .. }
            | Verdict::NotAsked
            | Verdict::BidExpired
            | Verdict::WinnerOnly
            | Verdict::NoAuctionTime
            | Verdict::AutoPaused { .. }
            | Verdict::AgentHeld { .. }
            | Verdict::Filtered { .. }
            | Verdict::Restricted { .. }
            | Verdict::DuplicateRefused { .. }
            | Verdict::DollarCapReached(_)
            | Verdict::NotRerouted { .. } => Some(Self::Strange),
        }
    }
}

/// Whether hours are open, told minute by minute.
pub fn is_open(hours: &Hours, zone: &str, now: Timestamp) -> bool {
    let Hours::Weekly(days) = hours else {
        return true;
    };
    let local = now.secs() + i64::from(offset_s(zone, now));
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
    use domain::money::Micros;

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
        let one = Usage::default().claimed(&windows, Micros::ZERO, NOW);
        let mut books = Books::default();
        assert!(
            books.check(&target, &one, NOW).is_err(),
            "a claim nobody made"
        );
        assert_eq!(books.claim(&target, 1, NOW), Ok(()));
        assert_eq!(books.check(&target, &one, NOW), Ok(()));
        assert!(
            books.check(&target, &one.line_released(NOW), NOW).is_err(),
            "a line freed too early"
        );
        assert!(
            books.claim(&target, 1, NOW).is_err(),
            "two claims of one call"
        );
        assert_eq!(books.claim(&target, 2, NOW), Ok(()));
        assert!(
            books
                .check(&target, &one.claimed(&windows, Micros::ZERO, NOW), NOW)
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
            None,
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
