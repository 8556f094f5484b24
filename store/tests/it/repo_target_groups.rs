//! Groups of targets: who is in them, and claims that are had together or not at all.

use domain::api::page::Activity;
use domain::caps::{Caps, Claim, Freed, GroupClaim, GroupFreed};
use domain::id::{CallId, TargetGroupId, TargetId};
use domain::tag::Tags;
use domain::target::group::{RingOrder, TargetGroup};
use domain::time::Windows;
use store::{Constraint, Kept, StepRecord, StoreError};
use uuid::Uuid;

use crate::steps::{arriving, claim, going_on, resume};
use crate::world::{NOON, World, event, execute, new_group, session, target_input, tx};

/// Two targets of the account and a group of both.
async fn set_up(world: &World) -> ([TargetId; 2], TargetGroupId) {
    let a = &world.a;
    let input = target_input("Dallas", Caps::default());
    let other = tx!(world, a.scope, |t| t.add_target(a.buyer, &input, NOON)).expect("target");
    let both = [a.target, other];
    let desk = new_group("Night desk", &both);
    let id = tx!(world, a.scope, |t| t.add_target_group(&desk, NOON)).expect("group");
    (both, id)
}

async fn live(world: &World, targets: &[TargetId], group: TargetGroupId) -> (Vec<u32>, u32) {
    let conn = world.tx().await;
    let tenant = conn.tenant(&world.a.scope);
    let mut lines = Vec::new();
    for target in targets {
        lines.push(tenant.usage(&[*target]).await.expect("usage")[0].usage.live);
    }
    let used = tenant.group_usage(&[group]).await.expect("usage");
    (lines, used[0].usage.live)
}

#[tokio::test]
async fn a_group_is_stored_with_its_members_in_order() {
    for world in World::each().await {
        let (targets, id) = set_up(&world).await;
        let a = &world.a;
        let turned = TargetGroup {
            order: RingOrder::InTurn,
            ..new_group("Late desk", &[targets[1], targets[0]])
        };
        tx!(world, a.scope, |t| t.update_target_group(id, &turned)).expect("update");
        let stored = tx!(world, a.scope, |t| t.target_group(id)).expect("group");
        assert_eq!(stored.group, TargetGroup { id, ..turned });
        tx!(world, a.scope, |t| t
            .set_target_group_activity(id, Activity::Archived))
        .expect("archive");
        let listed = tx!(world, a.scope, |t| t.target_groups()).expect("groups");
        assert!(listed.iter().all(|one| one.group.id != id));
        let again = new_group("LATE desk", &targets);
        let taken = tx!(world, a.scope, |t| t.add_target_group(&again, NOON));
        assert!(matches!(
            taken,
            Err(StoreError::Conflict(Constraint::TargetGroupName))
        ));
        let foreign = new_group("Theirs", &[world.b.target]);
        let refused = tx!(world, a.scope, |t| t.add_target_group(&foreign, NOON));
        assert!(matches!(
            refused,
            Err(StoreError::Conflict(Constraint::Reference))
        ));
    }
}

#[tokio::test]
async fn a_route_leads_to_a_target_or_to_a_group_and_not_to_both() {
    for world in World::each().await {
        let (_, id) = set_up(&world).await;
        for ends in [
            "target_id = NULL".to_owned(),
            format!("group_id = {id}"),
            format!("target_id = NULL, group_id = {}", id.0 + 99),
        ] {
            let conn = world.tx().await;
            let sql = format!("UPDATE route SET {ends} WHERE id = {}", world.a.route);
            let refused = execute(&conn, &sql).await;
            assert!(refused.is_err(), "{ends}");
        }
        let conn = world.tx().await;
        let sql = format!(
            "UPDATE route SET target_id = NULL, group_id = {id} WHERE id = {}",
            world.a.route
        );
        execute(&conn, &sql).await.expect("one end");
    }
}

