//! Calls: versions, deliveries, pages, filters, sums.

use domain::call::record::{LiveState, Outcome};
use domain::call::session::{AttemptResult, Session, Stage};
use domain::id::{CallId, CampaignId};
use domain::tag::Tags;
use domain::time::Timestamp;
use store::{CallFilter, CallLine, Constraint, Cursor, NewCall, SavedCall, StoreError, Tenant};
use uuid::Uuid;

use crate::world::{NOON, World, attempted, event, execute, new_recording, number, session, tx};

fn call_id(n: u32) -> CallId {
    CallId(Uuid::from_u128((1 << 64) + 1_000 + u128::from(n)))
}

async fn add(tenant: &Tenant<'_>, n: u32, session: &Session) -> Result<CallId, StoreError> {
    let id = call_id(n);
    tenant
        .add_call(&NewCall {
            id,
            session,
            tags: &Tags::default(),
            next_check_at: None,
        })
        .await
        .map(|()| id)
}

fn ended(mut session: Session, outcome: Outcome, at: Timestamp) -> Session {
    session.stage = Stage::Ended;
    session.outcome = Some(outcome);
    session.ended_at = Some(at);
    session
}

fn cursor(line: &CallLine) -> Option<Cursor> {
    Some(Cursor {
        at: line.arrived_at,
        call: line.id,
    })
}

#[tokio::test]
async fn a_call_is_stored_resumed_saved_and_shown() {
    for world in World::each().await {
        let a = &world.a;
        let conn = world.tx().await;
        let tenant = conn.tenant(&a.scope);
        let mut tags = Tags::default();
        tags.set("geo", "state", "TX");
        let arrived = session("CA100", Some(a.campaign), &a.e164, NOON);
        let id = call_id(1);
        tenant
            .add_call(&NewCall {
                id,
                session: &arrived,
                tags: &tags,
                next_check_at: Some(NOON.plus_secs(60)),
            })
            .await
            .expect("add");
        let saved = tenant.call_to_resume(id).await.expect("resume");
        assert_eq!(
            (&saved.session, saved.version, saved.events),
            (&arrived, 1, 0)
        );
        tenant
            .add_event(id, saved.events, &event(Some("x"), NOON))
            .await
            .expect("event");
        assert_eq!(tenant.call_to_resume(id).await.expect("resume").events, 1);
        assert_eq!(
            conn.platform()
                .due_calls(NOON.plus_secs(60), 10)
                .await
                .expect("due"),
            [(a.scope, id)]
        );
        assert_eq!(
            conn.platform()
                .due_calls(NOON.plus_secs(59), 10)
                .await
                .expect("due"),
            []
        );

        let mut talked = ended(
            attempted(arrived, a.route, a.target, a.buyer),
            Outcome::Connected,
            NOON.plus_secs(90),
        );
        talked.attempts[0].result = Some(AttemptResult::Connected);
        talked.attempts[0].talked_s = 61;
        talked.duration_s = Some(90);
        tenant.save_call(&saved, &talked, None).await.expect("save");
        assert_eq!(
            conn.platform()
                .due_calls(NOON.plus_secs(999), 10)
                .await
                .expect("due"),
            []
        );
        let shown = tenant.call(id).await.expect("call");
        assert_eq!((&shown.session, &shown.tags), (&talked, &tags));
        let line = shown.line;
        assert_eq!(
            (line.state, line.outcome, line.attempts),
            (LiveState::Ended, Some(Outcome::Connected), 1)
        );
        assert_eq!(
            (line.connected_s, line.duration_s, line.ended_at),
            (61, Some(90), Some(NOON.plus_secs(90)))
        );
        assert_eq!(
            (line.target, line.buyer, line.campaign),
            (Some(a.target), Some(a.buyer), Some(a.campaign))
        );
        assert_eq!(
            (line.caller_state.as_str(), line.dialed.as_str()),
            ("TX", a.e164.as_str())
        );
    }
}

