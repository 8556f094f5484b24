//! Who gets which number of a pool, and until when.
//!
//! A number is lent to one visitor at a time. The visitor who has one keeps it as long as the page
//! is heard of and the hold after that, and gets the same one back later if nobody else has got it
//! meanwhile. A clock that is set back never frees a number early, and word from a page never
//! shortens a hold unless the page was closed.

use std::collections::BTreeMap;

use super::{Hold, Rotation};
use crate::id::{NumberId, VisitId};
use crate::time::Timestamp;

/// A number of a pool as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    pub number: NumberId,
    /// Who has it, or had it last; none for a number that nobody has had.
    pub holder: Option<Holder>,
    /// From when on somebody else may get it.
    pub free_at: Timestamp,
}

/// Who has a number, or had it last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub visitor: String,
    pub visit: VisitId,
    /// The address the visit began at.
    pub landing: String,
}

/// A visitor's page that asks for a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub visitor: String,
    pub landing: String,
}

/// What became of a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The visit goes on with the number it has: the slot at this place.
    GoesOn(usize),
    /// A visit begins with this slot.
    Begins(usize),
    /// The same visitor asked twice at once: as the wish at this place, which came before.
    As(usize),
    /// All numbers are lent.
    Missed,
}

/// Lends the numbers of one pool to all who ask at the same moment, in their order. `slots` are those
/// that the askers have or had last, and as many free ones as may be needed.
#[must_use]
pub fn allot(wishes: &[Wish], slots: &[Slot], rotation: Rotation, now: Timestamp) -> Vec<Verdict> {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, wish) in wishes.iter().enumerate() {
        first.entry(&wish.visitor).or_insert(at);
    }
    let own: BTreeMap<&str, usize> = slots
        .iter()
        .enumerate()
        .filter_map(|(at, slot)| Some((slot.holder.as_ref()?.visitor.as_str(), at)))
        .filter(|(visitor, _)| first.contains_key(visitor))
        .collect();
    let mut free: Vec<usize> = (0..slots.len())
        .filter(|at| slots[*at].free_at <= now && !own.values().any(|taken| taken == at))
        .collect();
    free.sort_by_key(|at| order(&slots[*at], rotation));
    let mut free = free.into_iter();
    let mut verdicts = Vec::with_capacity(wishes.len());
    for (at, wish) in wishes.iter().enumerate() {
        let before = first.get(wish.visitor.as_str()).copied().unwrap_or(at);
        verdicts.push(if before < at {
            match verdicts[before] {
                Verdict::Missed => Verdict::Missed,
                _ => Verdict::As(before),
            }
        } else if let Some(slot) = own.get(wish.visitor.as_str()) {
            if goes_on(&slots[*slot], wish, now) {
                Verdict::GoesOn(*slot)
            } else {
                Verdict::Begins(*slot)
            }
        } else {
            free.next().map_or(Verdict::Missed, Verdict::Begins)
        });
    }
    verdicts
}

/// In which order free numbers are lent.
fn order(slot: &Slot, rotation: Rotation) -> (Timestamp, NumberId) {
    match rotation {
        Rotation::LongestFree => (slot.free_at, slot.number),
        Rotation::FewestNumbers => (Timestamp::MIN, slot.number),
    }
}

/// Whether it is still the same visit: the number was not given up, and nothing new brought the
/// visitor here.
fn goes_on(slot: &Slot, wish: &Wish, now: Timestamp) -> bool {
    slot.free_at > now
        && slot
            .holder
            .as_ref()
            .is_some_and(|holder| holder.landing == wish.landing)
}

/// Until when a number is held after word from the visitor's page.
#[must_use]
pub fn held_until(before: Timestamp, hold: Hold, now: Timestamp) -> Timestamp {
    let quiet = i64::from(hold.idle_s) + i64::from(hold.closed_s);
    before.max(now.plus_secs(quiet))
}

