//! Web sessions and the throttle of sign-ins.

use domain::time::Timestamp;
use serde_json::json;
use store::DbSessionStore;
use time::{Duration, OffsetDateTime};
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};

use crate::world::{NOON, World};

/// The store compares with the real clock, so tests stay a century away from it.
fn far() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(7_226_582_400).expect("2199")
}

fn past() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(978_307_200).expect("2001")
}

fn record(id: i128, word: &str, expiry_date: OffsetDateTime) -> Record {
    Record {
        id: Id(id),
        data: [("word".to_owned(), json!(word))].into_iter().collect(),
        expiry_date,
    }
}

#[tokio::test]
async fn a_session_is_created_saved_loaded_and_deleted() {
    for world in World::each().await {
        let sessions = DbSessionStore::new(world.db().clone());
        let mut first = record(7, "one", far());
        sessions.create(&mut first).await.expect("create");
        assert_eq!(
            sessions.load(&Id(7)).await.expect("load"),
            Some(first.clone())
        );
        let second = record(7, "two", far() + Duration::hours(1));
        sessions.save(&second).await.expect("save");
        assert_eq!(sessions.load(&Id(7)).await.expect("load"), Some(second));
        sessions.delete(&Id(7)).await.expect("delete");
        sessions.delete(&Id(7)).await.expect("delete again");
        assert_eq!(sessions.load(&Id(7)).await.expect("load"), None);
    }
}

#[tokio::test]
async fn saving_an_unknown_session_stores_it() {
    for world in World::each().await {
        let sessions = DbSessionStore::new(world.db().clone());
        sessions
            .save(&record(-5, "late", far()))
            .await
            .expect("save");
        assert!(sessions.load(&Id(-5)).await.expect("load").is_some());
    }
}

#[tokio::test]
async fn an_id_that_meets_another_session_is_drawn_anew() {
    for world in World::each().await {
        let sessions = DbSessionStore::new(world.db().clone());
        let mut mine = record(7, "mine", far());
        sessions.create(&mut mine).await.expect("create");
        let mut other = record(7, "other", far());
        sessions.create(&mut other).await.expect("create");
        assert_ne!(other.id, Id(7));
        assert_eq!(sessions.load(&Id(7)).await.expect("load"), Some(mine));
        assert_eq!(sessions.load(&other.id).await.expect("load"), Some(other));
    }
}

#[tokio::test]
async fn an_expired_session_is_not_loaded_and_goes_with_the_sweep() {
    for world in World::each().await {
        let sessions = DbSessionStore::new(world.db().clone());
        sessions
            .save(&record(1, "old", past()))
            .await
            .expect("save");
        sessions.save(&record(2, "new", far())).await.expect("save");
        assert_eq!(sessions.load(&Id(1)).await.expect("load"), None);
        assert_eq!(
            sessions
                .sweep(past() - Duration::seconds(1))
                .await
                .expect("sweep"),
            0
        );
        assert_eq!(sessions.sweep(past()).await.expect("sweep"), 1);
        assert_eq!(sessions.sweep(past()).await.expect("sweep"), 0);
        assert!(sessions.load(&Id(2)).await.expect("load").is_some());
    }
}

#[tokio::test]
async fn failed_sign_ins_are_counted_forgotten_and_block() {
    for world in World::each().await {
        let conn = world.tx().await;
        let platform = conn.platform();
        let day = Timestamp(NOON.0 - 86_400_000_000);
        let at = |secs: i64| NOON.plus_secs(secs);
        for n in 1..=3 {
            assert_eq!(
                platform
                    .count_failed_login("a@example.com", day, at(i64::from(n)))
                    .await
                    .expect("count"),
                n
            );
        }
        assert_eq!(
            platform
                .count_failed_login("b@example.com", day, at(1))
                .await
                .expect("count"),
            1
        );
        platform
            .block_login("a@example.com", at(60))
            .await
            .expect("block");
        let state = platform
            .login_throttle("a@example.com")
            .await
            .expect("throttle");
        assert_eq!(
            (state.failures, state.blocked_until, state.updated_at),
            (3, at(60), at(3))
        );
        // The last failure is older than `since`: counting starts anew.
        assert_eq!(
            platform
                .count_failed_login("a@example.com", at(4), at(5))
                .await
                .expect("count"),
            1
        );
        platform
            .clear_login_throttle("a@example.com")
            .await
            .expect("clear");
        assert_eq!(
            platform
                .login_throttle("a@example.com")
                .await
                .expect("throttle")
                .failures,
            0
        );
    }
}

#[tokio::test]
async fn the_sweep_of_sign_ins_spares_the_recent_and_the_blocked() {
    for world in World::each().await {
        let conn = world.tx().await;
        let platform = conn.platform();
        let since = Timestamp(0);
        for (subject, at) in [("old", 0), ("old blocked", 0), ("recent", 100)] {
            platform
                .count_failed_login(subject, since, NOON.plus_secs(at))
                .await
                .expect("count");
        }
        platform
            .block_login("old blocked", NOON.plus_secs(500))
            .await
            .expect("block");
        let gone = platform
            .sweep_login_throttle(NOON.plus_secs(50), NOON.plus_secs(100))
            .await
            .expect("sweep");
        assert_eq!(gone, 1);
        assert_eq!(
            platform
                .login_throttle("old")
                .await
                .expect("throttle")
                .failures,
            0
        );
        assert_eq!(
            platform
                .login_throttle("old blocked")
                .await
                .expect("throttle")
                .failures,
            1
        );
        assert_eq!(
            platform
                .login_throttle("recent")
                .await
                .expect("throttle")
                .failures,
            1
        );
    }
}

#[tokio::test]
async fn text_with_a_zero_character_finds_nobody_and_breaks_nothing() {
    for world in World::each().await {
        let conn = world.tx().await;
        let platform = conn.platform();
        assert_eq!(
            platform
                .user_by_email("owner1@example.com\0")
                .await
                .expect("lookup"),
            None
        );
        assert_eq!(
            platform
                .count_failed_login("a\0b", Timestamp(0), NOON)
                .await
                .expect("count"),
            1
        );
        assert_eq!(
            platform
                .login_throttle("a\0b")
                .await
                .expect("throttle")
                .failures,
            1
        );
        platform.clear_login_throttle("a\0b").await.expect("clear");
        assert_eq!(
            platform
                .scope_for_carrier_call("CA\0")
                .await
                .expect("lookup"),
            None
        );
    }
}
