use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn order() -> NumberOrderId {
    NumberOrderId(Uuid::from_u128(7))
}

fn at(secs: i64) -> When {
    When {
        now: Timestamp::from_secs(secs),
        ordered_at: Timestamp::from_secs(0),
    }
}

/// What an order becomes when all this is said to it in turn.
fn told(said: Vec<Said>) -> Progress {
    let mut draw = Draw::from_seed(1);
    said.into_iter().fold(Progress::default(), |before, said| {
        Progress::after(&before, said, at(1), &mut draw).0
    })
}

#[test]
fn an_order_is_known_by_the_name_it_gives() {
    assert_eq!(order_of(&name_of(order())), Some(order()));
    assert!(
        name_of(order()).len() <= 64,
        "the carrier takes 64 characters"
    );
    for other in [
        "",
        "CallCenter Pro order ",
        "My number",
        "callcenter pro order 1",
    ] {
        assert_eq!(order_of(other), None);
    }
}

#[test]
fn the_plain_way_is_one_purchase() {
    let begun = Progress::default().begun(Act::Buy);
    assert_eq!(
        (begun.stage, begun.asks),
        (Stage::Unsure, 1),
        "a crash here is looked into"
    );
    let done = told(vec![Said::Bought("PN1".to_owned())]);
    assert_eq!(done.stage, Stage::Bought("PN1".to_owned()));
    assert_eq!(done.next(), None);
}

#[test]
fn what_is_refused_without_doubt_is_over_at_once() {
    let over = told(vec![Said::Busy, Said::Refused(Failure::Taken)]);
    assert_eq!(over.stage, Stage::Failed(Failure::Taken));
}

#[test]
fn a_lost_answer_is_looked_into_before_it_is_asked_again() {
    let lost = told(vec![Said::Lost]);
    assert_eq!(lost.next(), Some(Act::Look));
    let again = told(vec![Said::Lost, Said::NotThere]);
    assert_eq!(again.next(), Some(Act::Buy));
    let found = told(vec![Said::Lost, Said::Ours("PN1".to_owned())]);
    assert_eq!(found.stage, Stage::Bought("PN1".to_owned()));
}

#[test]
fn a_number_refused_after_a_doubt_may_be_ours_though_the_list_lags() {
    let mut said = vec![Said::Lost, Said::NotThere, Said::Refused(Failure::Taken)];
    let doubtful = told(said.clone());
    assert_eq!(doubtful.next(), Some(Act::Look), "never asked again");
    said.extend([Said::NotThere, Said::NotThere, Said::Ours("PN1".to_owned())]);
    assert_eq!(told(said.clone()).stage, Stage::Bought("PN1".to_owned()));
    said.truncate(3);
    said.extend(vec![Said::NotThere; LOOKS_MAX as usize]);
    assert_eq!(told(said).stage, Stage::Failed(Failure::Taken));
}

#[test]
fn a_number_of_the_account_that_another_bought_is_not_bought() {
    assert_eq!(
        told(vec![Said::Lost, Said::Others]).stage,
        Stage::Failed(Failure::Owned)
    );
}

#[test]
fn nobody_is_asked_for_ever() {
    let mut draw = Draw::from_seed(1);
    let late = at(i64::from(PATIENCE_S) + 1);
    let waiting = Progress::default();
    let (over, due) = Progress::after(&waiting, Said::Busy, late, &mut draw);
    assert_eq!((over.stage, due), (Stage::Failed(Failure::Busy), None));
    let unsure = told(vec![Said::Lost]);
    let (over, _) = Progress::after(&unsure, Said::Lost, late, &mut draw);
    assert_eq!(over.stage, Stage::Failed(Failure::Unreachable));
    let doubtful = told(vec![Said::Lost, Said::NotThere]);
    let (looks, _) = Progress::after(&doubtful, Said::Busy, late, &mut draw);
    assert_eq!(
        looks.next(),
        Some(Act::Look),
        "what may be ours is looked for a last time"
    );
}

