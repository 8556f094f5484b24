//! Visits.

mod traffic;

use std::collections::BTreeMap;

use domain::id::{DniTagId, PublisherId, VisitId};
use domain::phone::E164;
use domain::tag::Tags;
use domain::time::Timestamp;
use domain::visit::source::Source;
use domain::visit::{Beginning, Circumstances, PageView, Shown};
use sea_orm::sea_query::{Expr, ExprTrait, LockType, SimpleExpr, SubQueryStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Statement,
};
use serde::Serialize;

use super::{count, from_json, to_json};
use crate::entity::visit::{Column, Entity, Model};
use crate::entity::{call, dni_tag, pool_number};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

pub use traffic::{VisitCounts, VisitFilter, VisitKey};

/// Ids of one question; SQLite takes 32,766 values in a statement.
const ROWS_AT_ONCE: usize = 1_000;

/// A visit as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitRecord {
    pub id: VisitId,
    pub tag: DniTagId,
    pub publisher: Option<PublisherId>,
    pub visitor: String,
    pub shown: Shown,
    /// The number that was shown; none where there was none and no fallback.
    pub number: Option<E164>,
    pub lease: Option<Lease>,
    pub started_at: Timestamp,
    /// When its page was last heard of.
    pub seen_at: Timestamp,
    /// Without parameters.
    pub landing: String,
    pub source: Source,
    pub circumstances: Circumstances,
    pub tags: Tags,
    pub pages: Vec<PageView>,
}

/// From when until when the visitor has had the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    pub at: Timestamp,
    pub until: Timestamp,
}

impl VisitRecord {
    /// How it began.
    #[must_use]
    pub fn beginning(&self) -> Beginning<'_> {
        Beginning {
            visitor: &self.visitor,
            landing: &self.landing,
            source: &self.source,
        }
    }
}

