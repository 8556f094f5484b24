//! Claims: the conditional update against the domain's arithmetic, and under concurrency.

use std::sync::Arc;

use domain::caps::dollars::DollarCaps;
use domain::caps::{Caps, Claim, Freed, Usage};
use domain::money::Micros;
use domain::time::{Timestamp, Windows};
use store::Conn;

use crate::steps;
use crate::world::{Draws, NOON, World, target_input, tx};

async fn usage(conn: &Conn, world: &World) -> (Usage, u32) {
    let all = conn
        .tenant(&world.a.scope)
        .usage(&[world.a.target])
        .await
        .expect("usage");
    (all[0].usage, all[0].peak_live)
}

fn caps(draws: &mut Draws) -> Caps {
    let mut limit = || {
        if draws.below(3) == 0 {
            None
        } else {
            Some(draws.below(6))
        }
    };
    Caps {
        concurrent: limit(),
        hourly: limit(),
        daily: limit(),
        monthly: limit(),
        total: limit().map(|t| t * 4),
    }
}

fn dollars(draws: &mut Draws) -> DollarCaps {
    let mut limit = |least: u32| {
        draws
            .flip()
            .then(|| Micros(i64::from(least + draws.below(12))))
    };
    DollarCaps {
        hourly: limit(0),
        daily: limit(2),
        monthly: limit(4),
        total: limit(20),
    }
}

fn more(draws: &mut Draws, price: Micros) -> Micros {
    if draws.flip() {
        Micros(-price.0)
    } else {
        Micros(i64::from(draws.below(3)))
    }
}

