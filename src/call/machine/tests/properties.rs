//! What holds whatever the carrier sends.

use proptest::prelude::*;

use super::*;
use crate::call::session::Attempt;
use crate::testing::{any_event, any_grouped_plan};

/// A step of a random life: an event, or time that passes, or the sweeper.
#[derive(Debug, Clone)]
enum Turn {
    Told(Event),
    Waited(i64),
    Swept,
}

fn any_turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = prop_oneof![
        8 => any_event().prop_map(Turn::Told),
        2 => (0_i64..90).prop_map(Turn::Waited),
        1 => Just(Turn::Swept),
    ];
    prop::collection::vec(turn, 0..40)
}

impl Line {
    fn take(&mut self, turn: &Turn) -> Result<(), Rejected> {
        match turn {
            Turn::Told(event) => return self.tell(event.clone()),
            Turn::Waited(secs) => {
                self.wait(*secs);
                self.last = Deeds::default();
            }
            Turn::Swept => {
                self.wake();
            }
        }
        Ok(())
    }

    /// The sweeper, with a carrier that knows nothing, until the call wants nothing more.
    fn give_up(&mut self) {
        for _ in 0..2_000 {
            if self.machine.poll_timeout().is_none() {
                return;
            }
            self.wake();
            let _ = self.tell(Event::CarrierSilent);
        }
    }

    /// A group holds a line for the call while it has its place there, and counts it once for each
    /// member that took it.
    fn check_groups(&self) -> Result<(), TestCaseError> {
        let s = self.session();
        for (group, used) in &self.usage.groups {
            let held = s.group.as_ref().filter(|held| held.group == *group);
            let connected = |a: &&Attempt| {
                a.result == Some(AttemptResult::Connected)
                    && a.chosen.group.as_ref().is_some_and(|g| g.id == *group)
            };
            let talked = s.attempts.iter().filter(connected).count() + usize::from(held.is_some());
            let live = held.is_some_and(|held| held.line_held);
            prop_assert_eq!((used.live, used.total as usize), (u32::from(live), talked));
        }
        Ok(())
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let s = self.session();
        let mut held: BTreeMap<TargetId, (u32, u32)> = BTreeMap::new();
        for a in &s.attempts {
            let entry = held.entry(a.chosen.target).or_default();
            entry.0 += u32::from(a.line_held);
            entry.1 += u32::from(a.counted);
            let counts = matches!(a.result, None | Some(AttemptResult::Connected));
            // Of several that ring at once one may be known to be out of it before the dial is over.
            prop_assert!(a.counted == counts || (!a.counted && a.is_off()));
        }
        for (target, used) in self.usage.iter() {
            prop_assert_eq!(
                held.get(target).copied().unwrap_or_default(),
                (used.live, used.total),
                "{:?}",
                target
            );
        }
        prop_assert!(s.entries() <= s.attempts_max as usize);
        self.check_groups()?;
        let last = s.last_ring();
        prop_assert!(
            (s.attempts.iter().enumerate())
                .filter(|(at, _)| !last.contains(at))
                .all(|(_, a)| a.result.is_some() && !a.line_held),
            "one dial at a time"
        );
        let targets: std::collections::BTreeSet<_> =
            s.attempts.iter().map(|a| a.chosen.target).collect();
        prop_assert_eq!(targets.len(), s.attempts.len(), "no target twice");
        prop_assert!(
            !matches!(s.stage, Stage::Deciding | Stage::Claiming { .. }),
            "a drained call waits for the outside"
        );
        prop_assert_eq!(
            self.machine.poll_timeout().is_none(),
            s.stage == Stage::Ended && !s.lacks_recording() && !s.lacks_length()
        );
        let ends = self
            .entries
            .iter()
            .filter(|e| matches!(e.what, What::Ended { .. }))
            .count();
        prop_assert_eq!(ends, usize::from(s.stage == Stage::Ended));
        Ok(())
    }
}

proptest! {
    #[test]
    fn every_claim_is_released_once_and_counts_iff_they_talked(plan in any_grouped_plan(), turns in any_turns()) {
        let mut line = Line::arrive(plan);
        line.check()?;
        let mut released: BTreeMap<TargetId, u32> = BTreeMap::new();
        for turn in &turns {
            let _ = line.take(turn);
            for target in &line.last.released {
                *released.entry(*target).or_default() += 1;
            }
            line.check()?;
        }
        line.give_up();
        line.check()?;
        prop_assert_eq!(&line.session().stage, &Stage::Ended);
        prop_assert!(line.usage.values().all(|u| u.live == 0), "nothing leaks");
        prop_assert!(released.values().all(|n| *n == 1), "no line is released twice");
        let talked = line.session().attempts.iter().filter(|a| a.counted).count();
        prop_assert!(line.usage.groups.values().all(|u| u.live == 0), "nothing leaks");
        prop_assert!(line.session().group.is_none());
        prop_assert_eq!(line.usage.values().map(|u| u.total).sum::<u32>(), u32::try_from(talked).expect("small"));
    }

    #[test]
    fn a_restart_between_any_two_events_changes_nothing(plan in any_grouped_plan(), turns in any_turns()) {
        let mut steady = Line::arrive(plan.clone());
        let mut shaken = Line::arrive(plan);
        shaken.restarts = true;
        for turn in &turns {
            prop_assert_eq!(steady.take(turn), shaken.take(turn));
            prop_assert_eq!(&steady.last, &shaken.last);
            prop_assert_eq!(steady.session(), shaken.session());
        }
    }

    #[test]
    fn what_is_rejected_changes_nothing(plan in any_grouped_plan(), turns in any_turns()) {
        let mut line = Line::arrive(plan);
        for turn in &turns {
            let before = line.session().clone();
            if line.take(turn).is_err() {
                prop_assert_eq!(&before, line.session());
                prop_assert_eq!(&line.last, &Deeds::default());
            }
        }
    }

    #[test]
    fn an_ended_call_stays_ended_as_it_was(plan in any_grouped_plan(), turns in any_turns(), more in any_turns()) {
        let mut line = Line::arrive(plan);
        for turn in &turns {
            let _ = line.take(turn);
        }
        line.give_up();
        let (outcome, ended_at, capacity) = (line.outcome(), line.session().ended_at, line.capacity());
        prop_assert!(outcome.is_some());
        for turn in &more {
            let _ = line.take(turn);
            let mended = line.session().message_s > Some(0) && matches!(outcome, Some(Outcome::NoAnswer | Outcome::NoTarget | Outcome::Unrouted));
            let stays = if mended { Some(Outcome::Voicemail) } else { outcome };
            prop_assert_eq!((line.outcome(), line.session().ended_at, line.capacity()), (stays, ended_at, capacity));
            prop_assert_eq!(&line.last.reply, &None, "nobody is told anything any more");
        }
    }

    #[test]
    fn the_same_event_twice_is_taken_once(plan in any_grouped_plan(), turns in any_turns()) {
        let mut line = Line::arrive(plan);
        for turn in &turns {
            let Turn::Told(event) = turn else {
                let _ = line.take(turn);
                continue;
            };
            let first = line.tell(event.clone());
            let after = line.session().clone();
            let capacity = line.capacity();
            let _ = line.tell(event.clone());
            prop_assert_eq!(line.capacity(), capacity);
            // What may be said again without harm: the carrier's records.
            let idempotent = matches!(event, Event::CarrierSaid(_) | Event::CarrierSilent);
            if first.is_ok() && !idempotent {
                prop_assert_eq!(line.session(), &after);
            }
        }
    }
}
