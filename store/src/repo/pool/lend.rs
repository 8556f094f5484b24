//! Lending: the statements that visitors wait for.
//!
//! Each is one text whatever it is about, with its rows as one JSON document: a text for each count of
//! rows would be planned anew again and again. Who is read first is written down, for SQLite keeps no
//! statistics and would look at every number of the account for every visitor.

use domain::id::{NumberId, PoolId, VisitId};
use domain::pool::Rotation;
use domain::pool::lease::{Holder, Slot};
use domain::time::Timestamp;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement};
use serde::Serialize;

use super::PoolNumberRecord;
use crate::error::StoreError;
use crate::repo::to_json;
use crate::scope::Tenant;

/// That a number is a visitor's from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseInput {
    pub number: NumberId,
    pub visitor: String,
    pub visit: VisitId,
    pub landing: String,
    pub free_at: Timestamp,
}

/// A lease as the statements read it.
#[derive(Serialize)]
struct LeaseRow<'a> {
    n: i64,
    v: &'a str,
    i: uuid::fmt::Simple,
    l: &'a str,
    f: i64,
}

impl Tenant<'_> {
    /// The numbers of a pool that these visitors have or had last, and a free one for each of the
    /// others. On PostgreSQL they are locked until the transaction ends; what another server is lending
    /// just now is passed over.
    ///
    /// # Errors
    /// What the database says.
    pub async fn pool_slots(
        &self,
        id: PoolId,
        visitors: &[&str],
        rotation: Rotation,
        now: Timestamp,
    ) -> Result<Vec<PoolNumberRecord>, StoreError> {
        let backend = self.conn.get_database_backend();
        if backend == DbBackend::Postgres {
            #[expect(clippy::disallowed_methods, reason = "reads no table")]
            self.conn.execute_unprepared(BY_INDEX).await?;
        }
        let (shape, order) = match (backend, rotation) {
            (DbBackend::Postgres, Rotation::LongestFree) => (SLOTS_POSTGRES, "s.free_at, "),
            (DbBackend::Postgres, Rotation::FewestNumbers) => (SLOTS_POSTGRES, ""),
            (_, Rotation::LongestFree) => (SLOTS_SQLITE, "s.free_at, "),
            (_, Rotation::FewestNumbers) => (SLOTS_SQLITE, ""),
        };
        let wanted = i64::try_from(visitors.len()).unwrap_or(i64::MAX);
        #[expect(
            clippy::disallowed_methods,
            reason = "the statement itself names the account of the scope"
        )]
        let statement = Statement::from_sql_and_values(
            backend,
            shape.replace("{order}", order),
            [
                to_json("pool_number", &visitors)?.into(),
                self.account().into(),
                id.0.into(),
                now.0.into(),
                wanted.into(),
            ],
        );
        let rows = self.conn.query_all_raw(statement).await?;
        rows.iter().map(record).collect()
    }

    /// Lends numbers, all in one statement.
    ///
    /// # Errors
    /// [`Constraint::PoolNumberVisitor`](crate::Constraint::PoolNumberVisitor) if another server lent
    /// one of these visitors a number meanwhile: nothing was kept, and it can be tried again.
    pub async fn keep_leases(&self, leases: &[LeaseInput]) -> Result<(), StoreError> {
        if leases.is_empty() {
            return Ok(());
        }
        let rows: Vec<LeaseRow<'_>> = leases
            .iter()
            .map(|lease| LeaseRow {
                n: lease.number.0,
                v: &lease.visitor,
                i: lease.visit.0.simple(),
                l: &lease.landing,
                f: lease.free_at.0,
            })
            .collect();
        let backend = self.conn.get_database_backend();
        let sql = match backend {
            DbBackend::Postgres => LEND_POSTGRES,
            _ => LEND_SQLITE,
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "the statement itself names the account of the scope"
        )]
        let statement = Statement::from_sql_and_values(
            backend,
            sql,
            [to_json("pool_number", &rows)?.into(), self.account().into()],
        );
        let done = self.conn.execute_raw(statement).await?;
        if done.rows_affected() == leases.len() as u64 {
            Ok(())
        } else {
            Err(StoreError::Stale)
        }
    }
}

