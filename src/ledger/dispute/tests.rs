//! Disputes from their opening to their end.

use proptest::prelude::*;

use super::*;
use crate::id::{ApiKeyId, PublisherId};
use crate::invalid::FieldErrors;
use crate::ledger::Ledger;
use crate::ledger::entry::tests::entry;
use crate::ledger::entry::{Entry, Kind, Party};
use crate::money::Micros;
use crate::testing::NOON_ISH;

const BUYER: Actor = Actor::Buyer {
    user: UserId(8),
    buyer: BuyerId(1),
};
const RIVAL: Actor = Actor::Buyer {
    user: UserId(9),
    buyer: BuyerId(2),
};
const VIEWER: Actor = Actor::Member {
    user: UserId(2),
    role: Role::Viewer,
};
const MANAGER: Actor = Actor::Member {
    user: UserId(3),
    role: Role::Manager,
};
const KEY: Actor = Actor::Key { key: ApiKeyId(5) };
const OPEN: Act = Act::Open {
    reason: Reason::WrongArea,
};
const FULL: Act = Act::Approve(Reversal::FULL);

/// A call that ended at [`NOON_ISH`] and made $25.00, of which the publisher got $18.00.
struct World {
    ledger: Ledger,
    dispute: Option<Dispute>,
    ended: Option<Timestamp>,
    requests: u32,
}

impl World {
    fn new() -> Self {
        Self {
            ledger: Ledger::of([
                entry("revenue:1", Kind::Revenue, 25_000_000),
                entry("payout:1", Kind::Payout, 18_000_000),
            ]),
            dispute: None,
            ended: Some(NOON_ISH),
            requests: 0,
        }
    }

    fn deed(&self, by: Actor, act: Act, day: i64) -> Deed<'_> {
        Deed {
            request: format!("r{}", self.requests),
            buyer: BuyerId(1),
            act,
            by,
            comment: "They live in Ohio.".to_owned(),
            now: NOON_ISH.plus_secs(day * 86_400),
            ledger: &self.ledger,
            call_ended_at: self.ended,
            window_days: WINDOW_DAYS_DEFAULT,
        }
    }

    /// Does it under a new request; the words of the refusal, if it is refused.
    fn does(&mut self, by: Actor, act: Act, day: i64) -> Result<Vec<Entry>, String> {
        self.requests += 1;
        let (dispute, entries) = self
            .deed(by, act, day)
            .apply(self.dispute.as_ref())
            .map_err(|error| error.to_string())?;
        self.dispute = Some(dispute);
        for entry in &entries {
            self.ledger.append(entry.clone());
        }
        Ok(entries)
    }

    fn state(&self) -> Option<State> {
        self.dispute.as_ref().map(Dispute::state)
    }

    fn totals(&self) -> (i64, i64) {
        let totals = self.ledger.totals();
        (totals.revenue.0 / 1_000_000, totals.payout.0 / 1_000_000)
    }
}

#[test]
fn an_approved_dispute_gives_both_sides_back_once() {
    let mut world = World::new();
    world.does(BUYER, OPEN, 1).expect("opened");
    assert_eq!(
        (world.state(), world.totals()),
        (Some(State::Open), (25, 18))
    );
    let entries = world.does(MANAGER, FULL, 2).expect("approved");
    let kinds: Vec<Kind> = entries.iter().map(|e| e.kind).collect();
    assert_eq!(kinds, [Kind::DisputeReversal, Kind::PayoutReversal]);
    assert_eq!(
        entries[0].reason,
        "Dispute approved: The caller is outside our area. They live in Ohio."
    );
    assert_eq!(world.totals(), (0, 0));
    for act in [FULL, Act::Reject, Act::Withdraw, Act::Reopen] {
        assert_eq!(
            world.does(MANAGER, act, 3),
            Err("The dispute was approved, and the money given back.".to_owned())
        );
    }
    let history: Vec<(&str, Author)> = world
        .dispute
        .iter()
        .flat_map(|d| &d.steps)
        .map(|s| (s.word(), s.by.author()))
        .collect();
    let by = |user| Author::User(UserId(user));
    assert_eq!(history, [("Opened", by(8)), ("Approved", by(3))]);
}

