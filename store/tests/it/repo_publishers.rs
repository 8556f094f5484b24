//! Publishers, what they sent and were paid, and the lists their filters look values up in.

use domain::api::page::Activity;
use domain::id::{BulkListId, PublisherId};
use domain::ledger::payout::PayoutTerms;
use domain::money::Micros;
use domain::tag::Tags;
use domain::time::Timestamp;
use store::{Constraint, StoreError};

use crate::steps::{arriving, keep};
use crate::world::{NOON, World, execute, session, tx};

#[tokio::test]
async fn a_publisher_is_one_accounts_and_its_name_taken_once() {
    for world in World::each().await {
        let (a, b) = (&world.a.scope, &world.b.scope);
        let terms = PayoutTerms::default();
        let id = tx!(world, a, |t| t.add_publisher(
            "Lead Harbor",
            "lh",
            &terms,
            NOON
        ))
        .expect("new");
        let twice = tx!(world, a, |t| t.add_publisher(
            "lead harbor ",
            "",
            &terms,
            NOON
        ));
        assert!(
            matches!(twice, Err(StoreError::Conflict(Constraint::PublisherName))),
            "{twice:?}"
        );
        let theirs = tx!(world, b, |t| t.add_publisher(
            "Lead Harbor",
            "",
            &terms,
            NOON
        ));
        assert_ne!(theirs.expect("another account's"), id);
        let foreign = tx!(world, b, |t| t.publisher(id));
        assert!(matches!(foreign, Err(StoreError::NotFound)), "{foreign:?}");
        let foreign = tx!(world, b, |t| t.update_publisher(
            id,
            "Taken over",
            "",
            &terms
        ));
        assert!(matches!(foreign, Err(StoreError::NotFound)), "{foreign:?}");
        let foreign = tx!(world, b, |t| t.set_publisher_activity(id, Activity::Paused));
        assert!(matches!(foreign, Err(StoreError::NotFound)), "{foreign:?}");
        let kept = tx!(world, a, |t| t.publisher(id)).expect("kept");
        assert_eq!(
            (kept.name.as_str(), kept.activity),
            ("Lead Harbor", Activity::Active)
        );

        tx!(world, a, |t| t
            .set_publisher_activity(id, Activity::Archived))
        .expect("archived");
        let listed = tx!(world, a, |t| t.publishers()).expect("list");
        assert!(listed.iter().all(|p| p.id != id), "{listed:?}");
        let names = tx!(world, a, |t| t.publisher_names()).expect("names");
        assert!(names.contains(&(id, "Lead Harbor".to_owned())), "{names:?}");
    }
}

#[tokio::test]
async fn a_number_is_only_given_to_a_publisher_of_its_account() {
    for world in World::each().await {
        let (a, b) = (&world.a, &world.b);
        let terms = PayoutTerms::default();
        let theirs = tx!(world, b.scope, |t| t
            .add_publisher("Theirs", "", &terms, NOON));
        let theirs = theirs.expect("new");
        let tied = tx!(world, a.scope, |t| t
            .set_number_publisher(a.number, Some(theirs)));
        assert!(
            matches!(tied, Err(StoreError::Conflict(Constraint::Reference))),
            "{tied:?}"
        );
        let own = tx!(world, a.scope, |t| t.add_publisher("Own", "", &terms, NOON)).expect("new");
        tx!(world, a.scope, |t| t
            .set_number_publisher(a.number, Some(own)))
        .expect("given");
        let number = tx!(world, a.scope, |t| t.number(a.number)).expect("number");
        assert_eq!(number.publisher, Some(own));
        let foreign = tx!(world, b.scope, |t| t.set_number_publisher(a.number, None));
        assert!(matches!(foreign, Err(StoreError::NotFound)), "{foreign:?}");
    }
}

#[tokio::test]
async fn payout_is_summed_by_publisher_since_a_moment() {
    for world in World::each().await {
        let (a, b) = (&world.a, &world.b);
        let terms = PayoutTerms::default();
        let new = |name: &'static str| {
            let (world, terms) = (&world, &terms);
            async move { tx!(world, a.scope, |t| t.add_publisher(name, "", terms, NOON)).expect("new") }
        };
        let (one, two) = (new("One").await, new("Two").await);
        let conn = world.tx().await;
        for (n, publisher, payout, at) in [
            (11, Some(one), 25_000_000, NOON),
            (12, Some(one), 12_345_678, NOON.plus_secs(60)),
            (13, Some(one), 99_000_000, NOON.plus_secs(-60)),
            (14, Some(two), 0, NOON),
            (15, None, 7_000_000, NOON),
        ] {
            paid_call(&conn, a, n, publisher, payout, at).await;
        }
        conn.commit().await.expect("commit");
        let sums = tx!(world, a.scope, |t| t.publisher_sums(NOON)).expect("sums");
        let of = |id| {
            sums.iter()
                .find(|s| s.publisher == id)
                .map(|s| (s.calls, s.payout))
        };
        assert_eq!(of(one), Some((2, Micros(37_345_678))));
        assert_eq!(of(two), Some((1, Micros::ZERO)));
        let theirs = tx!(world, b.scope, |t| t.publisher_sums(NOON)).expect("sums");
        let known = [one, two];
        assert!(
            theirs.iter().all(|s| !known.contains(&s.publisher)),
            "{theirs:?}"
        );
    }
}

