//! What a call costs the database: the statements of the hot path, one for each step, each through
//! an index on both kinds of database.

use domain::call::reservation::Reservation;
use domain::caps::Freed;
use domain::id::CallId;
use domain::phone::Caller;
use domain::tag::Tags;
use domain::time::{Timestamp, Windows};
use store::{BidKept, BidStep, CallDoor, CallFilter, Conn, StepRecord, TenantScope};
use uuid::Uuid;

use crate::steps::{arriving, claim, going_on, keep};
use crate::world::{
    NOON, World, bid_step, event, execute, is_sqlite, new_bid, new_recording, rows, session, texts,
};

/// What ran on the connection, and that each of it goes through indexes.
async fn check(conn: &Conn, what: &str, statements: usize) {
    let seen = conn.recorded();
    assert_eq!(seen.len(), statements, "{what}: {seen:#?}");
    for sql in seen {
        explain(conn, what, &sql).await;
    }
}

async fn explain(conn: &Conn, what: &str, sql: &str) {
    {
        let plan = if is_sqlite(conn) {
            let steps = rows(conn, &format!("EXPLAIN QUERY PLAN {sql}")).await;
            steps
                .iter()
                .map(|row| row.try_get::<String>("", "detail").expect("a step"))
                .collect::<Vec<_>>()
                .join("\n")
        } else {
            texts(conn, &format!("EXPLAIN {sql}")).await.join("\n")
        };
        let scans = if is_sqlite(conn) { "SCAN " } else { "Seq Scan" };
        // Holds the few calls that are open, and nothing else.
        let plan = plan.replace("SCAN call USING INDEX call_open", "");
        // The latest calls and bids of one caller, found by index before: twenty and fifty at most.
        let plan = plan
            .replace("SCAN earlier", "")
            .replace("SCAN latest", "")
            .replace("Subquery Scan", "");
        assert!(
            !plan.contains(scans),
            "{what} reads a whole table:\n{sql}\n{plan}"
        );
    }
}

/// PostgreSQL reads small tables whole because that is cheaper; here it must show that it need not.
async fn prefer_indexes(conn: &Conn) {
    if !is_sqlite(conn) {
        execute(conn, "SET LOCAL enable_seqscan = off")
            .await
            .expect("set");
    }
}

macro_rules! costs {
    ($conn:expr, $statements:literal, $what:literal, $run:expr) => {{
        $conn.record();
        let result = $run.await.expect($what);
        check(&$conn, $what, $statements).await;
        result
    }};
}

/// A step is one round trip: one statement on PostgreSQL, one batch on SQLite.
async fn keeps(conn: &Conn, what: &str, scope: &TenantScope, step: &StepRecord<'_>) {
    conn.record();
    keep(&conn.tenant(scope), step).await.expect(what);
    let seen = conn.recorded();
    assert_eq!(seen.len(), 1, "{what}: {seen:#?}");
    // EXPLAIN takes one statement, so the batch is looked at part by part.
    let asks_whether = |sql: &&str| !sql.is_empty() && !sql.contains("changes()");
    for sql in seen[0].split("; ").filter(asks_whether) {
        explain(conn, what, sql).await;
    }
}