#[tokio::test]
async fn claims_of_several_are_had_together_or_not_at_all() {
    for world in World::each().await {
        let (targets, id) = set_up(&world).await;
        let one = |target| Claim {
            caps: Caps {
                concurrent: Some(1),
                ..Caps::default()
            },
            ..claim(target, Windows::default())
        };
        let claims = targets.map(one);
        let of_group = GroupClaim {
            group: id,
            caps: Caps {
                concurrent: Some(2),
                ..Caps::default()
            },
            windows: Windows::default(),
        };
        let (tags, came) = (Tags::default(), event(Some("inbound"), NOON));
        let keep = async |n: u128, claims: &[Claim], of_group: Option<&GroupClaim>| {
            let new = session(&format!("CA9{n}"), None, &world.a.e164, NOON);
            let step = StepRecord {
                claims,
                group_claim: of_group,
                event: Some(&came),
                ..arriving(CallId(Uuid::from_u128(n)), &new, &tags)
            };
            let conn = world.db().write_step().await.expect("conn");
            let kept = conn.tenant(&world.a.scope).keep_step(&step).await;
            let kept = kept.expect("kept");
            if kept == Kept::Done {
                conn.commit().await.expect("commit");
            }
            kept
        };
        // The second target is taken by another call.
        assert_eq!(keep(1, &claims[1..], None).await, Kept::Done);
        assert_eq!(keep(2, &claims, Some(&of_group)).await, Kept::ClaimLost);
        assert_eq!(live(&world, &targets, id).await, (vec![0, 1], 0));
        assert_eq!(keep(3, &claims[..1], Some(&of_group)).await, Kept::Done);
        assert_eq!(live(&world, &targets, id).await, (vec![1, 1], 1));
        let full = GroupClaim {
            caps: Caps {
                concurrent: Some(1),
                ..Caps::default()
            },
            ..of_group
        };
        let unlimited = targets.map(|t| claim(t, Windows::default()));
        assert_eq!(keep(4, &unlimited, Some(&full)).await, Kept::ClaimLost);
        assert_eq!(live(&world, &targets, id).await, (vec![1, 1], 1));
        // What is given back, of the group as well.
        let conn = world.tx().await;
        let saved = resume(&conn, CallId(Uuid::from_u128(3)))
            .await
            .expect("call");
        drop(conn);
        let freed = [GroupFreed {
            group: id,
            line: true,
            uncounted: Some(Windows::default()),
        }];
        let step = StepRecord {
            freed_groups: &freed,
            event: Some(&came),
            ..going_on(&saved, &saved.session)
        };
        let twice = event(Some("over"), NOON);
        let step = StepRecord {
            event: Some(&twice),
            ..step
        };
        let conn = world.db().write_step().await.expect("conn");
        let kept = conn.tenant(&world.a.scope).keep_step(&step).await;
        assert_eq!(kept.expect("kept"), Kept::Done);
        conn.commit().await.expect("commit");
        assert_eq!(live(&world, &targets, id).await, (vec![1, 1], 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_that_claim_the_same_targets_in_any_order_wait_for_nobody_for_ever() {
    for world in World::each().await {
        let world = std::sync::Arc::new(world);
        let (targets, id) = set_up(&world).await;
        let tasks: Vec<_> = (0..32_u128)
            .map(|n| {
                let world = std::sync::Arc::clone(&world);
                tokio::spawn(async move {
                    let new = session(&format!("CA8{n}"), None, &world.a.e164, NOON);
                    let (tags, came) = (Tags::default(), event(Some("inbound"), NOON));
                    let mut claims = targets.map(|t| claim(t, Windows::default()));
                    claims.sort_by_key(|c| c.target);
                    let of_group = GroupClaim {
                        group: id,
                        caps: Caps {
                            concurrent: Some(7),
                            ..Caps::default()
                        },
                        windows: Windows::default(),
                    };
                    let step = StepRecord {
                        claims: &claims,
                        group_claim: Some(&of_group),
                        event: Some(&came),
                        ..arriving(CallId(Uuid::from_u128(900 + n)), &new, &tags)
                    };
                    let conn = world.db().write_step().await.expect("conn");
                    let kept = conn.tenant(&world.a.scope).keep_step(&step).await;
                    let done = kept.expect("kept") == Kept::Done;
                    if done {
                        conn.commit().await.expect("commit");
                    }
                    u32::from(done)
                })
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            done += task.await.expect("task");
        }
        assert_eq!(done, 7);
        assert_eq!(live(&world, &targets, id).await, (vec![7, 7], 7));
    }
}

/// Rings that end meet rings that begin: what is given back is locked in the order of the claims.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rings_that_begin_and_end_at_once_wait_for_nobody_for_ever() {
    for world in World::each().await {
        let world = std::sync::Arc::new(world);
        let (targets, id) = set_up(&world).await;
        let tasks: Vec<_> = (0..16_u128)
            .map(|n| tokio::spawn(ring_and_end(std::sync::Arc::clone(&world), targets, id, n)))
            .collect();
        for task in tasks {
            task.await.expect("task");
        }
        assert_eq!(live(&world, &targets, id).await, (vec![0, 0], 0));
    }
}

/// Claims both targets and the group and gives all back, with the group's place and without, in
/// statements of their own.
async fn ring_and_end(
    world: std::sync::Arc<World>,
    targets: [TargetId; 2],
    group: TargetGroupId,
    n: u128,
) {
    let (call, tags) = (CallId(Uuid::from_u128(700 + n)), Tags::default());
    let new = session(&format!("CA7{n}"), None, &world.a.e164, NOON);
    let mut claims = targets.map(|t| claim(t, Windows::default()));
    claims.sort_by_key(|c| c.target);
    let of_group = GroupClaim {
        group,
        caps: Caps::default(),
        windows: Windows::default(),
    };
    let came = event(Some("inbound"), NOON);
    keep(
        &world,
        &StepRecord {
            claims: &claims,
            group_claim: Some(&of_group),
            event: Some(&came),
            ..arriving(call, &new, &tags)
        },
    )
    .await;
    let freed = targets.map(|target| Freed {
        line: true,
        ..Freed::nothing(target)
    });
    let place = [GroupFreed {
        group,
        line: true,
        uncounted: Some(Windows::default()),
    }];
    let uncounted = targets.map(|target| Freed {
        uncounted: Some(Windows::default()),
        ..Freed::nothing(target)
    });
    for (delivery, freed, places) in [("over", freed, &place[..]), ("told", uncounted, &[])] {
        let conn = world.tx().await;
        let saved = resume(&conn, call).await.expect("call");
        drop(conn);
        let told = event(Some(delivery), NOON);
        keep(
            &world,
            &StepRecord {
                freed: &freed,
                freed_groups: places,
                event: Some(&told),
                ..going_on(&saved, &saved.session)
            },
        )
        .await;
    }
}

async fn keep(world: &World, step: &StepRecord<'_>) {
    let conn = world.db().write_step().await.expect("conn");
    let kept = conn.tenant(&world.a.scope).keep_step(step).await;
    assert_eq!(
        kept.expect("kept, and not given up as a deadlock"),
        Kept::Done
    );
    conn.commit().await.expect("commit");
}