#[test]
fn a_part_is_given_back_of_either_side_and_never_more_than_there_is() {
    let part = |revenue, payout| Act::Approve(Reversal { revenue, payout });
    let dollars = |n: i64| Refund::Part(Micros(n * 1_000_000));
    for (revenue, payout, left) in [
        (dollars(10), Refund::Nothing, (15, 18)),
        (Refund::Full, dollars(5), (0, 13)),
        (dollars(99), dollars(99), (0, 0)),
        (Refund::Nothing, Refund::Full, (25, 0)),
    ] {
        let mut world = World::new();
        world.does(BUYER, OPEN, 0).expect("opened");
        world
            .does(MANAGER, part(revenue, payout), 1)
            .expect("approved");
        assert_eq!(world.totals(), left, "{revenue:?} {payout:?}");
    }
    let mut world = World::new();
    world.does(BUYER, OPEN, 0).expect("opened");
    world.requests += 1;
    let field = |world: &World, act| match world.deed(MANAGER, act, 1).apply(world.dispute.as_ref())
    {
        Err(ActError::Invalid(FieldErrors(errors))) => errors[0].field.clone(),
        other => format!("{other:?}"),
    };
    assert_eq!(
        field(&world, part(Refund::Nothing, Refund::Nothing)),
        "revenue"
    );
    assert_eq!(field(&world, part(Refund::Full, dollars(0))), "payout");
}

#[test]
fn a_rejected_dispute_is_approved_only_after_it_was_opened_again() {
    let mut world = World::new();
    world.does(BUYER, OPEN, 0).expect("opened");
    world.does(MANAGER, Act::Reject, 1).expect("rejected");
    assert_eq!(
        world.does(MANAGER, FULL, 1),
        Err("The dispute was rejected. Open it again to decide anew.".to_owned())
    );
    assert_eq!(
        world.does(BUYER, OPEN, 2),
        Err("The call was disputed before. A manager can open that dispute again.".to_owned())
    );
    assert_eq!(
        world.does(BUYER, Act::Reopen, 2),
        Err("Only a manager may open a dispute again.".to_owned())
    );
    assert_eq!(world.totals(), (25, 18));
    // No window binds those who decide.
    world.does(MANAGER, Act::Reopen, 400).expect("opened again");
    world.does(MANAGER, FULL, 401).expect("approved");
    assert_eq!(
        (world.state(), world.totals()),
        (Some(State::Approved), (0, 0))
    );
}

#[test]
fn who_may_do_what() {
    for (by, opens, decides) in [
        (BUYER, true, false),
        (RIVAL, false, false),
        (VIEWER, false, false),
        (MANAGER, true, true),
        (KEY, true, true),
    ] {
        assert_eq!(World::new().does(by, OPEN, 0).is_ok(), opens, "{by:?}");
        for (act, may) in [
            (FULL, decides),
            (Act::Reject, decides),
            (Act::Withdraw, opens),
        ] {
            let mut world = World::new();
            world.does(BUYER, OPEN, 0).expect("opened");
            assert_eq!(world.does(by, act, 0).is_ok(), may, "{by:?} {act:?}");
        }
    }
}

#[test]
fn a_call_is_disputed_once_it_is_over_charged_and_within_the_window() {
    let opened = |world: &mut World, by, day| world.does(by, OPEN, day).err();
    let mut live = World::new();
    live.ended = None;
    assert_eq!(
        opened(&mut live, BUYER, 0).as_deref(),
        Some("The call is not over yet.")
    );
    let mut free = World::new();
    free.ledger = Ledger::default();
    assert_eq!(
        opened(&mut free, BUYER, 0).as_deref(),
        Some("This call was not charged.")
    );
    assert_eq!(opened(&mut World::new(), BUYER, 30), None);
    assert_eq!(
        opened(&mut World::new(), BUYER, 31).as_deref(),
        Some("Calls can be disputed for 30 days after their end.")
    );
    assert_eq!(opened(&mut World::new(), MANAGER, 31), None);
    let mut twice = World::new();
    assert_eq!(opened(&mut twice, BUYER, 0), None);
    assert_eq!(
        opened(&mut twice, BUYER, 0).as_deref(),
        Some("The call is disputed already.")
    );
    assert_eq!(
        World::new().does(MANAGER, FULL, 0),
        Err("This buyer has not disputed the call.".to_owned())
    );
}