#[tokio::test]
async fn each_step_of_a_call_is_one_statement_through_an_index() {
    for world in World::each().await {
        let a = &world.a;
        let conn = world.tx().await;
        prefer_indexes(&conn).await;
        let (platform, tenant) = (conn.platform(), conn.tenant(&a.scope));
        costs!(
            conn,
            1,
            "home_of_call",
            platform.home_of_call(CallDoor::Number(&a.e164), &Caller::Anonymous, Timestamp(0))
        );
        let caller = Caller::Number(a.e164.clone());
        for door in [CallDoor::RtbId(a.rtb_id), CallDoor::Bid(a.call)] {
            costs!(
                conn,
                1,
                "home_of_call before the call, and by SIP",
                platform.home_of_call(door, &caller, NOON)
            );
        }
        let bid = new_bid(a, 43);
        let (wanted, nothing) = (claim(a.target, Windows::default()), Reservation::default());
        let asked = BidStep {
            claims: std::slice::from_ref(&wanted),
            seen: &[a.bid],
            ..bid_step(&bid, &nothing)
        };
        conn.record();
        assert_eq!(tenant.keep_bid(&asked).await.expect("kept"), BidKept::Done);
        let seen = conn.recorded();
        assert_eq!(seen.len(), 1, "a bid is one round trip: {seen:#?}");
        costs!(
            conn,
            1,
            "expired_reservations",
            platform.expired_reservations(NOON, 10)
        );
        costs!(conn, 1, "usage", tenant.usage(&[a.target]));
        let id = CallId(Uuid::from_u128(42));
        let arrived = session("CA42", Some(a.campaign), &a.e164, NOON);
        let wanted = claim(a.target, Windows::default());
        let (tags, came) = (Tags::default(), event(Some("d"), NOON));
        let step = StepRecord {
            claims: std::slice::from_ref(&wanted),
            event: Some(&came),
            ..arriving(id, &arrived, &tags)
        };
        keeps(&conn, "a call that arrives", &a.scope, &step).await;
        let saved = costs!(conn, 1, "resume", platform.resume(id, Some("d")))
            .expect("the call")
            .saved;
        assert_eq!(saved.events, 1);
        let freed = [Freed {
            target: a.target,
            line: true,
            uncounted: Some(Windows::default()),
            spent: None,
            wrap_until: None,
        }];
        let told = event(Some("e"), NOON);
        let step = StepRecord {
            freed: &freed,
            recordings: &[new_recording("RE42")],
            event: Some(&told),
            ..going_on(&saved, &arrived)
        };
        keeps(&conn, "a call that goes on", &a.scope, &step).await;
        costs!(
            conn,
            1,
            "scope_for_carrier_call",
            platform.scope_for_carrier_call("CA42")
        );
        costs!(conn, 1, "due_calls", platform.due_calls(NOON, 10));
    }
}

#[tokio::test]
async fn pages_counters_and_sign_in_go_through_indexes() {
    for world in World::each().await {
        let a = &world.a;
        let conn = world.tx().await;
        prefer_indexes(&conn).await;
        let (platform, tenant) = (conn.platform(), conn.tenant(&a.scope));
        costs!(
            conn,
            1,
            "scope_for_member",
            platform.scope_for_member(a.user)
        );
        costs!(
            conn,
            1,
            "user_by_email",
            platform.user_by_email("x@example.com")
        );
        costs!(
            conn,
            1,
            "count_failed_login",
            platform.count_failed_login("x", NOON, NOON)
        );
        costs!(conn, 2, "counters", tenant.counters(NOON));
        costs!(conn, 5, "call_activity", tenant.call_activity());
        costs!(conn, 1, "calls_by_number", tenant.calls_by_number(NOON));
        costs!(
            conn,
            1,
            "call_sums",
            tenant.call_sums(NOON, NOON.plus_secs(60))
        );
        costs!(
            conn,
            1,
            "calls",
            tenant.calls(&CallFilter::default(), None, None, 50)
        );
        let campaign = CallFilter {
            campaign: Some(a.campaign),
            ..CallFilter::default()
        };
        costs!(
            conn,
            1,
            "calls of a campaign",
            tenant.calls(&campaign, None, None, 50)
        );
        let target = CallFilter {
            target: Some(a.target),
            ..CallFilter::default()
        };
        costs!(
            conn,
            1,
            "calls of a target",
            tenant.calls(&target, None, None, 50)
        );
        costs!(
            conn,
            1,
            "calls that live",
            tenant.calls(
                &CallFilter {
                    live: true,
                    ..CallFilter::default()
                },
                None,
                None,
                50
            )
        );
    }
}
