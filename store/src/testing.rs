//! Throw-away migrated databases for the tests of this and other crates.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, Database};

use crate::db::{Conn, Db, DbSettings, pooler};
use crate::error::StoreError;

/// A database of its own. A file goes with the value; a database of a test server with the server.
#[derive(Debug)]
pub struct TestDb {
    pub db: Db,
    /// Where it is: what a second server would connect with.
    pub settings: DbSettings,
    folder: Option<PathBuf>,
}

static COUNTER: AtomicU32 = AtomicU32::new(0);

impl TestDb {
    /// A migrated SQLite file.
    ///
    /// # Errors
    /// If it cannot be made.
    pub async fn sqlite() -> Result<Self, StoreError> {
        let made = Self::empty_sqlite().await?;
        migrate(&made.db).await?;
        Ok(made)
    }

    /// A migrated database of its own in a PostgreSQL server, whatever stands in between.
    ///
    /// # Errors
    /// If the server cannot be reached.
    pub async fn postgres(url: &str) -> Result<Self, StoreError> {
        let made = Self::empty_postgres(url).await?;
        migrate(&made.db).await?;
        Ok(made)
    }

    /// One of each kind: SQLite always, PostgreSQL where `TEST_DATABASE_URL` names a server.
    ///
    /// # Errors
    /// If one cannot be made.
    pub async fn each() -> Result<Vec<Self>, StoreError> {
        let all = Self::each_empty().await?;
        for made in &all {
            migrate(&made.db).await?;
        }
        Ok(all)
    }

    /// As [`each`](Self::each), without any tables.
    ///
    /// # Errors
    /// If one cannot be made.
    pub async fn each_empty() -> Result<Vec<Self>, StoreError> {
        let mut all = vec![Self::empty_sqlite().await?];
        if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
            all.push(Self::empty_postgres(&url).await?);
        }
        Ok(all)
    }

    async fn empty_sqlite() -> Result<Self, StoreError> {
        let name = format!(
            "callcenter-test-{}-{}",
            std::process::id(),
            COUNTER.fetch_add(1, Ordering::Relaxed)
        );
        let folder = std::env::temp_dir().join(name);
        // A leftover of a process that had the same id.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).map_err(|e| StoreError::corrupt("file", e))?;
        let settings = DbSettings {
            url: format!("sqlite://{}", folder.join("test.db").display()),
            connections_max: 4,
        };
        let db = Db::connect(&settings).await?;
        Ok(Self {
            db,
            settings,
            folder: Some(folder),
        })
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "makes a database, reads no table"
    )]
    async fn empty_postgres(url: &str) -> Result<Self, StoreError> {
        let name = format!(
            "test_{}_{}",
            std::process::id(),
            COUNTER.fetch_add(1, Ordering::Relaxed)
        );
        let (plain, mut pooled) = pooler(url);
        // The runner's variable of this name leads through PgBouncer, whatever else it says.
        pooled |=
            std::env::var("TEST_DATABASE_URL_PGBOUNCER").is_ok_and(|pgbouncer| pgbouncer == url);
        let admin = Database::connect(plain.as_str()).await?;
        admin
            .execute_unprepared(&format!("CREATE DATABASE {name}"))
            .await?;
        admin.close().await?;
        let (server, query) = plain.split_once('?').unwrap_or((&plain, ""));
        let (server, _) = server.rsplit_once('/').ok_or(StoreError::NotFound)?;
        let settings = DbSettings {
            url: format!("{server}/{name}?{query}&pgbouncer={pooled}"),
            connections_max: 8,
        };
        let db = Db::connect(&settings).await?;
        Ok(Self {
            db,
            settings,
            folder: None,
        })
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // The files may still be open; a leftover in the temporary folder harms nobody.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

async fn migrate(db: &Db) -> Result<(), StoreError> {
    let conn: Conn = db.begin_migration().await?;
    migration::up(conn.transaction()?).await?;
    conn.commit().await
}