async fn paid_call(
    conn: &store::Conn,
    account: &crate::world::Account,
    n: u128,
    publisher: Option<PublisherId>,
    payout: i64,
    at: Timestamp,
) {
    let sid = format!("PAID{n}");
    let session = session(&sid, Some(account.campaign), &account.e164, at);
    let id = domain::id::CallId(uuid::Uuid::from_u128(n));
    let tags = Tags::default();
    let step = arriving(id, &session, &tags);
    keep(&conn.tenant(&account.scope), &step)
        .await
        .expect("call");
    let publisher = publisher.map_or("NULL".to_owned(), |id| id.to_string());
    // What the engine writes is not this file's to know.
    let sql = format!(
        "UPDATE \"call\" SET publisher_id = {publisher}, payout = {payout} WHERE carrier_sid = '{sid}'"
    );
    assert_eq!(execute(conn, &sql).await.expect("update"), 1);
}

#[tokio::test]
async fn a_bulk_list_is_one_accounts_and_found_in_any_case() {
    for world in World::each().await {
        let (a, b) = (&world.a.scope, &world.b.scope);
        let id = tx!(world, a, |t| t.add_bulk_list(
            "Towns",
            "Dallas\nMünster",
            NOON
        ))
        .expect("new");
        let twice = tx!(world, a, |t| t.add_bulk_list("TOWNS", "1", NOON));
        assert!(
            matches!(twice, Err(StoreError::Conflict(Constraint::BulkListName))),
            "{twice:?}"
        );
        tx!(world, b, |t| t.add_bulk_list("Towns", "1", NOON)).expect("another account's");
        let lists = tx!(world, a, |t| t.lists()).expect("lists");
        assert!(lists[&id].contains("MÜNSTER") && !lists[&id].contains("1"));
        let named = (id, "Towns".to_owned());
        let names = tx!(world, a, |t| t.bulk_list_names()).expect("names");
        assert!(names.contains(&named), "{names:?}");
        for refused in [
            tx!(world, b, |t| t.bulk_list(id)).map(drop),
            tx!(world, b, |t| t.update_bulk_list(id, "Mine", "2")),
            tx!(world, b, |t| t.remove_bulk_list(id)),
            tx!(world, a, |t| t.remove_bulk_list(BulkListId(id.0 + 100))),
        ] {
            assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
        }
        tx!(world, a, |t| t.update_bulk_list(id, "Cities", "Austin")).expect("changed");
        let kept = tx!(world, a, |t| t.bulk_list(id)).expect("kept");
        assert_eq!(
            (kept.name.as_str(), kept.entries.as_str()),
            ("Cities", "Austin")
        );
        tx!(world, a, |t| t.remove_bulk_list(id)).expect("removed");
        let names = tx!(world, a, |t| t.bulk_list_names()).expect("names");
        assert!(names.iter().all(|(other, _)| *other != id), "{names:?}");
    }
}

#[tokio::test]
async fn the_tags_that_calls_had_lately_are_known() {
    for world in World::each().await {
        let a = &world.a;
        let conn = world.tx().await;
        for (n, tag, at) in [
            (21, "state", NOON.plus_secs(10)),
            (22, "zip", NOON.plus_secs(20)),
        ] {
            let mut tags = Tags::default();
            tags.set("geo", tag, "X");
            let session = session(&format!("CA{n}"), Some(a.campaign), &a.e164, at);
            let id = domain::id::CallId(uuid::Uuid::from_u128(n));
            let step = arriving(id, &session, &tags);
            keep(&conn.tenant(&a.scope), &step).await.expect("call");
        }
        conn.commit().await.expect("commit");
        let names = async |scope, calls| {
            let names = tx!(world, scope, |t| t.known_tags(calls)).expect("tags");
            names.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(names(a.scope, 10).await, ["geo:state", "geo:zip"]);
        assert_eq!(names(a.scope, 1).await, ["geo:zip"]);
        assert_eq!(names(world.b.scope, 10).await, Vec::<String>::new());
    }
}