impl Tenant<'_> {
    /// Keeps visits that have just begun.
    ///
    /// # Errors
    /// `Reference` for a tag that is not this account's.
    pub async fn add_visits(&self, new: &[VisitRecord]) -> Result<(), StoreError> {
        if new.is_empty() {
            return Ok(());
        }
        let rows: Vec<NewRow<'_>> = new.iter().map(new_row).collect::<Result<_, _>>()?;
        let backend = self.conn.get_database_backend();
        let sql = match backend {
            DbBackend::Postgres => BEGIN_POSTGRES,
            _ => BEGIN_SQLITE,
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "the statement itself names the account of the scope"
        )]
        let statement = Statement::from_sql_and_values(
            backend,
            sql,
            [to_json("visit", &rows)?.into(), self.account().into()],
        );
        self.conn.execute_raw(statement).await?;
        Ok(())
    }

    /// A visit.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn visit(&self, id: VisitId) -> Result<VisitRecord, StoreError> {
        let select = self.select::<Entity>().filter(Column::Id.eq(id.0));
        record(select.one(self.conn).await?.ok_or(StoreError::NotFound)?)
    }

    /// A visit that is about to be changed: nobody else changes it until the transaction ends.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn visit_to_change(&self, id: VisitId) -> Result<VisitRecord, StoreError> {
        if self.conn.get_database_backend() == DbBackend::Postgres {
            // The number before the visit, as whoever lends does: two who lock both in one order never
            // wait for each other.
            let number = self
                .select::<pool_number::Entity>()
                .select_only()
                .column(pool_number::Column::NumberId)
                .filter(pool_number::Column::VisitId.eq(id.0))
                .lock(LockType::Update);
            let _locked: Option<i64> = number.into_tuple().one(self.conn).await?;
        }
        let select = self
            .select::<Entity>()
            .filter(Column::Id.eq(id.0))
            .lock(LockType::Update);
        record(select.one(self.conn).await?.ok_or(StoreError::NotFound)?)
    }

    /// The latest visits that fit, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn visits(
        &self,
        filter: &VisitFilter,
        limit: u64,
    ) -> Result<Vec<VisitRecord>, StoreError> {
        let rows = self
            .visits_where(filter)
            .order_by_desc(Column::StartedAt)
            .order_by_desc(Column::Id)
            .limit(limit)
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// Visits by their ids, in no order.
    ///
    /// # Errors
    /// What the database says.
    pub async fn visits_by_id(&self, ids: &[VisitId]) -> Result<Vec<VisitRecord>, StoreError> {
        let mut visits = Vec::with_capacity(ids.len());
        for part in ids.chunks(ROWS_AT_ONCE) {
            let rows = self
                .select::<Entity>()
                .filter(Column::Id.is_in(part.iter().map(|id| id.0)))
                .all(self.conn)
                .await?;
            for row in rows {
                visits.push(record(row)?);
            }
        }
        Ok(visits)
    }

    /// When each tag's script was heard of last.
    ///
    /// # Errors
    /// What the database says.
    pub async fn last_visits(&self) -> Result<BTreeMap<DniTagId, Timestamp>, StoreError> {
        // A look into the index for each tag, not a pass over all visits there ever were.
        let last = self
            .select::<Entity>()
            .select_only()
            .filter(
                Expr::col((Entity, Column::TagId)).equals((dni_tag::Entity, dni_tag::Column::Id)),
            )
            .expr(Expr::col((Entity, Column::StartedAt)).max())
            .into_query();
        let rows: Vec<(uuid::Uuid, Option<i64>)> = self
            .select::<dni_tag::Entity>()
            .select_only()
            .column(dni_tag::Column::Id)
            .expr_as(SimpleExpr::from(SubQueryStatement::from(last)), "last")
            .into_tuple()
            .all(self.conn)
            .await?;
        let pairs = rows.into_iter();
        Ok(pairs
            .filter_map(|(id, last)| Some((DniTagId(id), Timestamp(last?))))
            .collect())
    }

    /// How many calls each of these visits made, those without one left out.
    ///
    /// # Errors
    /// What the database says.
    pub async fn calls_of_visits(
        &self,
        ids: &[VisitId],
    ) -> Result<BTreeMap<VisitId, u32>, StoreError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let rows: Vec<(uuid::Uuid, i64)> = self
            .select::<call::Entity>()
            .select_only()
            .column(call::Column::VisitId)
            .column_as(call::Column::Id.count(), "calls")
            .filter(call::Column::VisitId.is_in(ids.iter().map(|id| id.0)))
            .group_by(call::Column::VisitId)
            .into_tuple()
            .all(self.conn)
            .await?;
        let pairs = rows.into_iter();
        Ok(pairs
            .map(|(id, calls)| (VisitId(id), count(calls)))
            .collect())
    }

    /// Replaces what a visit goes on to tell: when it was heard of, how long it has its number, its
    /// tags and pages.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn update_visit(&self, visit: &VisitRecord) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::SeenAt, Expr::value(visit.seen_at.0))
            .col_expr(
                Column::HeldUntil,
                Expr::value(visit.lease.map(|lease| lease.until.0)),
            )
            .col_expr(Column::Tags, Expr::value(to_json("visit", &visit.tags)?))
            .col_expr(Column::Pages, Expr::value(to_json("visit", &visit.pages)?))
            .filter(Column::Id.eq(visit.id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)
    }
}

/// A visit as the statements read it: one text for any count of them, as in `pool/lend.rs`.
#[derive(Serialize)]
struct NewRow<'a> {
    id: uuid::fmt::Simple,
    tag_id: uuid::fmt::Simple,
    publisher_id: Option<i64>,
    visitor: &'a str,
    shown: &'static str,
    number: Option<&'a str>,
    leased_at: Option<i64>,
    held_until: Option<i64>,
    started_at: i64,
    seen_at: i64,
    landing: &'a str,
    source: &'a str,
    medium: &'a str,
    campaign: &'a str,
    country: &'a str,
    region: &'a str,
    city: &'a str,
    device: &'a str,
    tags: String,
    pages: String,
}

