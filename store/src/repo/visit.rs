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
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbBackend, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::{count, from_json, to_json};
use crate::entity::visit::{ActiveModel, Column, Entity, Model};
use crate::entity::{call, dni_tag, pool_number};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

pub use traffic::{VisitCounts, VisitFilter, VisitKey};

/// Rows of one insert; SQLite takes 32,766 values in a statement.
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
        for part in new.chunks(ROWS_AT_ONCE) {
            let rows: Vec<ActiveModel> = part.iter().map(row).collect::<Result<_, _>>()?;
            self.insert_all::<Entity>(rows).await?;
        }
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

fn row(visit: &VisitRecord) -> Result<ActiveModel, StoreError> {
    let at = &visit.circumstances;
    Ok(ActiveModel {
        account_id: NotSet,
        id: Set(visit.id.0),
        tag_id: Set(visit.tag.0),
        publisher_id: Set(visit.publisher.map(|p| p.0)),
        visitor: Set(visit.visitor.clone()),
        shown: Set(visit.shown.code().to_owned()),
        number: Set(visit.number.as_ref().map(|n| n.as_str().to_owned())),
        leased_at: Set(visit.lease.map(|lease| lease.at.0)),
        held_until: Set(visit.lease.map(|lease| lease.until.0)),
        started_at: Set(visit.started_at.0),
        seen_at: Set(visit.seen_at.0),
        landing: Set(visit.landing.clone()),
        source: Set(visit.source.source.clone()),
        medium: Set(visit.source.medium.clone()),
        campaign: Set(visit.source.campaign.clone()),
        country: Set(at.country.clone()),
        region: Set(at.region.clone()),
        city: Set(at.city.clone()),
        device: Set(at.device.clone()),
        tags: Set(to_json("visit", &visit.tags)?),
        pages: Set(to_json("visit", &visit.pages)?),
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
