//! Steps: all or nothing, whatever else goes on.

use std::sync::Arc;

use domain::caps::{Caps, Claim, Freed};
use domain::id::{CallId, TargetId};
use domain::tag::Tags;
use domain::time::Windows;
use store::{Kept, StepRecord, StoreError};
use uuid::Uuid;

use crate::steps::{arriving, claim, going_on, resume};
use crate::world::{NOON, World, event, rows, session, target_input, tx};

const ONE_LINE: Caps = Caps {
    concurrent: Some(1),
    hourly: None,
    daily: None,
    monthly: None,
    total: None,
};

fn one_line(target: TargetId) -> Claim {
    Claim {
        caps: ONE_LINE,
        ..claim(target, Windows::default())
    }
}

async fn live(world: &World, target: TargetId) -> u32 {
    let conn = world.tx().await;
    let usage = conn.tenant(&world.a.scope).usage(&[target]).await;
    usage.expect("usage")[0].usage.live
}

/// Keeps a step as the engine does.
async fn keep_alone(world: &World, step: &StepRecord<'_>) -> Result<Kept, StoreError> {
    let conn = world.db().write_step().await?;
    let kept = conn.tenant(&world.a.scope).keep_step(step).await?;
    if kept == Kept::Done {
        conn.commit().await?;
    }
    Ok(kept)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_calls_at_once_one_gets_the_line_and_the_others_leave_no_trace() {
    for world in World::each().await {
        let world = Arc::new(world);
        let tasks: Vec<_> = (0..24)
            .map(|n| {
                let world = Arc::clone(&world);
                tokio::spawn(async move {
                    let new = session(&format!("CA70{n}"), None, &world.a.e164, NOON);
                    let (tags, came) = (Tags::default(), event(Some("inbound"), NOON));
                    let wanted = one_line(world.a.target);
                    let step = StepRecord {
                        claims: std::slice::from_ref(&wanted),
                        event: Some(&came),
                        ..arriving(CallId(Uuid::from_u128(7_000 + n)), &new, &tags)
                    };
                    keep_alone(&world, &step).await.expect("keep")
                })
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            done += u32::from(task.await.expect("task") == Kept::Done);
        }
        assert_eq!((done, live(&world, world.a.target).await), (1, 1));
        let conn = world.tx().await;
        for table in ["call", "call_event"] {
            let sql = format!(
                "SELECT 1 FROM {table} WHERE account_id = {}",
                world.a.scope.account().0
            );
            assert_eq!(rows(&conn, &sql).await.len(), 2, "{table}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn steps_that_fail_beside_others_are_undone_alone() {
    for world in World::each().await {
        let world = Arc::new(world);
        let tasks: Vec<_> = (0..32)
            .map(|n: u128| {
                let world = Arc::clone(&world);
                tokio::spawn(async move {
                    // Four deliveries of each of eight calls.
                    let new = session(&format!("CA80{}", n % 8), None, &world.a.e164, NOON);
                    let (tags, came) = (Tags::default(), event(Some("inbound"), NOON));
                    let wanted = claim(world.a.target, Windows::default());
                    let step = StepRecord {
                        claims: std::slice::from_ref(&wanted),
                        event: Some(&came),
                        ..arriving(CallId(Uuid::from_u128(8_000 + n)), &new, &tags)
                    };
                    match keep_alone(&world, &step).await {
                        Ok(kept) => u32::from(kept == Kept::Done),
                        Err(StoreError::Conflict(_)) => 0,
                        Err(e) => panic!("{e:?}"),
                    }
                })
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            done += task.await.expect("task");
        }
        assert_eq!((done, live(&world, world.a.target).await), (8, 8));
    }
}

#[tokio::test]
async fn a_known_carrier_sid_claims_nothing() {
    for world in World::each().await {
        let new = session("CA1", None, &world.a.e164, NOON);
        let (tags, wanted) = (Tags::default(), one_line(world.a.target));
        let step = StepRecord {
            claims: std::slice::from_ref(&wanted),
            ..arriving(CallId(Uuid::from_u128(7)), &new, &tags)
        };
        let kept = keep_alone(&world, &step).await;
        assert!(matches!(kept, Err(StoreError::Conflict(_))), "{kept:?}");
        assert_eq!(live(&world, world.a.target).await, 0);
    }
}

#[tokio::test]
async fn a_call_that_went_on_meanwhile_claims_and_frees_nothing() {
    for world in World::each().await {
        let a = &world.a;
        let other = tx!(world, a.scope, |t| t.add_target(
            a.buyer,
            &target_input("Dallas", Caps::default()),
            NOON
        ))
        .expect("target");
        tx!(world, a.scope, |t| t.claim(&one_line(a.target), NOON)).expect("claim");
        let saved = resume(&world.tx().await, a.call).await.expect("resume");
        let (wanted, told) = (one_line(other), event(Some("next"), NOON));
        let freed = [Freed {
            line: true,
            ..Freed::nothing(a.target)
        }];
        let step = StepRecord {
            claims: std::slice::from_ref(&wanted),
            freed: &freed,
            event: Some(&told),
            ..going_on(&saved, &saved.session)
        };
        assert_eq!(keep_alone(&world, &step).await.expect("keep"), Kept::Done);
        assert_eq!(
            (live(&world, a.target).await, live(&world, other).await),
            (0, 1)
        );

        // The same again: the version has gone on. With fresh eyes, the line is taken.
        let later = event(Some("later"), NOON);
        let step = StepRecord {
            event: Some(&later),
            ..step
        };
        let stale = keep_alone(&world, &step).await;
        assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
        let saved = resume(&world.tx().await, a.call).await.expect("resume");
        let step = StepRecord {
            claims: std::slice::from_ref(&wanted),
            freed: &freed,
            event: Some(&later),
            ..going_on(&saved, &saved.session)
        };
        let lost = keep_alone(&world, &step).await.expect("keep");
        assert_eq!(lost, Kept::ClaimLost);
        assert_eq!(
            (live(&world, a.target).await, live(&world, other).await),
            (0, 1)
        );
        let now = resume(&world.tx().await, a.call).await.expect("resume");
        assert_eq!((now.version, now.events), (saved.version, saved.events));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_that_swap_targets_do_not_wait_for_each_other() {
    for world in World::each().await {
        let a = &world.a;
        let other = tx!(world, a.scope, |t| t.add_target(
            a.buyer,
            &target_input("Dallas", Caps::default()),
            NOON
        ))
        .expect("target");
        let second = CallId(Uuid::from_u128(71));
        let new = session("CA71", None, &a.e164, NOON);
        tx!(world, a.scope, |t| async {
            crate::steps::keep(&t, &arriving(second, &new, &Tags::default())).await?;
            for target in [a.target, other] {
                t.claim(&claim(target, Windows::default()), NOON).await?;
            }
            Ok::<(), StoreError>(())
        })
        .expect("set up");
        let world = Arc::new(world);
        let swaps = [
            (world.a.call, world.a.target, other),
            (second, other, world.a.target),
        ];
        let tasks = swaps.map(|(call, mut from, mut to)| {
            let world = Arc::clone(&world);
            tokio::spawn(async move {
                for n in 0..20 {
                    let saved = resume(&world.tx().await, call).await.expect("resume");
                    let (wanted, told) = (
                        claim(to, Windows::default()),
                        event(Some(&format!("s{n}")), NOON),
                    );
                    let freed = [Freed {
                        line: true,
                        ..Freed::nothing(from)
                    }];
                    let step = StepRecord {
                        claims: std::slice::from_ref(&wanted),
                        freed: &freed,
                        event: Some(&told),
                        ..going_on(&saved, &saved.session)
                    };
                    let kept = keep_alone(&world, &step).await.expect("no deadlock");
                    assert_eq!(kept, Kept::Done);
                    std::mem::swap(&mut from, &mut to);
                }
            })
        });
        for task in tasks {
            task.await.expect("task");
        }
        assert_eq!(
            (
                live(&world, world.a.target).await,
                live(&world, other).await
            ),
            (1, 1)
        );
    }
}
