//! Isolation: with the ids of another account a scope finds nothing, changes nothing, refers to
//! nothing.

use std::fmt::Write as _;

use domain::api::campaign::RouteInput;
use domain::api::page::Activity;
use domain::campaign::Distribution;
use domain::caps::{Caps, Freed};
use domain::id::CallId;
use domain::tag::Tags;
use domain::time::Windows;
use store::{Conn, Constraint, SavedCall, StepRecord, StoreError};
use uuid::Uuid;

use crate::steps::{arriving, claim, going_on, keep, resume};
use crate::world::{
    Account, NOON, World, attempted, campaign_input, execute, is_sqlite, new_recording, number,
    session, target_input, texts, tx,
};

/// The tables whose rows belong to an account.
pub(crate) const OWNED: [&str; 11] = [
    "block",
    "buyer",
    "call",
    "call_event",
    "campaign",
    "membership",
    "phone_number",
    "recording",
    "route",
    "target",
    "target_usage",
];

macro_rules! not_found {
    ($result:expr) => {{
        let result = $result;
        assert!(
            matches!(result, Err(StoreError::NotFound)),
            "{} gave {result:?}",
            stringify!($result)
        );
    }};
}

macro_rules! refused {
    ($result:expr) => {{
        let result = $result;
        assert!(
            matches!(result, Err(StoreError::Conflict(Constraint::Reference))),
            "{} gave {result:?}",
            stringify!($result)
        );
    }};
}

#[tokio::test]
async fn another_accounts_ids_are_not_found() {
    for world in World::each().await {
        let (a, b) = (&world.a, &world.b);
        let before = all_rows(&world, b).await;
        not_found!(tx!(world, a.scope, |t| t.campaign(b.campaign)));
        not_found!(tx!(world, a.scope, |t| t
            .update_campaign(b.campaign, &campaign_input("x"))));
        not_found!(tx!(world, a.scope, |t| t
            .set_campaign_activity(b.campaign, Activity::Paused)));
        not_found!(tx!(world, a.scope, |t| t.advance_plan(
            b.campaign,
            1,
            Distribution::Weight,
            1
        )));
        not_found!(tx!(world, a.scope, |t| t.replace_routes(b.campaign, &[])));
        not_found!(tx!(world, a.scope, |t| t.buyer(b.buyer)));
        not_found!(tx!(world, a.scope, |t| t.rename_buyer(b.buyer, "x")));
        not_found!(tx!(world, a.scope, |t| t
            .set_buyer_activity(b.buyer, Activity::Paused)));
        not_found!(tx!(world, a.scope, |t| t.target(b.target)));
        not_found!(tx!(world, a.scope, |t| t
            .update_target(b.target, &target_input("x", Caps::default()))));
        not_found!(tx!(world, a.scope, |t| t
            .set_target_activity(b.target, Activity::Paused)));
        not_found!(tx!(world, a.scope, |t| t.number(b.number)));
        not_found!(tx!(world, a.scope, |t| t.assign_number(b.number, None)));
        not_found!(tx!(world, a.scope, |t| t.remove_number(b.number)));
        not_found!(tx!(world, a.scope, |t| t.call(b.call)));
        let saved = resume(&world.tx().await, b.call).await.expect("B's call");
        let step = going_on(&saved, &saved.session);
        not_found!(tx!(world, a.scope, |t| keep(&t, &step)));
        not_found!(tx!(world, a.scope, |t| t.recording(b.recording)));
        // What asks for several rows, or frees what may be gone, answers with nothing.
        let conn = world.tx().await;
        let t = conn.tenant(&a.scope);
        assert!(t.routes_of(b.campaign).await.expect("routes").is_empty());
        assert!(t.usage(&[b.target]).await.expect("usage").is_empty());
        assert!(t.events_of(b.call).await.expect("events").is_empty());
        assert!(
            t.recordings_of(b.call)
                .await
                .expect("recordings")
                .is_empty()
        );
        assert!(
            !t.claim(&claim(b.target, Windows::default()), NOON)
                .await
                .expect("claim")
        );
        let freed = Freed {
            target: b.target,
            line: true,
            uncounted: Some(Windows::default()),
        };
        t.free(&freed).await.expect("free");
        conn.commit().await.expect("commit");
        assert_eq!(all_rows(&world, b).await, before);
    }
}

