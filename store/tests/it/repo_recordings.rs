//! Recordings: the rules they live by, and their end.

use std::sync::Arc;

use domain::access::Role;
use domain::api::campaign::CampaignInput;
use domain::api::recording::RecordingRules;
use domain::id::RecordingId;
use domain::retention::Keep;
use domain::time::Timestamp;
use store::{CallFilter, Doom, RecordingCounts, StoreError, TenantScope};

use crate::world::{Draws, NOON, World, campaign_input, execute, tx};

const DAY_S: i64 = 86_400;

fn later(days: i64) -> Timestamp {
    NOON.plus_secs(days * DAY_S)
}

async fn rule(world: &World, scope: &TenantScope, keep: Keep) {
    let conn = world.tx().await;
    let rules = RecordingRules {
        keep,
        listen_from: Role::Admin,
    };
    conn.platform()
        .set_recording_rules(scope, &rules)
        .await
        .expect("rules");
    assert_eq!(
        conn.platform().recording_rules(scope).await.expect("rules"),
        rules
    );
    conn.commit().await.expect("commit");
}

async fn own_rule(world: &World, keep: Option<Keep>) {
    let input = CampaignInput {
        recording_keep: keep,
        ..campaign_input("Roof repair")
    };
    tx!(world, world.a.scope, |tenant| tenant
        .update_campaign(world.a.campaign, &input))
    .expect("saved");
    let kept = tx!(world, world.a.scope, |tenant| tenant
        .campaign(world.a.campaign));
    assert_eq!(kept.expect("campaign").recording_keep, keep);
}

async fn aged(world: &World, now: Timestamp) -> Vec<RecordingId> {
    let conn = world.tx().await;
    let aged = conn.platform().aged_recordings(now, 10).await;
    aged.expect("aged").into_iter().map(|r| r.id).collect()
}

#[tokio::test]
async fn an_account_keeps_for_ever_and_lets_managers_listen_unless_it_says_otherwise() {
    for world in World::each().await {
        let conn = world.tx().await;
        let rules = conn.platform().recording_rules(&world.a.scope).await;
        assert_eq!(
            rules.expect("rules"),
            RecordingRules {
                keep: Keep::ForEver,
                listen_from: Role::Manager
            }
        );
        assert_eq!(
            conn.platform()
                .aged_recordings(later(20_000), 10)
                .await
                .expect("aged"),
            []
        );
    }
}

#[tokio::test]
async fn what_is_old_is_found_by_the_rule_in_force() {
    for world in World::each().await {
        let (a, b) = (world.a.recording, world.b.recording);
        rule(&world, &world.a.scope, Keep::Days(30)).await;
        assert_eq!(aged(&world, later(30).plus_secs(-1)).await, []);
        assert_eq!(aged(&world, later(30)).await, [a]);
        own_rule(&world, Some(Keep::Days(7))).await;
        assert_eq!(aged(&world, later(7)).await, [a]);
        own_rule(&world, Some(Keep::Days(60))).await;
        assert_eq!(aged(&world, later(59)).await, []);
        own_rule(&world, Some(Keep::ForEver)).await;
        assert_eq!(aged(&world, later(10_000)).await, []);
        rule(&world, &world.b.scope, Keep::Days(1)).await;
        assert_eq!(aged(&world, later(10_000)).await, [b]);
    }
}