#[test]
fn pauses_double_up_to_five_minutes() {
    let mut draw = Draw::from_seed(3);
    for (troubles, longest) in [(1, 500), (2, 1_000), (5, 8_000), (40, 300_000)] {
        let ms = pause(troubles, &mut draw);
        assert!((longest / 2..=longest).contains(&ms), "{troubles}: {ms}");
    }
}

/// A carrier of one number.
#[derive(Debug, Default)]
struct Carrier {
    /// By whom it is owned, and the look from which on the list says so.
    owner: Option<(bool, u32)>,
    bought: u32,
    looks: u32,
}

#[derive(Debug, Clone, Copy)]
enum Luck {
    Good,
    Busy,
    LostBefore,
    LostAfter,
    Crash,
    SomebodyElse,
}

impl Carrier {
    fn buy(&mut self, luck: Luck, lag: u32) -> Option<Said> {
        if let Luck::SomebodyElse = luck
            && self.owner.is_none()
        {
            self.owner = Some((false, u32::MAX));
        }
        match luck {
            Luck::Busy => return Some(Said::Busy),
            Luck::LostBefore => return Some(Said::Lost),
            _ => {}
        }
        if self.owner.is_some() {
            return Some(Said::Refused(Failure::Taken));
        }
        self.owner = Some((true, self.looks + lag));
        self.bought += 1;
        match luck {
            Luck::LostAfter => Some(Said::Lost),
            Luck::Crash => None,
            _ => Some(Said::Bought("PN1".to_owned())),
        }
    }

    fn look(&mut self, luck: Luck) -> Option<Said> {
        match luck {
            Luck::Busy => return Some(Said::Busy),
            Luck::LostBefore | Luck::LostAfter => return Some(Said::Lost),
            Luck::Crash => return None,
            _ => {}
        }
        self.looks += 1;
        Some(match self.owner {
            Some((true, from)) if self.looks > from => Said::Ours("PN1".to_owned()),
            _ => Said::NotThere,
        })
    }
}

fn luck() -> impl Strategy<Value = Luck> {
    prop_oneof![
        3 => Just(Luck::Good),
        2 => Just(Luck::Busy),
        2 => Just(Luck::LostBefore),
        2 => Just(Luck::LostAfter),
        1 => Just(Luck::Crash),
        1 => Just(Luck::SomebodyElse),
    ]
}

proptest! {
    /// Whatever goes wrong, an order ends; it has bought once at most, and what it bought it knows.
    #[test]
    fn never_twice_and_never_lost(lucks in prop::collection::vec(luck(), 0..40), lag in 0u32..4, leap in any::<bool>(), seed in any::<u64>()) {
        let mut draw = Draw::from_seed(seed);
        let mut carrier = Carrier::default();
        let mut kept = Progress::default();
        let mut now = Timestamp::from_secs(0);
        // After all the bad luck comes a carrier that works.
        for luck in lucks.into_iter().chain(std::iter::repeat(Luck::Good)) {
            let Some(act) = kept.next() else { break };
            let before = kept.clone();
            kept = before.begun(act);
            let said = match act {
                Act::Buy => carrier.buy(luck, lag),
                Act::Look => carrier.look(luck),
            };
            // A crash leaves what was kept before.
            if let Some(said) = said {
                let when = When { now, ordered_at: Timestamp::from_secs(0) };
                let (after, due) = Progress::after(&before, said, when, &mut draw);
                prop_assert_eq!(due.is_some(), after.next().is_some());
                now = due.unwrap_or(now).plus_secs(if leap { 30_000 } else { 0 });
                kept = after;
            }
        }
        prop_assert!(carrier.bought <= 1);
        match kept.stage {
            Stage::Bought(_) => prop_assert_eq!(carrier.owner.map(|(ours, _)| ours), Some(true)),
            // Nobody knows after a day of silence; what was bought turns up in the list.
            Stage::Failed(Failure::Unreachable) if leap => {}
            Stage::Failed(_) => prop_assert_eq!(carrier.bought, 0),
            open => prop_assert!(false, "still open: {open:?}"),
        }
    }
}