/// Until when it is held after the page was closed.
#[must_use]
pub fn held_after_leaving(before: Timestamp, hold: Hold, now: Timestamp) -> Timestamp {
    before.min(now.plus_secs(i64::from(hold.closed_s)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const HOLD: Hold = Hold {
        idle_s: 300,
        closed_s: 30,
    };

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(1_000_000 + secs)
    }

    fn slot(number: i64, visitor: &str, free_at: i64) -> Slot {
        Slot {
            number: NumberId(number),
            holder: (!visitor.is_empty()).then(|| Holder {
                visitor: visitor.to_owned(),
                visit: VisitId(Uuid::from_u128(number.unsigned_abs().into())),
                landing: "https://roofs.example/".to_owned(),
            }),
            free_at: at(free_at),
        }
    }

    fn wish(visitor: &str) -> Wish {
        Wish {
            visitor: visitor.to_owned(),
            landing: "https://roofs.example/".to_owned(),
        }
    }

    #[test]
    fn a_visitor_keeps_the_number_and_a_new_one_gets_the_one_that_is_free_the_longest() {
        let slots = [slot(1, "a", 90), slot(2, "", -5), slot(3, "c", -50)];
        let wishes = [wish("a"), wish("b"), wish("d"), wish("e")];
        assert_eq!(
            allot(&wishes, &slots, Rotation::LongestFree, at(0)),
            [
                Verdict::GoesOn(0),
                Verdict::Begins(2),
                Verdict::Begins(1),
                Verdict::Missed
            ]
        );
        assert_eq!(
            allot(&wishes[1..2], &slots, Rotation::FewestNumbers, at(0)),
            [Verdict::Begins(1)]
        );
    }

    #[test]
    fn a_number_that_was_given_up_goes_back_to_the_same_visitor_as_a_new_visit() {
        let slots = [slot(1, "a", -1), slot(2, "", -900)];
        let wishes = [wish("b"), wish("a")];
        assert_eq!(
            allot(&wishes, &slots, Rotation::LongestFree, at(0)),
            [Verdict::Begins(1), Verdict::Begins(0)]
        );
    }

    #[test]
    fn what_brings_a_visitor_anew_begins_a_visit_with_the_same_number() {
        let slots = [slot(1, "a", 90)];
        let mut again = wish("a");
        again.landing.push_str("?utm_source=mail");
        assert_eq!(
            allot(&[again], &slots, Rotation::LongestFree, at(0)),
            [Verdict::Begins(0)]
        );
    }

    #[test]
    fn two_pages_of_one_visitor_at_once_get_one_number() {
        let slots = [slot(1, "", -1), slot(2, "", -1)];
        let wishes = [wish("a"), wish("a"), wish("b"), wish("c"), wish("c")];
        assert_eq!(
            allot(&wishes, &slots, Rotation::LongestFree, at(0)),
            [
                Verdict::Begins(0),
                Verdict::As(0),
                Verdict::Begins(1),
                Verdict::Missed,
                Verdict::Missed
            ]
        );
    }

    #[test]
    fn word_from_a_page_only_lengthens_a_hold_and_leaving_only_shortens_it() {
        assert_eq!(held_until(at(0), HOLD, at(10)), at(340));
        assert_eq!(held_until(at(900), HOLD, at(10)), at(900));
        assert_eq!(held_after_leaving(at(340), HOLD, at(10)), at(40));
        assert_eq!(held_after_leaving(at(20), HOLD, at(10)), at(20));
    }

    /// What pages do, with a clock that goes forward and back.
    #[derive(Debug, Clone)]
    enum Act {
        Ask(Vec<u8>),
        Beat(u8),
        Leave(u8),
        Clock(i64),
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let act = prop_oneof![
            4 => prop::collection::vec(0u8..12, 1..6).prop_map(Act::Ask),
            2 => (0u8..12).prop_map(Act::Beat),
            2 => (0u8..12).prop_map(Act::Leave),
            2 => (-200i64..500).prop_map(Act::Clock),
        ];
        prop::collection::vec(act, 1..60)
    }

    proptest! {
        /// Whatever pages do and whichever way the clock is set: a number that is held goes to nobody
        /// else, a visitor has one number of a pool, and whoever is missed was missed because none was
        /// free.
        #[test]
        fn no_number_has_two_visitors(acts in acts(), size in 1usize..8, fewest in any::<bool>()) {
            let rotation = if fewest { Rotation::FewestNumbers } else { Rotation::LongestFree };
            let mut slots: Vec<Slot> =
                (1i64..).take(size).map(|n| slot(n, "", i64::from(i32::MIN))).collect();
            let mut now = 0i64;
            for act in acts {
                match act {
                    Act::Clock(by) => now += by,
                    Act::Beat(who) => {
                        for slot in slots.iter_mut().filter(|s| has(s, who)) {
                            slot.free_at = held_until(slot.free_at, HOLD, at(now));
                        }
                    }
                    Act::Leave(who) => {
                        for slot in slots.iter_mut().filter(|s| has(s, who)) {
                            slot.free_at = held_after_leaving(slot.free_at, HOLD, at(now));
                        }
                    }
                    Act::Ask(who) => {
                        let wishes: Vec<Wish> = who.iter().map(|n| wish(&n.to_string())).collect();
                        let before = slots.clone();
                        let free = before.iter().filter(|s| s.free_at <= at(now)).count();
                        let verdicts = allot(&wishes, &before, rotation, at(now));
                        let mut begun = 0;
                        for (wish, verdict) in wishes.iter().zip(&verdicts) {
                            let own = before.iter().position(|s| {
                                s.holder.as_ref().is_some_and(|h| h.visitor == wish.visitor)
                            });
                            match *verdict {
                                Verdict::GoesOn(place) => {
                                    prop_assert_eq!(Some(place), own);
                                    prop_assert!(before[place].free_at > at(now));
                                }
                                Verdict::Begins(place) => {
                                    begun += usize::from(own.is_none());
                                    prop_assert!(Some(place) == own || before[place].free_at <= at(now));
                                    prop_assert!(own.is_none() || own == Some(place));
                                    slots[place].holder = Some(Holder {
                                        visitor: wish.visitor.clone(),
                                        visit: VisitId(Uuid::from_u128(7)),
                                        landing: wish.landing.clone(),
                                    });
                                    slots[place].free_at = held_until(at(now), HOLD, at(now));
                                }
                                Verdict::As(place) => prop_assert_eq!(&wishes[place].visitor, &wish.visitor),
                                Verdict::Missed => prop_assert!(own.is_none()),
                            }
                        }
                        if verdicts.contains(&Verdict::Missed) {
                            let own_free = before.iter().filter(|s| s.free_at <= at(now) && wishes.iter().any(|w| {
                                s.holder.as_ref().is_some_and(|h| h.visitor == w.visitor)
                            })).count();
                            prop_assert_eq!(begun, free - own_free, "missed although one was free");
                        }
                    }
                }
                let mut visitors: Vec<&str> =
                    slots.iter().filter_map(|s| s.holder.as_ref()).map(|h| h.visitor.as_str()).collect();
                let all = visitors.len();
                visitors.sort_unstable();
                visitors.dedup();
                prop_assert_eq!(all, visitors.len(), "a visitor has two numbers");
            }
        }
    }

    fn has(slot: &Slot, who: u8) -> bool {
        slot.holder
            .as_ref()
            .is_some_and(|holder| holder.visitor == who.to_string())
    }
}
