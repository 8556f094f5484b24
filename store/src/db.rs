//! Connections: SQLite in one file, or PostgreSQL directly, over TLS or through a pooler.

use std::time::Duration;

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    DbErr, ExecResult, QueryResult, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};

use crate::error::StoreError;
use crate::keeper::Keeper;
use crate::platform::Platform;
use crate::scope::{Tenant, TenantScope};

/// What a connection needs to know.
#[derive(Debug, Clone)]
pub struct DbSettings {
    /// `sqlite://path` or `postgres://…`. `?pgbouncer=true` (as Supabase and Neon write it) says
    /// that a transaction pooler stands in between.
    pub url: String,
    /// Connections to PostgreSQL, or readers of the SQLite file.
    pub connections_max: u32,
}

/// A database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    read: DatabaseConnection,
    /// SQLite has one writer; a pool of one queues them instead of failing with "busy".
    write: DatabaseConnection,
    /// Keeps steps of many calls together; SQLite only.
    keeper: Option<Keeper>,
    /// Between us and PostgreSQL stands a pooler that may change the server at each transaction.
    pooled: bool,
}

/// A place to run queries: the pool, or one transaction.
#[derive(Debug)]
pub struct Conn {
    inner: Inner,
    #[cfg(feature = "testing")]
    seen: std::sync::Mutex<Option<Vec<String>>>,
}

#[derive(Debug)]
enum Inner {
    Pool(DatabaseConnection),
    Transaction(DatabaseTransaction),
    /// Steps go to the keeper, all else is read from the pool.
    Kept(DatabaseConnection, Keeper),
}

/// How long a writer waits for another process's write to the same SQLite file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a request waits for a free connection before it is told "busy".
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(8);
/// How long a connection to PostgreSQL may rest before it is tried out ahead of use.
const IDLE_PING: Duration = Duration::from_secs(15);
/// Prepared statements a connection to PostgreSQL keeps: a few of each repository method, since
/// lists of ids differ in length.
const STATEMENTS_MAX: usize = 300;
/// Pages of SQLite's log at which a commit itself carries them into the database, which all others
/// wait for: a last resort.
const WAL_PAGES_MAX: u32 = 16_000;
/// Serialises migrations of several servers; any fixed number does.
const MIGRATION_LOCK: i64 = 7_203_941;

impl Db {
    /// Opens a database; a missing SQLite file is created.
    ///
    /// # Errors
    /// If it cannot be reached.
    pub async fn connect(settings: &DbSettings) -> Result<Self, StoreError> {
        if settings.url.starts_with("sqlite:") {
            let url = match settings.url.split_once('?') {
                None => format!("{}?mode=rwc", settings.url),
                Some((_, query)) if query.split('&').any(|part| part.starts_with("mode=")) => {
                    settings.url.clone()
                }
                Some(_) => format!("{}&mode=rwc", settings.url),
            };
            let write = Database::connect(sqlite_options(&url, 1, Access::Write)).await?;
            let read = Database::connect(sqlite_options(
                &url,
                settings.connections_max.clamp(1, READERS_MAX),
                Access::Read,
            ))
            .await?;
            let checkpoints = Database::connect(sqlite_options(&url, 1, Access::Write)).await?;
            return Ok(Self {
                keeper: Some(Keeper::start(write.clone(), checkpoints)),
                read,
                write,
                pooled: false,
            });
        }
        let (url, pooled) = pooler(&settings.url);
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(settings.connections_max.max(2))
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .sqlx_logging(false)
            // A connection that rested may have been cut by the server or something in between; one
            // in use needs no extra round trip.
            .test_before_acquire_if_idle_for(IDLE_PING);
        // A prepared statement saves a round trip each time; behind a pooler it would belong to a
        // server that the next transaction does not get.
        options.map_sqlx_postgres_opts(move |o| {
            o.statement_cache_capacity(if pooled { 0 } else { STATEMENTS_MAX })
        });
        let pool = Database::connect(options).await?;
        Ok(Self {
            read: pool.clone(),
            write: pool,
            keeper: None,
            pooled,
        })
    }

    /// A place to read. Several reads that must agree belong into [`write`](Self::write).
    ///
    /// # Errors
    /// If no connection is to be had.
    pub async fn read(&self) -> Result<Conn, StoreError> {
        if self.pooled {
            self.begin(&self.read).await
        } else {
            Ok(Conn::new(Inner::Pool(self.read.clone())))
        }
    }

    /// A transaction. Nothing is kept unless [`Conn::commit`] is called.
    ///
    /// # Errors
    /// If no connection is to be had.
    pub async fn write(&self) -> Result<Conn, StoreError> {
        self.begin(&self.write).await
    }

