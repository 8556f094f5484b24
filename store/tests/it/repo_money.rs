//! The money of calls: entries once each, payouts within the caps of their rule, dials, and what is
//! known of a caller.

use std::sync::Arc;

use domain::call::money::PayoutClaim;
use domain::call::record::Outcome;
use domain::call::session::Session;
use domain::caps::dollars::DollarCaps;
use domain::caps::{Caps, Usage};
use domain::duplicate::HISTORY_MAX;
use domain::id::{CallId, PayoutRuleId};
use domain::money::Micros;
use domain::phone::Caller;
use domain::tag::Tags;
use domain::time::{Timestamp, Windows};
use store::{CallDoor, Constraint, Kept, StepRecord, StoreError};
use uuid::Uuid;

use crate::steps::{arriving, keep};
use crate::world::{Draws, NOON, World, new_entries, number, session, tx};

fn payout(world: &World, amount: i64, windows: Windows) -> PayoutClaim {
    PayoutClaim {
        publisher: world.a.publisher,
        rule: PayoutRuleId(9),
        caps: Caps::default(),
        dollars: DollarCaps::default(),
        amount: Micros(amount),
        windows,
    }
}

/// Keeps a new call with a payout as the engine does.
async fn pay(world: &World, n: u128, claim: &PayoutClaim) -> Result<Kept, StoreError> {
    let new = session(&format!("CA9{n}"), None, &world.a.e164, NOON);
    let tags = Tags::default();
    let step = StepRecord {
        payout: Some(claim),
        ..arriving(CallId(Uuid::from_u128(90_000 + n)), &new, &tags)
    };
    let conn = world.db().write_step().await?;
    let kept = conn.tenant(&world.a.scope).keep_step(&step).await?;
    if kept == Kept::Done {
        conn.commit().await?;
    }
    Ok(kept)
}

async fn paid(world: &World) -> Usage {
    let conn = world.tx().await;
    let paid = conn
        .tenant(&world.a.scope)
        .payout_usage(world.a.publisher)
        .await
        .expect("usage");
    paid.get(&PayoutRuleId(9))
        .map(|paid| paid.calls)
        .unwrap_or_default()
}

