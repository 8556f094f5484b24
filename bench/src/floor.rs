//! The floor: plain durable commits. One `INSERT` of a small row per transaction, through the driver
//! that the store is built on, with the store's settings.

use crate::load::CONNECTIONS;
use anyhow::{Context, Result, bail};
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// Connections to PostgreSQL: what the product takes unless it is told otherwise.
pub const POOL: u32 = 16;

/// A database to commit rows into.
#[derive(Debug)]
pub enum Floor {
    /// One connection, because SQLite has one writer.
    Sqlite(Runtime, Box<SqliteConnection>),
    /// As many tasks as the generator has connections, over a pool like the product's.
    Postgres(Runtime, PgPool),
}

impl Floor {
    /// A SQLite file of its own.
    pub fn sqlite(file: &Path) -> Result<Self> {
        let runtime = Runtime::new()?;
        let connection = runtime.block_on(async {
            let mut connection = SqliteConnectOptions::new()
                .filename(file)
                .create_if_missing(true)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("cache_size", "-16000")
                .pragma("temp_store", "MEMORY")
                .connect()
                .await?;
            let durable: i64 = sqlx::query_scalar("PRAGMA synchronous")
                .fetch_one(&mut connection)
                .await?;
            if durable != 2 {
                bail!("SQLite does not wait for the disk (synchronous = {durable})");
            }
            sqlx::query("CREATE TABLE floor (id INTEGER PRIMARY KEY AUTOINCREMENT, carrier_sid TEXT NOT NULL, arrived_at BIGINT NOT NULL)")
                .execute(&mut connection)
                .await?;
            Ok(connection)
        })?;
        Ok(Self::Sqlite(runtime, Box::new(connection)))
    }

    /// A table in a PostgreSQL that must be durable.
    pub fn postgres(url: &str) -> Result<Self> {
        let runtime = Runtime::new()?;
        let pool = runtime.block_on(async {
            let pool = PgPoolOptions::new()
                .max_connections(POOL)
                .min_connections(POOL)
                .connect(url)
                .await
                .context("cannot connect to PostgreSQL")?;
            for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
                let value: String = sqlx::query_scalar("SELECT current_setting($1)")
                    .bind(setting)
                    .fetch_one(&pool)
                    .await?;
                if value != "on" {
                    bail!("PostgreSQL is not durable here: {setting} is {value}");
                }
            }
            sqlx::query("CREATE TABLE IF NOT EXISTS floor (id BIGSERIAL PRIMARY KEY, carrier_sid TEXT NOT NULL, arrived_at BIGINT NOT NULL)")
                .execute(&pool)
                .await?;
            Ok(pool)
        })?;
        Ok(Self::Postgres(runtime, pool))
    }

    /// Commits a second.
    pub fn measure(&mut self, time: Duration) -> Result<f64> {
        match self {
            Self::Sqlite(runtime, connection) => runtime.block_on(async {
                let start = Instant::now();
                let mut commits = 0_i64;
                while start.elapsed() < time {
                    sqlx::query("INSERT INTO floor (carrier_sid, arrived_at) VALUES (?, ?)")
                        .bind(format!("CA{commits:032x}"))
                        .bind(commits)
                        .execute(&mut **connection)
                        .await?;
                    commits += 1;
                }
                Ok(commits as f64 / start.elapsed().as_secs_f64())
            }),
            Self::Postgres(runtime, pool) => runtime.block_on(async {
                let start = Instant::now();
                let mut tasks = JoinSet::new();
                for _ in 0..CONNECTIONS {
                    tasks.spawn(insert_until(pool.clone(), start, time));
                }
                let mut commits = 0;
                while let Some(part) = tasks.join_next().await {
                    commits += part??;
                }
                Ok(commits as f64 / start.elapsed().as_secs_f64())
            }),
        }
    }

    /// The version of the database.
    pub fn version(&mut self) -> Result<String> {
        Ok(match self {
            Self::Sqlite(runtime, connection) => runtime.block_on(
                sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut **connection),
            )?,
            Self::Postgres(runtime, pool) => runtime.block_on(
                sqlx::query_scalar("SELECT current_setting('server_version')").fetch_one(&*pool),
            )?,
        })
    }

    /// Ends the connections.
    pub fn close(self) -> Result<()> {
        match self {
            Self::Sqlite(runtime, connection) => runtime.block_on(connection.close())?,
            Self::Postgres(runtime, pool) => runtime.block_on(pool.close()),
        }
        Ok(())
    }
}

async fn insert_until(pool: PgPool, start: Instant, time: Duration) -> Result<i64> {
    let mut commits = 0_i64;
    while start.elapsed() < time {
        sqlx::query("INSERT INTO floor (carrier_sid, arrived_at) VALUES ($1, $2)")
            .bind(format!("CA{commits:032x}"))
            .bind(commits)
            .execute(&pool)
            .await?;
        commits += 1;
    }
    Ok(commits)
}