#[tokio::test]
async fn a_stale_version_is_refused_and_changes_nothing() {
    for world in World::each().await {
        let a = &world.a;
        let conn = world.tx().await;
        let tenant = conn.tenant(&a.scope);
        let first = tenant.call_to_resume(a.call).await.expect("resume");
        let over = ended(first.session.clone(), Outcome::Abandoned, NOON.plus_secs(5));
        tenant.save_call(&first, &over, None).await.expect("save");
        let late = tenant.save_call(&first, &first.session, None).await;
        assert!(matches!(late, Err(StoreError::Stale)), "{late:?}");
        let now = tenant.call_to_resume(a.call).await.expect("resume");
        assert_eq!((now.version, &now.session), (2, &over));
        let nothing = SavedCall {
            id: call_id(99),
            ..first
        };
        let missing = tenant.save_call(&nothing, &over, None).await;
        assert!(matches!(missing, Err(StoreError::NotFound)), "{missing:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_savers_at_once_one_wins_each_version() {
    for world in World::each().await {
        let world = std::sync::Arc::new(world);
        let tasks: Vec<_> = (0..16)
            .map(|n| {
                let world = std::sync::Arc::clone(&world);
                tokio::spawn(async move {
                    loop {
                        let done = tx!(world, world.a.scope, |tenant| async {
                            let saved = tenant.call_to_resume(world.a.call).await?;
                            tenant.save_call(&saved, &saved.session, None).await?;
                            tenant
                                .add_event(
                                    world.a.call,
                                    saved.events,
                                    &event(Some(&format!("d{n}")), NOON),
                                )
                                .await
                        });
                        match done {
                            Ok(()) => return,
                            Err(StoreError::Stale) => {}
                            Err(e) => panic!("{e:?}"),
                        }
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("task");
        }
        let conn = world.tx().await;
        let tenant = conn.tenant(&world.a.scope);
        let saved = tenant.call_to_resume(world.a.call).await.expect("resume");
        assert_eq!((saved.version, saved.events), (17, 17));
        assert_eq!(
            tenant.events_of(world.a.call).await.expect("events").len(),
            17
        );
    }
}

#[tokio::test]
async fn a_carrier_sid_is_one_call_whichever_account() {
    for world in World::each().await {
        let known = session("CA1", None, &world.b.e164, NOON);
        for scope in [world.a.scope, world.b.scope] {
            let twice = tx!(world, scope, |tenant| add(&tenant, 1, &known));
            assert!(
                matches!(twice, Err(StoreError::Conflict(Constraint::CallCarrierSid))),
                "{twice:?}"
            );
        }
        let conn = world.tx().await;
        let found = conn
            .platform()
            .scope_for_carrier_call("CA1")
            .await
            .expect("lookup");
        assert_eq!(found, Some((world.a.scope, world.a.call)));
        assert_eq!(
            conn.platform()
                .scope_for_call(world.b.call)
                .await
                .expect("lookup"),
            Some(world.b.scope)
        );
        assert_eq!(
            conn.platform()
                .scope_for_call(call_id(99))
                .await
                .expect("lookup"),
            None
        );
    }
}

#[tokio::test]
async fn a_delivery_is_kept_once_and_its_reply_found_again() {
    for world in World::each().await {
        let a = &world.a;
        let again = tx!(world, a.scope, |tenant| tenant.add_event(
            a.call,
            1,
            &event(Some("inbound"), NOON)
        ));
        assert!(
            matches!(again, Err(StoreError::Conflict(Constraint::CallDelivery))),
            "{again:?}"
        );
        let taken = tx!(world, a.scope, |tenant| tenant.add_event(
            a.call,
            0,
            &event(Some("other"), NOON)
        ));
        assert!(matches!(taken, Err(StoreError::Stale)), "{taken:?}");
        // Events of our own have no delivery; there may be many.
        for seq in 1..=2 {
            tx!(world, a.scope, |tenant| tenant.add_event(
                a.call,
                seq,
                &event(None, NOON)
            ))
            .expect("event");
        }
        let conn = world.tx().await;
        let tenant = conn.tenant(&a.scope);
        let known = tenant
            .event_of(a.call, "inbound")
            .await
            .expect("lookup")
            .expect("known");
        assert_eq!(known.reply.as_deref(), Some("<Response/>"));
        assert_eq!(
            tenant.event_of(a.call, "other").await.expect("lookup"),
            None
        );
        assert_eq!(tenant.events_of(a.call).await.expect("events").len(), 3);
    }
}

#[tokio::test]
async fn pages_walk_both_ways_without_gap_or_repetition_even_at_one_moment() {
    for world in World::each().await {
        let a = &world.a;
        let conn = world.tx().await;
        let tenant = conn.tenant(&a.scope);
        for n in 0..40 {
            // Ten calls share each moment.
            let arrived = session(
                &format!("CA9{n}"),
                (n % 2 == 0).then_some(a.campaign),
                &a.e164,
                NOON.plus_secs(i64::from(n / 10)),
            );
            add(&tenant, n, &arrived).await.expect("add");
        }
        for filter in [
            CallFilter::default(),
            CallFilter {
                campaign: Some(a.campaign),
                ..CallFilter::default()
            },
        ] {
            let all = tenant.calls(&filter, None, None, 100).await.expect("page");
            assert_eq!(
                u64::try_from(all.len()).expect("few"),
                tenant.count_calls(&filter).await.expect("count")
            );
            assert!(all.is_sorted_by(|x, y| (x.arrived_at, x.id) > (y.arrived_at, y.id)));
            let mut forth = Vec::new();
            let mut after = None;
            loop {
                let page = tenant.calls(&filter, after, None, 7).await.expect("page");
                let Some(last) = page.last() else { break };
                after = cursor(last);
                forth.extend(page);
            }
            assert_eq!(forth, all);
            let mut back: Vec<CallLine> = Vec::new();
            let mut before = cursor(all.last().expect("some"));
            loop {
                let page = tenant.calls(&filter, None, before, 7).await.expect("page");
                let Some(first) = page.first() else { break };
                before = cursor(first);
                back.splice(0..0, page);
            }
            assert_eq!(back, all[..all.len() - 1]);
        }
    }
}

#[tokio::test]
async fn filters_and_counts_agree() {
    for world in World::each().await {
        let a = &world.a;
        let conn = world.tx().await;
        let tenant = conn.tenant(&a.scope);
        let base = |n: u32, at: i64| {
            session(
                &format!("CA8{n}"),
                Some(a.campaign),
                &a.e164,
                NOON.plus_secs(at),
            )
        };
        add(
            &tenant,
            1,
            &ended(base(1, 10), Outcome::Abandoned, NOON.plus_secs(20)),
        )
        .await
        .expect("add");
        add(
            &tenant,
            2,
            &ended(
                attempted(base(2, 20), a.route, a.target, a.buyer),
                Outcome::Connected,
                NOON.plus_secs(30),
            ),
        )
        .await
        .expect("add");
        let mut anonymous = base(3, 30);
        anonymous.from = domain::phone::Caller::Anonymous;
        anonymous.campaign = None;
        add(&tenant, 3, &anonymous).await.expect("add");
        let none = CallFilter::default;
        let cases = [
            (none(), 4),
            (
                CallFilter {
                    from: Some(NOON.plus_secs(10)),
                    ..none()
                },
                3,
            ),
            (
                CallFilter {
                    to: Some(NOON.plus_secs(10)),
                    ..none()
                },
                1,
            ),
            (
                CallFilter {
                    campaign: Some(a.campaign),
                    ..none()
                },
                3,
            ),
            (
                CallFilter {
                    campaign: Some(CampaignId(Uuid::from_u128(5))),
                    ..none()
                },
                0,
            ),
            (
                CallFilter {
                    target: Some(a.target),
                    ..none()
                },
                2,
            ),
            (
                CallFilter {
                    outcome: Some(Outcome::Abandoned),
                    ..none()
                },
                1,
            ),
            (
                CallFilter {
                    live: true,
                    ..none()
                },
                2,
            ),
            (
                CallFilter {
                    caller_digits: "555".to_owned(),
                    ..none()
                },
                3,
            ),
            (
                CallFilter {
                    caller_digits: "(214) 555".to_owned(),
                    ..none()
                },
                3,
            ),
            (
                CallFilter {
                    caller_digits: "214555".to_owned(),
                    live: true,
                    ..none()
                },
                1,
            ),
            (
                CallFilter {
                    caller_digits: "%\\\0".to_owned(),
                    ..none()
                },
                0,
            ),
        ];
        for (filter, expected) in cases {
            assert_eq!(
                tenant.count_calls(&filter).await.expect("count"),
                expected,
                "{filter:?}"
            );
            let page = tenant.calls(&filter, None, None, 50).await.expect("page");
            assert_eq!(
                u64::try_from(page.len()).expect("few"),
                expected,
                "{filter:?}"
            );
        }
        assert_eq!(tenant.counters(NOON).await.expect("counters"), (2, 2));
        assert_eq!(
            tenant.counters(NOON.plus_secs(25)).await.expect("counters"),
            (2, 1)
        );
    }
}

#[tokio::test]
async fn sums_are_by_campaign_hour_and_outcome() {
    for world in World::each().await {
        let a = &world.a;
        let conn = world.tx().await;
        let tenant = conn.tenant(&a.scope);
        for n in 0..6 {
            let mut talked = attempted(
                session(
                    &format!("CA7{n}"),
                    Some(a.campaign),
                    &a.e164,
                    NOON.plus_secs(3_600 * i64::from(n / 3)),
                ),
                a.route,
                a.target,
                a.buyer,
            );
            talked.attempts[0].result = Some(AttemptResult::Connected);
            talked.attempts[0].talked_s = 10 + n;
            add(
                &tenant,
                n,
                &ended(talked, Outcome::Connected, NOON.plus_secs(4_000)),
            )
            .await
            .expect("add");
        }
        let mut sums = tenant
            .call_sums(NOON, NOON.plus_secs(7_200))
            .await
            .expect("sums");
        sums.sort_by_key(|s| (s.outcome, s.hour));
        let seen: Vec<_> = sums
            .iter()
            .map(|s| {
                (
                    s.campaign,
                    s.hour,
                    s.state,
                    s.outcome,
                    s.calls,
                    s.connected_s,
                )
            })
            .collect();
        let campaign = Some(a.campaign);
        assert_eq!(
            seen,
            [
                (campaign, 0, LiveState::Ringing, None, 1, 0),
                (
                    campaign,
                    0,
                    LiveState::Ended,
                    Some(Outcome::Connected),
                    3,
                    33
                ),
                (
                    campaign,
                    1,
                    LiveState::Ended,
                    Some(Outcome::Connected),
                    3,
                    42
                ),
            ]
        );
        assert_eq!(
            tenant
                .call_sums(NOON.plus_secs(9_999), NOON.plus_secs(10_000))
                .await
                .expect("sums"),
            []
        );
        assert_eq!(
            tenant
                .connected_by_buyer(NOON.plus_secs(1))
                .await
                .expect("by buyer"),
            [(a.buyer, 3)]
        );
    }
}

#[tokio::test]
async fn each_number_knows_its_calls() {
    for world in World::each().await {
        let a = &world.a;
        tx!(world, a.scope, |tenant| tenant.add_number(
            &number(77),
            "Quiet",
            None,
            NOON
        ))
        .expect("number");
        tx!(world, a.scope, |tenant| add(
            &tenant,
            1,
            &session("CA50", None, &a.e164, NOON.plus_secs(50))
        ))
        .expect("call");
        let conn = world.tx().await;
        let mut seen = conn
            .tenant(&a.scope)
            .calls_by_number(NOON.plus_secs(1))
            .await
            .expect("numbers");
        seen.sort();
        assert_eq!(
            seen,
            [
                (a.e164.as_str().to_owned(), 1, Some(NOON.plus_secs(50))),
                (number(77).as_str().to_owned(), 0, None)
            ]
        );
    }
}

#[tokio::test]
async fn activity_changes_with_every_event() {
    for world in World::each().await {
        let conn = world.tx().await;
        let tenant = conn.tenant(&world.a.scope);
        let mut seen = vec![tenant.call_activity().await.expect("activity")];
        add(
            &tenant,
            1,
            &session("CA51", None, &world.a.e164, NOON.plus_secs(9)),
        )
        .await
        .expect("add");
        seen.push(tenant.call_activity().await.expect("activity"));
        for _ in 0..5 {
            let saved = tenant.call_to_resume(call_id(1)).await.expect("resume");
            tenant
                .save_call(&saved, &saved.session, None)
                .await
                .expect("save");
            seen.push(tenant.call_activity().await.expect("activity"));
        }
        let distinct: std::collections::BTreeSet<_> = seen.iter().collect();
        assert_eq!(distinct.len(), seen.len(), "{seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_recording_told_many_times_at_once_is_kept_once() {
    for world in World::each().await {
        let world = std::sync::Arc::new(world);
        let tasks: Vec<_> = (0..12)
            .map(|n| {
                let world = std::sync::Arc::clone(&world);
                tokio::spawn(async move {
                    let mut told = new_recording("RE99");
                    told.duration_s = n;
                    tx!(world, world.a.scope, |tenant| tenant.keep_recording(
                        world.a.call,
                        &told,
                        NOON
                    ))
                    .expect("keep")
                })
            })
            .collect();
        let mut new = 0;
        for task in tasks {
            new += u32::from(task.await.expect("task"));
        }
        assert_eq!(new, 1);
        let mut last = new_recording("RE99");
        last.duration_s = 50;
        assert!(
            !tx!(world, world.a.scope, |tenant| tenant.keep_recording(
                world.a.call,
                &last,
                NOON
            ))
            .expect("keep")
        );
        let conn = world.tx().await;
        let kept = conn
            .tenant(&world.a.scope)
            .recordings_of(world.a.call)
            .await
            .expect("recordings");
        assert_eq!(
            kept.iter()
                .map(|r| (r.carrier_sid.as_str(), r.duration_s))
                .collect::<Vec<_>>(),
            [("RE1", 7), ("RE99", 50)]
        );
    }
}

#[tokio::test]
async fn hostile_text_from_a_carrier_is_kept_and_breaks_nothing() {
    for world in World::each().await {
        let conn = world.tx().await;
        let tenant = conn.tenant(&world.a.scope);
        let mut odd = session("CA'; DROP TABLE call; --", None, &world.a.e164, NOON);
        odd.to = format!("sip:\u{1F600}\0{}", "x".repeat(200));
        odd.from = domain::phone::Caller::from_carrier("\0'\"\\%_");
        let id = add(&tenant, 1, &odd).await.expect("add");
        assert_eq!(
            tenant.call_to_resume(id).await.expect("resume").session,
            odd
        );
        assert!(
            tenant
                .call(id)
                .await
                .expect("call")
                .line
                .dialed
                .starts_with("sip:\u{1F600}xxx")
        );
    }
}

#[tokio::test]
async fn a_row_that_makes_no_sense_is_named_corrupt() {
    for world in World::each().await {
        let conn = world.tx().await;
        execute(&conn, "UPDATE call SET state = 'dancing'")
            .await
            .expect("raw");
        let broken = conn.tenant(&world.a.scope).call(world.a.call).await;
        assert!(
            matches!(broken, Err(StoreError::Corrupt { table: "call", .. })),
            "{broken:?}"
        );
    }
}
