//! Throw-away migrated databases for the tests of this and other crates.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, Database};

use crate::db::{Conn, Db, DbSettings};
use crate::error::StoreError;

/// A database of its own. A file goes with the value; a database of a test server with the server.
#[derive(Debug)]
pub struct TestDb {
    pub db: Db,
    folder: Option<PathBuf>,
}

static COUNTER: AtomicU32 = AtomicU32::new(0);

impl TestDb {
    /// A migrated SQLite file.
    ///
    /// # Errors
    /// If it cannot be made.
    pub async fn sqlite() -> Result<Self, StoreError> {
        let folder = std::env::temp_dir().join(format!("callcenter-test-{}-{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed)));
        std::fs::create_dir_all(&folder).map_err(|e| StoreError::corrupt("file", e))?;
        let url = format!("sqlite://{}", folder.join("test.db").display());
        let db = Db::connect(&DbSettings { url, connections_max: 4 }).await?;
        migrate(&db).await?;
        Ok(Self { db, folder: Some(folder) })
    }

    /// A migrated database of its own in a PostgreSQL server, whatever stands in between.
    ///
    /// # Errors
    /// If the server cannot be reached.
    pub async fn postgres(url: &str) -> Result<Self, StoreError> {
        let name = format!("test_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        let admin = Database::connect(url.replace("?pgbouncer=true", "")).await?;
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
        admin.close().await?;
        let (server, query) = url.split_once('?').map_or((url, String::new()), |(server, query)| (server, format!("?{query}")));
        let (server, _) = server.rsplit_once('/').ok_or(StoreError::NotFound)?;
        let db = Db::connect(&DbSettings { url: format!("{server}/{name}{query}"), connections_max: 8 }).await?;
        migrate(&db).await?;
        Ok(Self { db, folder: None })
    }

    /// One of each kind: SQLite always, PostgreSQL where `TEST_DATABASE_URL` names a server.
    ///
    /// # Errors
    /// If one cannot be made.
    pub async fn each() -> Result<Vec<Self>, StoreError> {
        let mut all = vec![Self::sqlite().await?];
        if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
            all.push(Self::postgres(&url).await?);
        }
        Ok(all)
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