#[tokio::test]
async fn lists_hold_only_ones_own() {
    for world in World::each().await {
        let a = &world.a;
        let conn = world.tx().await;
        let t = conn.tenant(&a.scope);
        assert_eq!(
            t.campaigns()
                .await
                .expect("list")
                .iter()
                .map(|c| c.id)
                .collect::<Vec<_>>(),
            [a.campaign]
        );
        assert_eq!(t.campaign_names().await.expect("list").len(), 1);
        assert_eq!(
            t.buyers()
                .await
                .expect("list")
                .iter()
                .map(|b| b.id)
                .collect::<Vec<_>>(),
            [a.buyer]
        );
        assert_eq!(t.buyer_names().await.expect("list").len(), 1);
        assert_eq!(
            t.targets()
                .await
                .expect("list")
                .iter()
                .map(|x| x.id)
                .collect::<Vec<_>>(),
            [a.target]
        );
        assert_eq!(t.target_names().await.expect("list").len(), 1);
        assert_eq!(
            t.numbers()
                .await
                .expect("list")
                .iter()
                .map(|n| n.id)
                .collect::<Vec<_>>(),
            [a.number]
        );
        assert_eq!(
            t.routes()
                .await
                .expect("list")
                .iter()
                .map(|r| r.id)
                .collect::<Vec<_>>(),
            [a.route]
        );
        assert_eq!(
            t.usage(&[])
                .await
                .expect("list")
                .iter()
                .map(|u| u.target)
                .collect::<Vec<_>>(),
            [a.target]
        );
        let calls = t
            .calls(&store::CallFilter::default(), None, None, 10)
            .await
            .expect("list");
        assert_eq!(calls.iter().map(|c| c.id).collect::<Vec<_>>(), [a.call]);
        assert_eq!(
            t.count_calls(&store::CallFilter::default())
                .await
                .expect("count"),
            1
        );
        assert_eq!(t.counters(NOON).await.expect("counters"), (1, 0));
        assert_eq!(
            t.call_sums(NOON, NOON.plus_secs(1))
                .await
                .expect("sums")
                .iter()
                .map(|s| s.calls)
                .sum::<u32>(),
            1
        );
        assert_eq!(t.calls_by_number(NOON).await.expect("numbers").len(), 1);
        assert!(t.connected_by_buyer(NOON).await.expect("buyers").is_empty());
    }
}

#[tokio::test]
async fn the_schema_refuses_a_reference_into_another_account() {
    for world in World::each().await {
        let (a, b) = (&world.a, &world.b);
        refused!(tx!(world, a.scope, |t| t.add_target(
            b.buyer,
            &target_input("x", Caps::default()),
            NOON
        )));
        refused!(tx!(world, a.scope, |t| t.add_number(
            &number(50),
            "",
            Some(b.campaign),
            NOON
        )));
        refused!(tx!(world, a.scope, |t| t
            .assign_number(a.number, Some(b.campaign))));
        let foreign = [RouteInput {
            target: b.target,
            priority: 1,
            weight: 1,
            on: true,
        }];
        refused!(tx!(world, a.scope, |t| t.replace_routes(a.campaign, &foreign)));
        let tags = Tags::default();
        let id = CallId(Uuid::from_u128(9));
        let into = session("CA9", Some(b.campaign), &a.e164, NOON);
        refused!(tx!(world, a.scope, |t| keep(
            &t,
            &arriving(id, &into, &tags)
        )));
        let to = attempted(
            session("CA9", Some(a.campaign), &a.e164, NOON),
            b.route,
            b.target,
            b.buyer,
        );
        refused!(tx!(world, a.scope, |t| keep(&t, &arriving(id, &to, &tags))));
        let saved = resume(&world.tx().await, a.call).await.expect("call");
        refused!(tx!(world, a.scope, |t| keep(&t, &going_on(&saved, &to))));
        let theirs = SavedCall {
            id: b.call,
            ..saved.clone()
        };
        let made = StepRecord {
            recordings: &[new_recording("RE9")],
            ..going_on(&theirs, &saved.session)
        };
        // PostgreSQL looks for the call first, SQLite meets the foreign key first.
        let refused = tx!(world, a.scope, |t| keep(&t, &made));
        assert!(
            matches!(
                refused,
                Err(StoreError::NotFound | StoreError::Conflict(Constraint::Reference))
            ),
            "{refused:?}"
        );
    }
}

/// Each table that refers to another: B's row moved to A by hand keeps no foreign reference.
#[tokio::test]
async fn a_row_cannot_be_moved_into_another_account_by_hand() {
    for world in World::each().await {
        let (from, to) = (world.b.scope.account(), world.a.scope.account());
        for table in OWNED.into_iter().filter(|t| *t != "membership") {
            let conn = world.tx().await;
            let moved = execute(
                &conn,
                &format!("UPDATE {table} SET account_id = {to} WHERE account_id = {from}"),
            )
            .await;
            assert!(
                matches!(moved, Err(StoreError::Conflict(_))),
                "{table}: {moved:?}"
            );
        }
    }
}

/// B's rows, in full, as text.
pub(crate) async fn all_rows(world: &World, account: &Account) -> String {
    let conn = world.tx().await;
    let mut text = String::new();
    for table in OWNED.into_iter().chain(["account"]) {
        let key = if table == "account" {
            "id"
        } else {
            "account_id"
        };
        let shown = row_text(&conn, table).await;
        let sql = format!(
            "SELECT {shown} FROM \"{table}\" AS t WHERE {key} = {} ORDER BY 1",
            account.scope.account()
        );
        for row in texts(&conn, &sql).await {
            writeln!(text, "{table}: {row}").expect("text");
        }
    }
    text
}

async fn row_text(conn: &Conn, table: &str) -> String {
    if !is_sqlite(conn) {
        return "CAST(t AS TEXT)".to_owned();
    }
    let columns = texts(
        conn,
        &format!("SELECT name FROM pragma_table_info('{table}')"),
    )
    .await;
    columns
        .iter()
        .map(|c| format!("quote({c})"))
        .collect::<Vec<_>>()
        .join(" || ',' || ")
}