/// For the rest of the transaction: a few rows are looked up by their index. PostgreSQL guesses that a
/// document has a hundred rows, and would read every number of the account into a table for them.
const BY_INDEX: &str = "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; \
    SET LOCAL enable_mergejoin = off";
const SLOTS_SQLITE: &str = "WITH own AS MATERIALIZED (SELECT s.number_id, s.pool_id, s.visitor, \
    s.visit_id, s.landing, s.free_at FROM json_each(?1) AS a CROSS JOIN pool_number AS s \
    WHERE s.account_id = ?2 AND s.pool_id = ?3 AND s.visitor = a.value), \
    free AS MATERIALIZED (SELECT s.number_id, s.pool_id, s.visitor, s.visit_id, s.landing, s.free_at \
    FROM pool_number AS s WHERE s.account_id = ?2 AND s.pool_id = ?3 AND s.free_at <= ?4 \
    AND s.number_id NOT IN (SELECT number_id FROM own) ORDER BY {order}s.number_id \
    LIMIT max(0, ?5 - (SELECT count(*) FROM own))) \
    SELECT s.*, n.e164 FROM (SELECT * FROM own UNION ALL SELECT * FROM free) AS s \
    CROSS JOIN phone_number AS n WHERE n.account_id = ?2 AND n.id = s.number_id";
const SLOTS_POSTGRES: &str = "WITH own AS (SELECT s.number_id, s.pool_id, s.visitor, s.visit_id, \
    s.landing, s.free_at FROM pool_number AS s WHERE s.account_id = $2 AND s.pool_id = $3 \
    AND s.visitor = ANY(ARRAY(SELECT json_array_elements_text($1::json))) \
    ORDER BY s.number_id FOR UPDATE), \
    free AS (SELECT s.number_id, s.pool_id, s.visitor, s.visit_id, s.landing, s.free_at \
    FROM pool_number AS s WHERE s.account_id = $2 AND s.pool_id = $3 AND s.free_at <= $4 \
    AND s.number_id NOT IN (SELECT number_id FROM own) ORDER BY {order}s.number_id \
    LIMIT GREATEST(0, $5 - (SELECT count(*) FROM own)) FOR UPDATE SKIP LOCKED) \
    SELECT s.*, n.e164 FROM (SELECT * FROM own UNION ALL SELECT * FROM free) AS s \
    JOIN phone_number AS n ON n.account_id = $2 AND n.id = s.number_id";
const LEND_SQLITE: &str = "WITH a AS MATERIALIZED (SELECT value->>'n' AS n, value->>'v' AS v, \
    unhex(value->>'i') AS i, value->>'l' AS l, value->>'f' AS f FROM json_each(?1)) \
    UPDATE pool_number AS s SET visitor = a.v, visit_id = a.i, landing = a.l, free_at = a.f \
    FROM a WHERE s.account_id = ?2 AND s.number_id = a.n";
const LEND_POSTGRES: &str = "UPDATE pool_number AS s SET visitor = a.v, visit_id = a.i, \
    landing = a.l, free_at = a.f FROM json_to_recordset($1::json) \
    AS a(n BIGINT, v TEXT, i UUID, l TEXT, f BIGINT) WHERE s.account_id = $2 AND s.number_id = a.n";

fn record(row: &QueryResult) -> Result<PoolNumberRecord, StoreError> {
    let read = || -> Result<_, DbErr> {
        let visitor: Option<String> = row.try_get("", "visitor")?;
        let visit: Option<uuid::Uuid> = row.try_get("", "visit_id")?;
        let landing: Option<String> = row.try_get("", "landing")?;
        let holder = visitor.zip(visit).map(|(visitor, visit)| Holder {
            visitor,
            visit: VisitId(visit),
            landing: landing.unwrap_or_default(),
        });
        let slot = Slot {
            number: NumberId(row.try_get("", "number_id")?),
            holder,
            free_at: Timestamp(row.try_get("", "free_at")?),
        };
        let e164: String = row.try_get("", "e164")?;
        Ok((PoolId(row.try_get("", "pool_id")?), e164, slot))
    };
    let (pool, e164, slot) = read()?;
    let e164 = e164.parse();
    Ok(PoolNumberRecord {
        pool,
        e164: e164.map_err(|e| StoreError::corrupt("pool_number", e))?,
        slot,
    })
}