    /// A place for one [step of a call](crate::Tenant::keep_step), which is all or nothing by
    /// itself there, and committed when it is kept: on PostgreSQL a single statement, on SQLite a
    /// turn in a transaction shared with the steps of other calls. Commit it all the same.
    ///
    /// # Errors
    /// If no connection is to be had.
    pub async fn write_step(&self) -> Result<Conn, StoreError> {
        match &self.keeper {
            Some(keeper) => Ok(Conn::new(Inner::Kept(self.read.clone(), keeper.clone()))),
            None if self.pooled => self.write().await,
            None => Ok(Conn::new(Inner::Pool(self.write.clone()))),
        }
    }

    /// A transaction that changes the schema, alone among all servers.
    ///
    /// # Errors
    /// If no connection is to be had.
    #[expect(clippy::disallowed_methods, reason = "a lock reads no table")]
    pub async fn begin_migration(&self) -> Result<Conn, StoreError> {
        let conn = self.write().await?;
        if conn.get_database_backend() == DbBackend::Postgres {
            conn.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
                .await?;
        }
        Ok(conn)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// If it does not.
    #[expect(clippy::disallowed_methods, reason = "reads no table")]
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read.execute_unprepared("SELECT 1").await?;
        Ok(())
    }

    /// Whether this is PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.read.get_database_backend() == DbBackend::Postgres
    }

    /// Closes all connections; for a clean shutdown.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn close(self) -> Result<(), StoreError> {
        if let Some(keeper) = self.keeper {
            keeper.close().await?;
        }
        self.read.close().await?;
        self.write.close().await?;
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "reads no table")]
    async fn begin(&self, pool: &DatabaseConnection) -> Result<Conn, StoreError> {
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let tx = if pool.get_database_backend() == DbBackend::Sqlite {
            pool.begin_with_options(immediate).await?
        } else {
            pool.begin().await?
        };
        if self.pooled {
            // The server behind the pooler may hold prepared statements of a former client under
            // the very names the driver is about to use.
            tx.execute_unprepared("DEALLOCATE ALL").await?;
        }
        Ok(Conn::new(Inner::Transaction(tx)))
    }
}

/// The address without our own word, and whether a transaction pooler stands behind it: said by
/// `pgbouncer=true`, or known from the addresses of Supabase (port 6543) and Neon (`-pooler.`).
pub(crate) fn pooler(url: &str) -> (String, bool) {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (said, rest): (Vec<&str>, Vec<&str>) = query
        .split('&')
        .filter(|part| !part.is_empty())
        .partition(|part| part.starts_with("pgbouncer="));
    let host = base.rsplit('@').next().unwrap_or_default();
    let known = host.contains("-pooler.")
        || host
            .split('/')
            .next()
            .is_some_and(|address| address.ends_with(":6543"));
    let pooled = match said.last() {
        Some(word) => *word == "pgbouncer=true",
        None => known,
    };
    let url = if rest.is_empty() {
        base.to_owned()
    } else {
        format!("{base}?{}", rest.join("&"))
    };
    (url, pooled)
}

/// Readers of SQLite at most. Each is a thread with its own pages and statements, and reads from
/// memory: more of them wait for the same processors.
const READERS_MAX: u32 = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

fn sqlite_options(url: &str, connections: u32, access: Access) -> ConnectOptions {
    // In kilobytes, below zero by SQLite's convention. The system keeps the file's pages as well; what
    // each reader keeps is memory many times over.
    let cache = match access {
        Access::Read => "-4000",
        Access::Write => "-16000",
    };
    let mut options = ConnectOptions::new(url.to_owned());
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .sqlx_logging(false)
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(move |o| {
            o.foreign_keys(true)
                .busy_timeout(BUSY_TIMEOUT)
                .pragma("journal_mode", "WAL")
                // Every commit survives a power cut, not only a crash of this process.
                .pragma("synchronous", "FULL")
                .pragma("cache_size", cache)
                // The keeper's checkpoints come sooner; this is for other writers alone.
                .pragma("wal_autocheckpoint", WAL_PAGES_MAX.to_string())
                .pragma("temp_store", "MEMORY")
                // A write on a reader would bypass the queue of writers; it fails at once instead.
                .pragma(
                    "query_only",
                    if access == Access::Read { "ON" } else { "OFF" },
                )
        });
    options
}

impl Conn {
    fn new(inner: Inner) -> Self {
        Self {
            inner,
            #[cfg(feature = "testing")]
            seen: std::sync::Mutex::default(),
        }
    }

    /// Starts to write down the statements that run, with their values filled in.
    #[cfg(feature = "testing")]
    pub fn record(&self) {
        *self
            .seen
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = Some(Vec::new());
    }