#[tokio::test]
async fn the_query_and_the_domain_agree_on_what_is_due() {
    for world in World::each().await {
        let mut draws = Draws(41);
        for _ in 0..60 {
            let mut keep = |for_ever: u32| match draws.below(for_ever) {
                0 => Keep::ForEver,
                _ => Keep::Days(1 + draws.below(20)),
            };
            let account = keep(3);
            let own = Some(keep(3)).filter(|_| draws.flip());
            let now =
                later(0).plus_secs(i64::from(draws.below(25)) * DAY_S - i64::from(draws.below(2)));
            rule(&world, &world.a.scope, account).await;
            own_rule(&world, own).await;
            let due = Keep::in_force(account, own).due(NOON, now).is_some();
            assert_eq!(
                !aged(&world, now).await.is_empty(),
                due,
                "{account:?} {own:?} {now:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_recording_is_withdrawn_once_and_the_call_no_longer_shows_it() {
    for world in World::each().await {
        let (scope, id) = (world.a.scope, world.a.recording);
        {
            let conn = world.tx().await;
            let sql = "UPDATE call SET has_recording = TRUE";
            execute(&conn, sql).await.expect("shown");
            conn.commit().await.expect("commit");
        }
        let person = Doom::Person {
            name: "Dana".into(),
            reason: "asked".into(),
        };
        let first = tx!(world, scope, |tenant| tenant
            .doom_recording(id, &person, NOON));
        assert!(first.expect("withdrawn"));
        let rule = Doom::Rule { days: 30 };
        let again = tx!(world, scope, |tenant| tenant.doom_recording(
            id,
            &rule,
            later(1)
        ));
        assert!(!again.expect("asked again"), "the first reason stands");
        let record = tx!(world, scope, |tenant| tenant.recording(id)).expect("row");
        assert_eq!(
            (record.doom, record.deleted_at),
            (Some((person, NOON)), None)
        );
        let conn = world.tx().await;
        let lines = conn
            .tenant(&scope)
            .calls(&CallFilter::default(), None, None, 5)
            .await
            .expect("calls");
        assert!(!lines[0].has_recording);
        let others = conn.tenant(&world.b.scope);
        let lines = others.calls(&CallFilter::default(), None, None, 5).await;
        assert!(lines.expect("calls")[0].has_recording);
        assert_eq!(
            others.recording_counts().await.expect("counts"),
            RecordingCounts {
                kept: 1,
                ..RecordingCounts::default()
            }
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_server_of_many_asks_the_carrier() {
    for world in World::each().await {
        let world = Arc::new(world);
        let (scope, id) = (world.a.scope, world.a.recording);
        let rule = Doom::Rule { days: 30 };
        tx!(world, scope, |tenant| tenant
            .doom_recording(id, &rule, NOON))
        .expect("doomed");
        let until = NOON.plus_secs(300);
        for (tries, now) in [(0, NOON), (1, until)] {
            let tasks: Vec<_> = (0..12)
                .map(|_| {
                    let world = Arc::clone(&world);
                    tokio::spawn(async move {
                        let until = now.plus_secs(300);
                        tx!(world, scope, |tenant| tenant
                            .claim_doomed(id, tries, now, until))
                        .expect("claim")
                    })
                })
                .collect();
            let mut ours = 0;
            for task in tasks {
                ours += u32::from(task.await.expect("task"));
            }
            assert_eq!(ours, 1, "try {tries}");
            let early = tx!(world, scope, |tenant| tenant.claim_doomed(
                id,
                tries + 1,
                now.plus_secs(299),
                now.plus_secs(600)
            ));
            assert!(!early.expect("claim"), "it is somebody's until then");
        }
    }
}

#[tokio::test]
async fn the_end_of_a_recording_is_kept_and_its_shape_is_not() {
    for world in World::each().await {
        let (scope, id) = (world.a.scope, world.a.recording);
        let doomed = |now: Timestamp| {
            let world = &world;
            async move {
                let conn = world.tx().await;
                let all = conn.platform().doomed_recordings(now, 10).await;
                all.expect("doomed")
            }
        };
        tx!(world, scope, |tenant| tenant.keep_wave(id, "AB,CD")).expect("kept");
        let record = tx!(world, scope, |tenant| tenant.recording(id)).expect("row");
        assert_eq!(record.wave.as_deref(), Some("AB,CD"));
        assert_eq!(doomed(later(1)).await, []);
        let rule = Doom::Rule { days: 30 };
        tx!(world, scope, |tenant| tenant
            .doom_recording(id, &rule, NOON))
        .expect("doomed");
        let found = doomed(NOON).await;
        assert_eq!(
            (
                found[0].id,
                found[0].scope,
                found[0].tries,
                found[0].carrier_sid.as_str()
            ),
            (id, scope, 0, "RE1")
        );
        tx!(world, scope, |tenant| tenant.retry_doomed(id, later(1))).expect("later");
        assert_eq!(doomed(NOON).await, []);
        assert_eq!(doomed(later(1)).await.len(), 1);
        tx!(world, scope, |tenant| tenant
            .recording_deleted(id, later(1)))
        .expect("deleted");
        // A shape that was being worked out meanwhile, and a server that was slow.
        tx!(world, scope, |tenant| tenant.keep_wave(id, "AB,CD")).expect("not kept");
        tx!(world, scope, |tenant| tenant.retry_doomed(id, later(2))).expect("too late");
        let record = tx!(world, scope, |tenant| tenant.recording(id)).expect("row");
        assert_eq!((record.wave, record.deleted_at), (None, Some(later(1))));
        assert_eq!(doomed(later(9)).await, []);
        let counts = tx!(world, scope, |tenant| tenant.recording_counts());
        assert_eq!(
            counts.expect("counts"),
            RecordingCounts {
                deleted: 1,
                ..RecordingCounts::default()
            }
        );
    }
}

#[tokio::test]
async fn nobody_ends_a_recording_of_another_account() {
    for world in World::each().await {
        let (scope, theirs) = (world.a.scope, world.b.recording);
        let rule = Doom::Rule { days: 1 };
        let doomed = tx!(world, scope, |tenant| tenant
            .doom_recording(theirs, &rule, NOON));
        assert!(!doomed.expect("asked"));
        let other = world.b.scope;
        tx!(world, other, |tenant| tenant
            .doom_recording(theirs, &rule, NOON))
        .expect("doomed");
        let claimed = tx!(world, scope, |tenant| tenant.claim_doomed(
            theirs,
            0,
            NOON,
            later(1)
        ));
        assert!(!claimed.expect("asked"));
        let deleted = tx!(world, scope, |tenant| tenant
            .recording_deleted(theirs, NOON));
        assert!(matches!(deleted, Err(StoreError::NotFound)));
        tx!(world, scope, |tenant| tenant.keep_wave(theirs, "AB")).expect("nothing");
        tx!(world, scope, |tenant| tenant.retry_doomed(theirs, later(9))).expect("nothing");
        let conn = world.tx().await;
        let left = conn.platform().doomed_recordings(NOON, 10).await;
        assert_eq!(left.expect("doomed").len(), 1);
    }
}
