//! Connections and migrations.

use std::sync::Arc;

use domain::phone::Caller;
use domain::time::{Timestamp, Windows};
use store::testing::TestDb;
use store::{CallDoor, Db, DbSettings, StoreError};

use crate::steps::{claim, resume};
use crate::world::{NOON, World, execute, is_sqlite, rows, texts, tx};

async fn pending(db: &Db) -> Vec<String> {
    let conn = db.begin_migration().await.expect("lock");
    migration::pending(conn.transaction().expect("transaction"))
        .await
        .expect("pending")
}

async fn migrate(db: &Db) -> Result<(), StoreError> {
    let conn = db.begin_migration().await?;
    migration::up(conn.transaction()?).await?;
    conn.commit().await
}

#[tokio::test]
async fn migrations_are_pending_until_they_ran_and_run_once() {
    for test in TestDb::each_empty().await.expect("databases") {
        let all = pending(&test.db).await;
        assert_eq!(all[0], "m20261121_000001_first_call");
        migrate(&test.db).await.expect("first");
        assert!(pending(&test.db).await.is_empty());
        migrate(&test.db).await.expect("second");
        let conn = test.db.read().await.expect("conn");
        assert_eq!(
            texts(&conn, "SELECT version FROM seaql_migrations")
                .await
                .len(),
            all.len()
        );
    }
}

#[tokio::test]
async fn names_that_differ_in_case_only_do_not_stop_the_migration() {
    for test in TestDb::each().await.expect("databases") {
        let conn = test.db.begin_migration().await.expect("lock");
        for table in ["campaign", "buyer", "target"] {
            for sql in [
                format!("DROP INDEX {table}_name_key"),
                format!("ALTER TABLE {table} DROP COLUMN name_key"),
            ] {
                execute(&conn, &sql).await.expect("as before");
            }
        }
        execute(
            &conn,
            "DELETE FROM seaql_migrations WHERE version = 'm20261121_000003_names_of_any_case'",
        )
        .await
        .expect("forgotten");
        for account in [1, 2] {
            execute(&conn, &format!("INSERT INTO account (id, name, zone, created_at) VALUES ({account}, 'A{account}', 'UTC', 1)"))
                .await
                .expect("account");
            for (at, name) in ["Crestline", "crestline", "Éclair", "CRESTLINE"]
                .iter()
                .enumerate()
            {
                execute(&conn, &format!("INSERT INTO buyer (account_id, name, activity, created_at) VALUES ({account}, '{name}', 'active', {at})"))
                    .await
                    .expect("buyer");
            }
        }
        conn.commit().await.expect("before");

        migrate(&test.db).await.expect("migrated");
        let conn = test.db.read().await.expect("conn");
        let keys = texts(
            &conn,
            "SELECT name || ': ' || COALESCE(name_key, '-') FROM buyer ORDER BY account_id, created_at",
        )
        .await;
        let each = [
            "Crestline: crestline",
            "crestline: -",
            "Éclair: éclair",
            "CRESTLINE: -",
        ];
        assert_eq!(keys, [each, each].concat());
    }
}

