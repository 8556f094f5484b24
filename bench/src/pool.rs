//! The numbers that are lent, as their database sees them. Visitors ask in bursts smaller than the
//! pool; between two bursts the numbers come back as if the time of their leases were over, which
//! takes five minutes otherwise.

use crate::load::CONNECTIONS;
use crate::prepare;
use anyhow::Result;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use tokio::runtime::Runtime;

/// Numbers of a pool.
pub const NUMBERS: u32 = 5_000;
/// What they begin with; four digits follow.
pub const PREFIX: &str = "+1469555";
/// Visitors that ask until the numbers come back. What is left is for those who ask at once: whoever
/// lends looks at more numbers than it gives.
pub const BURST: usize = 4_000;
const _: () = assert!(BURST + 2 * CONNECTIONS < NUMBERS as usize);
/// How long a number is held after word from its visitor, in seconds: what a new pool says. After the
/// page was closed it is free at once, so that whole visits never wait for one.
pub const LEASE_S: u32 = 300;

/// See the module.
#[derive(Debug)]
pub enum Pool {
    /// The server makes numbers up.
    Endless,
    Sqlite(Runtime, Box<SqliteConnection>),
    Postgres(Runtime, Box<PgConnection>, Table),
}

/// Whose table it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    Ours,
    /// That of the plain Express handler.
    Express,
}

impl Pool {
    /// Our own pool in the database at `url`.
    pub fn ours(url: &str) -> Result<Self> {
        let runtime = Runtime::new()?;
        if url.starts_with("sqlite:") {
            let connection = runtime.block_on(SqliteConnection::connect(url))?;
            Ok(Self::Sqlite(runtime, Box::new(connection)))
        } else {
            let connection = runtime.block_on(PgConnection::connect(url))?;
            Ok(Self::Postgres(runtime, Box::new(connection), Table::Ours))
        }
    }

    /// That of Express in the PostgreSQL at `url`.
    pub fn express(url: &str) -> Result<Self> {
        let runtime = Runtime::new()?;
        let connection = runtime.block_on(PgConnection::connect(url))?;
        Ok(Self::Postgres(
            runtime,
            Box::new(connection),
            Table::Express,
        ))
    }

    /// All numbers are free from now on, in the order in which they were lent.
    pub fn give_back(&mut self) -> Result<()> {
        match self {
            Self::Endless => {}
            Self::Sqlite(runtime, connection) => {
                let statement = sqlx::query(OURS_SQLITE)
                    .bind(i64::from(LEASE_S) * 1_000_000)
                    .bind(prepare::now()?.0);
                runtime.block_on(statement.execute(&mut **connection))?;
            }
            Self::Postgres(runtime, connection, Table::Ours) => {
                let statement = sqlx::query(OURS_POSTGRES)
                    .bind(i64::from(LEASE_S) * 1_000_000)
                    .bind(prepare::now()?.0);
                runtime.block_on(async {
                    statement.execute(&mut **connection).await?;
                    sqlx::query("VACUUM pool_number")
                        .execute(&mut **connection)
                        .await
                })?;
            }
            Self::Postgres(runtime, connection, Table::Express) => {
                runtime.block_on(async {
                    sqlx::query(EXPRESS).execute(&mut **connection).await?;
                    sqlx::query("VACUUM leases")
                        .execute(&mut **connection)
                        .await
                })?;
            }
        }
        Ok(())
    }
}

// In five minutes PostgreSQL would also clear up behind the bursts, ours and those of Express; it looks
// for work once a minute.
const OURS_SQLITE: &str = "UPDATE pool_number SET free_at = free_at - ? WHERE free_at > ?";
const OURS_POSTGRES: &str = "UPDATE pool_number SET free_at = free_at - $1 WHERE free_at > $2";
const EXPRESS: &str =
    "UPDATE leases SET expires_at = expires_at - interval '5 minutes' WHERE expires_at > now()";
