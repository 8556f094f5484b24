//! Isolation: with the ids of another account a scope finds nothing, changes nothing, refers to
//! nothing.

use std::fmt::Write as _;

use domain::agent::AgentStatus;
use domain::api::campaign::RouteInput;
use domain::api::page::Activity;
use domain::campaign::Distribution;
use domain::caps::reset::Counts;
use domain::caps::{Caps, Freed};
use domain::dni_tag::Source;
use domain::id::{CallId, DniTagId, VisitId};
use domain::number_order::Progress;
use domain::plan::RouteTo;
use domain::pool::Rotation;
use domain::tag::Tags;
use domain::time::{Timestamp, Windows};
use store::{Conn, Constraint, RequestToken, SavedCall, StepRecord, StoreError};
use uuid::Uuid;

use crate::steps::{arriving, claim, going_on, keep, resume};
use crate::world::{
    Account, NOON, TOKEN, World, attempted, campaign_input, checked, execute, is_sqlite,
    kept_answer, new_block, new_carrier_number, new_dni_tag, new_lease, new_number, new_pool,
    new_recording, new_visit, new_webhook, new_wrap_up, number, number_of_pool, session,
    target_input, texts, tx,
};

/// The tables whose rows belong to an account.
pub(crate) const OWNED: &[&str] = &[
    "agent",
    "api_key",
    "block",
    "bulk_list",
    "buyer",
    "call",
    "call_event",
    "campaign",
    "carrier_account",
    "carrier_number",
    "dial",
    "dispute",
    "dni_tag",
    "enrichment",
    "ledger_entry",
    "idempotency",
    "membership",
    "number_order",
    "payout_usage",
    "phone_number",
    "pool",
    "pool_number",
    "publisher",
    "recording",
    "route",
    "rtb_bid",
    "rtb_id",
    "rtb_id_usage",
    "rtb_ping",
    "target",
    "target_group",
    "target_group_member",
    "target_group_usage",
    "target_usage",
    "visit",
    "webhook",
    "webhook_delivery",
    "wrap_up",
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
        not_found!(tx!(world, a.scope, |t| t.update_targets(&[(
            b.target,
            checked(target_input("x", Caps::default()))
        )])));
        not_found!(tx!(world, a.scope, |t| t
            .update_numbers(&[(b.number, new_number(7))])));
        not_found!(tx!(world, a.scope, |t| t
            .update_blocks(&[(b.block, new_block("+1307*", None))])));
        not_found!(tx!(world, a.scope, |t| t.reset_counts(b.target)));
        not_found!(tx!(world, a.scope, |t| t
            .restore_counts(b.target, &Counts::default())));
        not_found!(tx!(world, a.scope, |t| t.agent(b.target)));
        not_found!(tx!(world, a.scope, |t| t.agent_of(b.user)));
        not_found!(tx!(world, a.scope, |t| t.set_agent_status(
            b.target,
            AgentStatus::Available,
            NOON
        )));
        not_found!(tx!(world, a.scope, |t| t.end_wrap_up(b.target)));
        not_found!(tx!(world, a.scope, |t| t.conversation(b.target, b.call)));
        not_found!(tx!(world, a.scope, |t| t.number(b.number)));
        not_found!(tx!(world, a.scope, |t| t.assign_number(b.number, None)));
        not_found!(tx!(world, a.scope, |t| t.remove_number(b.number)));
        not_found!(tx!(world, a.scope, |t| t.call(b.call)));
        let saved = resume(&world.tx().await, b.call).await.expect("B's call");
        let step = going_on(&saved, &saved.session);
        not_found!(tx!(world, a.scope, |t| keep(&t, &step)));
        not_found!(tx!(world, a.scope, |t| t.recording(b.recording)));
        not_found!(tx!(world, a.scope, |t| t.block(b.block)));
        not_found!(tx!(world, a.scope, |t| t.webhook(b.webhook)));
        not_found!(tx!(world, a.scope, |t| t.set_webhook_enabled(b.webhook, false)));
        let mine = new_webhook("Mine", None);
        not_found!(tx!(world, a.scope, |t| t.update_webhook(b.webhook, &mine)));
        not_found!(tx!(world, a.scope, |t| t.pool(b.pool)));
        let pool = new_pool("Mine", a.campaign);
        not_found!(tx!(world, a.scope, |t| t.update_pool(b.pool, &pool)));
        not_found!(tx!(world, a.scope, |t| t.remove_pool(b.pool)));
        not_found!(tx!(world, a.scope, |t| t.add_to_pool(b.pool, &[a.number])));
        not_found!(tx!(world, a.scope, |t| t.take_from_pool(b.pool, b.pooled)));
        not_found!(tx!(world, a.scope, |t| t.take_from_pool(a.pool, b.pooled)));
        not_found!(tx!(world, a.scope, |t| t.dni_tag(b.dni_tag)));
        let tag = new_dni_tag("Mine", Source::Pool(a.pool));
        not_found!(tx!(world, a.scope, |t| t.update_dni_tag(b.dni_tag, &tag)));
        not_found!(tx!(world, a.scope, |t| t.set_dni_tag_enabled(b.dni_tag, false)));
        not_found!(tx!(world, a.scope, |t| t.visit(b.visit)));
        not_found!(tx!(world, a.scope, |t| t.visit_to_change(b.visit)));
        let theirs = new_visit(b.visit, a.dni_tag, "visitor-1", &number_of_pool(1));
        not_found!(tx!(world, a.scope, |t| t.update_visit(&theirs)));
        let stolen = tx!(world, a.scope, |t| t
            .keep_leases(&[new_lease(b.pooled, &theirs)]));
        assert!(matches!(stolen, Err(StoreError::Stale)), "{stolen:?}");
        not_found!(tx!(world, a.scope, |t| t.order(b.order)));
        not_found!(tx!(world, a.scope, |t| t.dismiss_order(b.order)));
        let bought = Progress::default();
        not_found!(tx!(world, a.scope, |t| t.order_found(b.order, &bought, NOON)));
        refused!(tx!(world, a.scope, |t| t
            .keep_carrier_numbers(&[new_carrier_number(b.number)])));
        not_found!(tx!(world, a.scope, |t| t.revoke_api_key(b.api_key, NOON)));
        not_found!(tx!(world, a.scope, |t| t.touch_api_key(b.api_key, NOON)));
        let theirs = RequestToken {
            key: b.api_key,
            token: TOKEN,
        };
        not_found!(tx!(world, a.scope, |t| t.request(theirs)));
        not_found!(tx!(world, a.scope, |t| t.answer_request(theirs, &kept_answer())));
        // What asks for several rows, or frees what may be gone, answers with nothing.
        let conn = world.tx().await;
        let t = conn.tenant(&a.scope);
        assert!(t.routes_of(b.campaign).await.expect("routes").is_empty());
        assert!(t.usage(&[b.target]).await.expect("usage").is_empty());
        assert!(t.wrap_ups(&[b.call]).await.expect("wrap-ups").is_empty());
        let lines = t.dial_lines(b.target, None, 10).await;
        assert!(lines.expect("dials").is_empty());
        let sums = t.taken_sums(&[b.target], NOON).await;
        assert!(sums.expect("sums").is_empty());
        assert!(t.events_of(b.call).await.expect("events").is_empty());
        let numbers = t.pool_numbers(b.pool).await;
        assert!(numbers.expect("numbers").is_empty());
        let slots = t.pool_slots(b.pool, &["visitor-1", "x"], Rotation::LongestFree, NOON);
        assert!(slots.await.expect("slots").is_empty());
        assert!(!t.extend_lease(b.visit, NOON).await.expect("lease"));
        let (later, begun) = (NOON.plus_secs(60), Progress::default());
        let claimed = t.claim_order(b.order, NOON, &begun, later).await;
        assert!(!claimed.expect("claim"));
        let kept = t.keep_order(b.order, NOON, &begun, None, later).await;
        assert!(!kept.expect("keep"));
        let grown = t.claim_growth(b.pool, Timestamp(0), NOON).await;
        assert!(!grown.expect("growth"));
        assert!(
            t.orders_for_pool(b.pool, NOON)
                .await
                .expect("orders")
                .is_empty()
        );
        assert!(
            t.orders_of(Uuid::from_u128(2))
                .await
                .expect("orders")
                .is_empty()
        );
        assert_eq!(t.carrier_number(b.number).await.expect("number"), None);
        assert!(t.visits_by_id(&[b.visit]).await.expect("visits").is_empty());
        assert!(
            t.calls_of_visits(&[b.visit])
                .await
                .expect("calls")
                .is_empty()
        );
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
        t.drop_request(theirs).await.expect("drop");
        t.forget_request(theirs, NOON).await.expect("forget");
        let freed = Freed {
            target: b.target,
            line: true,
            uncounted: Some(Windows::default()),
            spent: None,
            wrap_until: Some(NOON),
        };
        t.free(&freed, NOON).await.expect("free");
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
        let keys = t.api_keys().await.expect("list");
        assert_eq!(keys.iter().map(|k| k.id).collect::<Vec<_>>(), [a.api_key]);
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
        let agents = t.agents().await.expect("list");
        assert_eq!(
            agents.iter().map(|x| x.target).collect::<Vec<_>>(),
            [a.target]
        );
        let members = t.members().await.expect("list");
        assert_eq!(members.iter().map(|m| m.user).collect::<Vec<_>>(), [a.user]);
        assert_eq!(
            t.numbers()
                .await
                .expect("list")
                .iter()
                .map(|n| n.id)
                .collect::<Vec<_>>(),
            [a.number, a.pooled]
        );
        let pools = t.pools().await.expect("list");
        assert_eq!(pools.iter().map(|p| p.id).collect::<Vec<_>>(), [a.pool]);
        assert_eq!(t.pools_of_numbers().await.expect("list").len(), 1);
        assert_eq!(t.pool_sizes(NOON).await.expect("sizes").len(), 1);
        let orders = t.orders_since(NOON, 10).await.expect("list");
        let ids = orders.iter().map(|order| order.input.id);
        assert_eq!(ids.collect::<Vec<_>>(), [a.order]);
        assert_eq!(t.orders_open().await.expect("count"), 1);
        assert_eq!(t.orders_not_bought().await.expect("list").len(), 1);
        let known = t.carrier_numbers().await.expect("list");
        assert_eq!(known.into_keys().collect::<Vec<_>>(), [a.number]);
        let own = t.carrier_account().await.expect("account");
        assert_eq!(own.expect("one").sid, "AC1");
        let tags = t.dni_tags().await.expect("list");
        assert_eq!(tags.iter().map(|x| x.id).collect::<Vec<_>>(), [a.dni_tag]);
        let every = store::VisitFilter::default();
        let visits = t.visits(&every, 10).await.expect("list");
        assert_eq!(visits.iter().map(|v| v.id).collect::<Vec<_>>(), [a.visit]);
        assert_eq!(t.count_visits(&every).await.expect("count"), 1);
        assert_eq!(t.last_visits().await.expect("last").len(), 1);
        let counts = t.visit_counts(&every, store::VisitKey::None).await;
        assert_eq!(counts.expect("counts")[0].visits, 1);
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
        assert_eq!(t.calls_by_number(NOON).await.expect("numbers").len(), 2);
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
        refused!(tx!(world, a.scope, |t| t
            .enrichment_to_change(b.number, &number(51))));
        let into = new_pool("Theirs", b.campaign);
        refused!(tx!(world, a.scope, |t| t.add_pool(&into, NOON)));
        refused!(tx!(world, a.scope, |t| t.update_pool(a.pool, &into)));
        refused!(tx!(world, a.scope, |t| t.add_to_pool(a.pool, &[b.number])));
        let id = DniTagId(Uuid::from_u128(99));
        for source in [Source::Pool(b.pool), Source::Number(b.number)] {
            let tag = new_dni_tag("Theirs", source);
            refused!(tx!(world, a.scope, |t| t.add_dni_tag(id, &tag, NOON)));
        }
        let id = VisitId(Uuid::from_u128(99));
        let visit = new_visit(id, b.dni_tag, "visitor-1", &number_of_pool(2));
        refused!(tx!(world, a.scope, |t| t
            .add_visits(std::slice::from_ref(&visit))));
        let theirs = RequestToken {
            key: b.api_key,
            token: "another",
        };
        refused!(tx!(world, a.scope, |t| t.take_request(theirs, "hash", NOON)));
        refused!(tx!(world, a.scope, |t| t
            .keep_wrap_up(&new_wrap_up(a.call, b.target, a.user))));
        refused!(tx!(world, a.scope, |t| t
            .keep_wrap_up(&new_wrap_up(b.call, a.target, a.user))));
        let foreign = [RouteInput {
            to: RouteTo::Target(b.target),
            priority: 1,
            weight: 1,
            on: true,
            terms: None,
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
        // A member may be of any account; nothing refers to a list of values, nor it to anything.
        let alone = ["membership", "bulk_list"];
        for table in OWNED.iter().filter(|t| !alone.contains(*t)) {
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
    for table in OWNED.iter().copied().chain(["account"]) {
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