#[tokio::test]
async fn a_migration_that_is_not_committed_leaves_nothing() {
    for test in TestDb::each_empty().await.expect("databases") {
        let all = pending(&test.db).await;
        let conn = test.db.begin_migration().await.expect("lock");
        migration::up(conn.transaction().expect("transaction"))
            .await
            .expect("up");
        drop(conn);
        assert_eq!(pending(&test.db).await, all);
        migrate(&test.db).await.expect("again");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn servers_that_migrate_at_once_take_turns() {
    for test in TestDb::each_empty().await.expect("databases") {
        let mut tasks = Vec::new();
        for _ in 0..4 {
            let db = Db::connect(&test.settings).await.expect("another server");
            tasks.push(tokio::spawn(async move { migrate(&db).await }));
        }
        for task in tasks {
            task.await.expect("task").expect("migrate");
        }
        assert!(pending(&test.db).await.is_empty());
    }
}

#[tokio::test]
async fn sqlite_is_durable_checked_and_patient() {
    let test = TestDb::sqlite().await.expect("database");
    for (conn, query_only) in [
        (test.db.read().await.expect("reader"), 1),
        (test.db.write().await.expect("writer"), 0),
    ] {
        assert_eq!(texts(&conn, "PRAGMA journal_mode").await, ["wal"]);
        let number = async |pragma: &str| -> i64 {
            rows(&conn, &format!("PRAGMA {pragma}")).await[0]
                .try_get_by_index(0)
                .expect("a number")
        };
        assert_eq!(number("foreign_keys").await, 1);
        assert_eq!(number("synchronous").await, 2, "FULL");
        assert_eq!(number("busy_timeout").await, 10_000);
        assert_eq!(number("query_only").await, query_only);
    }
}

#[tokio::test]
async fn a_write_beside_the_queue_of_writers_is_refused_on_sqlite() {
    let test = TestDb::sqlite().await.expect("database");
    let conn = test.db.read().await.expect("conn");
    assert!(conn.platform().add_account("x", "UTC", NOON).await.is_err());
}

#[tokio::test]
async fn a_missing_sqlite_file_is_made_whatever_else_the_address_says() {
    let test = TestDb::sqlite().await.expect("database");
    for (n, query) in ["", "?mode=rwc", "?cache=private"].into_iter().enumerate() {
        let plain = test.settings.url.replace("test.db", &format!("new{n}.db"));
        let file = std::path::PathBuf::from(plain.trim_start_matches("sqlite://"));
        let url = plain + query;
        let db = Db::connect(&DbSettings {
            url,
            connections_max: 1,
        })
        .await
        .expect("connect");
        db.ping().await.expect("ping");
        assert!(!db.is_postgres());
        db.close().await.expect("close");
        let log = file.with_extension("db-wal");
        assert!(file.exists() && !log.exists(), "the log is put away");
    }
    let url = test.settings.url.replace("test.db", "absent.db") + "?mode=ro";
    assert!(
        Db::connect(&DbSettings {
            url,
            connections_max: 1
        })
        .await
        .is_err()
    );
}

/// Several servers on one database, each with its own pool, as after a deploy; on SQLite several
/// processes on one file.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_and_readers_of_several_servers_wait_for_each_other() {
    for world in World::each().await {
        let world = Arc::new(world);
        let mut tasks = Vec::new();
        for _ in 0..3 {
            let db = Db::connect(&world.test.settings)
                .await
                .expect("another server");
            for _ in 0..8 {
                let (world, db) = (Arc::clone(&world), db.clone());
                tasks.push(tokio::spawn(async move {
                    let (scope, target) = (world.a.scope, world.a.target);
                    for _ in 0..6 {
                        let conn = db.write().await?;
                        conn.tenant(&scope)
                            .claim(&claim(target, Windows::default()), NOON)
                            .await?;
                        conn.commit().await?;
                        let conn = db.read().await?;
                        assert!(
                            conn.platform()
                                .home_of_call(
                                    CallDoor::Number(&world.a.e164),
                                    &Caller::Anonymous,
                                    Timestamp(0)
                                )
                                .await?
                                .is_some()
                        );
                        resume(&conn, world.a.call).await?;
                    }
                    Ok::<(), StoreError>(())
                }));
            }
        }
        for task in tasks {
            task.await
                .expect("task")
                .expect("no server is told the database is locked");
        }
        let usage = tx!(world, world.a.scope, |t| t.usage(&[world.a.target])).expect("usage");
        assert_eq!(usage[0].usage.total, 144);
    }
}

#[tokio::test]
async fn what_is_not_committed_is_not_kept() {
    for world in World::each().await {
        let conn = world.tx().await;
        conn.tenant(&world.a.scope)
            .add_buyer("Gone", NOON)
            .await
            .expect("buyer");
        drop(conn);
        let buyers = tx!(world, world.a.scope, |t| t.buyers()).expect("buyers");
        assert_eq!(buyers.len(), 1);
    }
}

#[tokio::test]
async fn a_transaction_that_failed_leaves_its_connection_usable() {
    for world in World::each().await {
        for _ in 0..20 {
            let conn = world.tx().await;
            assert!(
                conn.tenant(&world.a.scope)
                    .add_buyer("DryRight", NOON)
                    .await
                    .is_err()
            );
        }
        tx!(world, world.a.scope, |t| t.add_buyer("Fresh", NOON)).expect("buyer");
    }
}

#[tokio::test]
async fn an_encrypted_address_is_encrypted() {
    let Ok(url) = std::env::var("TEST_DATABASE_URL_TLS") else {
        return;
    };
    let (base, rest) = url
        .split_once("sslmode=verify-full")
        .expect("an address that checks the certificate");
    let lenient = format!("{base}sslmode=require");
    for url in [format!("{base}sslmode=verify-full{rest}"), lenient] {
        let test = TestDb::postgres(&url).await.expect("connect over TLS");
        let conn = test.db.read().await.expect("conn");
        assert_eq!(
            texts(
                &conn,
                "SELECT CAST(ssl AS TEXT) FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            )
            .await,
            ["true"]
        );
    }
    // The role is refused without encryption, and the certificate is looked at.
    let settings = |url: String| DbSettings {
        url,
        connections_max: 1,
    };
    assert!(
        Db::connect(&settings(format!("{base}sslmode=disable")))
            .await
            .is_err()
    );
    assert!(
        Db::connect(&settings(format!("{base}sslmode=verify-full")))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn prepared_statements_of_strangers_do_no_harm_behind_a_pooler() {
    for world in World::each().await {
        let conn = world.tx().await;
        if is_sqlite(&conn) || !world.test.settings.url.ends_with("pgbouncer=true") {
            continue;
        }
        // The name the driver gives its first statement, left behind on every server of the pool.
        drop(conn);
        for _ in 0..12 {
            let conn = world.tx().await;
            for n in 1..4 {
                execute(&conn, &format!("PREPARE sqlx_s_{n} AS SELECT 1"))
                    .await
                    .expect("prepare");
            }
            conn.commit().await.expect("commit");
        }
        for _ in 0..30 {
            let conn = world.db().read().await.expect("conn");
            assert!(
                conn.platform()
                    .home_of_call(
                        CallDoor::Number(&world.a.e164),
                        &Caller::Anonymous,
                        Timestamp(0)
                    )
                    .await
                    .expect("lookup")
                    .is_some()
            );
        }
    }
}