#[tokio::test]
async fn claims_releases_and_give_backs_equal_the_domains_arithmetic() {
    for world in World::each().await {
        for seed in 0..40 {
            let mut draws = Draws(seed);
            let caps = caps(&mut draws);
            let dollars = dollars(&mut draws);
            let conn = world.tx().await;
            let tenant = conn.tenant(&world.a.scope);
            let line = Freed {
                line: true,
                ..Freed::nothing(world.a.target)
            };
            let (mut model, mut peak) = usage(&conn, &world).await;
            let mut held: Vec<(Windows, Micros)> = Vec::new();
            let mut clock = 0;
            for step in 0..40 {
                clock += i64::from(draws.below(4));
                let now = Windows {
                    hour: clock / 2,
                    day: clock / 5,
                    month: clock / 20,
                };
                match draws.below(5) {
                    0 if !held.is_empty() => {
                        let (claim, price) = held.swap_remove(
                            usize::try_from(draws.below(u32::try_from(held.len()).expect("few")))
                                .expect("few"),
                        );
                        tenant.free(&line, Timestamp(clock)).await.expect("release");
                        model = model.line_released(Timestamp(clock));
                        if draws.flip() {
                            let place = Freed {
                                line: false,
                                uncounted: Some(claim),
                                // What was set aside was not earned, or more was.
                                spent: Some((claim, more(&mut draws, price))),
                                ..line
                            };
                            tenant
                                .free(&place, Timestamp(clock))
                                .await
                                .expect("uncount");
                            model = model.uncounted(&claim);
                            if let Some((windows, more)) = place.spent {
                                model = model.spent_more(&windows, more);
                            }
                        }
                    }
                    1 => {
                        // A release too many leaves zero, not less.
                        if held.is_empty() {
                            tenant.free(&line, Timestamp(clock)).await.expect("release");
                            model = model.line_released(Timestamp(clock));
                        }
                    }
                    _ => {
                        let wanted = Claim {
                            target: world.a.target,
                            caps,
                            dollars,
                            price: Micros(i64::from(draws.below(4))),
                            windows: now,
                        };
                        let claimed = tenant
                            .claim(&wanted, Timestamp(clock))
                            .await
                            .expect("claim");
                        assert_eq!(
                            claimed,
                            !wanted.is_refused(&model),
                            "seed {seed}, step {step}: {model:?} {wanted:?}"
                        );
                        if claimed {
                            model = model.claimed(&now, wanted.price, Timestamp(clock));
                            peak = peak.max(model.live);
                            held.push((now, wanted.price));
                        }
                    }
                }
                assert_eq!(
                    usage(&conn, &world).await,
                    (model, peak),
                    "seed {seed}, step {step}"
                );
            }
            // Not committed: the next sequence starts from nothing.
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_claims_at_once_exactly_the_cap_is_admitted() {
    let windows = Windows {
        hour: 1,
        day: 1,
        month: 1,
    };
    for kind in 0..5 {
        let mut limits = [None; 5];
        limits[kind] = Some(10);
        let [concurrent, hourly, daily, monthly, total] = limits;
        let caps = Caps {
            concurrent,
            hourly,
            daily,
            monthly,
            total,
        };
        for world in World::each().await {
            let world = Arc::new(world);
            let tasks: Vec<_> = (0..64)
                .map(|_| {
                    let world = Arc::clone(&world);
                    tokio::spawn(async move {
                        let wanted = Claim {
                            target: world.a.target,
                            caps,
                            dollars: DollarCaps::default(),
                            price: Micros::ZERO,
                            windows,
                        };
                        tx!(world, world.a.scope, |tenant| tenant.claim(&wanted, NOON))
                    })
                })
                .collect();
            let mut admitted = 0;
            for task in tasks {
                admitted += u32::from(task.await.expect("task").expect("claim"));
            }
            let conn = world.tx().await;
            let (used, peak) = usage(&conn, &world).await;
            assert_eq!((admitted, used.live, used.total, peak), (10, 10, 10, 10));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claims_and_releases_at_once_leak_nothing() {
    let windows = Windows {
        hour: 1,
        day: 1,
        month: 1,
    };
    let caps = Caps {
        concurrent: Some(3),
        ..Caps::default()
    };
    for world in World::each().await {
        let world = Arc::new(world);
        let tasks: Vec<_> = (0..24)
            .map(|_| {
                let world = Arc::clone(&world);
                tokio::spawn(async move {
                    let wanted = Claim {
                        target: world.a.target,
                        caps,
                        dollars: DollarCaps::default(),
                        price: Micros::ZERO,
                        windows,
                    };
                    let mut admitted = 0;
                    for _ in 0..4 {
                        if tx!(world, world.a.scope, |tenant| tenant.claim(&wanted, NOON))
                            .expect("claim")
                        {
                            admitted += 1;
                            tx!(world, world.a.scope, |tenant| tenant.free(
                                &Freed {
                                    line: true,
                                    ..Freed::nothing(world.a.target)
                                },
                                NOON
                            ))
                            .expect("release");
                        }
                    }
                    admitted
                })
            })
            .collect();
        let mut admitted = 0;
        for task in tasks {
            admitted += task.await.expect("task");
        }
        let conn = world.tx().await;
        let (used, peak) = usage(&conn, &world).await;
        assert_eq!((used.live, used.total), (0, admitted));
        assert!((1..=3).contains(&peak), "{peak} at once");
    }
}

#[tokio::test]
async fn a_claim_of_nothing_is_refused() {
    for world in World::each().await {
        let windows = Windows::default();
        let claim = |target| {
            let world = &world;
            async move {
                tx!(world, world.a.scope, |tenant| tenant
                    .claim(&steps::claim(target, windows), NOON))
                .expect("claim")
            }
        };
        assert!(!claim(domain::id::TargetId(9_999)).await);
        assert!(!claim(world.b.target).await);
        assert!(claim(world.a.target).await);
    }
}

#[tokio::test]
async fn usage_starts_at_nothing_and_is_listed_for_all_or_some() {
    for world in World::each().await {
        let input = target_input(
            "Dallas",
            Caps {
                hourly: Some(0),
                ..Caps::default()
            },
        );
        let second = tx!(world, world.a.scope, |tenant| tenant.add_target(
            world.a.buyer,
            &input,
            NOON
        ))
        .expect("target");
        let conn = world.db().read().await.expect("conn");
        let tenant = conn.tenant(&world.a.scope);
        let all = tenant.usage(&[]).await.expect("usage");
        assert_eq!(
            all.iter().map(|u| u.target).collect::<Vec<_>>(),
            [world.a.target, second]
        );
        let nothing = |used: Usage| Usage {
            presence: used.presence,
            ..Usage::default()
        };
        assert!(
            all.iter()
                .all(|u| u.usage == nothing(u.usage) && u.peak_live == 0)
        );
        assert_eq!(
            tenant
                .usage(&[second, world.b.target])
                .await
                .expect("usage")
                .len(),
            1
        );
    }
}
