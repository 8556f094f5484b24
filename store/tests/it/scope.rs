//! Isolation: with the ids of another account a scope finds nothing, changes nothing, refers to
//! nothing.

use std::fmt::Write as _;

use domain::api::campaign::RouteInput;
use domain::api::page::Activity;
use domain::campaign::Distribution;
use domain::caps::Caps;
use domain::id::{BuyerId, CallId, CampaignId, NumberId, RecordingId, TargetId};
use domain::tag::Tags;
use domain::time::Windows;
use store::{Conn, Constraint, NewCall, SavedCall, StoreError};
use uuid::Uuid;

use crate::world::{
    Account, Draws, NOON, World, attempted, campaign_input, event, execute, is_sqlite,
    new_recording, number, session, target_input, texts, tx,
};

/// The tables whose rows belong to an account.
pub(crate) const OWNED: [&str; 10] = [
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
        not_found!(tx!(world, a.scope, |t| t.call_to_resume(b.call)));
        let saved = tx!(world, b.scope, |t| t.call_to_resume(b.call)).expect("B's call");
        not_found!(tx!(world, a.scope, |t| t.save_call(
            &saved,
            &saved.session,
            None
        )));
        not_found!(tx!(world, a.scope, |t| t.recording(b.recording)));
        // What asks for several rows, or frees what may be gone, answers with nothing.
        let conn = world.tx().await;
        let t = conn.tenant(&a.scope);
        assert!(t.routes_of(b.campaign).await.expect("routes").is_empty());
        assert!(t.usage(&[b.target]).await.expect("usage").is_empty());
        assert!(t.events_of(b.call).await.expect("events").is_empty());
        assert!(
            t.event_of(b.call, "inbound")
                .await
                .expect("event")
                .is_none()
        );
        assert!(
            t.recordings_of(b.call)
                .await
                .expect("recordings")
                .is_empty()
        );
        assert!(
            !t.claim(b.target, &Caps::default(), &Windows::default(), NOON)
                .await
                .expect("claim")
        );
        t.release_line(b.target).await.expect("release");
        t.uncount(b.target, &Windows::default())
            .await
            .expect("uncount");
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
        refused!(tx!(world, a.scope, |t| t.add_event(
            b.call,
            5,
            &event(None, NOON)
        )));
        refused!(tx!(world, a.scope, |t| t.keep_recording(
            b.call,
            &new_recording("RE9"),
            NOON
        )));
        let tags = Tags::default();
        let new = |session| NewCall {
            id: CallId(Uuid::from_u128(9)),
            session,
            tags: &tags,
            next_check_at: None,
        };
        let into = session("CA9", Some(b.campaign), &a.e164, NOON);
        refused!(tx!(world, a.scope, |t| t.add_call(&new(&into))));
        let to = attempted(
            session("CA9", Some(a.campaign), &a.e164, NOON),
            b.route,
            b.target,
            b.buyer,
        );
        refused!(tx!(world, a.scope, |t| t.add_call(&new(&to))));
        let saved = tx!(world, a.scope, |t| t.call_to_resume(a.call)).expect("call");
        refused!(tx!(world, a.scope, |t| t.save_call(&saved, &to, None)));
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
async fn all_rows(world: &World, account: &Account) -> String {
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

#[tokio::test]
async fn whatever_one_account_does_the_others_rows_stay_as_they_are() {
    for world in World::each().await {
        let before = all_rows(&world, &world.b).await;
        assert_eq!(
            before.lines().count(),
            11,
            "one row of each table: {before}"
        );
        let (mut done, mut not) = (0, 0);
        for seed in 0..8 {
            let mut draws = Draws(seed);
            for step in 0..40 {
                match act(&world, &mut draws, seed * 1_000 + step).await {
                    Ok(()) => done += 1,
                    Err(StoreError::NotFound | StoreError::Stale | StoreError::Conflict(_)) => {
                        not += 1
                    }
                    Err(e) => panic!("seed {seed}, step {step}: {e:?}"),
                }
            }
            assert_eq!(
                all_rows(&world, &world.b).await,
                before,
                "after seed {seed}"
            );
        }
        assert!(
            done > 80 && not > 40,
            "{done} done, {not} not: the draws are one-sided"
        );
    }
}

/// One random thing that A does, with ids of A, of B, or of nobody.
async fn act(world: &World, draws: &mut Draws, n: u64) -> Result<(), StoreError> {
    let (a, b) = (&world.a, &world.b);
    let mut whose = |n: u32| match draws.below(n) {
        0 => b.clone(),
        1 => Account {
            campaign: CampaignId(Uuid::from_u128(404)),
            buyer: BuyerId(404),
            target: TargetId(404),
            number: NumberId(404),
            call: CallId(Uuid::from_u128(404)),
            recording: RecordingId(404),
            ..a.clone()
        },
        _ => a.clone(),
    };
    let (x, y) = (whose(4), whose(4));
    let name = format!("n{n}");
    let activity = if draws.flip() {
        Activity::Active
    } else {
        Activity::Paused
    };
    let windows = Windows {
        hour: i64::from(draws.below(3)),
        day: 1,
        month: 1,
    };
    let digits = u32::try_from(n).unwrap_or(0) + 1_000;
    let drawn = draws.below(17);
    tx!(world, a.scope, |t| async {
        match drawn {
            0 => t.update_campaign(x.campaign, &campaign_input(&name)).await,
            1 => t.set_campaign_activity(x.campaign, activity).await,
            2 => t
                .advance_plan(x.campaign, 1, Distribution::Weight, 3)
                .await
                .map(drop),
            3 => {
                let routes = [RouteInput {
                    target: y.target,
                    priority: 1,
                    weight: 1,
                    on: true,
                }];
                t.replace_routes(x.campaign, &routes).await
            }
            4 => t.rename_buyer(x.buyer, &name).await,
            5 => t.set_buyer_activity(x.buyer, activity).await,
            6 => t
                .add_target(x.buyer, &target_input(&name, Caps::default()), NOON)
                .await
                .map(drop),
            7 => {
                t.update_target(x.target, &target_input(&name, Caps::default()))
                    .await
            }
            8 => t
                .claim(x.target, &Caps::default(), &windows, NOON)
                .await
                .map(drop),
            9 => {
                t.release_line(x.target).await?;
                t.uncount(x.target, &windows).await
            }
            10 => t
                .add_number(&number(digits), &name, Some(x.campaign), NOON)
                .await
                .map(drop),
            11 => t.assign_number(x.number, Some(y.campaign)).await,
            12 => t.set_target_activity(x.target, activity).await,
            13 => {
                let new = attempted(
                    session(&name, Some(x.campaign), &a.e164, NOON),
                    y.route,
                    y.target,
                    y.buyer,
                );
                let id = CallId(Uuid::from_u128(u128::from(n) + 5_000));
                t.add_call(&NewCall {
                    id,
                    session: &new,
                    tags: &Tags::default(),
                    next_check_at: None,
                })
                .await
            }
            14 => {
                let other = attempted(
                    session(&name, Some(x.campaign), &a.e164, NOON),
                    y.route,
                    y.target,
                    y.buyer,
                );
                let version = t.call_to_resume(a.call).await?.version;
                t.save_call(
                    &SavedCall {
                        id: x.call,
                        session: other.clone(),
                        version,
                        events: 0,
                    },
                    &other,
                    None,
                )
                .await
            }
            15 => {
                t.add_event(
                    x.call,
                    i64::try_from(n).unwrap_or(0) + 10,
                    &event(Some(&name), NOON),
                )
                .await
            }
            _ => t
                .keep_recording(
                    x.call,
                    &new_recording(if draws_even(n) { &name } else { "RE2" }),
                    NOON,
                )
                .await
                .map(drop),
        }
    })
}

/// Half of the recordings carry B's carrier id.
fn draws_even(n: u64) -> bool {
    n.is_multiple_of(2)
}