#[test]
fn a_comment_is_asked_for_where_somebody_will_want_to_know() {
    let world = World::new();
    let mut opened = World::new();
    opened.does(BUYER, OPEN, 0).expect("opened");
    let other = Act::Open {
        reason: Reason::Other,
    };
    let code = |world: &World, by, act, comment: &str| {
        let deed = Deed {
            comment: comment.to_owned(),
            request: "new".to_owned(),
            ..world.deed(by, act, 0)
        };
        match deed.apply(world.dispute.as_ref()) {
            Err(ActError::Invalid(errors)) => errors.0[0].code.clone(),
            other => other.map(|_| String::new()).expect("no other error"),
        }
    };
    assert_eq!(code(&world, BUYER, OPEN, " "), "");
    assert_eq!(code(&world, BUYER, other, " "), "required");
    assert_eq!(code(&opened, MANAGER, Act::Reject, ""), "required");
    assert_eq!(code(&opened, MANAGER, FULL, ""), "");
    assert_eq!(code(&opened, MANAGER, FULL, &"é".repeat(1_001)), "too_long");
}

#[test]
fn the_publisher_of_another_ledger_is_left_alone() {
    let mut world = World::new();
    world.ledger = Ledger::of([entry("revenue:1", Kind::Revenue, 25_000_000)]);
    world.does(BUYER, OPEN, 0).expect("opened");
    world.does(MANAGER, FULL, 0).expect("approved");
    let publisher = Party::Publisher(PublisherId(1));
    assert_eq!(world.ledger.balance(publisher).payout, Micros::ZERO);
    assert_eq!(world.ledger.totals().revenue, Micros::ZERO);
}

#[test]
fn stored_words_round_trip() {
    for state in State::ALL {
        assert_eq!(State::from_code(state.code()), Some(state));
    }
    for reason in Reason::ALL {
        assert_eq!(Reason::from_code(reason.code()), Some(reason));
        assert!(!reason.words().ends_with('.'));
    }
}

fn any_act() -> impl Strategy<Value = Act> {
    let refund = || {
        prop_oneof![
            Just(Refund::Nothing),
            Just(Refund::Full),
            (1_i64..30_000_000).prop_map(|micros| Refund::Part(Micros(micros))),
        ]
    };
    prop_oneof![
        Just(OPEN),
        Just(Act::Reject),
        Just(Act::Withdraw),
        Just(Act::Reopen),
        (refund(), refund())
            .prop_map(|(revenue, payout)| Act::Approve(Reversal { revenue, payout })),
    ]
}

proptest! {
    /// Whatever is asked for, by whom, in which order and how often: nothing falls below zero, at
    /// most one approval is carried out, and a request sent again changes nothing.
    #[test]
    fn no_series_of_requests_pays_back_twice(
        asks in prop::collection::vec((any_act(), prop::sample::select(vec![BUYER, RIVAL, VIEWER, MANAGER])), 0..14),
    ) {
        let mut world = World::new();
        for (act, by) in asks {
            let before = (world.dispute.clone(), world.ledger.clone());
            let done = world.does(by, act, 1);
            if done.is_err() {
                prop_assert_eq!(&(world.dispute.clone(), world.ledger.clone()), &before);
            }
            if let Some(dispute) = &world.dispute {
                // The last request again.
                if done.is_ok() {
                    let again = world.deed(by, act, 9).apply(Some(dispute));
                    prop_assert_eq!(again, Ok((dispute.clone(), Vec::new())));
                }
                // A racing server that had not seen the approval makes the same keys.
                if let (Some(stale), Act::Approve(_)) = (before.0.as_ref(), act) {
                    let racing = Deed { request: "racing".to_owned(), ..world.deed(MANAGER, act, 1) };
                    if let Ok((_, entries)) = racing.apply(Some(stale)) {
                        prop_assert!(done.is_err() || entries.is_empty());
                    }
                }
            }
            let totals = world.ledger.totals();
            prop_assert!(totals.revenue >= Micros::ZERO && totals.payout >= Micros::ZERO);
        }
        let steps: Vec<Step> = world.dispute.iter().flat_map(|d| d.steps.clone()).collect();
        let approvals = steps.iter().filter(|s| s.word() == "Approved").count();
        let reversals = world.ledger.entries().filter(|e| e.kind == Kind::DisputeReversal).count();
        prop_assert!(approvals <= 1 && reversals <= approvals);
        for pair in steps.windows(2) {
            prop_assert!(pair[0].act.leads_to() != State::Approved);
            prop_assert!(pair[0].act.leads_to() == State::Open || pair[1].act == Act::Reopen);
        }
    }
}