    /// The statements since [`record`](Self::record), which is over with this.
    #[cfg(feature = "testing")]
    pub fn recorded(&self) -> Vec<String> {
        self.seen
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take()
            .unwrap_or_default()
    }

    #[cfg(feature = "testing")]
    fn note(&self, stmt: &Statement) {
        if let Some(seen) = self
            .seen
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .as_mut()
        {
            // SQLite plans a statement without its values (`SQLITE_ENABLE_QPSG`).
            seen.push(match stmt.db_backend {
                DbBackend::Sqlite => stmt.sql.clone(),
                _ => stmt.to_string(),
            });
        }
    }

    #[cfg(not(feature = "testing"))]
    fn note(&self, _: &Statement) {}

    /// Who keeps steps of many calls together, if that is what this connection is for.
    pub(crate) fn keeper(&self) -> Option<&Keeper> {
        match &self.inner {
            Inner::Kept(_, keeper) => Some(keeper),
            Inner::Pool(_) | Inner::Transaction(_) => None,
        }
    }

    /// The tables of one account.
    #[must_use]
    pub fn tenant<'c>(&'c self, scope: &TenantScope) -> Tenant<'c> {
        Tenant::new(self, *scope)
    }

    /// What belongs to no account, and the lookups that mint scopes.
    #[must_use]
    pub fn platform(&self) -> Platform<'_> {
        Platform::new(self)
    }

    /// Keeps what was written.
    ///
    /// # Errors
    /// If the database did not keep it.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.inner {
            Inner::Pool(_) | Inner::Kept(..) => Ok(()),
            Inner::Transaction(tx) => Ok(tx.commit().await?),
        }
    }

    /// Runs something on the transaction that needs the driver's own type: migrations.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] outside a transaction.
    pub fn transaction(&self) -> Result<&DatabaseTransaction, StoreError> {
        match &self.inner {
            Inner::Pool(_) | Inner::Kept(..) => Err(StoreError::NotFound),
            Inner::Transaction(tx) => Ok(tx),
        }
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Conn {
    fn get_database_backend(&self) -> DbBackend {
        match &self.inner {
            Inner::Pool(conn) | Inner::Kept(conn, _) => conn.get_database_backend(),
            Inner::Transaction(tx) => tx.get_database_backend(),
        }
    }

    async fn execute_raw(&self, stmt: Statement) -> Result<ExecResult, DbErr> {
        self.note(&stmt);
        match &self.inner {
            Inner::Pool(conn) | Inner::Kept(conn, _) => conn.execute_raw(stmt).await,
            Inner::Transaction(tx) => tx.execute_raw(stmt).await,
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "hands on what a caller was allowed"
    )]
    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match &self.inner {
            Inner::Pool(conn) | Inner::Kept(conn, _) => conn.execute_unprepared(sql).await,
            Inner::Transaction(tx) => tx.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, stmt: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.note(&stmt);
        match &self.inner {
            Inner::Pool(conn) | Inner::Kept(conn, _) => conn.query_one_raw(stmt).await,
            Inner::Transaction(tx) => tx.query_one_raw(stmt).await,
        }
    }

    async fn query_all_raw(&self, stmt: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.note(&stmt);
        match &self.inner {
            Inner::Pool(conn) | Inner::Kept(conn, _) => conn.query_all_raw(stmt).await,
            Inner::Transaction(tx) => tx.query_all_raw(stmt).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pooler_is_said_or_known_and_the_word_never_reaches_the_driver() {
        for (url, expected) in [
            ("postgres://u:p@h/db", ("postgres://u:p@h/db", false)),
            (
                "postgres://u:p@h/db?pgbouncer=true",
                ("postgres://u:p@h/db", true),
            ),
            (
                "postgres://u:p@h/db?pgbouncer=true&sslmode=require",
                ("postgres://u:p@h/db?sslmode=require", true),
            ),
            (
                "postgres://u:p@h/db?sslmode=require&pgbouncer=true",
                ("postgres://u:p@h/db?sslmode=require", true),
            ),
            (
                "postgres://u:p@x.pooler.supabase.com:6543/db",
                ("postgres://u:p@x.pooler.supabase.com:6543/db", true),
            ),
            (
                "postgres://u:p@ep-x-pooler.us.neon.tech/db",
                ("postgres://u:p@ep-x-pooler.us.neon.tech/db", true),
            ),
            (
                "postgres://u:p@h:6543/db?pgbouncer=false",
                ("postgres://u:p@h:6543/db", false),
            ),
        ] {
            assert_eq!(pooler(url), (expected.0.to_owned(), expected.1), "{url}");
        }
    }
}