const BEGIN_SQLITE: &str = "INSERT INTO visit (account_id, id, tag_id, publisher_id, visitor, shown, \
    number, leased_at, held_until, started_at, seen_at, landing, source, medium, campaign, country, \
    region, city, device, tags, pages) SELECT ?2, unhex(value->>'id'), unhex(value->>'tag_id'), \
    value->>'publisher_id', value->>'visitor', value->>'shown', value->>'number', \
    value->>'leased_at', value->>'held_until', value->>'started_at', value->>'seen_at', \
    value->>'landing', value->>'source', value->>'medium', value->>'campaign', value->>'country', \
    value->>'region', value->>'city', value->>'device', value->>'tags', value->>'pages' \
    FROM json_each(?1)";
const BEGIN_POSTGRES: &str = "INSERT INTO visit (account_id, id, tag_id, publisher_id, visitor, \
    shown, number, leased_at, held_until, started_at, seen_at, landing, source, medium, campaign, \
    country, region, city, device, tags, pages) SELECT $2, a.* FROM json_to_recordset($1::json) \
    AS a(id UUID, tag_id UUID, publisher_id BIGINT, visitor TEXT, shown TEXT, number TEXT, \
    leased_at BIGINT, held_until BIGINT, started_at BIGINT, seen_at BIGINT, landing TEXT, \
    source TEXT, medium TEXT, campaign TEXT, country TEXT, region TEXT, city TEXT, device TEXT, \
    tags TEXT, pages TEXT)";

fn new_row(visit: &VisitRecord) -> Result<NewRow<'_>, StoreError> {
    let at = &visit.circumstances;
    Ok(NewRow {
        id: visit.id.0.simple(),
        tag_id: visit.tag.0.simple(),
        publisher_id: visit.publisher.map(|p| p.0),
        visitor: &visit.visitor,
        shown: visit.shown.code(),
        number: visit.number.as_ref().map(E164::as_str),
        leased_at: visit.lease.map(|lease| lease.at.0),
        held_until: visit.lease.map(|lease| lease.until.0),
        started_at: visit.started_at.0,
        seen_at: visit.seen_at.0,
        landing: &visit.landing,
        source: &visit.source.source,
        medium: &visit.source.medium,
        campaign: &visit.source.campaign,
        country: &at.country,
        region: &at.region,
        city: &at.city,
        device: &at.device,
        tags: to_json("visit", &visit.tags)?,
        pages: to_json("visit", &visit.pages)?,
    })
}

fn record(row: Model) -> Result<VisitRecord, StoreError> {
    let number = row
        .number
        .map(|n| n.parse().map_err(|e| StoreError::corrupt("visit", e)))
        .transpose()?;
    let lease = match (row.leased_at, row.held_until) {
        (Some(at), Some(until)) => Some(Lease {
            at: Timestamp(at),
            until: Timestamp(until),
        }),
        _ => None,
    };
    let tags: Tags = from_json("visit", &row.tags)?;
    let told = |name: &str| {
        let value = tags.get(domain::visit::VISITOR_TAGS, name);
        value.unwrap_or_default().to_owned()
    };
    Ok(VisitRecord {
        id: VisitId(row.id),
        tag: DniTagId(row.tag_id),
        publisher: row.publisher_id.map(PublisherId),
        visitor: row.visitor,
        shown: Shown::from_code(&row.shown)
            .ok_or_else(|| StoreError::corrupt("visit", &row.shown))?,
        number,
        lease,
        started_at: Timestamp(row.started_at),
        seen_at: Timestamp(row.seen_at),
        landing: row.landing,
        source: Source {
            source: row.source,
            medium: row.medium,
            campaign: row.campaign,
        },
        circumstances: Circumstances {
            browser: told("browser"),
            system: told("system"),
            device: row.device,
            country: row.country,
            region: row.region,
            city: row.city,
        },
        pages: from_json("visit", &row.pages)?,
        tags,
    })
}
