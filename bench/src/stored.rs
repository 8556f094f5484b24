//! A month of visits, so many that whatever grows with them shows: one that the product stored itself,
//! copied with other visitors, numbers and times. The product must not run meanwhile.

use crate::pool::{NUMBERS, PREFIX};
use crate::prepare;
use anyhow::{Context, Result, bail};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use std::process::Command;
use tokio::runtime::Runtime;

/// The time that they are spread over, in microseconds. They ended before now: the last one began an
/// hour before.
const MONTH_US: i64 = 30 * 24 * 3_600 * 1_000_000;
const HOUR_US: i64 = 3_600 * 1_000_000;
/// Visits of one transaction of SQLite: its log would grow as large as all of them.
const AT_ONCE: u32 = 50_000;

/// Stores so many visits in the database at `url`, which has at least one.
pub fn add(url: &str, visits: u32) -> Result<()> {
    let begin = prepare::now()?.0 - HOUR_US - MONTH_US;
    let step = MONTH_US / i64::from(visits.max(1));
    let stored = Runtime::new()?.block_on(async {
        if url.starts_with("sqlite:") {
            sqlite(url, visits, begin, step).await
        } else {
            postgres(url, visits, begin, step).await
        }
    })?;
    if stored != u64::from(visits) {
        bail!("{stored} visits were stored instead of {visits}: was there none to copy?");
    }
    settle();
    Ok(())
}

async fn sqlite(url: &str, visits: u32, begin: i64, step: i64) -> Result<u64> {
    let options: SqliteConnectOptions = url.parse()?;
    let mut connection = options
        // The tag of the copied visit is there.
        .foreign_keys(false)
        // Of all this the last checkpoint alone must be on the disk.
        .pragma("synchronous", "NORMAL")
        .pragma("cache_size", "-64000")
        .pragma("temp_store", "MEMORY")
        .connect()
        .await
        .with_context(|| format!("cannot open {url}"))?;
    sqlx::query(A_VISIT).execute(&mut connection).await?;
    let mut stored = 0;
    for first in (0..visits).step_by(AT_ONCE as usize) {
        let end = first.saturating_add(AT_ONCE).min(visits);
        let done = sqlx::query(SQLITE)
            .bind(i64::from(first))
            .bind(i64::from(end))
            .bind(begin)
            .bind(step)
            .bind(PREFIX)
            .bind(i64::from(NUMBERS))
            .execute(&mut connection)
            .await?;
        stored += done.rows_affected();
    }
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(stored)
}

async fn postgres(url: &str, visits: u32, begin: i64, step: i64) -> Result<u64> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::query(A_VISIT).execute(&mut connection).await?;
    let done = sqlx::query(POSTGRES)
        .bind(0_i64)
        .bind(i64::from(visits))
        .bind(begin)
        .bind(step)
        .bind(PREFIX)
        .bind(i64::from(NUMBERS))
        .execute(&mut connection)
        .await?;
    // It would do so by itself a minute later, while others are measured.
    sqlx::query("VACUUM (ANALYZE) visit")
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(done.rows_affected())
}

/// Waits until the disk has what was written: else those who are measured next wait for it.
fn settle() {
    // A system without the program measures all the same.
    let _ = Command::new("sync").status();
}

/// Apart from its table, which SQLite would copy first to read it while it writes there.
const A_VISIT: &str = "CREATE TEMP TABLE a_visit AS SELECT * FROM visit LIMIT 1";

// Ids are as the product makes them, by time (UUID version 7), so that new ones come at the end of
// their index.
const SQLITE: &str = "\
WITH RECURSIVE one(n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM one WHERE n + 1 < ?2) \
INSERT INTO visit (account_id, id, tag_id, publisher_id, visitor, shown, number, leased_at, \
held_until, started_at, seen_at, landing, source, medium, campaign, country, region, city, device, \
tags, pages) \
SELECT account_id, unhex(printf('%012x7%03x8%s', at / 1000, abs(random()) % 4096, \
substr(hex(randomblob(8)), 1, 15))), tag_id, publisher_id, printf('stored-%015d', n), shown, \
?5 || printf('%04d', n % ?6), at, at + held_until - leased_at, at, at + seen_at - started_at, \
landing, source, medium, campaign, country, region, city, device, tags, pages \
FROM (SELECT n, ?3 + n * ?4 AS at FROM one), a_visit";
const POSTGRES: &str = "\
INSERT INTO visit (account_id, id, tag_id, publisher_id, visitor, shown, number, leased_at, \
held_until, started_at, seen_at, landing, source, medium, campaign, country, region, city, device, \
tags, pages) \
SELECT account_id, (lpad(to_hex(at / 1000), 12, '0') || '7' || substr(chance, 1, 3) || '8' \
|| substr(chance, 4, 15))::uuid, tag_id, publisher_id, 'stored-' || lpad(n::text, 15, '0'), shown, \
$5::text || lpad((n % $6::bigint)::text, 4, '0'), at, at + held_until - leased_at, at, \
at + seen_at - started_at, landing, source, medium, campaign, country, region, city, device, tags, \
pages \
FROM a_visit, (SELECT n, $3::bigint + n * $4::bigint AS at, md5(n::text) AS chance \
FROM generate_series($1::bigint, $2::bigint - 1) AS n) AS one";