#[tokio::test]
async fn payouts_equal_the_domains_arithmetic() {
    for world in World::each().await {
        let mut draws = Draws(7);
        let (mut model, mut clock) = (Usage::default(), 0);
        for n in 0..60 {
            clock += i64::from(draws.below(3));
            let windows = Windows {
                hour: clock / 2,
                day: clock / 5,
                month: clock / 20,
            };
            let claim = PayoutClaim {
                caps: Caps {
                    hourly: Some(4),
                    daily: Some(9),
                    monthly: Some(30),
                    ..Caps::default()
                },
                dollars: DollarCaps {
                    hourly: Some(Micros(8)),
                    daily: Some(Micros(17)),
                    ..DollarCaps::default()
                },
                ..payout(&world, i64::from(draws.below(5)), windows)
            };
            let fits = claim.caps.reached(&model, &windows).is_none()
                && (claim.dollars)
                    .reached(&model.spent(), &windows, claim.amount)
                    .is_none();
            let kept = pay(&world, n, &claim).await.expect("kept");
            assert_eq!(kept == Kept::Done, fits, "payout {n}: {model:?} {claim:?}");
            if fits {
                model = Usage {
                    live: 0,
                    last_claimed_at: None,
                    ..model.claimed(&windows, claim.amount, Timestamp(clock))
                };
            }
            assert_eq!(paid(&world).await, model, "payout {n}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_payouts_at_once_no_more_are_paid_than_a_cap_admits() {
    let windows = Windows {
        hour: 1,
        day: 1,
        month: 1,
    };
    for world in World::each().await {
        let world = Arc::new(world);
        let tasks: Vec<_> = (0..64)
            .map(|n| {
                let world = Arc::clone(&world);
                tokio::spawn(async move {
                    let claim = PayoutClaim {
                        dollars: DollarCaps {
                            daily: Some(Micros(105)),
                            ..DollarCaps::default()
                        },
                        ..payout(&world, 10, windows)
                    };
                    loop {
                        match pay(&world, n, &claim).await {
                            Err(StoreError::Busy(_)) => {}
                            other => return other.expect("kept") == Kept::Done,
                        }
                    }
                })
            })
            .collect();
        let mut admitted = 0;
        for task in tasks {
            admitted += u32::from(task.await.expect("task"));
        }
        let used = paid(&world).await;
        assert_eq!((admitted, used.day, used.day_spent), (10, 10, Micros(100)));
    }
}

#[tokio::test]
async fn an_entry_is_made_once_and_a_call_says_what_its_entries_sum_up_to() {
    for world in World::each().await {
        let (a, b) = (&world.a, &world.b);
        let conn = world.tx().await;
        let tenant = conn.tenant(&a.scope);
        let entries = new_entries(a.buyer, a.publisher);
        let mut stored = tenant.ledger_of(a.call).await.expect("entries");
        stored.sort_by(|x, y| y.key.cmp(&x.key));
        assert_eq!(stored, entries);
        let line = tenant.call(a.call).await.expect("call").line;
        assert_eq!(
            (line.money.revenue, line.money.payout, line.publisher),
            (Micros(25_000_000), Micros(18_000_000), Some(a.publisher))
        );
        assert_eq!(
            tenant.dials_of(a.call).await.expect("dials"),
            [(1, Micros(25_000_000))]
        );
        assert!(tenant.ledger_of(b.call).await.expect("none").is_empty());
        drop(conn);
        // The same entries with another call are others; with the same call they are refused.
        let new = session("CA91", None, &a.e164, NOON);
        let tags = Tags::default();
        let id = CallId(Uuid::from_u128(91));
        let step = StepRecord {
            ledger: &entries,
            ..arriving(id, &new, &tags)
        };
        tx!(world, a.scope, |t| keep(&t, &step)).expect("kept");
        let foreign = new_entries(b.buyer, b.publisher);
        let other = session("CA92", None, &a.e164, NOON);
        let step = StepRecord {
            ledger: &foreign,
            ..arriving(CallId(Uuid::from_u128(92)), &other, &tags)
        };
        let refused = tx!(world, a.scope, |t| keep(&t, &step));
        assert!(
            matches!(refused, Err(StoreError::Conflict(Constraint::Reference))),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn dials_sum_up_by_campaign_target_and_publisher() {
    for world in World::each().await {
        let a = &world.a;
        let conn = world.tx().await;
        let tenant = conn.tenant(&a.scope);
        let sums = tenant.dial_sums(NOON).await.expect("sums");
        assert_eq!(sums.len(), 1);
        assert_eq!(
            (sums[0].target, sums[0].publisher, sums[0].dialed),
            (a.target, Some(a.publisher), 1)
        );
        assert_eq!((sums[0].connected, sums[0].made), (1, Micros(25_000_000)));
        let later = tenant.dial_sums(NOON.plus_secs(90)).await.expect("sums");
        assert!(later.is_empty(), "it ended by then");
        let dials = tenant.dials_to(a.target, NOON, 9).await.expect("dials");
        assert_eq!((dials.len(), dials[0].talked_s), (1, 85));
    }
}

/// A call of a caller, over since.
fn called(n: u32, caller: &Caller, world: &World) -> Session {
    let at = NOON.plus_secs(i64::from(n));
    let mut call = session(
        &format!("CA8{n}"),
        Some(world.a.campaign),
        &world.a.e164,
        at,
    );
    call.from = caller.clone();
    call
}

#[tokio::test]
async fn a_callers_latest_calls_come_with_the_number() {
    for world in World::each().await {
        let caller = Caller::Number(number(77_000));
        let robot = Caller::from_carrier("sip:robot@example.com");
        let tags = Tags::default();
        for n in 0..25 {
            let call = called(n, &caller, &world);
            let id = CallId(Uuid::from_u128(8_000 + u128::from(n)));
            tx!(world, world.a.scope, |t| keep(
                &t,
                &arriving(id, &call, &tags)
            ))
            .expect("kept");
        }
        for (n, from) in [(50, &Caller::Anonymous), (51, &robot)] {
            let call = called(n, from, &world);
            let id = CallId(Uuid::from_u128(8_000 + u128::from(n)));
            tx!(world, world.a.scope, |t| keep(
                &t,
                &arriving(id, &call, &tags)
            ))
            .expect("kept");
        }
        let mut refused = called(60, &caller, &world);
        refused.outcome = Some(Outcome::Blocked);
        tx!(world, world.a.scope, |t| keep(
            &t,
            &arriving(CallId(Uuid::from_u128(8_060)), &refused, &tags)
        ))
        .expect("kept");
        let conn = world.tx().await;
        let platform = conn.platform();
        let known = platform
            .home_of_call(CallDoor::Number(&world.a.e164), &caller, Timestamp(0))
            .await
            .expect("home");
        let known = known.expect("a number").history;
        // The latest that is stored was turned away, and does not count.
        assert_eq!(known.len(), HISTORY_MAX - 1);
        let first = known.iter().map(|c| c.arrived_at).max();
        assert_eq!(first, Some(NOON.plus_secs(24)));
        for (from, sid) in [(&Caller::Anonymous, 50), (&robot, 51)] {
            let found = platform
                .home_of_call(CallDoor::Number(&world.a.e164), from, Timestamp(0))
                .await
                .expect("home");
            let found = found.expect("a number");
            let at: Vec<Timestamp> = found.history.iter().map(|c| c.arrived_at).collect();
            assert_eq!(at, [NOON.plus_secs(sid)], "{from:?}");
            assert_eq!(found.publisher, Some(world.a.publisher));
        }
        let elsewhere = platform
            .home_of_call(CallDoor::Number(&world.b.e164), &caller, Timestamp(0))
            .await
            .expect("home");
        assert!(elsewhere.expect("a number").history.is_empty());
    }
}
