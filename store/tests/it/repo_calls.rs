//! Calls: versions, deliveries, pages, filters, sums.

use domain::call::record::{LiveState, Outcome};
use domain::call::session::{AttemptResult, Session, Stage};
use domain::id::CallId;
use domain::tag::Tags;
use domain::time::Timestamp;
use store::{Conn, Constraint, SavedCall, StepRecord, StoreError, Tenant};
use uuid::Uuid;

use crate::steps::{arriving, going_on, keep, note, resume};
use crate::world::{NOON, World, attempted, event, execute, new_recording, session, tx};

pub(crate) fn call_id(n: u32) -> CallId {
    CallId(Uuid::from_u128((1 << 64) + 1_000 + u128::from(n)))
}

pub(crate) async fn add(
    tenant: &Tenant<'_>,
    n: u32,
    session: &Session,
) -> Result<CallId, StoreError> {
    let id = call_id(n);
    keep(tenant, &arriving(id, session, &Tags::default()))
        .await
        .map(|()| id)
}

pub(crate) fn ended(mut session: Session, outcome: Outcome, at: Timestamp) -> Session {
    session.stage = Stage::Ended;
    session.outcome = Some(outcome);
    session.ended_at = Some(at);
    session
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
        let step = StepRecord {
            next_check_at: Some(NOON.plus_secs(60)),
            ..arriving(id, &arrived, &tags)
        };
        keep(&tenant, &step).await.expect("add");
        let saved = resume(&conn, id).await.expect("resume");
        assert_eq!(
            (&saved.session, saved.version, saved.events),
            (&arrived, 1, 0)
        );
        let alarmed = event(Some("x"), NOON);
        let step = StepRecord {
            event: Some(&alarmed),
            next_check_at: Some(NOON.plus_secs(60)),
            ..going_on(&saved, &arrived)
        };
        keep(&tenant, &step).await.expect("event");
        let saved = resume(&conn, id).await.expect("resume");
        assert_eq!((saved.version, saved.events), (2, 1));
        assert_eq!(
            due(&conn, NOON.plus_secs(60)).await,
            [(id, "CA100".to_owned())]
        );
        assert_eq!(due(&conn, NOON.plus_secs(59)).await, []);

        let mut talked = ended(
            attempted(arrived, a.route, a.target, a.buyer),
            Outcome::Connected,
            NOON.plus_secs(90),
        );
        talked.attempts[0].result = Some(AttemptResult::Connected);
        talked.attempts[0].talked_s = 61;
        talked.duration_s = Some(90);
        keep(&tenant, &going_on(&saved, &talked))
            .await
            .expect("save");
        assert_eq!(due(&conn, NOON.plus_secs(999)).await, []);
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
        let first = resume(&conn, a.call).await.expect("resume");
        let over = ended(first.session.clone(), Outcome::Abandoned, NOON.plus_secs(5));
        keep(&tenant, &going_on(&first, &over)).await.expect("save");
        let late = keep(&tenant, &going_on(&first, &first.session)).await;
        assert!(matches!(late, Err(StoreError::Stale)), "{late:?}");
        let now = resume(&conn, a.call).await.expect("resume");
        assert_eq!((now.version, &now.session), (2, &over));
        let nothing = SavedCall {
            id: call_id(99),
            ..first
        };
        let missing = keep(&tenant, &going_on(&nothing, &over)).await;
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
                        let conn = world.tx().await;
                        let saved = resume(&conn, world.a.call).await.expect("resume");
                        drop(conn);
                        let told = event(Some(&format!("d{n}")), NOON);
                        let done = tx!(world, world.a.scope, |t| note(&t, &saved, &told));
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
        let saved = resume(&conn, world.a.call).await.expect("resume");
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
        let of_b = conn.platform().resume(world.b.call, None).await;
        assert_eq!(of_b.expect("lookup").expect("B's").scope, world.b.scope);
        let nobodys = conn.platform().resume(call_id(99), None).await;
        assert!(nobodys.expect("lookup").is_none());
    }
}

#[tokio::test]
async fn a_delivery_is_kept_once_and_its_reply_found_again() {
    for world in World::each().await {
        let a = &world.a;
        let first = resume(&world.tx().await, a.call).await.expect("resume");
        let known = event(Some("inbound"), NOON);
        let again = tx!(world, a.scope, |t| note(&t, &first, &known));
        assert!(
            matches!(again, Err(StoreError::Conflict(Constraint::CallDelivery))),
            "{again:?}"
        );
        let misplaced = SavedCall {
            events: 0,
            ..first.clone()
        };
        let other = event(Some("other"), NOON);
        let taken = tx!(world, a.scope, |t| note(&t, &misplaced, &other));
        assert!(matches!(taken, Err(StoreError::Stale)), "{taken:?}");
        // Events of our own have no delivery; there may be many.
        for _ in 0..2 {
            let saved = resume(&world.tx().await, a.call).await.expect("resume");
            let own = event(None, NOON);
            tx!(world, a.scope, |t| note(&t, &saved, &own)).expect("event");
        }
        let conn = world.tx().await;
        let tenant = conn.tenant(&a.scope);
        for (delivery, answered) in [("inbound", Some("<Response/>")), ("other", None)] {
            let resumed = conn.platform().resume(a.call, Some(delivery)).await;
            let resumed = resumed.expect("lookup").expect("the call");
            assert_eq!(resumed.answered.as_deref(), answered, "{delivery}");
        }
        assert_eq!(tenant.events_of(a.call).await.expect("events").len(), 3);
    }
}

#[tokio::test]
async fn a_recording_is_kept_once_with_the_step_that_made_it_known() {
    for world in World::each().await {
        let a = &world.a;
        for _ in 0..2 {
            let saved = resume(&world.tx().await, a.call).await.expect("call");
            let made = StepRecord {
                recordings: &[new_recording("RE99"), new_recording("RE98")],
                ..going_on(&saved, &saved.session)
            };
            tx!(world, a.scope, |t| keep(&t, &made)).expect("kept");
            let stale = tx!(world, a.scope, |t| keep(
                &t,
                &StepRecord {
                    recordings: &[new_recording("RE97")],
                    ..made
                }
            ));
            assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
        }
        let conn = world.tx().await;
        let kept = conn.tenant(&a.scope).recordings_of(a.call).await;
        let kept: Vec<_> = kept.expect("recordings");
        let mut sids: Vec<_> = kept.iter().map(|r| r.carrier_sid.as_str()).collect();
        sids.sort_unstable();
        assert_eq!(sids, ["RE1", "RE98", "RE99"]);
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
        assert_eq!(resume(&conn, id).await.expect("resume").session, odd);
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

/// The calls that are due, whosesoever they are.
async fn due(conn: &Conn, now: Timestamp) -> Vec<(CallId, String)> {
    let due = conn.platform().due_calls(now, 10).await.expect("due");
    due.into_iter().map(|(_, id, sid)| (id, sid)).collect()
}
